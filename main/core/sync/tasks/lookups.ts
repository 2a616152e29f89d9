/** Reads single conversations by id: those an event named but the cache does not know, those in doubt, and suspects of being gone. */
import { isLive } from '../../../../contract/model.ts';
import { FILTER_CHUNK } from '../../liveagent/api.ts';
import type { BucketName } from '../../liveagent/buckets.ts';
import type { ConversationFact } from '../../facts.ts';
import { troubleOf } from '../../trouble.ts';
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';
import { dueSuspects, missed, NO_SUSPECTS, RECHECK_MS, seen } from '../suspects.ts';

/** Up to so many are read one by one, more by the filter. */
const ONE_BY_ONE = 2;
/** More than this waiting, and the queue moves to the background. */
const MANY = 50;
/** Reads at once: one that hangs until it is given up must not keep the others waiting. */
const READERS = 3;

/** Who reads for one connection. */
type Crew = { life: Life; readers: number };

const isLongFinished = ({ fields }: ConversationFact, before: number): boolean =>
  fields.status !== undefined && !isLive(fields.status) && (fields.lastActivityAt ?? before) < before;

const withoutPerson = (fact: ConversationFact): ConversationFact => {
  const {
    contactEmail: _email,
    contactPhone: _phone,
    contactIdentifier: _identifier,
    lastMessage: _message,
    ...fields
  } = fact.fields;
  return { ...fact, fields };
};

