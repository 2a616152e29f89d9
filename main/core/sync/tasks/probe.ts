/** Finds out what the server can do and at what pace it may be asked. */
import { understoodUpdatedWithin } from '../../liveagent/probe.ts';
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';

/** Two or three requests; what they do not answer stays as it was. */
export const probeServer = async (session: Session, life: Life): Promise<void> => {
  const before = session.abilities();
  const [named, probed] = await Promise.all([
    session.ask(life, 'interactive', () => session.api.version(), { tries: 2 }),
    session.ask(life, 'interactive', () => session.api.list({ status: 'all', updatedWithin: 1 }), {
      tries: 2,
    }),
  ]);
  if (life.over()) return;
  // A server that hides its version answers 404.
  const version =
    named?.outcome === 'answered' ? named.value : named?.outcome === 'gone' ? null : before.version;
  // Where nothing changed in the last second, a page to compare with would say no more.
  const plain =
    probed?.outcome === 'answered' && probed.value.rows > 0
      ? await session.ask(life, 'interactive', () => session.api.list({ status: 'all', page: 1 }), {
          tries: 2,
        })
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
  const updatedAt =
    probed?.outcome === 'answered' && probed.value.facts.length > 0
      ? probed.value.facts.every(({ serverUpdatedAt }) => serverUpdatedAt !== null)
      : before.updatedAt;
  const abilities = { version, updatedWithin, updatedAt };
  session.setAbilities(abilities);
  session.commit([], { state: { abilities } });
};
