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
  let worker: Worker | null = null;
  let next = 1;

  const begin = (): Worker => {
    const begun = new Worker(path, { name: 'pages' });
    // What waits keeps nobody alive: whoever asked does.
    begun.unref();
    begun.on('message', ({ id, answer }: FromPages) => {
      waiting.get(id)?.(answer);
      waiting.delete(id);
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
