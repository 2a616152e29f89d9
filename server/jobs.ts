/** The background queue: activity messages, notifications, bulk actions and events run a moment after the request that caused them. */

export interface Jobs {
  /** Runs `work` after the job delay, in the order of calls. */
  enqueue(work: () => void): void;
  setDelay(milliseconds: number): void;
  /** Resolves when nothing waits, whatever the delay is. */
  idle(): Promise<void>;
  pending(): number;
  /** Drops what waits. */
  stop(): void;
}

/** @param onError is told about a job that threw; the queue goes on, as a real one does. */
export function createJobs(delay: number, onError: (error: unknown) => void): Jobs {
  let delayMs = delay;
  const queue: { due: number; work: () => void }[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let waiters: (() => void)[] = [];
  let stopped = false;

  const arm = (): void => {
    if (timer !== null || stopped) return;
    const first = queue[0];
    if (first === undefined) return;
    timer = setTimeout(run, Math.max(0, first.due - performance.now()));
  };

  function run(): void {
    timer = null;
    const now = performance.now();
    for (let first = queue[0]; first !== undefined && first.due <= now; first = queue[0]) {
      queue.shift();
      try {
        first.work();
      } catch (error) {
        onError(error);
      }
    }
    if (queue.length === 0) {
      const done = waiters;
      waiters = [];
      for (const resolve of done) resolve();
    }
    arm();
  }

  return {
    enqueue: (work) => {
      if (stopped) return;
      const last = queue[queue.length - 1];
      // Never before an earlier job, also when the delay was made shorter meanwhile.
      queue.push({ due: Math.max(performance.now() + delayMs, last?.due ?? 0), work });
      arm();
    },
    setDelay: (milliseconds) => {
      delayMs = milliseconds;
    },
    idle: () => (queue.length === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    pending: () => queue.length,
    stop: () => {
      stopped = true;
      queue.length = 0;
      if (timer !== null) clearTimeout(timer);
      for (const resolve of waiters) resolve();
      waiters = [];
    },
  };
}
