/** What crosses between the main thread and the two worker threads, and the worker's side of it. */
import type { MessagePort } from 'node:worker_threads';
import type { PortInput, PortName, PortOutput, Reply, Workspace } from '../contract/ipc.ts';
import type { LinkEnd } from './core/link.ts';
import type { Pace } from './core/liveagent/buckets.ts';
import type { Log, MainPort, Signal } from './core/ports.ts';

/** Main thread -> worker. */
export type ToWorker =
  | { kind: 'start'; workspace: Workspace | null }
  | { kind: 'call'; id: number; name: string; input: unknown }
  | { kind: 'signal'; signal: Signal }
  | { kind: 'port-reply'; id: number; value: unknown }
  /** The main process could not do it; its log says why. */
  | { kind: 'port-failed'; id: number }
  | { kind: 'stop' };

/** Worker -> main thread. */
export type FromWorker =
  | { kind: 'reply'; id: number; reply: Reply<unknown> }
  | { kind: 'event'; name: string; payload: unknown }
  | { kind: 'port'; id: number; name: PortName; input: unknown }
  | { kind: 'log'; level: keyof Log; what: string; details: Record<string, unknown> | undefined }
  | { kind: 'stopped' };

/** What a worker is started with. */
export type WorkerStart = {
  folder: string;
  link: MessagePort;
  /** The threads that *ingest* starts beside itself. */
  checkpointPath: string;
  pagesPath: string;
  /** Another pace than the server's version allows: by policy. */
  pace?: Pace;
};

/** One end of the link over a MessagePort. */
export const portLink = <Out, In>(port: MessagePort): LinkEnd<Out, In> => ({
  post: (message) => port.postMessage(message),
  listen: (handler) => {
    port.on('message', (message: In) => handler(message));
  },
});

/** The ports that the main thread answers, seen from a worker. */
export const createMainPort = (
  post: (message: FromWorker) => void,
): {
  main: MainPort;
  log: Log;
  answered: (id: number, value: unknown) => void;
  failed: (id: number) => void;
} => {
  const waiting = new Map<
    number,
    { name: PortName; resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  let next = 1;
  const main: MainPort = {
    call: <N extends PortName>(name: N, input: PortInput<N>) =>
      new Promise<PortOutput<N>>((resolve, reject) => {
        const id = next++;
        // The main thread answers with the value of the contract's output schema, which it parsed.
        waiting.set(id, { name, resolve: (value) => resolve(value as PortOutput<N>), reject });
        post({ kind: 'port', id, name, input });
      }),
  };
  const say = (level: keyof Log) => (what: string, details?: Record<string, unknown>) =>
    post({ kind: 'log', level, what, details });
  return {
    main,
    log: { info: say('info'), warn: say('warn'), error: say('error') },
    answered: (id, value) => {
      waiting.get(id)?.resolve(value);
      waiting.delete(id);
    },
    failed: (id) => {
      const asked = waiting.get(id);
      waiting.delete(id);
      asked?.reject(new Error(`The main process could not answer ${asked.name}.`));
    },
  };
};
