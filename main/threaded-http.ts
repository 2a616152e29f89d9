/** The Http port that lets a thread of its own fetch and read what is large; everything else goes from here. */
import { Worker } from 'node:worker_threads';
import { createClock } from './core/host/clock.ts';
import { createHttp } from './core/host/http.ts';
import type { Clock, Http, HttpAnswer, HttpRequest, Log, Timer } from './core/ports.ts';

export type ToPages = { id: number; request: HttpRequest };
export type FromPages = { id: number; answer: HttpAnswer };

type Waiting = { request: HttpRequest; resolve: (answer: HttpAnswer) => void; late: Timer };

/** A thread that is well says by itself that the time of a request is over. */
const LATE_MS = 10_000;

/**
 * The thread begins with the first use. When it ends, or answers so late that it must hang, what it had not answered is fetched from here, and so is
 * everything after that: pages change nothing, so asking twice does no harm.
 * @param path its built file
 */
export const createThreadedHttp = (
  path: string,
  log: Pick<Log, 'error'>,
  clock: Pick<Clock, 'after'> = createClock(),
): Http => {
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
      asked.late.cancel();
      // Not from here: a port hands over all that came, also what comes meanwhile, before anything else gets its turn.
      if (ready.push(() => asked.resolve(answer)) === 1) setImmediate(handOver);
    });
    begun.on('error', (error) => log.error('the thread of pages failed', { error: String(error) }));
    begun.on('exit', () => {
      worker = 'ended';
      for (const { request, resolve, late } of waiting.values()) {
        late.cancel();
        void direct.request(request).then(resolve);
      }
      waiting.clear();
    });
    return begun;
  };

  return {
    request: (request) => {
      if (request.reads === undefined || worker === 'ended') return direct.request(request);
      const thread = worker ?? begin();
      worker = thread;
      const id = next++;
      thread.postMessage({ id, request } satisfies ToPages);
      const late = clock.after(request.timeoutMs + LATE_MS, () => {
        log.error('the thread of pages hangs', { after: request.timeoutMs + LATE_MS });
        void thread.terminate();
      });
      return new Promise((resolve) => waiting.set(id, { request, resolve, late }));
    },
  };
};