export const createLookups = (session: Session) => {
  const { clock } = session.ports;
  const queue = new Set<number>();
  let suspects = NO_SUSPECTS;
  /** Read in vain, with the monotonic ms of the last try: a sweep that found them does not come again soon. */
  const unanswered = new Map<number, number>();
  let crew: Crew | null = null;
  let idle: (() => void)[] = [];

  const bucket = () => (queue.size > MANY ? 'background' : 'interactive');

  const found = (facts: readonly ConversationFact[]): void => {
    for (const { id } of facts) suspects = seen(suspects, id);
    // What was blanked a day after it was finished stays so.
    const day = session.serverNow() - 86_400;
    session.commit(facts.map((fact) => (isLongFinished(fact, day) ? withoutPerson(fact) : fact)));
  };

  /** The server does not show it: the first time a suspect, the second time a tombstone. */
  const notFound = (id: number, why: 'deleted' | 'invisible'): void => {
    if (session.writer.truth(id) === null) return;
    const verdict = missed(suspects, id, why, clock.monotonic());
    suspects = verdict.suspects;
    if (verdict.gone !== null) {
      session.commit([{ kind: 'gone', ...verdict.gone, heard: { via: 'rest', since: clock.monotonic() } }]);
    }
  };

  /** One by its id. Answers false when the life ended. */
  const one = async (alive: Life, id: number): Promise<boolean> => {
    const known = session.writer.stamps([id]);
    const answer = await session.ask(alive, bucket(), () => session.api.conversation(id), { tries: 5 });
    if (answer === null) return false;
    unanswered.delete(id);
    switch (answer.outcome) {
      case 'answered':
        suspects = seen(suspects, id);
        if (session.isBack(answer.value.fact, known)) return false;
        session.commit([answer.value.fact, ...answer.value.messages]);
        break;
      case 'gone':
        notFound(id, 'deleted');
        break;
      case 'invisible':
        notFound(id, 'invisible');
        break;
      case 'unreachable':
      case 'throttled':
      case 'refused':
        unanswered.set(id, clock.monotonic());
        break;
      case 'needs-sign-in':
      case 'no-access':
        break;
    }
    return true;
  };

  /** Takes what the filter answers about several at once; answers which ids it did not show. `doubted` = they are asked for because something else was heard: this is the server's word. */
  const batch = async (
    alive: Life,
    ids: readonly number[],
    name: BucketName,
    doubted: boolean,
  ): Promise<number[] | 'no-answer' | 'ended'> => {
    const known = session.writer.stamps(ids);
    const answer = await session.ask(alive, name, () => session.api.byIds(ids), { tries: 5 });
    if (answer === null) return 'ended';
    if (answer.outcome !== 'answered') return 'no-answer';
    const left = new Set(ids);
    const { ids: inboxes } = session.inboxes;
    // Servers before 4.1 let the filter see inboxes that the list would not show.
    const visible = answer.value.facts.filter(
      ({ id, fields }) =>
        left.has(id) && (inboxes === null || fields.inbox === undefined || inboxes.has(fields.inbox)),
    );
    if (visible.some((fact) => session.isBack(fact, known))) return 'ended';
    found(doubted ? visible.map((fact) => ({ ...fact, single: true })) : visible);
    for (const { id } of visible) left.delete(id);
    return [...left];
  };

  /** Several at once; what does not come back is read by its id, which tells deleted from invisible. */
  const several = async (alive: Life, ids: readonly number[]): Promise<boolean> => {
    const answer = await batch(alive, ids, bucket(), true);
    if (answer === 'ended') return false;
    for (const id of answer === 'no-answer' ? ids : answer) if (!(await one(alive, id))) return false;
    return true;
  };

  /** The file cannot be read: whoever watches over it has heard of it, and ends the connection. */
  const untilTrouble = (error: unknown): false => {
    if (troubleOf(error) === null) throw error;
    return false;
  };

  /** Answers false when it was cut off. */
  const drain = async (alive: Life): Promise<boolean> => {
    while (queue.size > 0 && !alive.over()) {
      const ids = [...queue].slice(0, queue.size > ONE_BY_ONE ? FILTER_CHUNK : 1);
      const [only] = ids;
      // Off the list before the answer: what is heard while it is under way may call for another read.
      for (const id of ids) queue.delete(id);
      const work = ids.length === 1 && only !== undefined ? one(alive, only) : several(alive, ids);
      if (await work.catch(untilTrouble)) continue;
      // They are still the first whom the next connection reads.
      const behind = [...queue];
      queue.clear();
      for (const id of [...ids, ...behind]) queue.add(id);
      return false;
    }
    return true;
  };

  const read = async (mine: Crew): Promise<void> => {
    mine.readers += 1;
    const whole = await drain(mine.life);
    mine.readers -= 1;
    // What came while this one ended must not be left lying; nor what came to nothing with an old connection's requests.
    if (whole || crew !== mine) pump();
    if (crew === mine && mine.readers === 0) for (const resolve of idle.splice(0)) resolve();
  };

  const pump = (): void => {
    if (crew === null || crew.life.over()) return;
    // Each takes its share of the queue at once.
    while (queue.size > 0 && crew.readers < READERS) void read(crew);
  };

  /** Resolves when all is read that waits now, or the connection has ended. */
  const emptied = async (): Promise<void> => {
    if (queue.size === 0) return;
    await new Promise<void>((resolve) => {
      if (crew === null || crew.life.over()) resolve();
      else {
        idle.push(resolve);
        pump();
      }
    });
  };

  /** Second checks, as they fall due. */
  const recheck = async (alive: Life): Promise<void> => {
    while (!alive.over()) {
      const { due, next } = dueSuspects(suspects, clock.monotonic());
      const again = [...unanswered].filter(([, at]) => clock.monotonic() - at >= RECHECK_MS);
      for (const [id] of again) unanswered.delete(id);
      for (const id of [...due, ...again.map(([id]) => id)]) queue.add(id);
      await emptied();
      const wait = next === null ? 15_000 : Math.max(250, next - clock.monotonic());
      if (!(await alive.wait(Math.min(15_000, wait)))) return;
    }
  };

  return {
    /** Reads these soon. */
    need: (ids: Iterable<number>): void => {
      for (const id of ids) queue.add(id);
      pump();
    },
    /** Reads these and waits for the end of it (or of the connection). */
    confirm: async (ids: readonly number[]): Promise<void> => {
      for (const id of ids) queue.add(id);
      await emptied();
    },
    /**
     * Compares rows of the cache with the server, 25 at most, in one request. What it does not show is looked up
     * by its id, unless it is not expected (`guessed`). `no-answer` = this server has no such request, or not now.
     */
    compare: async (
      alive: Life,
      ids: readonly number[],
      name: BucketName,
      guessed = false,
    ): Promise<'compared' | 'no-answer' | 'ended'> => {
      const answer = await batch(alive, ids, name, false);
      if (answer === 'ended' || answer === 'no-answer') return answer;
      if (!guessed) {
        for (const id of answer) queue.add(id);
        pump();
      }
      return 'compared';
    },
    /** A connection began. */
    start: (alive: Life): void => {
      crew = { life: alive, readers: 0 };
      void recheck(alive);
      pump();
      alive.onEnd(() => {
        for (const resolve of idle.splice(0)) resolve();
      });
    },
    /** Whether a suspect waits for its second check, or a row for an answer. */
    undecided: (): boolean => suspects.size > 0 || unanswered.size > 0,
    /** Somebody else's read said so: one of the two checks. */
    notFound,
  };
};

export type Lookups = ReturnType<typeof createLookups>;
