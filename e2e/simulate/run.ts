/** One seed from its account to its verdict: about sixty steps of people, faults and time, then calm, then the checkers. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Forcible } from './calamities.ts';
import { planRestore } from './calamities.ts';
import type { Control } from './controls.ts';
import { createStaleReads, createStaleTranscripts, seenUnder } from './controls.ts';
import { EPOCH_MS } from './clock.ts';
import { checkTrace } from './checks/all.ts';
import { ProcessDied } from './disk.ts';
import type { Guard } from './guard.ts';
import type { CreateCore, Desktop, Life } from './life.ts';
import { startLife } from './life.ts';
import { createModelServer } from './model-server.ts';
import type { Level } from './model/levels.ts';
import { levels } from './model/levels.ts';
import type { Surroundings } from './model/records.ts';
import type { Conditions } from './network.ts';
import { createNetwork } from './network.ts';
import { ACCOUNT, ME, populate } from './population.ts';
import { createDice } from './random.ts';
import { createScheduler, StandStill } from './scheduler.ts';
import { createSteps } from './steps.ts';
import { createSupervisor } from './supervisor.ts';
import type { Finding, Trace, TraceEvent } from './trace.ts';
import { createTrace } from './trace.ts';
import { clearWeather } from './weather.ts';

/** Where in virtual time the app is first started: the account is an hour old. */
const FIRST_START_MS = 3_600_000;

export type RunOptions = {
  seed: number;
  /** null = 20 to 100 by the seed, 60 on average. */
  steps: number | null;
  /** null = by the seed. */
  level: Level | null;
  control: Control | null;
  /** false: as it was before there were calamities, for seeds that were found then. */
  calamities: boolean;
  /** Happens in this run, whatever the seed says. */
  forced: Forcible | null;
  createCore: CreateCore;
  guard: Guard;
  /** An empty folder of this run; removed afterwards. */
  folder: string;
};

export type RunResult = {
  seed: number;
  level: Level;
  steps: number;
  /** Events of the scheduler. */
  events: number;
  virtualMs: number;
  findings: Finding[];
  faults: Record<string, number>;
  trace: TraceEvent[];
};

