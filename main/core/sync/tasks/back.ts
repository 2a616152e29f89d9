/** Looks, at the begin of a connection, whether the server was restored from a backup: then nothing that is saved of it holds any more. */
import type { ConversationFact } from '../../facts.ts';
import { FILTER_CHUNK } from '../../liveagent/api.ts';
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';
import { wentBack, type Stamps } from '../went-back.ts';

/** Before the data half is told again: its file may be full. */
const TELL_AGAIN_MS = 10_000;
/** Before a server that says less is asked once more: a copy of its database may lag behind. */
const SURE_MS = 5_000;
/** Before a server that gave no answer is asked again. */
const ASK_AGAIN_MS = 30_000;
/** Where there is no filter by ids, so many are read one by one. */
const SINGLY = 3;
/** One request holds these and a suspect. */
const WITNESSES = FILTER_CHUNK - 1;
/** Of so many with the newest activity the witnesses are taken. */
const POOL = 1000;

type Known = ReadonlyMap<number, Stamps>;

/**
 * Conversations that would show it: those that were active last, however little a backup lacks, and of the others those
 * that go on for the longest, which were there before it was made.
 */
const witnesses = ({ writer }: Session): Known => {
  const pool = writer.latest(POOL);
  const stamps = writer.stamps(pool);
  const age = (id: number): number => {
    const { lastActivityAt, createdAt } = stamps.get(id) ?? { lastActivityAt: 0, createdAt: 0 };
    return lastActivityAt - createdAt;
  };
  const half = WITNESSES / 2;
  const old = pool.slice(half).toSorted((a, b) => age(b) - age(a));
  return writer.stamps([...pool.slice(0, half), ...old.slice(0, half)]);
};

type Look = 'goes-on' | 'behind' | 'unclear';

/**
 * Where most of what is known is not shown at all, nobody can tell: it may have been deleted, or come after the backup.
 * Nor where what is suspected is not: a list does not show what only its team lets the user read.
 */
const judge = (known: Known, facts: readonly ConversationFact[], suspect: number | null): Look => {
  const shown = facts.filter(({ id }) => known.has(id));
  const isBehind = shown.some((fact) => {
    const stamps = known.get(fact.id);
    return stamps !== undefined && wentBack(stamps, fact);
  });
  if (isBehind) return 'behind';
  if (suspect !== null && known.has(suspect) && !shown.some(({ id }) => id === suspect)) return 'unclear';
  return shown.length * 2 < known.size ? 'unclear' : 'goes-on';
};

/** The first of them one by one, on a server that has no such filter. */
const askSingly = async (session: Session, life: Life, known: Known): Promise<Look> => {
  const some = new Map([...known].slice(0, SINGLY));
  const facts: ConversationFact[] = [];
  for (const id of some.keys()) {
    const answer = await session.ask(life, 'interactive', () => session.api.conversation(id), { tries: 1 });
    if (answer?.outcome === 'answered') facts.push(answer.value.fact);
  }
  return judge(some, facts, session.suspicion.wentBack);
};

const ask = async (session: Session, life: Life, known: Known): Promise<Look> => {
  if (known.size === 0) return 'goes-on';
  const answer = await session.ask(life, 'interactive', () => session.api.byIds([...known.keys()]), {
    tries: 2,
  });
  switch (answer?.outcome) {
    case 'answered':
      return judge(known, answer.value.facts, session.suspicion.wentBack);
    case 'refused':
    case 'gone':
      return askSingly(session, life, known);
    default:
      return 'unclear';
  }
};

/**
 * An answer that leaves it open, as where most inboxes are the user's no longer: then the suspect alone is asked about.
 * Where it says nothing either, it is suspected no more, and nothing waits for it.
 */
const askAboutSuspect = async (session: Session, life: Life, known: Known): Promise<Look> => {
  const { suspicion } = session;
  const id = suspicion.wentBack;
  if (id === null) return 'unclear';
  const stamps = known.get(id);
  const answer = await session.ask(life, 'interactive', () => session.api.conversation(id), { tries: 2 });
  if (answer?.outcome === 'answered' && stamps && wentBack(stamps, answer.value.fact)) return 'behind';
  if (answer?.outcome === 'answered' || answer?.outcome === 'gone' || answer?.outcome === 'invisible')
    suspicion.wentBack = null;
  // Else the next read would suspect it again, and end the connection once more.
  if (answer?.outcome === 'answered') session.commit([answer.value.fact]);
  return 'unclear';
};

const askAll = async (session: Session, life: Life, known: Known): Promise<Look> => {
  const said = await ask(session, life, known);
  return said === 'unclear' ? askAboutSuspect(session, life, known) : said;
};

/** Behind is said only by a server that says so twice. */
const look = async (session: Session, life: Life, known: Known): Promise<Look> => {
  const first = await askAll(session, life, known);
  if (first !== 'behind') return first;
  return (await life.wait(SURE_MS)) ? askAll(session, life, known) : 'unclear';
};

/** For as long as this connection lasts. */
const clear = ({ suspicion }: Session, life: Life): void => {
  suspicion.wentBack = null;
  suspicion.known = null;
  if (life.over()) return;
  suspicion.cleared = true;
  life.onEnd(() => {
    suspicion.cleared = false;
  });
};

/** The data half parks what waits and has the cache begun anew: this life ends before it answers. */
const tell = async (session: Session, life: Life): Promise<void> => {
  if (life.over()) return;
  session.ports.log.warn('The server went back in time: it was restored from a backup', {});
  session.suspicion.told = true;
  do session.post({ kind: 'went-back' });
  while (await life.wait(TELL_AGAIN_MS));
};

/** In the background, until there is an answer that says it. */
const lookAgain = async (session: Session, life: Life, known: Known): Promise<void> => {
  while (await life.wait(ASK_AGAIN_MS))
    switch (await look(session, life, known)) {
      case 'goes-on':
        clear(session, life);
        return;
      case 'behind':
        await tell(session, life);
        return;
      case 'unclear':
        break;
    }
};

/**
 * Answers false when the server goes on from where it was, or when that cannot be told now: then it is looked into in the
 * background, and by the next connection, with what is known now. Else the data half is told, and the life has ended.
 */
export const checkBack = async (session: Session, life: Life): Promise<boolean> => {
  const { suspicion } = session;
  if (suspicion.known === null) {
    suspicion.known = witnesses(session);
    const until = session.state('watermark');
    suspicion.knownUntil = typeof until === 'number' ? until : null;
  }
  // What is suspected is compared with what was known when it was, which is later than what is kept from before.
  // It goes first, where only some can be asked about.
  const suspect = suspicion.wentBack;
  if (suspect !== null)
    suspicion.known = new Map([
      ...session.writer.stamps([suspect]),
      ...[...suspicion.known].filter(([id]) => id !== suspect),
    ]);
  const { known } = suspicion;
  switch (await look(session, life, known)) {
    case 'goes-on':
      clear(session, life);
      return false;
    case 'behind':
      await tell(session, life);
      return true;
    case 'unclear':
      lookAgain(session, life, known).catch((error: unknown) =>
        session.ports.log.warn('sync: the look for a backup failed', { error: String(error) }),
      );
      return false;
  }
};
