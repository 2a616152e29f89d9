/** One timer for the connection machine, which also tells by the clocks whether the computer slept. */
import type { Clock, Timer } from '../ports.ts';

export type Wake = {
  /** Rings at this time (monotonic ms), or earlier: whoever is woken looks whether anything is due. Null = not at all. */
  at: (at: number | null) => void;
  /** Rings now if the machine slept since it last rang: a timer may have the rest of its time still to wait. */
  look: () => void;
  stop: () => void;
};

/** Our clocks moved apart this much between two rings: the machine slept. */
const SLEPT_MS = 10_000;

export const createWake = (clock: Clock, rang: (slept: boolean) => void): Wake => {
  let next: { timer: Timer; at: number } | null = null;
  let drift = clock.now() - clock.monotonic();

  const slept = (): boolean => clock.now() - clock.monotonic() - drift > SLEPT_MS;
  const ring = (): void => {
    next = null;
    const after = slept();
    drift = clock.now() - clock.monotonic();
    rang(after);
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
    look: () => {
      if (!slept()) return;
      stop();
      ring();
    },
    stop,
  };
};
