/** Finds out what the server can do and at what pace it may be asked. */
import { understoodUpdatedWithin } from '../../liveagent/probe.ts';
import type { ListQuery } from '../../liveagent/api.ts';
import type { Page } from '../../liveagent/wire/list.ts';
import type { Outcome } from '../../liveagent/outcome.ts';
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';

/**
 * A list that is read for what it tells of the server. What it says of conversations is not thrown away: a command may
 * be about to be written over it. Those that are not known yet are left to the catch-up, which tells of them.
 */
const readList = async (session: Session, life: Life, query: ListQuery): Promise<Outcome<Page> | null> => {
  const answer = await session.ask(life, 'interactive', () => session.api.list(query), { tries: 2 });
  if (answer?.outcome !== 'answered') return answer;
  const known = answer.value.facts.filter(({ id }) => session.writer.truth(id) !== null);
  if (known.length > 0) session.commit(known, { gap: true });
  return answer;
};

/** Two or three requests; what they do not answer stays as it was. */
export const probeServer = async (session: Session, life: Life): Promise<void> => {
  const before = session.abilities();
  const [named, probed] = await Promise.all([
    session.ask(life, 'interactive', () => session.api.version(), { tries: 2 }),
    readList(session, life, { status: 'all', updatedWithin: 1 }),
  ]);
  if (life.over()) return;
  // A server that hides its version answers 404.
  const version =
    named?.outcome === 'answered' ? named.value : named?.outcome === 'gone' ? null : before.version;
  // Where nothing changed in the last second, a page to compare with would say no more.
  const plain =
    probed?.outcome === 'answered' && probed.value.rows > 0
      ? await readList(session, life, { status: 'all', page: 1 })
      : null;
  if (life.over()) return;
  const page = plain?.outcome === 'answered' ? plain.value.rows : null;
  const updatedWithin =
    probed?.outcome === 'answered' && (page !== null || probed.value.rows === 0)
      ? understoodUpdatedWithin({
          active: probed.value.facts.map(({ fields }) => fields.lastActivityAt ?? null),
          rows: probed.value.rows,
          all: probed.value.counts?.all ?? null,
          page: page ?? 0,
          now: session.serverNow(probed.sentAt),
          version,
        })
      : before.updatedWithin;
  const facts = probed?.outcome === 'answered' ? probed.value.facts : [];
  const updatedAt =
    facts.length > 0 ? facts.every(({ serverUpdatedAt }) => serverUpdatedAt !== null) : before.updatedAt;
  const createdAt =
    facts.length > 0 ? facts.every(({ fields }) => fields.createdAt !== undefined) : before.createdAt;
  const abilities = { version, updatedWithin, updatedAt, createdAt };
  session.setAbilities(abilities);
  session.commit([], { state: { abilities } });
};
