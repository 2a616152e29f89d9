/** One open workspace at work: the connection machine, its effects, and the tasks of each connection. */
import type { Workspace } from '../../../contract/ipc.ts';
import type { IngestAnswer, IngestEnd, IngestRequest } from '../link.ts';
import type { Pace } from '../liveagent/buckets.ts';
import type { Frame } from '../liveagent/cable.ts';
import type { Ports, Timer } from '../ports.ts';
import { troubleOf, troubleOn, watched, type Trouble } from '../store/trouble.ts';
import type { CacheWriter } from '../store/types.ts';
import { createCableLink } from './cable-link.ts';
import { SIGNED_OUT, step, wakeAt, type Effect, type Input, type Machine } from './connection.ts';
import { createEventFlow } from './event-flow.ts';
import { createFetching } from './fetching.ts';
import { keepHouse } from './housekeeping.ts';
import { createLife, type Life } from './life.ts';
import { createOutflow } from './outflow.ts';
import { inputOf, judgeProfile } from './profile.ts';
import { createReporter } from './reporter.ts';
import { createRequests, unsent } from './requests.ts';
import { createSession } from './session.ts';
import { isLoaded } from './tasks/catch-up.ts';
import { createCountsTask } from './tasks/counts.ts';
import { createDays } from './tasks/days.ts';
import { createDirectoryTask } from './tasks/directory.ts';
import { createHistoryTask } from './tasks/history.ts';
import { createJobs } from './tasks/jobs.ts';
import { createLookups, type Lookups } from './tasks/lookups.ts';
import { createNotificationsTask } from './tasks/notifications.ts';
import { createTranscriptsTask, type TranscriptsTask } from './tasks/transcripts.ts';
import { createUpkeep } from './tasks/upkeep.ts';
import { createVerify } from './tasks/verify.ts';

/** Between two signs to the server that this user takes automatic assignments. */
const PRESENCE_MS = 20_000;
/** Without live updates the data is refreshed no more often than this. */
const REFRESH_MS = 60_000;
/** Between two tries of a file that could not be written: one small write each. */
const PROBE_MS = 2_000;
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
  /** What is wrong with the file of the cache; null = nothing any more. */
  onStorage: (trouble: Trouble | null) => void;
};

export type OpenWorkspace = {
  workspace: Workspace;
  request: (request: IngestRequest) => Promise<IngestAnswer>;
  signal: (signal: 'suspend' | 'resume' | 'retry') => void;
  settings: (settings: { historyDays: number; receiveAutomaticAssignments: boolean }) => void;
  visible: (visible: { conversations: number[]; teams: number[] }) => void;
  /** Stops everything and closes the cache. */
  close: () => void;
};

const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/**
 * What an earlier run had confirmed is shown as not confirmed until this one has. Not a commit as others are: it
 * says nothing about what the cache has kept.
 */
const markUnconfirmed = (writer: CacheWriter, log: Ports['log']): void => {
  const connections = Number(writer.state('connections') ?? 0);
  if (writer.state('epoch') === undefined || writer.state('epoch') === connections + 1) return;
  try {
    writer.apply([], { epoch: connections, state: { epoch: connections + 1 } });
  } catch (error) {
    log.warn('cache: cannot be marked as not confirmed', { error: String(error) });
  }
};

