/** Looks, at the begin of a connection, whether the server was restored from a backup: then nothing that is saved of it holds any more. */
import { FILTER_CHUNK } from '../../liveagent/api.ts';
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';
import { wentBack } from '../went-back.ts';

/** Before the data half is told again: its file may be full. */
const TELL_AGAIN_MS = 10_000;

/** Of what was changed last something is lost, however little a backup lacks. Null = no answer. */
const isBehind = async (session: Session, life: Life): Promise<boolean | null> => {
  const known = session.writer.stamps(session.writer.latest(FILTER_CHUNK));
  if (known.size === 0) return false;
  const answer = await session.ask(life, 'interactive', () => session.api.byIds([...known.keys()]), {
    tries: 2,
  });
  if (answer?.outcome !== 'answered') return null;
  return answer.value.facts.some((fact) => {
    const stamps = known.get(fact.id);
    return stamps !== undefined && wentBack(stamps, fact);
  });
};

/** For as long as this connection lasts. */
const clear = ({ suspicion }: Session, life: Life): void => {
  if (life.over()) return;
  suspicion.cleared = true;
  life.onEnd(() => {
    suspicion.cleared = false;
  });
};

/**
 * Answers false when the server goes on from where it was. Else the data half is told, which parks what waits and has
 * the cache begun anew, so that this life ends before the answer.
 */
export const checkBack = async (session: Session, life: Life): Promise<boolean> => {
  if (!session.suspicion.wentBack) {
    const behind = await isBehind(session, life);
    if (behind === false) clear(session, life);
    if (behind !== true) return false;
  }
  session.ports.log.warn('The server went back in time: it was restored from a backup', {});
  do session.post({ kind: 'went-back' });
  while (await life.wait(TELL_AGAIN_MS));
  return true;
};
