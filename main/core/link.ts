/** The messages between the two halves of the core: *ingest* (network, merge, cache.db) and *data* (queries, commands, alerts, outbox.db). */
import type { Workspace } from '../../contract/ipc.ts';
import type { AssigneeKey, Assignment, Connection, Topic } from '../../contract/model.ts';
import type { NotificationFact } from './facts.ts';
import type { Trouble } from './trouble.ts';

/** Truth of one conversation as far as commands and alerts need it. */
export type Truth = Assignment & {
  id: number;
  status: string;
  live: boolean;
  contact: string;
  /**
   * Seconds since 1970: a guess where the server does not say (`Abilities.createdAt`), 0 where nothing does. A later one
   * is another conversation, which has the number since a restore.
   */
  createdAt: number;
};

/** One conversation whose truth changed in a commit. `before` null = first seen. */
export type TruthChange = {
  before: Truth | null;
  after: Truth | null;
  /** why `after` is null */ gone?: 'deleted' | 'invisible';
};

/** One write of a command, as the wire takes it; null clears. */
export type Write = { write: 'agent'; to: AssigneeKey | null } | { write: 'team'; to: number | null };

/** What reading one conversation from the server gave. The truth is already merged into cache.db. */
export type ReadOutcome =
  | {
      outcome: 'read';
      truth: Truth;
      /** newest activity message, if the read showed one */ activity: string | null;
      /** another one as soon as anything happened to the conversation */ stamp: string;
      /** ms since 1970 */ at: number;
      /** number of the cache's commit that holds it */ commit?: number;
    }
  | { outcome: 'gone'; why: 'deleted' | 'invisible' }
  | { outcome: 'unreachable' }
  /** The server can be reached, but gave no usable answer about this one. */
  | { outcome: 'failing' }
  | { outcome: 'throttled'; retryAfterMs: number }
  | { outcome: 'needs-sign-in' };

/** What one write gave. `no-answer` = the server may or may not have acted: read back. */
export type WriteOutcome =
  /** `named` = what the answer says was written. A success that does not say it is no answer. */
  | { outcome: 'accepted'; named: Write }
  | { outcome: 'refused'; status: number; serverWords: string | null }
  | { outcome: 'gone'; why: 'deleted' | 'invisible' }
  | { outcome: 'no-answer' }
  | { outcome: 'not-sent' }
  | { outcome: 'throttled'; retryAfterMs: number }
  | { outcome: 'needs-sign-in' };

/** What looking for a private note on the server gave. */
export type NotesRead =
  | {
      outcome: 'read';
      /** id of the newest message of any kind; null = none */ newest: number | null;
      /** private notes of this user that are newer than what was asked for, oldest first */
      mine: { id: number; text: string; deleted: boolean }[];
      /** false = too much has been written since: not all of it was read */ complete: boolean;
    }
  | Exclude<ReadOutcome, { outcome: 'read' }>;

/** What sending a private note gave. The message is already in cache.db. */
export type NoteSent =
  | { outcome: 'accepted'; message: number }
  | Exclude<WriteOutcome, { outcome: 'accepted' }>;

/** The newest notification: by number, and by when one was made (server seconds), which need not be the same one. */
export type Newest = { id: number; at: number };

/** data -> ingest, one-way. */
export type ToIngest =
  | {
      kind: 'open';
      workspace: Workspace;
      folder: string;
      token: string;
      historyDays: number;
      receiveAutomaticAssignments: boolean;
    }
  | { kind: 'close'; wipe: boolean }
  | { kind: 'signal'; signal: 'suspend' | 'resume' | 'retry' }
  | { kind: 'settings'; historyDays: number; receiveAutomaticAssignments: boolean }
  /** What is on screen: these are confirmed and kept fresh first. */
  | { kind: 'visible'; conversations: number[]; teams: number[] }
  /** What was to be kept of the time before the server went back is kept, and nobody reads the cache. */
  | { kind: 'begin-anew' }
  /** Reading the cache met damage. */
  | { kind: 'damaged' }
  | { kind: 'request'; id: number; request: IngestRequest };

export type IngestRequest =
  /** `thenWrite`: for a command, which writes on it at once; any other waits for its turn. */
  | { kind: 'read'; conversation: number; thenWrite: boolean }
  | { kind: 'write'; conversation: number; write: Write }
  | { kind: 'transcript'; conversation: number; older: boolean }
  /** Private notes of this user since a message; null = only which message is the newest. */
  | { kind: 'notes'; conversation: number; since: number | null }
  | { kind: 'note'; conversation: number; note: string; text: string }
  | { kind: 'members'; team: number }
  | { kind: 'availability'; availability: 'online' | 'busy' | 'offline' }
  /** Notifications up to this id are in the ledger. */
  | { kind: 'notified'; newest: Newest }
  /** Truth confirmed before a restart, merged as facts at start. */
  | { kind: 'confirmed'; truths: (Assignment & { id: number; commit: number })[] };

export type IngestAnswer =
  | { kind: 'read'; answer: ReadOutcome }
  | { kind: 'write'; answer: WriteOutcome }
  | { kind: 'transcript'; answer: 'loaded' | 'unreachable' | 'gone' }
  | { kind: 'notes'; answer: NotesRead }
  | { kind: 'note'; answer: NoteSent }
  | { kind: 'members'; answer: 'loaded' | 'unreachable' }
  | { kind: 'availability'; answer: 'set' | 'unreachable' | 'refused' }
  | { kind: 'notified'; answer: 'kept' }
  | { kind: 'confirmed'; answer: 'merged' };

/** ingest -> data. */
export type ToData =
  /** What comes from here on is of this folder. */
  | { kind: 'opening'; folder: string }
  | {
      kind: 'opened';
      cache: string;
      /** where a damaged one was set aside; null = it was sound */ setAside: string | null;
    }
  /** What is wrong with cache.db; null = nothing any more. */
  | { kind: 'storage'; trouble: Trouble | null }
  | { kind: 'connection'; connection: Connection }
  /**
   * After a commit to cache.db. `bulk` = many at once (first load, history), and nothing that was known changed.
   * `gap` = read from the server to find what was missed, not heard of in an event. `loading` = the first load goes on,
   * and what is first seen here may have been there all along.
   */
  | {
      kind: 'committed';
      topics: Topic[];
      changes: TruthChange[];
      bulk: boolean;
      gap: boolean;
      loading: boolean;
    }
  /** Server notifications; `baseline` = present at the first load of this workspace, never alerted. */
  | {
      kind: 'notifications';
      rows: NotificationFact[];
      baseline: boolean;
      catchUp: boolean;
      /** everything up to this id is in `rows` or was before: to be answered by `notified` once it is written down */
      newest?: Newest;
    }
  /**
   * The server was restored from a backup: what is known of it does not hold any more. Said again until it is answered
   * by `begin-anew`.
   */
  | { kind: 'went-back' }
  /** An event said which message a note of ours became. */
  | { kind: 'echo'; note: string; message: number }
  | { kind: 'closed' }
  | { kind: 'answer'; id: number; answer: IngestAnswer };

/** One end of the link. `post` must not be called re-entrantly from a handler's stack in the single-thread form; it delivers in a later microtask, in order. */
export type LinkEnd<Out, In> = {
  post: (message: Out) => void;
  listen: (handler: (message: In) => void) => void;
};
export type IngestEnd = LinkEnd<ToData, ToIngest>;
export type DataEnd = LinkEnd<ToIngest, ToData>;
