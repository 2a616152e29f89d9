/** The records of the modelled server, and what it tells its surroundings. */
import type { Abilities } from './levels.ts';

export type User = {
  id: number;
  name: string;
  role: string;
  availability: 'online' | 'busy' | 'offline' | 'away';
  /** Connected somewhere else than here, as far as presence goes. */
  present: boolean;
  /** Left the account. */
  left: boolean;
  token: string;
  pubsub: string;
};
export type Team = { id: number; name: string; auto: boolean; members: number[] };
export type Inbox = {
  id: number;
  name: string;
  auto: boolean;
  members: number[];
  /** Round robin, head first; the next one is taken from the tail. */
  queue: number[];
};
export type Bot = { id: number; name: string };
export type Sender = { kind: 'contact' | 'user' | 'bot'; id: number };
export type ModelMessage = {
  id: number;
  type: 0 | 1 | 2;
  text: string;
  private: boolean;
  sender: Sender | null;
  /** Whole seconds. */
  at: number;
};
export type Conversation = {
  id: number;
  dbId: number;
  inbox: number;
  contactId: number;
  contactName: string;
  status: string;
  priority: string | null;
  assignee: number | null;
  bot: number | null;
  team: number | null;
  labels: string[];
  /** Seconds with fraction. */
  createdAt: number;
  activityAt: number;
  updatedAt: number;
  firstReplyAt: number | null;
  waitingSince: number | null;
  seenAt: number | null;
  snoozedUntil: number | null;
  messages: ModelMessage[];
};
export type Notification = {
  id: number;
  user: number;
  type: 'conversation_assignment' | 'assigned_conversation_new_message';
  conversation: number;
  dbId: number;
  readAt: number | null;
  createdAt: number;
};

/** Who holds a conversation and where it stands: what the checkers compare. */
export type Standing = {
  inbox: number;
  status: string;
  priority: string | null;
  assignee: { type: 'agent' | 'bot'; id: number } | null;
  team: number | null;
};

/** Who did something: a user, or null for the system. `request` numbers a request of the app under test. */
export type Actor = { user: number | null; request: number | null };

/** One change of truth as the server made it; `after` null = deleted. */
export type Change = {
  conversation: number;
  actor: Actor;
  before: Standing | null;
  after: Standing | null;
  /** The server tells nobody: no event, no `updated_at`. */
  silent?: true;
  /** The server went back to a backup: nobody did this. */
  restored?: true;
};

/** What the model needs from the run. */
export type Surroundings = {
  /** Seconds since 1970 with fraction; each call is later than the one before. */
  now: () => number;
  /** A background job; the run decides when. */
  job: (run: () => void) => void;
  /** One event for one user's stream; `data` is read when it is sent. The run decides when, whether and how often. */
  event: (user: number, name: string, data: () => Record<string, unknown>) => void;
  /** Automatic choice among candidates, who are in the order of the inbox's round robin (next one first). */
  choose: (candidates: readonly number[]) => number;
  onChange: (change: Change) => void;
  onNotification: (row: Notification) => void;
  /** A message of any kind, which moves a conversation's last activity. */
  onActivity: (conversation: number) => void;
  onMembers: (team: number, members: readonly number[]) => void;
};

/** Everything the server knows. */
export type Truth = {
  abilities: Abilities;
  accountId: number;
  accountName: string;
  users: Map<number, User>;
  teams: Map<number, Team>;
  inboxes: Map<number, Inbox>;
  bots: Map<number, Bot>;
  labels: string[];
  conversations: Map<number, Conversation>;
  notifications: Notification[];
  /** Most conversations by hand per agent; null = no limit. */
  limit: number | null;
  pageSize: number;
  /** Ids of users whose own socket is subscribed, until when (server seconds) their presence lasts. */
  presence: Map<number, number>;
  /** The last ids given away. */
  ids: { row: number; conversation: number };
};

export const standingOf = (c: Conversation): Standing => ({
  inbox: c.inbox,
  status: c.status,
  priority: c.priority,
  assignee:
    c.bot !== null
      ? { type: 'bot', id: c.bot }
      : c.assignee !== null
        ? { type: 'agent', id: c.assignee }
        : null,
  team: c.team,
});

/** Resolved, abandoned and deleted conversations are not live. */
export const liveStatus = (status: string): boolean =>
  status !== 'resolved' && status !== 'abandoned' && status !== 'deleted';
