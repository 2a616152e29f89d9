/** One life of the core under test: the built product over virtual ports, from its start to its end or death. */
import type { CallError, CallName, CallInput, CallOutput, Reply, Workspace } from '../../contract/ipc.ts';
import type { createCore } from '../../main/core/index.ts';
import type { MainPort, Ports } from '../../main/core/ports.ts';
import type { VirtualClock, Wall } from './clock.ts';
import { createClock } from './clock.ts';
import type { Guard } from './guard.ts';
import type { Network } from './network.ts';
import type { Dice } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

export type CreateCore = typeof createCore;

/** What outlives the process: the main process's secrets and its memory of the workspace. */
export type Desktop = {
  secrets: Map<string, string>;
  workspace: Workspace | null;
  /** The workspace has been live once: what is assigned from now on is news. */
  wasLive: boolean;
};

export type Life = {
  clock: VirtualClock;
  network: Network;
  signal: ReturnType<CreateCore>['signal'];
  /** Rejects never; never answers when the process dies meanwhile. */
  call: <N extends CallName>(name: N, input: CallInput<N>) => Promise<Reply<CallOutput<N>>>;
  /** As seen by the last `connection` event. */
  connection: () => string;
  dead: () => boolean;
  kill: () => void;
};

type Parts = {
  createCore: CreateCore;
  scheduler: Scheduler;
  dice: Dice;
  trace: Trace;
  guard: Guard;
  desktop: Desktop;
  folder: string;
  clock: { stopsInSleep: boolean; wall: Wall };
  network: Network;
  /** Shows everything twice; a control. */
  doubleNotifier: boolean;
  /** Told how to kill this life before it begins: it may die while it starts. */
  onBirth: (kill: () => void) => void;
};

const internal: CallError = { code: 'internal', message: 'the process died' };

/** Starts the core on the files that are there. */
export const startLife = (parts: Parts): Life => {
  const { scheduler, dice, trace, guard, desktop, network } = parts;
  let dead = false;
  let state = 'signed-out';
  const onUse = () => guard.tick();
  const clock = createClock(scheduler, { ...parts.clock, onUse });

  const show = (input: { id: string; title: string; body: string; conversation: number | null }) => {
    if (dice.chance(0.03)) {
      trace.fault('notifier-denied');
      return { shown: false, reason: 'denied' };
    }
    trace.add({ kind: 'shown', ...input });
    if (parts.doubleNotifier) trace.add({ kind: 'shown', ...input });
    return { shown: true, reason: null };
  };
  const answer = (name: string, input: unknown): unknown => {
    switch (name) {
      case 'secrets.get':
        return { value: desktop.secrets.get((input as { key: string }).key) ?? null };
      case 'secrets.set': {
        const { key, value } = input as { key: string; value: string };
        desktop.secrets.set(key, value);
        return { stored: 'kept' };
      }
      case 'secrets.delete':
        desktop.secrets.delete((input as { key: string }).key);
        return {};
      case 'workspace.remember':
        desktop.workspace = (input as { workspace: Workspace | null }).workspace;
        return {};
      case 'notifier.show':
        return show(input as Parameters<typeof show>[0]);
      default:
        trace.add({ kind: 'violation', what: `the core asked main for ${name}` });
        return {};
    }
  };
  const main: MainPort = {
    call: (name, input) => {
      onUse();
      const value = answer(name, structuredClone(input));
      return new Promise((resolve) => {
        scheduler.after(dice.between(0, 8), 'core', () => {
          if (!dead) resolve(value as never);
        });
      });
    },
  };
  const quiet = () => undefined;
  const ports: Ports = {
    clock: clock.clock,
    http: network.http,
    sockets: network.sockets,
    random: {
      next: dice.next,
      id: () =>
        Array.from({ length: 4 }, () => dice.below(0x1_0000_0000).toString(16).padStart(8, '0')).join(''),
    },
    log: { info: quiet, warn: quiet, error: quiet },
    main,
  };
  const kill = () => {
    if (dead) return;
    dead = true;
    clock.kill();
    network.kill();
    trace.add({ kind: 'crashed' });
  };
  trace.add({ kind: 'started' });
  parts.onBirth(kill);
  const core = parts.createCore(ports, { folder: parts.folder });
  core.onEvent((name, payload) => {
    if (dead) return;
    if (name === 'connection') {
      const connection = payload as { state: string; asOf: number | null };
      state = connection.state;
      if (state === 'live' && !desktop.wasLive) {
        desktop.wasLive = true;
        trace.add({ kind: 'baseline' });
      }
      trace.add({
        kind: 'connection',
        awake: scheduler.time() - scheduler.slept(),
        state,
        asOf: connection.asOf,
        now: clock.clock.now(),
      });
    }
    if (name === 'settled')
      trace.add({ kind: 'settled-event', entry: structuredClone((payload as { entry: never }).entry) });
  });
  void core.start(desktop.workspace);

  return {
    clock,
    network,
    signal: (signal) => {
      if (!dead) core.signal(signal);
    },
    call: (name, input) =>
      dead
        ? Promise.resolve({ ok: false, error: internal })
        : // The table of calls is the type of the answer; the core checks its own side against it.
          (core.dispatch(name, structuredClone(input)) as Promise<Reply<never>>),
    connection: () => state,
    dead: () => dead,
    kill,
  };
};
