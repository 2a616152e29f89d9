/** Looks, at the begin of a connection, whether the server was restored from a backup: then nothing that is saved of it holds any more. */
import { FILTER_CHUNK } from '../../liveagent/api.ts';
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';
import { wentBack } from '../went-back.ts';

/** Before the data half is told again: its file may be full. */
const TELL_AGAIN_MS = 10_000;

/** Of what was changed last something is lost, however little a backup lacks. */
const isBehind = async (session: Session, life: Life): Promise<boolean> => {
  const known = session.writer.stamps(session.writer.latest(FILTER_CHUNK));
  if (known.size === 0) return false;
  const answer = await session.ask(life, 'interactive', () => session.api.byIds([...known.keys()]), {
    tries: 1,
  });
  if (answer?.outcome !== 'answered') return false;
  return answer.value.facts.some((fact) => {
    const stamps = known.get(fact.id);
    return stamps !== undefined && wentBack(stamps, fact);
  });
};

/** The newest notification there is now: numbers above it will be given once more. 0 = none. Null = the life ended. */
const newestNotification = async (session: Session, life: Life): Promise<number | null> => {
  const answer = await session.ask(life, 'interactive', () => session.api.notifications(1));
  if (answer === null) return null;
  return answer.outcome === 'answered' ? Math.max(0, ...answer.value.ids) : 0;
};

/**
 * Answers false when the server goes on from where it was. Else the data half is told, which parks what waits and has
 * the cache begun anew, so that this life ends before the answer. Events are held meanwhile: none is told under a
 * number that is about to be given free.
 */
export const checkBack = async (session: Session, life: Life): Promise<boolean> => {
  if (!session.suspicion.wentBack && !(await isBehind(session, life))) return false;
  const newest = await newestNotification(session, life);
  if (newest === null) return true;
  session.ports.log.warn('The server went back in time: it was restored from a backup', { newest });
  do session.post({ kind: 'went-back', notification: newest });
  while (await life.wait(TELL_AGAIN_MS));
  return true;
};
