/** One timer for the connection machine, which also tells by the clocks whether the computer slept. */
import type { Clock, Timer } from '../ports.ts';

export type Wake = {
  /** Rings at this time (monotonic ms), or earlier: whoever is woken looks whether anything is due. Null = not at all. */
  at: (at: number | null) => void;
  stop: () => void;
};

/** Our clocks moved apart this much between two rings: the machine slept. */
const SLEPT_MS = 10_000;

export const createWake = (clock: Clock, rang: (slept: boolean) => void): Wake => {
  let next: { timer: Timer; at: number } | null = null;
  let drift = clock.now() - clock.monotonic();

  const ring = (): void => {
    next = null;
    const now = clock.now() - clock.monotonic();
    const slept = now - drift > SLEPT_MS;
    drift = now;
    rang(slept);
  };
  const stop = (): void => {
    next?.timer.cancel();
    next = null;
  };

  return {
    at: (at) => {
      if (at === null) {
        stop();
        return;
      }
      if (next !== null && next.at <= at) return;
      stop();
      next = { at, timer: clock.after(Math.max(0, at - clock.monotonic()), ring) };
    },
    stop,
  };
};
