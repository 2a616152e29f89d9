/** One open workspace as the sync tasks see it: the server's calls at their pace, the cache, the server's clock, and what the tasks share. */
import type { Workspace } from '../../../contract/ipc.ts';
import { createApi, type Api } from '../liveagent/api.ts';
import { paceOf, type BucketName, type Pace } from '../liveagent/buckets.ts';
import { createGate, type Gate } from '../liveagent/gate.ts';
import type { Failure, Outcome } from '../liveagent/outcome.ts';
import { atLeast, UNKNOWN_ABILITIES, type Abilities } from '../liveagent/probe.ts';
import { createSender } from '../liveagent/request.ts';
import type { ConversationFact, Fact } from '../facts.ts';
import type { ToData } from '../link.ts';
import type { Ports } from '../ports.ts';
import { troubleOf } from '../trouble.ts';
import type { Applied, CacheWriter } from '../store/types.ts';
import { backoffMs } from './backoff.ts';
import { firstCommit } from './commits.ts';
import { inTurn } from './in-turn.ts';
import type { Life } from './life.ts';
import type { createOutflow } from './outflow.ts';
import { earliestOnServer, heardDate, latestOnServer, margin, UNKNOWN_SERVER_TIME } from './server-time.ts';
import type { OwnClocks } from './server-time.ts';
import type { Progress } from './time-left.ts';
import { wentBack, type Stamps } from './went-back.ts';

/** Names of the values kept beside the rows in the cache. */
export type StateName =
  /** Counts connections, over restarts. */
  | 'connections'
  /** Rows heard in an earlier connection than this are not confirmed; 0 = everything is. Read by the board. */
  | 'epoch'
  | 'abilities'
  | 'watermark'
  | 'as-of'
  /** Number of the newest commit of this file: what a later one holds, it holds as long as it is there. */
  | 'commits'
  | 'first-load'
  | 'history'
  | 'notifications'
  | 'directory-ids'
  /** What is to be read again, as somebody or something vanished or an inbox came: a `SweepDue`. */
  | 'sweep-due'
  /** How far the round over all rows is. */
  | 'verify'
  /** Ids up to this one that nobody has shown have been asked for. */
  | 'gaps-checked'
  /** Since when (server seconds) notifications are news, in a cache that was begun anew; absent = the baseline is what there is. */
  | 'news-since'
  /** When the counts by day were last compared. */
  | 'days-checked'
  | 'no-access-since';

export type Session = {
  workspace: Workspace;
  ports: Ports;
  api: Api;
  gate: Gate;
  writer: CacheWriter;
  post: (message: ToData) => void;
  /**
   * Merges facts and tells the data half. A failure of the disk ends the connection and answers nothing changed.
   * `gap` = the facts are read to find what was missed.
   * `hold` leaves the transaction open and says nothing yet: the next commit, of whatever it is, ends it.
   */
  commit: (
    facts: readonly Fact[],
    options?: { state?: State; bulk?: boolean; gap?: boolean; hold?: boolean },
  ) => Applied;
  state: (name: StateName) => unknown;
  /** Number of the newest commit of this file. */
  commits: () => number;
  /** Number of the current connection. */
  epoch: () => number;
  setEpoch: (epoch: number) => void;
  abilities: () => Abilities;
  setAbilities: (abilities: Abilities) => void;
  /** Server seconds of a monotonic moment, not too early; now when not given. */
  serverNow: (monotonic?: number) => number;
  /** Server seconds now, not too late: for a watermark. */
  serverAtLeast: () => number;
  serverMargin: () => number;
  /**
   * Asks until there is an answer, with backoff, while the life lasts. Null = the life ended.
   * `tries` = how many failures on the way to the server are taken before they are the answer.
   */
  ask: <T>(
    life: Life,
    bucket: BucketName,
    request: () => Promise<Outcome<T>>,
    options?: { first?: boolean; tries?: number },
  ) => Promise<Outcome<T> | null>;
  /** A failure that concerns the whole connection (token, access) goes to the machine. */
  tellMachine: (outcome: Outcome<unknown>) => void;
  progress: (progress: Progress | null) => void;
  historyDays: () => number;
  visible: () => { conversations: readonly number[]; teams: readonly number[] };
  /** Conversations that a catch-up found changed since the watermark. */
  onChangedInGap: (ids: Iterable<number>) => void;
  /** Inboxes that the user sees; null = not loaded. */
  inboxes: { ids: Set<number> | null };
  /** What is thought of the server going back to a backup. */
  suspicion: Suspicion;
  /**
   * Whether an answer about one conversation is not to be used: it says that the server went back, which ends the
   * connection, or comes too late. `known` = what was known when it was asked for: later news may have overtaken it.
   */
  isBack: (fact: ConversationFact, known: ReadonlyMap<number, Stamps>) => boolean;
};

