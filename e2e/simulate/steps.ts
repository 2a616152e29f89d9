/** The steps of a run: people act, the weather changes, the process dies, the machine sleeps; then calm until the board is right. */
import { rmSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CallOutput, Reply } from '../../contract/ipc.ts';
import type { Card } from '../../contract/model.ts';
import type { Control } from './controls.ts';
import { differences } from './checks/convergence.ts';
import type { Wall } from './clock.ts';
import type { Guard } from './guard.ts';
import type { Life } from './life.ts';
import type { ModelServer } from './model-server.ts';
import { mayRead, visibleInbox } from './model/lists.ts';
import type { Backup } from './model/backup.ts';
import type { Standing } from './model/records.ts';
import { liveStatus, standingOf } from './model/records.ts';
import type { Conditions } from './network.ts';
import type { RestorePlan } from './calamities.ts';
import { calamity, putBack } from './calamities.ts';
import { actOfOthers } from './others.ts';
import { ME } from './population.ts';
import type { Dice } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Supervisor } from './supervisor.ts';
import { liveFilter } from './supervisor.ts';
import type { Trace } from './trace.ts';
import { clearWeather, weatherWeights, weathers } from './weather.ts';

/** Longest time (virtual ms) from the last fault to a board that equals the server. */
export const CALM_MS = 20 * 60_000;
/** What went back to a backup and left no trace of it is found when all rows are compared, within the hour. */
const UNTRACED_MS = 75 * 60_000;
/** Until whatever the last load found is told, or its silence written down. */
const ALERTED_MS = 15_000;

/** A look at the board costs as much as many steps. */
const GLANCE_EVERY = 3;

type Parts = {
  dice: Dice;
  /** For calamities; null = none. */
  calamities: Dice | null;
  /** The server goes back to a backup; null = it does not. */
  restore: RestorePlan | null;
  /** Virtual ms of server seconds. */
  timeOf: (seconds: number) => number;
  scheduler: Scheduler;
  server: ModelServer;
  trace: Trace;
  conditions: Conditions;
  guard: Guard;
  control: Control | null;
  origin: string;
  folder: string;
  wall: Wall;
  supervisor: Supervisor;
  /** The running core, if there is one. */
  life: () => Life | null;
  start: () => void;
  kill: () => void;
};

/** After a step. */
const CALAMITY_CHANCE = 0.015;

const weights = {
  supervisor: 36,
  others: 26,
  weather: 9,
  sick: 2,
  crash: 4,
  sleep: 2,
  clock: 2,
  'server-restart': 1.5,
  token: 0.7,
  wait: 8,
  screen: 4,
} as const;

const groupings = ['queues', 'agents', 'teams'] as const;

