/** The records that the embedded server keeps: plain rows, one interface a table, times in unix seconds with fractions. */

/** Unix seconds with microseconds as fraction; every time in the model has this unit. */
export type Seconds = number;

export type Json = Record<string, unknown>;

export interface Account {
  id: number;
  name: string;
  locale: string;
  status: 'active' | 'suspended';
  /** Most conversations an agent may hold; null = no limit. Only the live-agent level looks at it. */
  conversationLimit: number | null;
  /** Last display id that was given out. */
  lastDisplayId: number;
  /** Collections' change stamps for `cache_keys`, unix seconds; 0 = never. */
  cacheKeys: { label: number; inbox: number; team: number };
}

export interface User {
  id: number;
  name: string;
  displayName: string | null;
  email: string;
  password: string;
  token: string;
  pubsubToken: string;
  /** What others see instead of name, e-mail and avatar; null = not masked. */
  maskedName: string | null;
  avatarUrl: string;
  confirmed: boolean;
  messageSignature: string | null;
  uiSettings: Json;
  customAttributes: Json;
}

/** A user's place in an account. */
export interface Membership {
  id: number;
  accountId: number;
  userId: number;
  role: string;
  /** Chosen availability, not the effective one. */
  availability: string;
  autoOffline: boolean;
  activeAt: Seconds | null;
  /** Left the account but still shown on what he holds (live-agent level). */
  deactivated: boolean;
  emailFlags: string[];
  pushFlags: string[];
}

export interface Team {
  id: number;
  accountId: number;
  name: string;
  description: string;
  allowAutoAssign: boolean;
  memberIds: number[];
  createdAt: Seconds;
  updatedAt: Seconds;
}

export interface Inbox {
  id: number;
  accountId: number;
  name: string;
  channelId: number;
  channelType: string;
  enableAutoAssignment: boolean;
  /** Live Agent: conversations of an agent who leaves are given to others. */
  enableAutoReassignment: boolean;
  memberIds: number[];
  /** Round-robin list, head first; the next one is taken from the tail. */
  queue: number[];
  botId: number | null;
  identifier: string;
  phoneNumber: string | null;
  webhookUrl: string | null;
  createdAt: Seconds;
}

export interface Bot {
  id: number;
  accountId: number;
  name: string;
  description: string;
  token: string;
  outgoingUrl: string | null;
}

export interface Label {
  id: number;
  accountId: number;
  title: string;
  description: string;
  color: string;
  showOnSidebar: boolean;
}

export interface Contact {
  id: number;
  accountId: number;
  name: string;
  email: string | null;
  phoneNumber: string | null;
  identifier: string | null;
  thumbnail: string;
  blocked: boolean;
  additionalAttributes: Json;
  customAttributes: Json;
  lastActivityAt: Seconds | null;
  createdAt: Seconds;
}

export interface ContactInbox {
  id: number;
  contactId: number;
  inboxId: number;
  sourceId: string;
  pubsubToken: string;
  createdAt: Seconds;
}

export interface Conversation {
  /** Internal id; on the wire only as `notification.primary_actor_id`. */
  id: number;
  accountId: number;
  /** The id of URLs and JSON. */
  displayId: number;
  uuid: string;
  inboxId: number;
  contactId: number;
  contactInboxId: number;
  status: string;
  priority: string | null;
  assigneeId: number | null;
  /** Agent bot that holds the conversation; excludes `assigneeId`. */
  botId: number | null;
  teamId: number | null;
  snoozedUntil: Seconds | null;
  labels: string[];
  additionalAttributes: Json;
  customAttributes: Json;
  createdAt: Seconds;
  updatedAt: Seconds;
  lastActivityAt: Seconds;
  firstReplyAt: Seconds | null;
  waitingSince: Seconds | null;
  agentLastSeenAt: Seconds | null;
  assigneeLastSeenAt: Seconds | null;
  contactLastSeenAt: Seconds | null;
  participantIds: number[];
}

/** Numbers of the wire: 0 incoming, 1 outgoing, 2 activity, 3 template. */
export type MessageType = 0 | 1 | 2 | 3;

export type SenderType = 'Contact' | 'User' | 'AgentBot' | 'cognigy';

export interface Message {
  id: number;
  accountId: number;
  conversationId: number;
  inboxId: number;
  content: string | null;
  messageType: MessageType;
  contentType: string;
  contentAttributes: Json;
  private: boolean;
  status: string;
  sourceId: string | null;
  senderType: SenderType | null;
  senderId: number | null;
  createdAt: Seconds;
  updatedAt: Seconds;
}

export interface Notification {
  id: number;
  accountId: number;
  userId: number;
  type: string;
  /** Internal id of the conversation. */
  conversationId: number;
  secondaryMessageId: number | null;
  readAt: Seconds | null;
  snoozedUntil: Seconds | null;
  createdAt: Seconds;
  lastActivityAt: Seconds;
}

/** Every table by the name it has in the store. */
export interface Tables {
  account: Account;
  user: User;
  membership: Membership;
  team: Team;
  inbox: Inbox;
  bot: Bot;
  label: Label;
  contact: Contact;
  contactInbox: ContactInbox;
  conversation: Conversation;
  message: Message;
  notification: Notification;
}

export type Kind = keyof Tables;

export const kinds: readonly Kind[] = [
  'account',
  'user',
  'membership',
  'team',
  'inbox',
  'bot',
  'label',
  'contact',
  'contactInbox',
  'conversation',
  'message',
  'notification',
];
