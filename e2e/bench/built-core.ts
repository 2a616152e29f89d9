/** The built core at work without a window: its two worker threads as the app starts them, and a data folder of its own. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  CallInput,
  CallName,
  CallOutput,
  EventName,
  EventPayload,
  Reply,
  Workspace,
} from '../../contract/ipc.ts';
import type { Pace } from '../../main/core/liveagent/buckets.ts';
import { startWorkers } from '../../main/workers.ts';

/** Where the build puts the two threads. */
export const chunks = join(import.meta.dirname, '..', '..', 'out', 'main', 'chunks');

const chunk = (folder: string, name: string): string => {
  const file = readdirSync(folder).find((one) => one.startsWith(`${name}-`) && one.endsWith('.js'));
  if (file === undefined) throw new Error(`The app is not built: there is no ${name} in ${folder}.`);
  return join(folder, file);
};

export type BuiltCoreOptions = {
  origin: string;
  token: string;
  accountId: number;
  userId: number;
  historyDays: number;
  pace: Pace | null;
  /** Where the workspace is kept; a new folder when not given. */
  folder?: string;
  /** Another build of the two threads than the app's. */
  chunks?: string;
  onEvent?: <N extends EventName>(name: N, payload: EventPayload<N>) => void;
};

export type BuiltCore = {
  folder: string;
  /** Path of a file of the workspace. */
  file: (name: string) => string;
  /** Throws when the core answers an error. */
  call: <N extends CallName>(name: N, input: CallInput<N>) => Promise<CallOutput<N>>;
  /** Waits for a state of the connection. */
  reach: (state: string, ms?: number) => Promise<void>;
  /** Waits until it is in any other. */
  leave: (state: string, ms?: number) => Promise<void>;
  stop: () => Promise<void>;
};

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'supervisor-bench-'));

/** Path of a file of the only workspace below a folder. */
export const workspaceFile = (folder: string, name: string): string => {
  const [only = ''] = readdirSync(join(folder, 'workspaces'));
  return join(folder, 'workspaces', only, name);
};

/** Starts both threads and opens the workspace. */
export const startBuiltCore = (options: BuiltCoreOptions): BuiltCore => {
  const folder = options.folder ?? newFolder();
  const workspace: Workspace = {
    origin: options.origin,
    accountId: options.accountId,
    userId: options.userId,
    name: 'Benchmark',
    demo: false,
  };
  let state = 'signed-out';
  const waits = new Set<() => void>();
  const workers = startWorkers({
    ingestPath: chunk(options.chunks ?? chunks, 'ingest'),
    dataPath: chunk(options.chunks ?? chunks, 'data'),
    checkpointPath: chunk(options.chunks ?? chunks, 'checkpoint'),
    pagesPath: chunk(options.chunks ?? chunks, 'pages'),
    folder,
    ...(options.pace === null ? {} : { pace: options.pace }),
    log: {
      info: () => undefined,
      warn: (what, details) => console.error(`warning: ${what}`, details ?? ''),
      error: (what, details) => console.error(`error: ${what}`, details ?? ''),
    },
    ports: {
      'secrets.get': async () => ({ value: options.token }),
      'secrets.set': async () => ({ stored: 'kept' }),
      'secrets.delete': async () => ({}),
      'workspace.remember': async () => ({}),
      'notifier.show': async () => ({ shown: true, reason: null }),
    },
    workspace: () => workspace,
    standing: () => [
      {
        kind: 'settings',
        historyDays: options.historyDays,
        watchedTeams: [],
        receiveAutomaticAssignments: false,
      },
    ],
    onEvent: (name, payload) => {
      if (name === 'connection') {
        ({ state } = payload as EventPayload<'connection'>);
        for (const check of waits) check();
      }
      options.onEvent?.(name, payload);
    },
  });
  const until = (reached: () => boolean, what: string, ms: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!reached()) return;
        clearTimeout(timer);
        waits.delete(check);
        resolve();
      };
      const timer = setTimeout(
        () => reject(new Error(`The connection is ${state} after ${ms} ms, and should be ${what}.`)),
        ms,
      );
      waits.add(check);
      check();
    });
  return {
    folder,
    file: (name) => workspaceFile(folder, name),
    call: async <N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> => {
      // The data thread answers by the contract, which its tests hold it to.
      const reply = (await workers.forward(name, input)) as Reply<CallOutput<N>>;
      if (!reply.ok) throw new Error(`${name}: ${reply.error.message}`);
      return reply.value;
    },
    reach: (wanted, ms = 180_000) => until(() => state === wanted, wanted, ms),
    leave: (left, ms = 60_000) => until(() => state !== left, `not ${left}`, ms),
    stop: async () => {
      await workers.stop();
    },
  };
};

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });
