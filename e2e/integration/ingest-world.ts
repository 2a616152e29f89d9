/** The ingest half alone on virtual time: the modelled server, a faulty network, other people at work, and what the data half is told. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sameAssignee, type Connection } from '../../contract/model.ts';
import type { IngestAnswer, IngestRequest, ToData, ToIngest, TruthChange } from '../../main/core/link.ts';
import { createMemoryLink } from '../../main/core/memory-link.ts';
import type { Pace } from '../../main/core/liveagent/buckets.ts';
import type { Clock, Ports } from '../../main/core/ports.ts';
import { openCacheWriter } from '../../main/core/store/cache-writer.ts';
import type { CacheWriter } from '../../main/core/store/types.ts';
import { createIngest } from '../../main/core/sync/engine.ts';
import { createModelServer } from '../simulate/model-server.ts';
import type { Level } from '../simulate/model/levels.ts';
import { mayRead, visibleInbox } from '../simulate/model/lists.ts';
import { liveStatus, standingOf } from '../simulate/model/records.ts';
import { createNetwork, type Conditions, type Network } from '../simulate/network.ts';
import { ACCOUNT, ME, populate } from '../simulate/population.ts';
import { createDice } from '../simulate/random.ts';
import { createScheduler, type Scheduler } from '../simulate/scheduler.ts';
import { createTrace } from '../simulate/trace.ts';
import { clearWeather } from '../simulate/weather.ts';

/** 2026-03-02 09:00:00 UTC: where virtual time starts. */
const EPOCH_MS = Date.UTC(2026, 2, 2, 9);

type VirtualClock = { clock: Clock; jump: (ms: number) => void; kill: () => void };

/** The core's clocks: the wall may be wrong and jump, the monotonic one stands still in sleep. */
const createClock = (scheduler: Scheduler, wrongBy: number): VirtualClock => {
  let skew = wrongBy;
  let dead = false;
  const monotonic = (): number => scheduler.time() - scheduler.slept();
  return {
    clock: {
      now: () => Math.floor(EPOCH_MS + scheduler.time() + skew),
      monotonic,
      after: (ms, run) => {
        const deadline = monotonic() + Math.max(0, ms);
        let cancelled = false;
        const arm = (): void => {
          scheduler.after(Math.max(0, deadline - monotonic()), 'core', () => {
            if (cancelled || dead) return;
            // Due in sleep: the rest of its time is still to wait.
            if (monotonic() + 0.001 < deadline) arm();
            else run();
          });
        };
        if (!dead) arm();
        return {
          cancel: () => {
            cancelled = true;
          },
        };
      },
    },
    jump: (ms) => {
      skew += ms;
    },
    kill: () => {
      dead = true;
    },
  };
};

export type WorldOptions = {
  seed: number;
  level: Level;
  pageSize?: number;
  /** Wrong by so many ms is the machine's clock. */
  skew?: number;
  origin?: string;
  pace?: Pace;
  /** 3 unless told: how far back finished conversations are read. */
  historyDays?: number;
};

