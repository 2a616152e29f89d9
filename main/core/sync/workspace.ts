/** One open workspace at work: feeds the connection machine with what happens, and performs what it asks for. */
import type { Workspace } from '../../../contract/ipc.ts';
import type { IngestAnswer, IngestEnd, IngestRequest } from '../link.ts';
import type { Pace } from '../liveagent/buckets.ts';
import type { Frame } from '../liveagent/cable.ts';
import type { Ports } from '../ports.ts';
import { troubleOf, watched, type Trouble } from '../trouble.ts';
import type { CacheWriter } from '../store/types.ts';
import { createCableLink } from './cable-link.ts';
import { createCacheHealth } from './cache-health.ts';
import { SIGNED_OUT, step, wakeAt, type Effect, type Input, type Machine } from './connection.ts';
import { createEpochs, markUnconfirmed, type Epochs } from './epochs.ts';
import { keepHouse } from './housekeeping.ts';
import { createLife } from './life.ts';
import { createOutflow } from './outflow.ts';
import { createParts, type Parts } from './parts.ts';
import { createProfileReads, inputOf } from './profile.ts';
import { createReporter } from './reporter.ts';
import { createRequests, unsent } from './requests.ts';
import { createSession } from './session.ts';
import { isLoaded } from './tasks/catch-up.ts';
import { createWake } from './wake.ts';

export type WorkspaceOptions = {
  workspace: Workspace;
  token: string;
  writer: CacheWriter;
  historyDays: number;
  receiveAutomaticAssignments: boolean;
  pace: Pace | null;
  /** The cache was begun anew because the server went back: notifications since then (server seconds) are news. */
  newsSince: number | null;
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
  /** When the data half was told that the server went back: up to when (server seconds) the cache knew everything; undefined = it was not told. */
  knownUntil: () => number | null | undefined;
  /** Stops everything and closes the cache. */
  close: () => void;
};

const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);

export const openWorkspace = (ports: Ports, end: IngestEnd, options: WorkspaceOptions): OpenWorkspace => {
  const { clock, random, log } = ports;
  const { workspace } = options;
  const whole = createLife(clock);
  const health = createCacheHealth({
    clock,
    over: whole.over,
    probe: options.writer.probe,
    say: options.onStorage,
    fellIll: beginAgain,
    well: () => feed({ kind: 'storage-well' }),
  });
  const writer = watched(options.writer, health.failed);
  let { historyDays, receiveAutomaticAssignments } = options;
  let visible = { conversations: [] as number[], teams: [] as number[] };

  let machine: Machine = { ...SIGNED_OUT, noAccessSince: numberOrNull(writer.state('no-access-since')) };
  let pubsubToken = '';
  const wake = createWake(clock, (slept) => {
    // What the server says could not be kept: it is not asked.
    const wait = health.ill() && machine.phase.at === 'retrying';
    feed({ kind: wait ? 'storage-failed' : slept ? 'resume' : 'tick' });
  });
  // The session calls for these while they are still being put together.
  let parts: Parts | null = null;
  let epochs: Epochs | null = null;

  markUnconfirmed(options.writer, log);
  const outflow = createOutflow(clock, end, () => isLoaded(session));
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
    onWentBack: () => {
      epochs?.endRefresh();
      feed({ kind: 'resume' });
    },
    onCommitFailed: beginAgain,
    onRefetch: (ids) => parts?.lookups.need(ids),
    onProgress: (progress) => reporter.progress(progress),
    onChangedInGap: (ids) => parts?.transcripts.changed(ids),
    onNews: () => parts?.transcripts.look(),
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
  const { directory, lookups, history, flow, fetching } = (parts = createParts(session, (upkeep) => {
    const life = epochs?.life();
    if (life) watch('the directory', upkeep.readDirectory(life, 'visible'));
  }));
  const answer = createRequests(session, { life: whole, flow, directory, lookups });
  const cable = createCableLink(ports.sockets, workspace, {
    frame: onFrame,
    closed: () => feed({ kind: 'socket-closed' }),
  });
  const readProfile = createProfileReads(session, {
    awaited: () => machine.phase.at === 'profile',
    judged: ({ input, good }) => {
      if (good !== null) {
        ({ pubsubToken } = good);
        session.commit([good.me]);
      }
      feed(input);
      if (good !== null && !isLoaded(session)) watch('first look', fetching.firstLook(whole));
    },
  });

  function beginAgain(): void {
    // What is being read again must not count as read: its rows are not in the cache.
    epochs?.endRefresh();
    feed({ kind: 'storage-failed' });
  }

  function onFrame(frame: Frame): void {
    feed({ kind: 'frame', frame });
    if (machine.phase.at !== 'subscribed') return;
    reporter.heard();
    if (frame.kind === 'data') flow.heard(frame.message);
    else reporter.say();
  }

  function watch(what: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!whole.over() && troubleOf(error) === null)
        log.error(`sync: ${what} failed`, { error: String(error) });
    });
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
        epochs?.began();
        break;
      case 'ended':
        epochs?.ended();
        break;
      case 'refresh-without-socket':
        epochs?.refresh();
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
    if (machine.phase.at === 'stopped' || machine.phase.at === 'no-access') epochs?.endRefresh();
    for (const effect of result.effects) perform(effect);
    wake.at(wakeAt(machine));
    if (machine.phase.at !== before.phase.at || input.kind === 'tick') reporter.say();
  }

  epochs = createEpochs({
    session,
    parts,
    reporter,
    whole,
    watch,
    lookWhetherSlept: () => wake.look(),
    beat: () => {
      if (receiveAutomaticAssignments) cable.sendPresence();
    },
    unsupported: () => feed({ kind: 'unsupported' }),
  });
  const housekeeping = keepHouse({
    clock,
    log,
    life: whole,
    writer,
    historyDays: () => historyDays,
    pruned: (topics) =>
      end.post({ kind: 'committed', topics, changes: [], bulk: true, gap: false, loading: false }),
  });

  if (options.newsSince !== null) session.commit([], { state: { 'news-since': options.newsSince } });
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
      const life = epochs.life();
      if (deeper && reporter.caughtUp() && life !== null) watch('history', history(life));
    },
    visible: (next) => {
      visible = next;
      const life = epochs.life();
      if (life === null) return;
      for (const team of next.teams) {
        if (!directory.membersLoaded(team)) void directory.members(life, 'interactive', team);
      }
    },
    knownUntil: () => (session.suspicion.told ? session.suspicion.knownUntil : undefined),
    close: () => {
      feed({ kind: 'stop' });
      flow.flush();
      outflow.flush();
      whole.end();
      wake.stop();
      health.stop();
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
