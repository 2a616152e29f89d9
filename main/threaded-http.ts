/** The Http port that lets a thread of its own fetch and read what is large; everything else goes from here. */
import { Worker } from 'node:worker_threads';
import { createHttp } from './core/host/http.ts';
import type { Http, HttpAnswer, HttpRequest } from './core/ports.ts';

export type ToPages = { id: number; request: HttpRequest };
export type FromPages = { id: number; answer: HttpAnswer };

/** The thread begins with the first use, and again after it died. @param path its built file */
export const createThreadedHttp = (path: string): Http => {
  const direct = createHttp();
  const waiting = new Map<number, (answer: HttpAnswer) => void>();
  const ready: (() => void)[] = [];
  let worker: Worker | null = null;
  let next = 1;

  /** One answer a turn of the event loop: what it leads to may take a few milliseconds. */
  const handOver = (): void => {
    ready.shift()?.();
    if (ready.length > 0) setImmediate(handOver);
  };

  const begin = (): Worker => {
    const begun = new Worker(path, { name: 'pages' });
    // What waits keeps nobody alive: whoever asked does.
    begun.unref();
    begun.on('message', ({ id, answer }: FromPages) => {
      const resolve = waiting.get(id);
      waiting.delete(id);
      if (resolve === undefined) return;
      // Not from here: a port hands over all that came, also what comes meanwhile, before anything else gets its turn.
      if (ready.push(() => resolve(answer)) === 1) setImmediate(handOver);
    });
    begun.on('error', () => undefined);
    begun.on('exit', () => {
      worker = null;
      for (const resolve of waiting.values())
        resolve({ kind: 'failed', reason: 'broken', sent: 'maybe', detail: 'The thread of pages ended.' });
      waiting.clear();
    });
    return begun;
  };

  return {
    request: (request) => {
      if (request.reads === undefined) return direct.request(request);
      worker ??= begin();
      const id = next++;
      worker.postMessage({ id, request } satisfies ToPages);
      return new Promise((resolve) => waiting.set(id, resolve));
    },
  };
};
