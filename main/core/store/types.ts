/** What the store offers to the two halves of the core: one writer of cache.db (ingest), readers with the overlay (data). */
import type {
  Assignment,
  Card,
  ConversationDetails,
  Coverage,
  Directory,
  Filter,
  Grouping,
  LaneHead,
  LaneKey,
  Pending,
  Sort,
  Topic,
} from '../../../contract/model.ts';
import type { Fact } from '../facts.ts';
import type { Truth, TruthChange } from '../link.ts';
import type { Span } from './messages.ts';
import type { Reconciler } from './reconcile.ts';
import type { Trouble } from '../trouble.ts';

/** A pending command as the board must show it: truth of this conversation replaced by `shown`. */
export type PendingMove = { conversation: number; command: string; shown: Assignment; pending: Pending };

/** Pending commands by conversation; applied when reading, never stored in cache.db. */
export type Overlay = ReadonlyMap<number, PendingMove>;

export type BoardQuery = { grouping: Grouping; filter: Filter; sort: Sort };
export type Totals = {
  open: number;
  unassigned: number;
  notAnswered: number;
  oldestWaitingSince: number | null;
};

/** Reads cache.db (opened read-only) with the overlay applied. */
export type CacheReader = {
  /** Every lane: those of the directory, plus those that only conversations name. `filter.waitingLongerThan` counts from `now` (seconds). */
  lanes: (query: BoardQuery, overlay: Overlay, now: number) => { lanes: LaneHead[]; totals: Totals };
  /** One page by keyset; `after` is the opaque `next` of the page before. */
  cards: (
    query: BoardQuery & { lane: LaneKey; after: string | null; limit: number },
    overlay: Overlay,
    now: number,
  ) => { cards: Card[]; next: string | null };
  card: (id: number, overlay: Overlay) => Card | null;
  details: (
    id: number,
    overlay: Overlay,
  ) => Omit<ConversationDetails, 'removedTeam' | 'notes' | 'draft'> | null;
  coverage: () => Coverage;
  /** By `#id`, id or prefix of words of the contact's name, newest first. */
  search: (text: string, limit: number, overlay: Overlay) => Card[];
  directory: () => Directory | null;
  truth: (id: number) => Truth | null;
  /** Live conversations of a team. */
  inTeam: (team: number) => number[];
  /** Whether the present connection, or the last where there is none, has heard what the row says of itself. */
  isOfThisConnection: (id: number) => boolean;
  state: (name: string) => unknown;
  close: () => void;
};

export type Applied = {
  topics: Topic[];
  changes: TruthChange[];
  /** Conversations to read from the server: facts about them contradict each other, or they are not known yet. */
  refetch: number[];
};

/** The only writer of cache.db. Every method is one transaction, unless one is held. */
export type CacheWriter = Reconciler & {
  /**
   * Merges facts and stores `state` values (cursors, watermarks) in the same transaction.
   * Rows heard are stamped with `epoch`, the number of the current connection.
   *
   * `bulk` (a first load, the history): what is seen for the first time is no change, what was known is.
   * `gap` = the facts are read to find what was missed.
   * `hold` keeps the transaction open for the next call, so that a load is written page by page and committed
   * in large parts; the call that ends it answers for all of them. A failure undoes all of them.
   */
  apply: (
    facts: readonly Fact[],
    options: {
      epoch: number;
      state?: Record<string, unknown>;
      bulk?: boolean;
      gap?: boolean;
      hold?: boolean;
    },
  ) => Applied;
  state: (name: string) => unknown;
  truth: (id: number) => Truth | null;
  /** Which of these ids are not in the cache, or in doubt since contradicting facts were heard. */
  missing: (ids: readonly number[]) => number[];
  /**
   * Live conversations whose transcript is not saved, or behind: those with nobody and no team, then queues, then
   * the rest, each by the longest wait.
   */
  unsaved: (limit: number) => number[];
  /** What is saved of a transcript. */
  transcript: (conversation: number) => Span;
  /**
   * Deletes finished rows older than the depth, blanks contact details and text of those finished over 24 h
   * ago. `now` is ms since 1970. Works in slices: `more` = call again a moment later.
   */
  prune: (options: { historyDays: number; now: number }) => Applied & { more: boolean };
  /** Once a day: what was pruned leaves the unused room of the file too. `now` is ms since 1970; true = call again a moment later. */
  scrub: (now: number) => boolean;
  /** Looks through the file for indexes and counts that contradict its rows, and throws trouble of kind `damaged` at the first; true = call again a moment later. */
  inspectSlice: () => boolean;
  /** Makes message text searchable, at most `limit` conversations; true = more wait. Call when idle. */
  indexSlice: (limit?: number) => boolean;
  checkpoint: () => void;
  /**
   * Call before a load begins its next commit: waits, without holding up the thread, until another has put the last
   * one into the file. The log then begins anew, and never grows until a commit has to put it away itself.
   */
  room: () => Promise<void>;
  /** Writes something that changes nothing: throws while the file cannot be written. */
  probe: () => void;
  close: () => void;
};

/**
 * Puts the log of a database into its file beside the writer, on another thread. Its connection must be gone before
 * the files are moved or deleted: the last to close a database deletes the log by its name.
 */
export type Checkpointer = {
  /** Begins, unless it is at work already. Fails silently: the log then stays as it is. */
  start: (path: string) => void;
  /** Returns when nothing is under way, or after five seconds. */
  settle: () => void;
  /** The same for those who can wait. */
  idle: () => Promise<void>;
};

/** Opening a database file. A newer schema is refused; a damaged cache is set aside with its date. */
export type OpenOutcome<T> =
  | { outcome: 'opened'; store: T; /** set when a damaged file was set aside */ setAside: string | null }
  | { outcome: 'newer-schema'; version: number }
  | { outcome: 'unusable'; detail: string; why: Trouble['kind'] };
