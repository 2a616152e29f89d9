/** A thread of *ingest*: puts the log of the cache into the cache, which takes the disk longer than a writer may be held up. */
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckpointStart } from './checkpointer.ts';
import { checkpoint } from './core/store/checkpoint.ts';

const { busy } = workerData as CheckpointStart;
const state = new Int32Array(busy);

parentPort?.on('message', (path: string) => {
  try {
    checkpoint(path);
  } catch {
    // Nothing is lost: the log stays, and the writer does it when the log has grown.
  } finally {
    Atomics.store(state, 0, 0);
    Atomics.notify(state, 0);
    parentPort?.postMessage('done');
  }
});