export const openWorkspace = (ports: Ports, end: IngestEnd, options: WorkspaceOptions): OpenWorkspace => {
  const { clock, random, log } = ports;
  const { workspace } = options;
  const writer = watched(options.writer, onTrouble);
  const whole = createLife(clock);
  let { historyDays, receiveAutomaticAssignments } = options;
  let visible = { conversations: [] as number[], teams: [] as number[] };

  let machine: Machine = { ...SIGNED_OUT, noAccessSince: numberOrNull(writer.state('no-access-since')) };
  let wakeTimer: { timer: Timer; at: number } | null = null;
  let drift = clock.now() - clock.monotonic();
  /** Of the current connection; over while there is none. */
  let epochLife: Life | null = null;
  let refreshLife: Life | null = null;
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let pubsubToken = '';
  let profileReads = 0;
  /** The cache cannot be written, and is tried again and again. */
  let probing: Timer | null = null;

  markUnconfirmed(options.writer, log);
  const outflow = createOutflow(clock, end);
  // The cache asks for single conversations while the parts that read them are still being put together.
  let lookups: Lookups | null = null;
  let transcripts: TranscriptsTask | null = null;
  const session = createSession(ports, {
    workspace,
    token: options.token,
    writer,
    pace: options.pace,
    over: whole.over,
    outflow,
    post: end.post,
    onThrottle: (until) => {
      reporter.throttled(until);
      watch('a report', whole.wait(until - clock.monotonic() + 1).then(reporter.say));
    },
    onFailure: (failure) => feed(inputOf(failure)),
    onCommitFailed: beginAgain,
    onRefetch: (ids) => lookups?.need(ids),
    onProgress: (progress) => reporter.progress(progress),
    onChangedInGap: (ids) => transcripts?.changed(ids),
    onNews: () => transcripts?.look(),
    historyDays: () => historyDays,
    visible: () => visible,
  });
  const reporter = createReporter({
    clock,
    machine: () => machine,
    over: whole.over,
    loaded: () => isLoaded(session),
    server: new URL(workspace.origin).host,
    asOf: numberOrNull(writer.state('as-of')),
    post: (connection) => end.post({ kind: 'connection', connection }),
    store: (asOf) => void session.commit([], { state: { 'as-of': asOf } }),
  });
  transcripts = createTranscriptsTask(session);
  const directory = createDirectoryTask(session);
  const notifications = createNotificationsTask(session);
  lookups = createLookups(session);
  const readers = lookups;
  const jobs = createJobs();
  const counts = createCountsTask(session, readers);
  const reconciles = { lookups: readers, counts, jobs };
  const verify = createVerify(session, reconciles);
  const days = createDays(session, reconciles);
  const history = createHistoryTask(session, verify.byPages);
  const upkeep = createUpkeep(session, { directory, counts, verify, days, jobs, history, notifications });
  const flow = createEventFlow(session, notifications, () => {
    const life = epochLife;
    if (life === null) return;
    watch('the directory', upkeep.readDirectory(life, 'visible'));
  });
  const fetching = createFetching(session, {
    directory,
    lookups: readers,
    notifications,
    history,
    transcripts,
    upkeep,
    counts,
    verify,
    days,
    jobs,
    flow,
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

  /** What was heard since may be missing: begin again once the file is well. Until then the server is not asked. */
  function onTrouble(trouble: Trouble): void {
    if (whole.over()) return;
    options.onStorage(trouble);
    beginAgain();
    probing ??= clock.after(PROBE_MS, tryFile);
  }

  function beginAgain(): void {
    // What is being read again must not count as read: its rows are not in the cache.
    refreshLife?.end();
    feed({ kind: 'storage-failed' });
  }

  function tryFile(): void {
    probing = null;
    if (whole.over()) return;
    const trouble = troubleOn(options.writer.probe);
    if (trouble) {
      onTrouble(trouble);
      return;
    }
    options.onStorage(null);
    feed({ kind: 'storage-well' });
  }

  function onFrame(frame: Frame): void {
    feed({ kind: 'frame', frame });
    if (machine.phase.at !== 'subscribed') return;
    reporter.heard();
    if (frame.kind === 'data') flow.heard(frame.message);
    else reporter.say();
  }

  async function readProfile(): Promise<void> {
    profileReads += 1;
    const mine = profileReads;
    // A first load has somebody waiting for it.
    if (isLoaded(session)) session.gate.begin();
    const outcome = await session.gate.run('interactive', session.api.profile, { first: true });
    // Another one began meanwhile, or nobody waits any more.
    if (mine !== profileReads || machine.phase.at !== 'profile') return;
    const { input, good } = judgeProfile(outcome, workspace);
    if (good !== null) {
      ({ pubsubToken } = good);
      session.commit([good.me]);
    }
    feed(input);
    if (good !== null && !isLoaded(session)) watch('first look', fetching.firstLook(whole));
  }

  function watch(what: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!whole.over() && troubleOf(error) === null)
        log.error(`sync: ${what} failed`, { error: String(error) });
    });
  }

  /** Everything up to now; answers whether that was reached. */
  async function fetchAll(life: Life): Promise<boolean> {
    const result = await fetching.all(life, whole);
    if (result === 'unsupported') feed({ kind: 'unsupported' });
    if (result === 'caught-up') refreshedAt = clock.monotonic();
    return result === 'caught-up' && !life.over();
  }

  function began(): void {
    const life = createLife(clock, whole);
    epochLife = life;
    refreshLife?.end();
    reporter.lost();
    session.setEpoch(session.epoch() + 1);
    session.commit([], { state: { connections: session.epoch(), epoch: session.epoch() } });
    flow.hold();
    readers.start(life);
    keepPresence(life);
    const work = async (): Promise<void> => {
      if (!(await fetchAll(life))) return;
      reporter.live();
      await fetching.afterwards(life);
    };
    watch('a connection', work());
  }

  function ended(): void {
    flow.release();
    epochLife?.end();
    epochLife = null;
    reporter.lost();
  }

  /** The server answers requests but opens no socket: better old by a minute than not at all. */
  function refreshWithoutSocket(): void {
    if (clock.monotonic() - refreshedAt < REFRESH_MS || refreshLife?.over() === false) return;
    refreshedAt = clock.monotonic();
    const life = createLife(clock, whole);
    refreshLife = life;
    session.setEpoch(session.epoch() + 1);
    session.commit([], { state: { connections: session.epoch(), epoch: session.epoch() } });
    readers.start(life);
    const sent = clock.now();
    const work = async (): Promise<void> => {
      if (await fetchAll(life)) {
        reporter.refreshed(sent);
        await fetching.confirm(life);
      }
      life.end();
    };
    watch('a refresh', work());
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
    if (machine.phase.at !== before.phase.at || input.kind === 'tick') reporter.say();
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
        // What the server says could not be kept: it is not asked.
        const wait = probing !== null && machine.phase.at === 'retrying';
        feed({ kind: wait ? 'storage-failed' : slept ? 'resume' : 'tick' });
      }),
    };
  }

  const housekeeping = keepHouse({
    clock,
    log,
    life: whole,
    writer,
    historyDays: () => historyDays,
    pruned: (topics) => end.post({ kind: 'committed', topics, changes: [], bulk: true }),
  });

  feed({ kind: 'start' });
  reporter.say();

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
      const shallower = settings.historyDays < historyDays;
      ({ historyDays, receiveAutomaticAssignments } = settings);
      if (shallower) housekeeping.soon();
      if (deeper && reporter.caughtUp() && epochLife !== null) watch('history', history(epochLife));
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
      probing?.cancel();
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
