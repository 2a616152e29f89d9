/** Reconciles take turns: never two in flight. */

/** One after the other. A kind that already waits is not queued again. A job must not wait for another job. */
export const createJobs = () => {
  const waiting = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();
  return {
    /** Answers what the job answered; null when one of its kind already waits. */
    run: <T>(kind: string, job: () => Promise<T>): Promise<T | null> => {
      if (waiting.has(kind)) return Promise.resolve(null);
      waiting.add(kind);
      const next = last.then(() => {
        waiting.delete(kind);
        return job();
      });
      last = next.catch(() => undefined);
      return next;
    },
  };
};

export type Jobs = ReturnType<typeof createJobs>;
