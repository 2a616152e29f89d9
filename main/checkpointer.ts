/** The Checkpointer port over a thread of its own. */
import { Worker } from 'node:worker_threads';
import type { Checkpointer } from './core/store/types.ts';

/** What the thread is started with; 1 in the first number = it is at work. */
export type CheckpointStart = { busy: SharedArrayBuffer };

/** Longer than any disk that still works takes. */
const LONGEST_MS = 5_000;

/**
 * The thread begins with the first use.
 * @param path its built file
 * @param longestMs how long anybody waits for it
 */
export const createCheckpointer = (path: string, longestMs = LONGEST_MS): Checkpointer => {
  const busy = new SharedArrayBuffer(4);
  const state = new Int32Array(busy);
  let worker: Worker | null = null;
  /** Those who wait until nothing is under way. */
  let waiting: (() => void)[] = [];

  const done = (): void => {
    const all = waiting;
    waiting = [];
    for (const resume of all) resume();
  };

  const begin = (): Worker => {
    const begun = new Worker(path, {
      name: 'checkpoint',
      workerData: { busy } satisfies CheckpointStart,
    });
    begun.unref();
    begun.on('message', done);
    // Another is begun when it is needed again.
    begun.on('error', () => undefined);
    begun.on('exit', () => {
      worker = null;
      Atomics.store(state, 0, 0);
      done();
    });
    return begun;
  };

  return {
    start: (file) => {
      if (Atomics.load(state, 0) === 1) return;
      worker ??= begin();
      Atomics.store(state, 0, 1);
      worker.postMessage(file);
    },
    settle: () => {
      Atomics.wait(state, 0, 1, longestMs);
    },
    idle: async () => {
      if (Atomics.load(state, 0) === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const tooLong = setTimeout(resolve, longestMs);
      waiting.push(resolve);
      await promise;
      clearTimeout(tooLong);
    },
  };
};
