/** For tests: the data half over real files, an ingest half over a model server, and a clock that moves only when told to. */
import { calls, events, type CallName, type CallOutput, type Workspace } from '../../../contract/ipc.ts';
import type { Action, Assignment, Card, OutboxEntry } from '../../../contract/model.ts';
import { createMemoryLink } from '../memory-link.ts';
import type { Ports } from '../ports.ts';
import { openCacheReader } from '../store/cache-reader.ts';
import { NOW, silentLog } from '../store/cache.fixture.ts';
import { createData, type Data } from './create-data.ts';
import { agentKey, createFakeIngest, type FakeIngest, type Known } from './fake-ingest.testing.ts';

export const workspace: Workspace = {
  origin: 'https://chat.example.test',
  accountId: 3,
  userId: 1,
  name: 'Account',
  demo: false,
};
const filter = { statuses: ['open'], inboxes: [], labels: [], priorities: [], waitingLongerThan: 0 };
export const board = { grouping: 'queues', filter, sort: 'waiting' } as const;

/** A clock that moves only when told to. */
const createClock = () => {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  return {
    clock: {
      now: () => NOW + now,
      monotonic: () => now,
      after: (ms: number, run: () => void) => {
        const timer = { at: now + ms, run };
        timers.push(timer);
        return {
          cancel: () => {
            timers = timers.filter((one) => one !== timer);
          },
        };
      },
    },
    /** Runs what is due within `ms`, one after the other, each with everything that follows from it. */
    pass: async (ms: number) => {
      const end = now + ms;
      for (;;) {
        for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
        const next = timers.filter((one) => one.at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers = timers.filter((one) => one !== next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = end;
    },
  };
};

type Shown = { id: string; title: string; body: string; conversation: number | null };
export type Rig = {
  data: Data;
  ingest: FakeIngest;
  events: { name: string; payload: unknown }[];
  shown: Shown[];
  pass: (ms?: number) => Promise<void>;
  call: <N extends CallName>(name: N, input: unknown) => Promise<CallOutput<N>>;
  error: (name: string, input: unknown) => Promise<string>;
  submit: (action: Action, ...ids: number[]) => Promise<CallOutput<'move.submit'>>;
  /** As the outbox view does: with what these entries were drawn with. */
  settle: (
    choice: 'keep' | 'apply' | 'retry' | 'discard',
    ...entries: (OutboxEntry | undefined)[]
  ) => Promise<CallOutput<'outbox.settle'>>;
  card: (id: number) => Promise<Card>;
  end: () => Promise<void>;
};

let ids = 0;
/** Starts on the files below `folder`, with an ingest half over a model server. */
export const startData = async (
  folder: string,
  server: [number, Known][],
  secrets = new Map([['token:https://chat.example.test:3:1', 'secret']]),
): Promise<Rig> => {
  const { clock, pass } = createClock();
  const link = createMemoryLink();
  const ingest = createFakeIngest(link.ingest, server);
  const shown: Shown[] = [];
  const main: Ports['main'] = {
    call: (name, input) => {
      const answers: Record<string, () => unknown> = {
        'secrets.get': () => ({ value: secrets.get((input as { key: string }).key) ?? null }),
        'secrets.delete': () => (secrets.delete((input as { key: string }).key), {}),
        'workspace.remember': () => ({}),
        'notifier.show': () => (shown.push(input as Shown), { shown: true, reason: null }),
      };
      return Promise.resolve(answers[name]?.() as never);
    },
  };
  const ports: Ports = {
    clock,
    http: {
      request: () => Promise.resolve({ kind: 'failed', reason: 'unreachable', sent: 'no', detail: '' }),
    },
    sockets: { open: () => ({ send: () => {}, close: () => {} }) },
    random: { next: () => 0.5, id: () => `id-${++ids}` },
    log: silentLog,
    main,
  };
  const data = createData(ports, link.data, { folder, openCacheReader });
  const heard: Rig['events'] = [];
  data.onEvent((name, payload) => heard.push({ name, payload: events[name].parse(payload) }));
  await data.start(workspace);
  await pass(100);
  const call: Rig['call'] = async (name, input) => {
    const reply = data.dispatch(name, calls[name].input.parse(input));
    await pass(0);
    const answer = await reply;
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code} ${answer.error.message}`);
    return calls[name].output.parse(answer.value) as never;
  };
  const card = async (id: number) => {
    const details = await call('conversation.get', { id });
    if (!details) throw new Error(`no conversation ${id}`);
    return details.card;
  };
  return {
    data,
    ingest,
    events: heard,
    shown,
    pass: (ms = 5_000) => pass(ms),
    call,
    card,
    error: async (name, input) => {
      const reply = data.dispatch(name, input);
      await pass(20_000);
      const answer = await reply;
      return answer.ok ? 'ok' : answer.error.code;
    },
    submit: async (action, ...conversations) => {
      const items = [];
      for (const id of conversations) {
        const { assignee, team, live } = await card(id);
        items.push({ conversation: id, base: { assignee, team, live } });
      }
      return call('move.submit', { action, items });
    },
    settle: (choice, ...entries) =>
      call('outbox.settle', {
        items: entries.flatMap((one) => (one ? [{ command: one.id, seen: one.now }] : [])),
        choice,
      }),
    end: async () => {
      const stopping = data.stop();
      await pass(6_000);
      await stopping;
      ingest.close();
    },
  };
};

export const open = (assignee: number | null, team: number | null): Known => ({
  assignee: assignee === null ? null : agentKey(assignee),
  team,
  status: 'open',
});
export const where = ({ assignee, team }: Assignment) => [assignee?.id ?? null, team];