/** A world at the moment when the app has not been started yet. */
export const createWorld = async (options: WorldOptions) => {
  const dice = createDice(`ingest ${options.seed}`);
  const errors: unknown[] = [];
  /** `reads` = it fails those as well, whatever asks. */
  const disk: { error: Error | null; reads: boolean } = { error: null, reads: false };
  const scheduler = createScheduler((error) => errors.push(error));
  const trace = createTrace(scheduler.time);
  const conditions: Conditions = { weather: clearWeather, sick: new Set(), tamper: null };
  let lastNow = 0;
  const serverSeconds = (): number => {
    lastNow = Math.max(lastNow + 0.000001, (EPOCH_MS + scheduler.time()) / 1000);
    return lastNow;
  };
  const wire = dice.fork('wire');
  const lateness = (): number => wire.between(0, conditions.weather.sockets.lateness ?? 100);
  const server = createModelServer(
    options.level,
    {
      now: serverSeconds,
      job: (run) => void scheduler.after(50 + lateness(), 'world', run),
      event: (user, name, data) => {
        const { eventLost = 0, eventTwice = 0 } = conditions.weather.sockets;
        if (user !== ME || wire.chance(eventLost)) return;
        for (let i = wire.chance(eventTwice) ? 2 : 1; i > 0; i--) {
          scheduler.after(lateness(), 'world', () => server.cable.deliver(user, name, data()));
        }
      },
      choose: (candidates) => wire.pick(candidates),
      onChange: () => undefined,
      onNotification: () => undefined,
      onActivity: () => undefined,
      onMembers: () => undefined,
    },
    { accountId: ACCOUNT, pageSize: options.pageSize ?? 25, limit: null },
  );
  populate(server, dice.fork('population'));
  await scheduler.runUntil(3_600_000);

  const folder = mkdtempSync(join(tmpdir(), 'ingest-world-'));
  const netDice = dice.fork('network');
  const lifeDice = dice.fork('life');
  const count = { requests: 0 };
  const heard: ToData[] = [];
  const changes: TruthChange[] = [];
  const connections: { at: number; connection: Connection }[] = [];
  let asked = 0;
  let life: {
    post: (message: ToIngest) => void;
    clock: VirtualClock;
    network: Network;
    writer: () => CacheWriter;
    closeCache: () => void;
    answers: Map<number, IngestAnswer>;
  } | null = null;
  const alive = () => {
    if (life === null) throw new Error('the app is not running');
    return life;
  };

  const start = (): void => {
    const network = createNetwork({
      scheduler,
      dice: netDice,
      server,
      trace,
      conditions,
      me: ME,
      count,
      awake: () => scheduler.time() - scheduler.slept(),
      serverSeconds,
      onUse: () => undefined,
    });
    const clock = createClock(scheduler, options.skew ?? 0);
    const ports: Ports = {
      clock: clock.clock,
      http: network.http,
      sockets: network.sockets,
      random: { next: lifeDice.next, id: () => String(lifeDice.below(1e9)) },
      log: {
        info: () => undefined,
        warn: () => undefined,
        error: (what, details) => errors.push([what, details]),
      },
      main: { call: () => Promise.reject(new Error('not in this world')) },
    };
    let writer: CacheWriter | null = null;
    const answers = new Map<number, IngestAnswer>();
    const { ingest, data } = createMemoryLink();
    createIngest(ports, ingest, {
      ...(options.pace === undefined ? {} : { pace: options.pace }),
      openCacheWriter: (...args) => {
        const opened = openCacheWriter(...args);
        if (opened.outcome !== 'opened') return opened;
        const { store } = opened;
        writer = store;
        /** Fails as the disk does. */
        const onDisk = Object.fromEntries(
          Object.entries(store).map(([name, method]) => [
            name,
            (...input: never[]): unknown => {
              const met = disk.reads
                ? !['close', 'state'].includes(name)
                : name === 'apply' || name === 'probe';
              if (disk.error && met) throw Object.assign(new Error(disk.error.message), disk.error);
              return (method as (...all: never[]) => unknown)(...input);
            },
          ]),
        ) as CacheWriter;
        return { ...opened, store: onDisk };
      },
    });
    data.listen((message) => {
      heard.push(message);
      if (message.kind === 'connection')
        connections.push({ at: scheduler.time(), connection: message.connection });
      if (message.kind === 'committed') changes.push(...message.changes);
      if (message.kind === 'answer') answers.set(message.id, message.answer);
      // The data half parks what waits before it says so.
      if (message.kind === 'went-back') data.post({ kind: 'begin-anew' });
    });
    life = {
      post: data.post,
      clock,
      network,
      answers,
      closeCache: () => writer?.close(),
      writer: () => {
        if (writer === null) throw new Error('not opened');
        return writer;
      },
    };
    open();
  };

  const open = (): void => {
    const me = server.truth.users.get(ME);
    alive().post({
      kind: 'open',
      workspace: {
        origin: options.origin ?? 'https://agents.example.test',
        accountId: ACCOUNT,
        userId: ME,
        name: 'Nordlicht Support',
        demo: false,
      },
      folder,
      token: me?.token ?? '',
      historyDays: options.historyDays ?? 3,
      receiveAutomaticAssignments: false,
    });
  };

  const pass = (ms: number): Promise<void> => scheduler.runUntil(scheduler.time() + ms);

  /** Passes time until something holds, looking every `step` ms; answers whether it came to hold. */
  const within = async (ms: number, look: () => boolean, step = 100): Promise<boolean> => {
    const end = scheduler.time() + ms;
    await scheduler.settle();
    while (!look()) {
      if (scheduler.time() >= end) return false;
      await pass(step);
    }
    return true;
  };

  const connection = (): Connection | null => connections.at(-1)?.connection ?? null;

  /** Where the live rows of the cache differ from what the server would show this user. */
  const differences = (): string[] => {
    const found: string[] = [];
    const viewer = server.truth.users.get(ME);
    if (viewer === undefined) return ['nobody is looking'];
    const writer = alive().writer();
    const ids = new Set([
      ...server.truth.conversations.keys(),
      ...Array.from({ length: 1000 }, (_, i) => i + 1),
    ]);
    for (const id of ids) {
      const row = server.truth.conversations.get(id);
      const cached = writer.truth(id);
      const shown =
        row !== undefined && visibleInbox(server.truth, viewer, row.inbox) && liveStatus(row.status);
      if (row !== undefined && !shown && liveStatus(row.status) && mayRead(server.truth, viewer, row))
        continue;
      if (!shown) {
        if (cached !== null && cached.live)
          found.push(`#${id} is cached as live, is ${row?.status ?? 'gone'}`);
        continue;
      }
      const standing = standingOf(row);
      if (cached === null) found.push(`#${id} is not cached`);
      else if (
        cached.status !== standing.status ||
        cached.team !== standing.team ||
        !sameAssignee(cached.assignee, standing.assignee)
      ) {
        found.push(`#${id} is cached ${JSON.stringify(cached)}, is ${JSON.stringify(standing)}`);
      }
    }
    return found;
  };

  return {
    dice,
    folder,
    scheduler,
    server,
    trace,
    conditions,
    disk,
    errors,
    heard,
    changes,
    connections,
    connection,
    start,
    open,
    alive,
    pass,
    within,
    differences,
    requests: () => trace.events.filter((event) => event.kind === 'sent'),
    live: (ms = 10 * 60_000) => within(ms, () => connection()?.state === 'live'),
    ask: async (request: IngestRequest): Promise<IngestAnswer | undefined> => {
      asked += 1;
      const id = asked;
      const { answers, post } = alive();
      post({ kind: 'request', id, request });
      await within(120_000, () => answers.has(id));
      return answers.get(id);
    },
    /** The process ends as if killed; the files stay. */
    kill: () => {
      const { clock, network, closeCache } = alive();
      clock.kill();
      network.kill();
      closeCache();
      life = null;
    },
    end: () => {
      if (life !== null) {
        life.clock.kill();
        life.network.kill();
        life.closeCache();
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export type World = Awaited<ReturnType<typeof createWorld>>;