/** Whether the server went back to a backup, as far as it has been looked into. */
export type Suspicion = {
  /** A single answer said less of this conversation than was known: the next connection looks into it. */
  wentBack: number | null;
  /** The present connection has looked, and the server goes on from where it was. */
  cleared: boolean;
  /** What is compared with the server, from before anything of a connection that could not look; null = nothing. */
  known: ReadonlyMap<number, Stamps> | null;
  /** Up to when (server seconds) everything was known then; null = never. */
  knownUntil: number | null;
  /** The data half has been told. */
  told: boolean;
};

export type State = Partial<Record<StateName, unknown>>;

export type SessionOptions = {
  workspace: Workspace;
  token: string;
  writer: CacheWriter;
  pace: Pace | null;
  /** The workspace is closed: what still comes is too late. */
  over: () => boolean;
  post: (message: ToData) => void;
  outflow: ReturnType<typeof createOutflow>;
  onThrottle: (until: number) => void;
  onFailure: (failure: Failure) => void;
  /** What is known of the server does not hold any more. */
  onWentBack: () => void;
  /** What was to be kept is not. */
  onCommitFailed: () => void;
  /** The cache cannot decide about these: read them. */
  onRefetch: (ids: readonly number[]) => void;
  onProgress: (progress: Progress | null) => void;
  onChangedInGap: Session['onChangedInGap'];
  /** Conversations came, or messages may be missing. */
  onNews: () => void;
  historyDays: () => number;
  visible: Session['visible'];
};

/** Whether nobody else shares the way to this server. */
const isLoopback = (origin: string): boolean =>
  /^https?:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(origin);

const isAbilities = (value: unknown): value is Abilities =>
  typeof value === 'object' &&
  value !== null &&
  'updatedWithin' in value &&
  'updatedAt' in value &&
  'version' in value;

const storedInboxes = (stored: unknown): Set<number> | null =>
  typeof stored === 'object' && stored !== null && 'inboxes' in stored && Array.isArray(stored.inboxes)
    ? new Set(stored.inboxes.filter((id) => typeof id === 'number'))
    : null;

const NOTHING_APPLIED: Applied = { topics: [], changes: [], refetch: [] };

