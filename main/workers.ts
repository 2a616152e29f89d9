/** Starts the two worker threads, joins them, carries calls, events and ports, and starts both again when one dies. */
import { MessageChannel, Worker } from 'node:worker_threads';
import type { CallError, EventName, EventPayload, Reply, Workspace } from '../contract/ipc.ts';
import { events, ports } from '../contract/ipc.ts';
import type { Connection } from '../contract/model.ts';
import type { Pace } from './core/liveagent/buckets.ts';
import type { Log, Signal } from './core/ports.ts';
import type { PortHandlers } from './shell/port-handlers.ts';
import type { FromWorker, ToWorker, WorkerStart } from './thread.ts';

export type Workers = {
  /** Forwards a parsed call to the data worker. Never rejects. */
  forward: (name: string, input: unknown) => Promise<Reply<unknown>>;
  signal: (signal: Signal) => void;
  /** Asks the data worker to settle what it is writing, then ends both. */
  stop: () => Promise<void>;
};

type Options = {
  ingestPath: string;
  dataPath: string;
  checkpointPath: string;
  pagesPath: string;
  folder: string;
  log: Log;
  ports: PortHandlers;
  /** Events as the data worker made them, by the same contract. */
  onEvent: <N extends EventName>(name: N, payload: EventPayload<N>) => void;
  /** The workspace to open at start, read again when the workers are started anew. */
  workspace: () => Workspace | null;
  /** What the data worker must know before it opens anything, told at every start. */
  standing: () => Signal[];
  /** By policy; the server's version decides when there is none. */
  pace?: Pace;
};

/** A worker that dies more often than this is not started again by itself. */
const RESTARTS_PER_MINUTE = 3;
const STOP_TIMEOUT_MS = 3_000;

const failed = (code: CallError['code'], message: string): Reply<never> => ({
  ok: false,
  error: { code, message },
});

/** Starts the workers. Throws nothing; a worker that cannot start is logged and every call answers `internal`. */
export const startWorkers = (options: Options): Workers => {
  const { log } = options;
  let waiting = new Map<number, (reply: Reply<unknown>) => void>();
  let nextCall = 1;
  let running: { data: Worker; ingest: Worker } | null = null;
  let stopping = false;
  let onStopped: (() => void) | null = null;
  let restarts: number[] = [];
  let connection: Connection | null = null;

  const answerPort = async (worker: Worker, message: Extract<FromWorker, { kind: 'port' }>) => {
    const port = ports[message.name];
    const handler = options.ports[message.name] as (input: unknown) => Promise<unknown>;
    const value = port.output.parse(await handler(port.input.parse(message.input)));
    worker.postMessage({ kind: 'port-reply', id: message.id, value } satisfies ToWorker);
  };

  const hear = (worker: Worker, message: FromWorker) => {
    switch (message.kind) {
      case 'reply':
        waiting.get(message.id)?.(message.reply);
        waiting.delete(message.id);
        return;
      case 'event':
        if (message.name === 'connection') connection = message.payload as Connection;
        if (Object.hasOwn(events, message.name))
          options.onEvent(message.name as EventName, message.payload as EventPayload<EventName>);
        return;
      case 'port':
        answerPort(worker, message).catch((error: unknown) => {
          log.error('a port failed', { port: message.name, error: String(error) });
          worker.postMessage({ kind: 'port-failed', id: message.id } satisfies ToWorker);
        });
        return;
      case 'log':
        log[message.level](message.what, message.details);
        return;
      case 'stopped':
        onStopped?.();
        return;
    }
  };

  const start = () => {
    const { port1, port2 } = new MessageChannel();
    const launch = (name: string, path: string, link: typeof port1) =>
      new Worker(path, {
        name,
        workerData: {
          folder: options.folder,
          link,
          checkpointPath: options.checkpointPath,
          pagesPath: options.pagesPath,
          ...(options.pace === undefined ? {} : { pace: options.pace }),
        } satisfies WorkerStart,
        transferList: [link],
      });
    const pair = {
      ingest: launch('ingest', options.ingestPath, port1),
      data: launch('data', options.dataPath, port2),
    };
    running = pair;
    for (const [name, worker] of Object.entries(pair)) {
      worker.on('message', (message: FromWorker) => hear(worker, message));
      worker.on('error', (error) => {
        log.error('a worker failed', {
          worker: name,
          error: String(error),
          stack: error instanceof Error ? error.stack : undefined,
        });
      });
      worker.on('exit', () => died(pair));
    }
    for (const signal of options.standing())
      pair.data.postMessage({ kind: 'signal', signal } satisfies ToWorker);
    pair.data.postMessage({ kind: 'start', workspace: options.workspace() } satisfies ToWorker);
  };

  // Both are started anew when one dies: everything that matters is on disk, and half a core is no core.
  const died = (pair: { data: Worker; ingest: Worker }) => {
    if (running !== pair) return;
    running = null;
    const orphans = waiting;
    waiting = new Map();
    for (const resolve of orphans.values())
      resolve(failed('internal', 'The data process stopped. It is being started again; try once more.'));
    if (stopping) {
      onStopped?.();
      return;
    }
    // Both must be gone before others open their files.
    const ended = Promise.allSettled([pair.data.terminate(), pair.ingest.terminate()]);
    const now = performance.now();
    restarts = restarts.filter((at) => now - at < 60_000);
    if (restarts.length >= RESTARTS_PER_MINUTE) {
      log.error('the workers died too often and stay down', { restarts: restarts.length });
      // Nobody else can say so any more.
      options.onEvent('connection', {
        state: 'offline',
        reason: { key: 'connection.core-stopped', params: {} },
        deadline: null,
        asOf: connection?.asOf ?? null,
        progress: null,
      });
      return;
    }
    restarts.push(now);
    const again = () => {
      if (stopping) return;
      start();
      options.onEvent('topics', {
        topics: ['directory', 'outbox', 'alerts', 'connection', 'counts'],
        revision: 0,
      });
    };
    setTimeout(() => void ended.then(again), 250 * restarts.length);
  };

  start();
  return {
    forward: (name, input) => {
      if (!running)
        return Promise.resolve(
          failed(
            'internal',
            'The data process is not running. Quit the app and start it again; nothing saved is lost.',
          ),
        );
      const id = nextCall++;
      const { data } = running;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        data.postMessage({ kind: 'call', id, name, input } satisfies ToWorker);
      });
    },
    signal: (signal) => running?.data.postMessage({ kind: 'signal', signal } satisfies ToWorker),
    stop: async () => {
      stopping = true;
      const pair = running;
      if (!pair) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, STOP_TIMEOUT_MS);
        onStopped = () => {
          clearTimeout(timer);
          resolve();
        };
        pair.data.postMessage({ kind: 'stop' } satisfies ToWorker);
      });
      await Promise.all([pair.data.terminate(), pair.ingest.terminate()]);
    },
  };
};
