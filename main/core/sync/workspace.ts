/** One open workspace at work: the connection machine, its effects, and the tasks of each connection. */
import type { Workspace } from '../../../contract/ipc.ts';
import type { Connection } from '../../../contract/model.ts';
import type { IngestAnswer, IngestEnd, IngestRequest } from '../link.ts';
import type { Pace } from '../liveagent/buckets.ts';
import type { Frame } from '../liveagent/cable.ts';
import type { Failure } from '../liveagent/outcome.ts';
import { isTooOld } from '../liveagent/probe.ts';
import { meFact } from '../liveagent/wire/directory.ts';
import type { Ports, Timer } from '../ports.ts';
import type { CacheWriter } from '../store/types.ts';
import { createCableLink } from './cable-link.ts';
import { SIGNED_OUT, step, wakeAt, type Effect, type Input, type Machine } from './connection.ts';
import { viewOf } from './connection-view.ts';
import { createEventFlow } from './event-flow.ts';
import { createLife, type Life } from './life.ts';
import { createOutflow } from './outflow.ts';
import { createRequests, unsent } from './requests.ts';
import { createSession } from './session.ts';
import { catchUp, isLoaded } from './tasks/catch-up.ts';
import { createDirectoryTask } from './tasks/directory.ts';
import { createHistoryTask } from './tasks/history.ts';
import { createLookups, type Lookups } from './tasks/lookups.ts';
import { createNotificationsTask } from './tasks/notifications.ts';
import { probeServer } from './tasks/probe.ts';
import { createTranscriptsTask, type TranscriptsTask } from './tasks/transcripts.ts';
import { createJobs, createUpkeep } from './tasks/upkeep.ts';

/** Between two signs to the server that this user takes automatic assignments. */
const PRESENCE_MS = 20_000;
/** "As of" is shown to the second and stored now and then. */
const SAY_AS_OF_MS = 1000;
const STORE_AS_OF_MS = 30_000;
/** Without live updates the data is refreshed no more often than this. */
const REFRESH_MS = 60_000;
/** A directory read this recently is not read again. */
const JUST_LISTED_MS = 30_000;
/** Members of teams that are not on screen are read this often at most. */
const MEMBERS_MS = 30 * 60_000;
/** Our clocks moved apart this much between two ticks: the machine slept. */
const SLEPT_MS = 10_000;

export type WorkspaceOptions = {
  workspace: Workspace;
  token: string;
  writer: CacheWriter;
  historyDays: number;
  receiveAutomaticAssignments: boolean;
  pace: Pace | null;
  /** Access is lost for good: the cache must go. */
  onLostAccess: () => void;
  /** The cache is damaged or cannot be written. */
  onStorageFailed: (error: unknown) => void;
};

export type OpenWorkspace = {
  workspace: Workspace;
  request: (request: IngestRequest) => Promise<IngestAnswer>;
  signal: (signal: 'suspend' | 'resume') => void;
  settings: (settings: { historyDays: number; receiveAutomaticAssignments: boolean }) => void;
  visible: (visible: { conversations: number[]; teams: number[] }) => void;
  /** Stops everything and closes the cache. */
  close: () => void;
};

const numberOr = <T>(value: unknown, other: T): number | T => (typeof value === 'number' ? value : other);

