/** The Clock port over the machine's clocks. */
import { hrtime } from 'node:process';
import type { Clock } from '../ports.ts';

/** Longer timers would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The real clock. */
export const createClock = (): Clock => ({
  now: () => Date.now(),
  // One clock for all threads: a thread's own begins anew with it.
  monotonic: () => Number(hrtime.bigint()) / 1e6,
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(LONGEST_TIMER, Math.max(0, ms)));
    return { cancel: () => clearTimeout(timer) };
  },
});