/** Opens the session; nothing is sent yet. */
export const createSession = (ports: Ports, options: SessionOptions): Session => {
  const { clock, random, log } = ports;
  const { workspace, writer } = options;
  const stored = writer.state('abilities');
  // Of an older version of the app it may lack what was not asked about then.
  let abilities = isAbilities(stored) ? { ...UNKNOWN_ABILITIES, ...stored } : UNKNOWN_ABILITIES;
  let time = UNKNOWN_SERVER_TIME;
  let epoch = Number(writer.state('connections') ?? 0);
  const counted = writer.state('commits');
  let commits = typeof counted === 'number' ? counted : firstCommit(clock.now());

  const pace = (): Pace =>
    options.pace ??
    paceOf({ modern: atLeast(abilities.version, '3.1.0') === true, loopback: isLoopback(workspace.origin) });
  const gate = createGate(ports, pace(), options.onThrottle);
  const inSeconds = ({ wall, monotonic }: OwnClocks): OwnClocks => ({
    wall: wall / 1000,
    monotonic: monotonic / 1000,
  });
  const clocksAt = (monotonic: number): OwnClocks =>
    inSeconds({ wall: clock.now() + (monotonic - clock.monotonic()), monotonic });
  const send = createSender(ports, workspace.origin, options.token, ({ date, sent, answered }) => {
    if (date !== null) time = heardDate(time, { date, sent: inSeconds(sent), answered: inSeconds(answered) });
  });

  const tellMachine = (outcome: Outcome<unknown>): void => {
    if (outcome.outcome === 'needs-sign-in' || outcome.outcome === 'no-access') options.onFailure(outcome);
  };

  const suspicion: Suspicion = {
    wentBack: null,
    cleared: false,
    known: null,
    knownUntil: null,
    told: false,
  };

  return {
    workspace,
    ports,
    api: createApi(send, workspace.accountId),
    gate,
    writer,
    post: options.post,
    commit: (facts, { state = {}, bulk = false, gap = false, hold = false } = {}) => {
      if (options.over()) return NOTHING_APPLIED;
      try {
        const applied = writer.apply(facts, {
          epoch,
          state: { ...state, commits: commits + 1 },
          bulk,
          gap,
          hold,
        });
        if (hold) return applied;
        commits += 1;
        options.outflow.committed(applied, { bulk, gap });
        if (applied.refetch.length > 0) options.onRefetch(applied.refetch);
        if (applied.changes.length > 0 || gap) options.onNews();
        return applied;
      } catch (error) {
        // Trouble with the file is written down by the watch over it.
        if (troubleOf(error) === null) log.error('cache: a commit failed', { error: String(error) });
        options.onCommitFailed();
        return NOTHING_APPLIED;
      }
    },
    state: (name) => writer.state(name),
    commits: () => commits,
    epoch: () => epoch,
    setEpoch: (next) => {
      epoch = next;
    },
    abilities: () => abilities,
    setAbilities: (next) => {
      abilities = next;
      gate.setPace(pace());
    },
    serverNow: (monotonic = clock.monotonic()) => latestOnServer(time, clocksAt(monotonic)),
    serverAtLeast: () => earliestOnServer(time, clocksAt(clock.monotonic())),
    serverMargin: () => margin(time),
    ask: async (life, bucket, request, { first = false, tries = Number.POSITIVE_INFINITY } = {}) => {
      for (let failures = 0; ; failures += 1) {
        if (life.over()) return null;
        const outcome = await inTurn(gate, life, bucket, request, first);
        if (outcome === null) return null;
        tellMachine(outcome);
        if (life.over()) return null;
        switch (outcome.outcome) {
          case 'unreachable':
            if (failures + 1 >= tries) return outcome;
            await life.wait(500 + backoffMs(failures, random.next()));
            continue;
          case 'throttled':
            // The background's own stop is kept by the gate.
            await life.wait(bucket === 'interactive' ? (outcome.retryAfterMs ?? 5000) : 100);
            continue;
          case 'answered':
          case 'gone':
          case 'invisible':
          case 'needs-sign-in':
          case 'no-access':
          case 'refused':
            return outcome;
        }
      }
    },
    tellMachine,
    progress: options.onProgress,
    onChangedInGap: options.onChangedInGap,
    historyDays: options.historyDays,
    visible: options.visible,
    suspicion,
    isBack: (fact, known) => {
      // The file is closed: whoever asked has nobody to tell.
      if (options.over()) return true;
      const stamps = known.get(fact.id);
      if (stamps === undefined || !wentBack(stamps, fact)) return false;
      // The next connection looks into it: once is enough to end this one.
      if (suspicion.wentBack === null) options.onWentBack();
      suspicion.wentBack ??= fact.id;
      return true;
    },
    inboxes: { ids: storedInboxes(writer.state('directory-ids')) },
  };
};