/** Errors that nobody caught while a core is alive are its fault; a dead one may throw what it likes. */
const watchProcess = (trace: Trace, alive: () => boolean) => {
  const hear = (error: unknown) => {
    if (error instanceof ProcessDied || !alive()) return;
    trace.add({
      kind: 'violation',
      what: `uncaught: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    });
  };
  process.on('uncaughtException', hear);
  process.on('unhandledRejection', hear);
  return () => {
    process.off('uncaughtException', hear);
    process.off('unhandledRejection', hear);
  };
};

/** Runs one seed. The same options give the same trace. */
export const runSeed = async (options: RunOptions): Promise<RunResult> => {
  const { guard, control } = options;
  const dice = createDice(`seed ${options.seed}`);
  const setup = dice.fork('setup');
  const seededLevel = setup.pick(levels);
  const level = options.level ?? seededLevel;
  const seededSteps = setup.between(20, 100);
  const steps = options.steps ?? seededSteps;
  let life: Life | null = null;
  let killLife: () => void = () => undefined;
  const onError = (error: unknown) => {
    if (error instanceof ProcessDied || !life || life.dead()) return;
    trace.add({
      kind: 'violation',
      what: `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    });
  };
  const scheduler = createScheduler(onError);
  const trace = createTrace(scheduler.time);
  const stopWatching = watchProcess(trace, () => life !== null && !life.dead());
  rmSync(options.folder, { recursive: true, force: true });
  mkdirSync(options.folder, { recursive: true });

  const serverSkew = setup.chance(0.7) ? 0 : setup.between(-600, 600);
  if (serverSkew !== 0) trace.fault('server-skew');
  let lastNow = 0;
  const serverSeconds = () => {
    lastNow = Math.max(lastNow + 0.000001, EPOCH_MS / 1000 + scheduler.time() / 1000 + serverSkew);
    return lastNow;
  };
  const conditions: Conditions = {
    weather: clearWeather,
    sick: new Set(),
    tamper:
      control === 'stale-reads'
        ? createStaleReads()
        : control === 'stale-transcripts'
          ? createStaleTranscripts()
          : null,
  };
  const wire = dice.fork('wire');
  const lateness = () => wire.between(0, conditions.weather.sockets.lateness ?? 100);
  const around: Surroundings = {
    now: serverSeconds,
    job: (run) => {
      const restores = server.restores();
      scheduler.after(50 + lateness(), 'world', () => {
        if (server.restores() === restores) run();
      });
    },
    event: (user, name, data) => {
      if (user !== ME) return;
      const { eventLost = 0, eventTwice = 0 } = conditions.weather.sockets;
      if (wire.chance(eventLost)) {
        trace.add({ kind: 'event-lost' });
        return trace.fault('event-lost');
      }
      const copies = wire.chance(eventTwice) ? 2 : 1;
      if (copies === 2) trace.fault('event-twice');
      const restores = server.restores();
      for (let i = 0; i < copies; i++)
        scheduler.after(lateness(), 'world', () => {
          if (server.restores() === restores) server.cable.deliver(user, name, data());
        });
    },
    choose: (candidates) => {
      trace.fault('auto-assigned');
      return wire.pick(candidates);
    },
    onChange: (change) => trace.add({ kind: 'truth', change }),
    onActivity: (conversation) => {
      if ('restored-backup' in trace.faults) trace.add({ kind: 'activity', conversation });
    },
    onMembers: (team, members) => trace.add({ kind: 'member', team, me: members.includes(ME) }),
    onNotification: (row) => {
      if (row.user === ME) trace.add({ kind: 'notification', row: { ...row } });
    },
  };
  const server = createModelServer(level, around, {
    accountId: ACCOUNT,
    pageSize: setup.pick([5, 10, 25, 25]),
    limit: level === 'live-agent' && setup.chance(0.4) ? setup.between(3, 8) : null,
  });
  populate(server, dice.fork('population'));
  for (const { id, members } of server.truth.teams.values())
    trace.add({ kind: 'member', team: id, me: members.includes(ME) });
  await scheduler.runUntil(FIRST_START_MS);

  const desktop: Desktop = { secrets: new Map(), workspace: null, wasLive: false };
  const count = { requests: 0 };
  const clockOptions = {
    stopsInSleep: setup.chance(0.5),
    wall: { skew: setup.chance(0.8) ? 0 : setup.between(-86_400_000, 86_400_000) },
  };
  const origin = setup.chance(0.6) ? 'http://127.0.0.1:4600' : 'https://agents.example.test';
  const netDice = dice.fork('network');
  const rareDice = dice.fork('rare');
  const lifeDice = dice.fork('life');

  const start = (): void => {
    const network = createNetwork({
      scheduler,
      dice: netDice,
      rare: rareDice,
      server,
      trace,
      conditions,
      me: ME,
      count,
      awake: () => scheduler.time() - scheduler.slept(),
      serverSeconds,
      onUse: guard.tick,
    });
    try {
      life = startLife({
        createCore: options.createCore,
        scheduler,
        dice: lifeDice,
        trace,
        guard,
        desktop,
        folder: join(options.folder, 'app'),
        clock: clockOptions,
        network,
        doubleNotifier: control === 'double-notifier',
        onBirth: (kill) => {
          killLife = kill;
        },
      });
    } catch (error) {
      if (!(error instanceof ProcessDied)) throw error;
      life = null;
    }
  };
  const kill = () => {
    killLife();
    guard.closeAll();
  };

  const stage = createSteps({
    dice: dice.fork('steps'),
    calamities: options.calamities ? dice.fork('calamities') : null,
    restore: options.calamities
      ? planRestore(createDice(`restore ${options.seed}`), steps, options.forced === 'restored-backup')
      : null,
    timeOf: (seconds) => (seconds - serverSkew) * 1000 - EPOCH_MS,
    scheduler,
    server,
    trace,
    conditions,
    guard,
    control,
    origin,
    folder: options.folder,
    wall: clockOptions.wall,
    supervisor: createSupervisor(dice.fork('supervisor'), trace),
    life: () => (life && !life.dead() ? life : null),
    start,
    kill,
  });
  const { updatedWithin, updatedAt } = server.truth.abilities;
  trace.add({ kind: 'server', tellsChanges: updatedWithin, ordersEvents: updatedAt });
  trace.add({ kind: 'weather', name: 'clear', clear: true, sick: [] });
  try {
    await stage.begin();
    for (let i = 0; i < steps; i++) await stage.step();
    await stage.calm();
  } catch (error) {
    if (!(error instanceof StandStill)) throw error;
    trace.add({ kind: 'violation', what: error.message });
  }

  kill();
  await scheduler.settle();
  guard.finish();
  stopWatching();
  for (const request of server.routes.unknown)
    trace.add({ kind: 'violation', what: `a request that the model does not know: ${request}` });
  rmSync(options.folder, { recursive: true, force: true });
  return {
    seed: options.seed,
    level,
    steps,
    events: scheduler.events(),
    virtualMs: scheduler.time() - FIRST_START_MS,
    findings: checkTrace(seenUnder(control, trace.events)),
    faults: trace.faults,
    trace: trace.events,
  };
};
