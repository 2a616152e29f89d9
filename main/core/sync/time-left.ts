/** How long a load still takes, judged by how fast it went in the last minute. */
import type { Connection } from '../../../contract/model.ts';

/** A load as it is reported: how much of how much. */
export type Progress = Omit<NonNullable<Connection['progress']>, 'secondsLeft'>;

const WINDOW_MS = 60_000;
/** Before that a guess would jump about. */
const FIRST_GUESS_MS = 5_000;

/** Told every step of a load, answers the seconds that are left; null = not to be said yet. `now` monotonic ms. */
export const createTimeLeft = (now: () => number) => {
  let what: Progress['what'] | null = null;
  let seen: { at: number; done: number }[] = [];
  return ({ what: doing, done, total }: Progress): number | null => {
    const at = now();
    if (doing !== what || done < (seen.at(-1)?.done ?? 0)) seen = [];
    what = doing;
    seen = [...seen.filter((one) => at - one.at <= WINDOW_MS), { at, done }];
    const first = seen[0];
    if (!first || total === null) return null;
    const took = at - first.at;
    const did = done - first.done;
    if (took < FIRST_GUESS_MS || did <= 0) return null;
    return Math.round((Math.max(0, total - done) * took) / did / 1000);
  };
};
