/** For tests: both halves of the core on real files below a folder, with a saved queue and a server that never answers. */
import { mkdirSync } from 'node:fs';
import { calls, type CallName, type CallOutput, type Workspace } from '../../contract/ipc.ts';
import { createData, type Data } from './data/create-data.ts';
import { folderOf } from './data/places.ts';
import { createClock } from './host/clock.ts';
import { createMemoryLink } from './memory-link.ts';
import type { Ports } from './ports.ts';
import { conversation, deps, message, messageFact, opened, silentLog } from './store/cache.fixture.ts';
import { openCacheReader } from './store/cache-reader.ts';
import { openCacheWriter } from './store/cache-writer.ts';
import { openOutbox } from './store/outbox.ts';
import { createIngest } from './sync/engine.ts';

const workspace: Workspace = {
  origin: 'https://chat.example.test',
  accountId: 3,
  userId: 1,
  name: 'Account',
  demo: false,
};

/** The files of a run before this one: conversation 7 with one message, nothing in the outbox. Answers their folder. */
export const saveQueue = (folder: string): string => {
  const place = folderOf(folder, workspace);
  mkdirSync(place, { recursive: true });
  const writer = opened(openCacheWriter(place, deps));
  writer.apply([conversation(7), messageFact(7, message(70))], { epoch: 1 });
  writer.close();
  const outbox = openOutbox(place, 0);
  if (outbox.outcome !== 'opened') throw new Error(outbox.outcome);
  outbox.outbox.close();
  return place;
};

type Halves = {
  data: Data;
  call: <N extends CallName>(name: N, input: unknown) => Promise<CallOutput<N>>;
  /** Keys of the words of what stands in the way or has happened. */
  notices: () => Promise<string[]>;
};

/** Starts both. Timers run twenty times as fast. */
export const startHalves = async (folder: string): Promise<Halves> => {
  const link = createMemoryLink();
  const clock = createClock();
  const ports: Ports = {
    clock: { ...clock, after: (ms, run) => clock.after(ms / 20, run) },
    // No answer ever comes: what is shown is what is on the disk.
    http: { request: () => new Promise(() => undefined) },
    sockets: { open: () => ({ send: () => undefined, close: () => undefined }) },
    random: { next: () => 0.5, id: () => crypto.randomUUID() },
    log: silentLog,
    main: {
      call: (name) => Promise.resolve((name === 'secrets.get' ? { value: 'secret' } : {}) as never),
    },
  };
  createIngest(ports, link.ingest, { openCacheWriter });
  const data = createData(ports, link.data, { folder, openCacheReader });
  await data.start(workspace);
  const call: Halves['call'] = async (name, input) => {
    const answer = await data.dispatch(name, calls[name].input.parse(input));
    if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
    return calls[name].output.parse(answer.value) as never;
  };
  return {
    data,
    call,
    notices: async () => (await call('notices.get', {})).notices.map(({ words }) => words.key),
  };
};
