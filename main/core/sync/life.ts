/** How long a piece of work may go on: tasks look whether their life is over after every wait. */
import type { Clock, Timer } from '../ports.ts';

export type Life = {
  over: () => boolean;
  /** Waits, at most until the end of this life; answers whether it still goes on. */
  wait: (ms: number) => Promise<boolean>;
  /** Runs something at the end; at once if that has been. Answers how to give that up. */
  onEnd: (run: () => void) => () => void;
  end: () => void;
};

/** A life, which ends with its parent at the latest. */
export const createLife = (clock: Clock, parent?: Life): Life => {
  let over = false;
  const ending = new Set<() => void>();
  const life: Life = {
    over: () => over,
    wait: (ms) =>
      new Promise((resolve) => {
        if (over) {
          resolve(false);
          return;
        }
        let timer: Timer | null = null;
        const stop = () => {
          timer?.cancel();
          resolve(false);
        };
        ending.add(stop);
        timer = clock.after(ms, () => {
          ending.delete(stop);
          resolve(!over);
        });
      }),
    onEnd: (run) => {
      if (over) run();
      else ending.add(run);
      return () => ending.delete(run);
    },
    end: () => {
      if (over) return;
      over = true;
      for (const run of ending) run();
      ending.clear();
    },
  };
  parent?.onEnd(life.end);
  return life;
};