export const openWorkspace = (ports: Ports, end: IngestEnd, options: WorkspaceOptions): OpenWorkspace => {
  const { clock, random, log } = ports;
  const { workspace, writer } = options;
  const whole = createLife(clock);
  let { historyDays, receiveAutomaticAssignments } = options;
  let visible = { conversations: [] as number[], teams: [] as number[] };

  let machine: Machine = { ...SIGNED_OUT, noAccessSince: numberOr(writer.state('no-access-since'), null) };
  let wakeTimer: { timer: Timer; at: number } | null = null;
  let drift = clock.now() - clock.monotonic();
  /** Of the current connection; over while there is none. */
  let epochLife: Life | null = null;
  let refreshLife: Life | null = null;
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let probed = false;
  let firstLook: Promise<void> | null = null;
  let listedAt = Number.NEGATIVE_INFINITY;
  let membersAt = Number.NEGATIVE_INFINITY;
  let pubsubToken = '';
  let profileReads = 0;

  let caughtUp = false;
  let progress: Connection['progress'] = null;
  let asOf = numberOr(writer.state('as-of'), null);
  let storedAsOf = clock.monotonic();
  let throttledUntil = Number.NEGATIVE_INFINITY;
  let said = '';
  let saidAsOf = Number.NEGATIVE_INFINITY;

  const outflow = createOutflow(clock, end);
  // The cache asks for single conversations while the parts that read them are still being put together.
  let lookups: Lookups | null = null;
  let transcripts: TranscriptsTask | null = null;
  const session = createSession(ports, {
    workspace,
    token: options.token,
    writer,
    pace: options.pace,
    outflow,
    post: end.post,
    onThrottle: (until) => {
      throttledUntil = until;
      say();
      clock.after(until - clock.monotonic() + 1, say);
    },
    onFailure: (failure) => feed(inputOf(failure)),
    onStorageFailed: (error) => {
      feed({ kind: 'storage-failed' });
      options.onStorageFailed(error);
    },
    onRefetch: (ids) => lookups?.need(ids),
    onProgress: (next) => {
      progress = next;
      say();
    },
    onChangedInGap: (ids) => transcripts?.changed(ids),
    historyDays: () => historyDays,
    visible: () => visible,
  });
  transcripts = createTranscriptsTask(session);
  const saved = transcripts;
  const directory = createDirectoryTask(session);
  const notifications = createNotificationsTask(session);
  lookups = createLookups(session);
  const readers = lookups;
  const jobs = createJobs();
  const history = createHistoryTask(session);
  const upkeep = createUpkeep(session, { directory, lookups: readers, jobs, history, notifications });
  const flow = createEventFlow(session, notifications, () => {
    const life = epochLife;
    if (life === null) return;
    void jobs.run('directory', () => upkeep.readDirectory(life, 'visible'));
  });
  const answer = createRequests(session, { life: whole, flow, directory, lookups: readers });
  const cable = createCableLink(
    ports.sockets,
    { ...workspace },
    {
      frame: (frame) => onFrame(frame),
      closed: () => feed({ kind: 'socket-closed' }),
    },
  );

  /** Posts the connection when what it says changed, and "as of" about once a second. */
  function say(): void {
    if (whole.over()) return;
    const view = viewOf(
      machine,
      {
        caughtUp,
        firstLoad: !isLoaded(session),
        progress,
        asOf,
        throttledUntil,
        server: new URL(workspace.origin).host,
      },
      clock.monotonic(),
      clock.now(),
    );
    const key = JSON.stringify([view.state, view.reason, view.progress, view.deadline === null]);
    if (key === said && clock.monotonic() - saidAsOf < SAY_AS_OF_MS) return;
    said = key;
    saidAsOf = clock.monotonic();
    end.post({ kind: 'connection', connection: view });
  }

  function confirmedNow(): void {
    if (!caughtUp) return;
    asOf = clock.now();
    if (clock.monotonic() - storedAsOf < STORE_AS_OF_MS) return;
    storedAsOf = clock.monotonic();
    session.commit([], { state: { 'as-of': asOf } });
  }

  function onFrame(frame: Frame): void {
    feed({ kind: 'frame', frame });
    if (machine.phase.at !== 'subscribed') return;
    confirmedNow();
    if (frame.kind === 'data') flow.heard(frame.message);
    else say();
  }

  function inputOf(failure: Failure): Input {
    switch (failure.outcome) {
      case 'needs-sign-in':
        return { kind: 'needs-sign-in' };
      case 'no-access':
        return { kind: 'no-access', why: failure.why };
      case 'throttled':
        return { kind: 'profile-failed', trouble: 'throttled', retryAfterMs: failure.retryAfterMs ?? 5000 };
      case 'unreachable':
        return { kind: 'profile-failed', trouble: failure.reason };
      // The profile belongs to nobody else and cannot be missing: not our server, or not now.
      case 'gone':
      case 'invisible':
      case 'refused':
        return { kind: 'profile-failed', trouble: 'not-the-server' };
    }
  }

  async function readProfile(): Promise<void> {
    profileReads += 1;
    const mine = profileReads;
    const outcome = await session.gate.run('interactive', session.api.profile, { first: true });
    // Another one began meanwhile, or nobody waits any more.
    if (mine !== profileReads || machine.phase.at !== 'profile') return;
    if (outcome.outcome !== 'answered') {
      feed(inputOf(outcome));
      return;
    }
    const profile = outcome.value;
    const me = meFact(profile, workspace.accountId);
    if (profile.id !== workspace.userId) feed({ kind: 'needs-sign-in' });
    else if (profile.pubsubToken === null) feed({ kind: 'unsupported' });
    else if (me === null) feed({ kind: 'no-access', why: 'removed' });
    else if (profile.accounts.find(({ id }) => id === workspace.accountId)?.status === 'suspended') {
      feed({ kind: 'no-access', why: 'suspended' });
    } else {
      pubsubToken = profile.pubsubToken;
      session.commit([me]);
      feed({ kind: 'profile-read' });
      if (!isLoaded(session)) firstLook ??= lookFirst();
    }
  }

  /**
   * On the very first start, while the socket opens: the first page and who there is, to have something to
   * show. The load proper begins with the subscription and reads that page again.
   */
  async function lookFirst(): Promise<void> {
    const page = session
      .ask(whole, 'interactive', () => session.api.list({ status: 'open', page: 1 }), { tries: 1 })
      .then((answer) => {
        if (answer?.outcome === 'answered') session.commit(answer.value.facts, { bulk: true });
      });
    const [, { complete }] = await Promise.all([page, directory.lists(whole, 'interactive')]);
    if (complete) listedAt = clock.monotonic();
  }

  /** Everything up to now; afterwards the workspace is live. */
  async function fetchAll(life: Life): Promise<void> {
    const first = !isLoaded(session);
    const early = first ? (firstLook ??= lookFirst()) : Promise.resolve();
    const probe = (): Promise<void> => {
      probed = true;
      return probeServer(session, life);
    };
    // A gap can be closed only by somebody who knows the server; a first load needs no such knowledge.
    const known = session.state('abilities') !== undefined;
    if (!known && !first) await probe();
    const caught = jobs.run(`catch-up ${session.epoch()}`, () => catchUp(session, life, readers));
    if (!known && first) await Promise.all([probe(), early]);
    const done = await caught;
    flow.release();
    await early;
    if (done !== true || life.over()) return;
    await notifications.catchUp(life);
    if (life.over()) return;
    if (isTooOld(session.abilities().version)) {
      feed({ kind: 'unsupported' });
      return;
    }
    caughtUp = true;
    progress = null;
    refreshedAt = clock.monotonic();
    confirmedNow();
    session.commit([], { state: { 'as-of': asOf } });
    say();
  }

  /** In the background once live; spread, so that an office does not start in step. */
  async function afterwards(life: Life): Promise<void> {
    upkeep.start(life);
    const justListed = clock.monotonic() - listedAt < JUST_LISTED_MS;
    if (!justListed && !(await life.wait(random.next() * session.gate.pace().spreadMs))) return;
    if (!probed) {
      probed = true;
      await probeServer(session, life);
    }
    const all = clock.monotonic() - membersAt > MEMBERS_MS;
    if (all) membersAt = clock.monotonic();
    await (justListed
      ? directory.memberships(life, 'all')
      : upkeep.readDirectory(life, all ? 'all' : 'visible'));
    if (all && life.over()) membersAt = Number.NEGATIVE_INFINITY;
    await Promise.all([history(life), saved.run(life)]);
  }

  function began(): void {
    const life = createLife(clock, whole);
    epochLife = life;
    refreshLife?.end();
    caughtUp = false;
    session.setEpoch(session.epoch() + 1);
    session.commit([], { state: { connections: session.epoch(), epoch: session.epoch() } });
    flow.hold();
    readers.start(life);
    keepPresence(life);
    fetchAll(life)
      .then(() => (caughtUp && !life.over() ? afterwards(life) : undefined))
      .catch((error: unknown) => log.error('sync: a task failed', { error: String(error) }));
  }

  function ended(): void {
    flow.release();
    epochLife?.end();
    epochLife = null;
    caughtUp = false;
    progress = null;
  }

  /** The server answers requests but opens no socket: better old by a minute than not at all. */
  function refreshWithoutSocket(): void {
    if (clock.monotonic() - refreshedAt < REFRESH_MS || refreshLife?.over() === false) return;
    refreshedAt = clock.monotonic();
    const life = createLife(clock, whole);
    refreshLife = life;
    session.setEpoch(session.epoch() + 1);
    readers.start(life);
    const sent = clock.now();
    fetchAll(life)
      .then(() => {
        if (life.over() || !caughtUp) return;
        // Caught up once, but not live.
        caughtUp = false;
        asOf = sent;
        life.end();
        say();
      })
      .catch((error: unknown) => log.error('sync: a refresh failed', { error: String(error) }));
  }

  function keepPresence(life: Life): void {
    const beat = async (): Promise<void> => {
      while (await life.wait(PRESENCE_MS)) if (receiveAutomaticAssignments) cable.sendPresence();
    };
    void beat();
  }

  function perform(effect: Effect): void {
    switch (effect.kind) {
      case 'read-profile':
        void readProfile();
        break;
      case 'open-socket':
        cable.open(pubsubToken);
        break;
      case 'subscribe':
        cable.subscribe();
        break;
      case 'close-socket':
        cable.close();
        break;
      case 'began':
        began();
        break;
      case 'ended':
        ended();
        break;
      case 'refresh-without-socket':
        refreshWithoutSocket();
        break;
      case 'lost-access':
        options.onLostAccess();
        break;
    }
  }

  function feed(input: Input): void {
    if (whole.over()) return;
    const before = machine;
    const result = step(machine, input, { now: clock.monotonic(), wall: clock.now(), random: random.next() });
    machine = result.machine;
    if (machine.noAccessSince !== before.noAccessSince) {
      session.commit([], { state: { 'no-access-since': machine.noAccessSince } });
    }
    if (machine.phase.at === 'stopped' || machine.phase.at === 'no-access') refreshLife?.end();
    for (const effect of result.effects) perform(effect);
    wake();
    if (machine.phase.at !== before.phase.at || input.kind === 'tick') say();
  }

  /** Keeps one timer, which may ring early: a tick that is not due changes nothing and sets it again. */
  function wake(): void {
    const at = wakeAt(machine);
    if (at === null) {
      wakeTimer?.timer.cancel();
      wakeTimer = null;
      return;
    }
    if (wakeTimer !== null && wakeTimer.at <= at) return;
    wakeTimer?.timer.cancel();
    wakeTimer = {
      at,
      timer: clock.after(Math.max(0, at - clock.monotonic()), () => {
        wakeTimer = null;
        const now = clock.now() - clock.monotonic();
        const slept = now - drift > SLEPT_MS;
        drift = now;
        feed(slept ? { kind: 'resume' } : { kind: 'tick' });
      }),
    };
  }

  feed({ kind: 'start' });
  say();

  return {
    workspace,
    request: (request) => {
      const { phase } = machine;
      if (request.kind === 'confirmed') return answer(request);
      if (phase.at === 'stopped' || phase.at === 'no-access') {
        return Promise.resolve(unsent(request, 'needs-sign-in'));
      }
      return phase.at === 'asleep' ? Promise.resolve(unsent(request, 'closed')) : answer(request);
    },
    signal: (signal) => feed({ kind: signal }),
    settings: (settings) => {
      const deeper = settings.historyDays > historyDays;
      ({ historyDays, receiveAutomaticAssignments } = settings);
      const life = epochLife;
      if (deeper && caughtUp && life !== null) {
        history(life).catch((error: unknown) => log.error('sync: history failed', { error: String(error) }));
      }
    },
    visible: (next) => {
      visible = next;
      const life = epochLife;
      if (life === null) return;
      for (const team of next.teams) {
        if (!directory.membersLoaded(team)) void directory.members(life, 'interactive', team);
      }
    },
    close: () => {
      feed({ kind: 'stop' });
      flow.flush();
      outflow.flush();
      whole.end();
      wakeTimer?.timer.cancel();
      session.gate.close();
      cable.close();
      try {
        writer.checkpoint();
      } finally {
        writer.close();
      }
    },
  };
};
