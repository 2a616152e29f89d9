/** The core's two clocks over virtual time: the wall clock can be set wrong and jump, the monotonic one may stand still in sleep. */
import type { Clock } from '../../main/core/ports.ts';
import { onGrid } from './scheduler.ts';
import type { Scheduler } from './scheduler.ts';

/** 2026-03-02 09:00:00 UTC: where virtual time starts. */
export const EPOCH_MS = Date.UTC(2026, 2, 2, 9);

/** The machine's wall clock: how wrong it is, in ms. Outlives the process; changing it wakes no timer. */
export type Wall = { skew: number };

export type VirtualClock = {
  clock: Clock;
  /** The process died: nothing waiting will run and nothing more can be scheduled. */
  kill: () => void;
};

/** @param stopsInSleep the monotonic clock does not count time asleep, as on Linux @param wall how wrong the wall clock is */
export const createClock = (
  scheduler: Scheduler,
  options: { stopsInSleep: boolean; wall: Wall; onUse?: () => void },
): VirtualClock => {
  let dead = false;
  const monotonic = () => scheduler.time() - (options.stopsInSleep ? scheduler.slept() : 0);
  return {
    clock: {
      now: () => Math.floor(EPOCH_MS + scheduler.time() + options.wall.skew),
      monotonic,
      after: (ms, run) => {
        options.onUse?.();
        let cancelled = dead;
        // On the grid, or what is left of it may be too little to move a later time.
        const deadline = onGrid(monotonic() + Math.max(0, ms));
        const arm = () => {
          scheduler.after(Math.max(0, deadline - monotonic()), 'core', () => {
            if (cancelled || dead) return;
            // A timer that was due in sleep waits the rest of its time when that clock stood still.
            if (monotonic() < deadline) arm();
            else run();
          });
        };
        if (!dead) arm();
        return {
          cancel: () => {
            cancelled = true;
          },
        };
      },
    },
    kill: () => {
      dead = true;
    },
  };
};
