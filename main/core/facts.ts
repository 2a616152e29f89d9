/** Facts: one thing the server said, by REST or socket, in our words; the wire room makes them, merge takes them. */
import type { AssigneeKey, Message, Presence } from '../../contract/model.ts';

/** The clocks of one server's processes differ by less (seconds): what is not further apart may be the same moment. */
export const SERVER_CLOCKS_S = 10;

/** When a fact was learnt. Order comes from `serverUpdatedAt` where the server sends it, else from these two. */
export type Heard = {
  via: 'rest' | 'socket';
  /** Monotonic ms: when the REST request was sent (a snapshot is at least that new), or when the event arrived. */
  since: number;
};

/** What a conversation fact may say. A missing key means "unknown, keep"; null means "none". */
export type ConversationFields = {
  inbox: number;
  channel: string;
  status: string;
  priority: string | null;
  assignee: AssigneeKey | null;
  /** Name that came with the assignee, for people the directory does not know. */
  assigneeName: string | null;
  team: number | null;
  teamName: string | null;
  contactId: number;
  contactName: string;
  contactEmail: string | null;
  contactPhone: string | null;
  contactIdentifier: string | null;
  labels: string[];
  unread: number;
  /** Seconds since 1970. */
  createdAt: number;
  lastActivityAt: number;
  firstReplyAt: number | null;
  snoozedUntil: number | null;
  /** The wire's own waiting_since; present only where the server sends the key. */
  wireWaitingSince: number | null;
  /** Newest message that is neither activity nor private. */
  lastMessage: { id: number; text: string; from: 'customer' | 'agent' | 'bot'; at: number } | null;
};

export type ConversationFact = {
  kind: 'conversation';
  id: number;
  heard: Heard;
  /** Float seconds, only from servers that send updated_at. */
  serverUpdatedAt: number | null;
  /** The answer to a request for this conversation, made to decide a doubt. */
  single?: boolean;
  fields: Partial<ConversationFields>;
};

/** A message. Never says anything about assignee or status of its conversation. */
export type MessageFact = {
  kind: 'message';
  conversation: number;
  heard: Heard;
  message: Message;
  /** The id that its sender gave it; only events of new messages say it. */
  echo?: string;
};

/** Messages of one transcript page, oldest first; `newest` = the page reaches the end. */
export type TranscriptFact = {
  kind: 'transcript';
  conversation: number;
  heard: Heard;
  messages: Message[];
  newest: boolean;
  moreBefore: boolean;
  /** Asked for as what follows this message: it says nothing about what lies before. */
  after?: number;
  /** Somebody looks at it. */
  opened?: boolean;
};

/** The server says it is not there (`deleted`) or not visible to us (`invisible`). */
export type GoneFact = { kind: 'gone'; id: number; heard: Heard; why: 'deleted' | 'invisible' };

export type AgentFact = {
  id: number;
  name: string;
  role: string;
  presence: Presence | null;
  limit: number | null;
};
/** `mine`: whether the user is a member; null = the server does not say. */
export type TeamFact = { id: number; name: string; autoAssign: boolean; mine: boolean | null };
export type InboxFact = { id: number; name: string; channel: string; autoAssign: boolean };

/** Complete lists replace what is known; ids that vanished become left or gone. */
export type DirectoryFact =
  | {
      kind: 'me';
      id: number;
      name: string;
      role: string;
      accountName: string;
      /** For `directory.account.id`; 0 there when the fact does not say. */
      accountId?: number;
      availability: Presence;
      pubsubToken: string;
    }
  | { kind: 'agents'; agents: AgentFact[] }
  | { kind: 'teams'; teams: TeamFact[] }
  | { kind: 'team-members'; team: number; members: number[] }
  | { kind: 'inboxes'; inboxes: InboxFact[] }
  | { kind: 'assignable'; inbox: number; agents: number[] }
  | { kind: 'labels'; labels: { title: string; color: string }[] }
  | { kind: 'presence'; agents: Record<number, Presence> };

/** A row of the server's own notifications for this user. */
export type NotificationFact = {
  kind: 'notification';
  id: number;
  type: string;
  /** Display id. */
  conversation: number;
  contactName: string | null;
  read: boolean;
  createdAt: number;
  /** Assignment as embedded in the row; null when the row does not say. */
  assignee: AssigneeKey | null;
};

/** The server's own counts of live conversations under a status filter. */
export type CountsFact = { kind: 'counts'; status: string; all: number; unassigned: number; heard: Heard };

export type Fact =
  | ConversationFact
  | MessageFact
  | TranscriptFact
  | GoneFact
  | DirectoryFact
  | NotificationFact
  | CountsFact;
