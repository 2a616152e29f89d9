/** Work over many items in slices, so that no block of the thread grows long enough for a drop to wait behind it. */
import type { Clock } from '../ports.ts';

const SLICE = 100;

/** Lets everything else that waits have its turn. */
export const breathe = (clock: Clock): Promise<void> =>
  new Promise((resolve) => {
    clock.after(0, resolve);
  });

/** Calls `work` for at most 100 items at a time; what it returns is joined in order. */
export const inSlices = async <T, R>(
  clock: Clock,
  items: readonly T[],
  work: (slice: readonly T[]) => R[],
): Promise<R[]> => {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += SLICE) {
    if (from > 0) await breathe(clock);
    results.push(...work(items.slice(from, from + SLICE)));
  }
  return results;
};