/** The stage of one run. */
export const createSteps = (parts: Parts) => {
  const { dice, scheduler, server, trace, conditions, guard, control, supervisor } = parts;

  let steps = 0;
  const pass = (ms: number) => scheduler.runUntil(scheduler.time() + ms);
  const announce = () =>
    trace.add({
      kind: 'weather',
      name: conditions.weather.name,
      clear: conditions.weather.name === 'clear' && conditions.down !== true,
      sick: [...conditions.sick],
    });

  /** Runs virtual time until the answer is there, at most `ms`. */
  const within = async <T>(ms: number, answer: Promise<T>): Promise<T | null> => {
    const box: { value: T | null; there: boolean } = { value: null, there: false };
    void answer.then(
      (value) => {
        box.value = value;
        box.there = true;
      },
      () => {
        box.there = true;
      },
    );
    await scheduler.settle();
    for (let spent = 0; !box.there && spent < ms; spent += 250) await pass(250);
    return box.value;
  };

  const signIn = async () => {
    const life = parts.life();
    const me = server.truth.users.get(ME);
    if (life && me)
      await within(60_000, life.call('workspace.signIn', { address: parts.origin, token: me.token }));
  };

  const lookAtOutbox = async () => {
    const life = parts.life();
    const reply = life && (await within(5000, life.call('outbox.list', { limit: 500 })));
    if (reply?.ok && parts.life() === life) trace.add({ kind: 'outbox', entries: reply.value.entries });
    return reply?.ok ? reply.value : null;
  };

  /** The first look after a start: what was stored must be there. */
  const startAndLook = async () => {
    parts.start();
    await scheduler.settle();
    for (let tries = 0; tries < 20 && parts.life() && !(await lookAtOutbox()); tries++) await pass(5);
  };

  const restart = async () => {
    if (dice.chance(0.25)) {
      trace.fault('crash-at-start');
      guard.arm(dice.between(1, 150), parts.kill);
    }
    if (control === 'forget-outbox') {
      const folder = join(parts.folder, 'app');
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
        if (/outbox\.db/.test(name)) rmSync(join(folder, name));
    }
    await startAndLook();
  };

  const crash = async () => {
    trace.fault('crash');
    if (dice.chance(0.6)) {
      guard.arm(dice.between(1, 250), parts.kill);
      await pass(dice.exponential(4000));
    } else parts.kill();
  };

  const sleep = async () => {
    trace.fault('sleep');
    const life = parts.life();
    if (!life) return;
    if (dice.chance(0.7)) life.signal({ kind: 'suspend' });
    await scheduler.settle();
    scheduler.sleep();
    trace.add({ kind: 'asleep' });
    life.network.sleep();
    const acts = dice.between(0, 6);
    const length = dice.pick([5000, 60_000, 1_200_000, 28_800_000]);
    for (let i = 0; i < acts; i++) {
      await pass(length / (acts + 1));
      actOfOthers(server, dice, supervisor.touched(), trace);
    }
    await pass(length / (acts + 1));
    scheduler.wake();
    trace.add({ kind: 'awake' });
    if (dice.chance(0.5)) life.network.reset();
    await pass(dice.between(0, 2000));
    if (dice.chance(0.8)) parts.life()?.signal({ kind: 'resume' });
  };

  const jumpClock = () => {
    trace.fault('clock-jump');
    const hour = 3_600_000;
    const by = dice.pick([
      -1000,
      5000,
      -60_000,
      hour,
      -hour,
      24 * hour,
      -24 * hour,
      365 * 24 * hour,
      -365 * 24 * hour,
    ]);
    trace.fault(by < 0 ? 'clock-back' : 'clock-ahead');
    if (Math.abs(by) > 364 * 24 * hour) trace.fault('clock-year');
    parts.wall.skew += by;
    trace.add({ kind: 'clock-set', by });
  };

  const lookAtScreen = async () => {
    const life = parts.life();
    if (!life) return;
    const conversation = dice.pick([...server.truth.conversations.keys(), 1]);
    life.signal({
      kind: 'focus',
      focused: dice.chance(0.5),
      conversation: dice.chance(0.5) ? conversation : null,
    });
    void life.call('conversation.get', { id: conversation });
    void life.call('conversation.load', { id: conversation, older: dice.chance(0.3) });
    void life.call('alerts.list', { limit: 50 });
    await scheduler.settle();
  };

  const setWeather = () => {
    const name = dice.weighted(weatherWeights);
    const wasReachable = conditions.weather.name !== 'partition';
    conditions.weather = weathers[name] ?? clearWeather;
    if (name !== 'clear') trace.fault(`weather-${name}`);
    if (name === 'partition' && wasReachable && dice.chance(0.5)) parts.life()?.network.reset();
    announce();
  };

  const setSick = () => {
    if (conditions.sick.size > 0 && dice.chance(0.6)) conditions.sick.clear();
    else {
      trace.fault('sick-conversation');
      const ids = [...server.truth.conversations.keys()];
      if (ids.length > 0) conditions.sick.add(dice.pick(ids));
    }
    announce();
  };

  const replaceToken = () => {
    trace.fault('token-replaced');
    const me = server.truth.users.get(ME);
    if (me) me.token = `token-of-user-${ME}-${String(dice.below(1_000_000)).padStart(6, '0')}`;
  };

  /** What is shown in passing: of interest only while it is called live. */
  const glance = async () => {
    const life = parts.life();
    if (life?.connection() !== 'live') return;
    const board = await readBoard(life, 'queues', 50);
    if (board === null || parts.life() !== life) return;
    trace.add({ kind: 'glance', cards: board.cards, visible: visibleTruth().map(([id]) => id) });
  };

  const lookAtAlerts = async (life: Life) => {
    const alerts = await within(5000, life.call('alerts.list', { limit: 200 }));
    if (alerts?.ok) trace.add({ kind: 'alerts', alerts: alerts.value.alerts });
  };

  const actAndPass = async (acts: number, ms: number) => {
    for (let i = 0; i < acts; i++) {
      await pass(ms / (acts + 1));
      const life = parts.life();
      if (life) void supervisor.act(life);
      await scheduler.settle();
    }
    await pass(ms / (acts + 1));
  };

  const goBack = async ({ acts, dies, downMs }: RestorePlan, backup: Backup) => {
    trace.fault('restored-backup');
    const life = parts.life();
    // What ended and what was told before, so that it is not taken for what comes afterwards.
    await lookAtOutbox();
    if (life) await lookAtAlerts(life);
    if (dies) parts.kill();
    conditions.down = true;
    announce();
    parts.life()?.network.reset();
    await actAndPass(acts[0], downMs / 2);
    putBack(server, backup, trace, parts.timeOf);
    await actAndPass(acts[1], downMs / 2);
    conditions.down = false;
    announce();
  };

  let backup: Backup | null = null;
  const restoreIfDue = async (plan: RestorePlan) => {
    if (steps === plan.takenAt) backup = server.snapshot();
    if (steps === plan.putBackAt && backup) await goBack(plan, backup);
  };

  const step = async () => {
    steps += 1;
    if (steps % GLANCE_EVERY === 0) await glance();
    if (!parts.life()) {
      await pass(dice.exponential(5000));
      await restart();
    }
    if (parts.life()?.connection() === 'needs-sign-in' && dice.chance(0.4)) await signIn();
    const what = dice.weighted(weights);
    switch (what) {
      case 'supervisor': {
        const life = parts.life();
        if (life) void supervisor.act(life);
        await scheduler.settle();
        break;
      }
      case 'others':
        for (let i = dice.between(1, 3); i > 0; i--) actOfOthers(server, dice, supervisor.touched(), trace);
        break;
      case 'weather':
        setWeather();
        break;
      case 'sick':
        setSick();
        break;
      case 'crash':
        await crash();
        break;
      case 'sleep':
        await sleep();
        break;
      case 'clock':
        jumpClock();
        break;
      case 'server-restart':
        trace.fault('server-restart');
        server.cable.disconnectAll('server_restart', true);
        break;
      case 'token':
        replaceToken();
        break;
      case 'wait':
        await pass(dice.exponential(40_000));
        break;
      case 'screen':
        await lookAtScreen();
        break;
    }
    if (parts.calamities?.chance(CALAMITY_CHANCE)) calamity(server, parts.calamities, trace);
    if (parts.restore) await restoreIfDue(parts.restore);
    await pass(dice.exponential(dice.chance(0.5) ? 600 : 8000));
  };

  const visibleTruth = (): [number, Standing][] => {
    const viewer = server.truth.users.get(ME);
    return [...server.truth.conversations.values()]
      .filter((c) => viewer && visibleInbox(server.truth, viewer, c.inbox) && liveStatus(c.status))
      .map((c) => [c.id, standingOf(c)]);
  };

  /** Conversations that may be read by id but are in no list: shown or not, both are right. */
  const openByIdOnly = (): Set<number> => {
    const viewer = server.truth.users.get(ME);
    return new Set(
      [...server.truth.conversations.values()]
        .filter(
          (c) => viewer && mayRead(server.truth, viewer, c) && !visibleInbox(server.truth, viewer, c.inbox),
        )
        .map((c) => c.id),
    );
  };

  const readBoard = async (life: Life, grouping: (typeof groupings)[number], limit: number) => {
    const board = { grouping, filter: liveFilter, sort: 'waiting' as const };
    const lanes = await within(5000, life.call('board.lanes', board));
    if (!lanes?.ok) return null;
    const cards: Card[] = [];
    for (const lane of lanes.value.lanes) {
      if (lane.count === 0) continue;
      let after: string | null = null;
      do {
        const page: Reply<CallOutput<'board.cards'>> | null = await within(
          5000,
          life.call('board.cards', { ...board, lane: lane.key, after, limit }),
        );
        if (!page?.ok) return null;
        cards.push(...page.value.cards);
        after = page.value.next;
      } while (after !== null);
    }
    return { lanes: lanes.value.lanes, cards };
  };

  /** Why the app is not yet where it should be; null = it is. */
  const unfinished = async (): Promise<string | null> => {
    const life = parts.life();
    if (!life) return 'not running';
    if (life.connection() === 'needs-sign-in') await signIn();
    if (life.connection() !== 'live') return `shows ${life.connection()}`;
    const outbox = await lookAtOutbox();
    if (!outbox) return 'the outbox does not answer';
    const open = outbox.entries.filter((entry) => entry.state === 'waiting' || entry.state === 'sending');
    if (open.length > 0)
      return `${open.length} commands still ${open[0]?.state ?? ''} (conversation ${open[0]?.conversation ?? ''})`;
    const notes = outbox.notes.filter(({ state }) => state === 'waiting' || state === 'sending');
    if (notes.length > 0) return `${notes.length} notes still ${notes[0]?.state ?? ''}`;
    const either = openByIdOnly();
    const board = await readBoard(life, 'queues', 50);
    if (!board) return 'the board does not answer';
    const cards = board.cards.filter((card) => !either.has(card.id));
    const found = differences('queues', board.lanes, cards, visibleTruth()).filter(
      (line) => either.size === 0 || !line.startsWith('lane '),
    );
    return found.length === 0 ? null : found.slice(0, 4).join('; ');
  };

  const record = async (life: Life) => {
    const either = openByIdOnly();
    for (const grouping of groupings) {
      // Pages so small that lanes have several.
      const board = await readBoard(life, grouping, 7);
      if (!board) continue;
      const truth = control === 'other-board' ? visibleTruth().slice(1) : visibleTruth();
      trace.add({
        kind: 'board',
        grouping,
        lanes: board.lanes,
        cards: board.cards.filter((card) => !either.has(card.id)),
        // A lane's count cannot leave out what may be shown or not.
        lanesComplete: either.size === 0,
        truth,
      });
    }
    await lookAtAlerts(life);
    trace.add({
      kind: 'rows-left',
      ids: server.truth.notifications.filter((row) => row.user === ME).map((row) => row.id),
    });
    const outbox = await lookAtOutbox();
    if (outbox)
      trace.add({
        kind: 'notes',
        entries: outbox.notes,
        there: [...server.truth.conversations.values()].flatMap((c) =>
          c.messages
            .filter((m) => m.private && m.sender?.kind === 'user' && m.sender.id === ME)
            .map((m) => ({ conversation: c.id, text: m.text })),
        ),
        known: [...server.truth.conversations.keys()],
      });
  };

  return {
    begin: async () => {
      parts.start();
      await scheduler.settle();
      await signIn();
      await pass(dice.between(500, 60_000));
    },
    step,
    /** Faults stop; one sick conversation may stay a while to prove that it blocks nobody. */
    calm: async () => {
      guard.disarm();
      conditions.weather = clearWeather;
      const lastSick = dice.chance(0.2);
      if (!lastSick) conditions.sick.clear();
      announce();
      if (!parts.life()) await startAndLook();
      if (parts.life()?.connection() === 'needs-sign-in') await signIn();
      if (conditions.sick.size > 0) {
        await pass(300_000);
        conditions.sick.clear();
        announce();
      }
      parts.life()?.network.reset();
      const healed = scheduler.time();
      let why: string | null = 'never looked';
      const most = server.restores() > 0 ? UNTRACED_MS : CALM_MS;
      for (let wait = 1000; scheduler.time() - healed < most; wait = Math.min(wait * 1.5, 30_000)) {
        await pass(wait);
        why = await unfinished();
        if (why === null) break;
      }
      trace.add({ kind: 'end', healed, converged: why === null, why: why ?? '' });
      // Alerts wait for truth to settle and for the server's word.
      await pass(ALERTED_MS);
      const life = parts.life();
      if (life) await record(life);
    },
  };
};
