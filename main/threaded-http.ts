/** The Http port that lets a thread of its own fetch and read what is large; everything else goes from here. */
import { Worker } from 'node:worker_threads';
import { createHttp } from './core/host/http.ts';
import type { Http, HttpAnswer, HttpRequest, Log } from './core/ports.ts';

export type ToPages = { id: number; request: HttpRequest };
export type FromPages = { id: number; answer: HttpAnswer };

type Waiting = { request: HttpRequest; resolve: (answer: HttpAnswer) => void };

/**
 * The thread begins with the first use. When it ends, what it had not answered is fetched from here, and so is
 * everything after that: pages change nothing, so asking twice does no harm.
 * @param path its built file
 */
export const createThreadedHttp = (path: string, log: Pick<Log, 'error'>): Http => {
  const direct = createHttp();
  const waiting = new Map<number, Waiting>();
  const ready: (() => void)[] = [];
  let worker: Worker | 'ended' | null = null;
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
      const asked = waiting.get(id);
      waiting.delete(id);
      if (asked === undefined) return;
      // Not from here: a port hands over all that came, also what comes meanwhile, before anything else gets its turn.
      if (ready.push(() => asked.resolve(answer)) === 1) setImmediate(handOver);
    });
    begun.on('error', (error) => log.error('the thread of pages failed', { error: String(error) }));
    begun.on('exit', () => {
      worker = 'ended';
      for (const { request, resolve } of waiting.values()) void direct.request(request).then(resolve);
      waiting.clear();
    });
    return begun;
  };

  return {
    request: (request) => {
      if (request.reads === undefined || worker === 'ended') return direct.request(request);
      worker ??= begin();
      const id = next++;
      worker.postMessage({ id, request } satisfies ToPages);
      return new Promise((resolve) => waiting.set(id, { request, resolve }));
    },
  };
};
