/**
 * The control port, for tests only: what a spec can ask of the server and what it answers.
 *
 * Every call is `POST {controlUrl}/{name}` with a JSON body; the answer is JSON, a refused call is 400 `{"error"}`.
 * `GET {controlUrl}/log?…` and `DELETE {controlUrl}/log` read and clear the request log as well.
 */
import { z } from 'zod';
import type { CableFaults, SocketInfo } from './cable/cable.ts';
import type { Switches } from './guesses.ts';
import type { Features } from './levels.ts';

const id = z.number().int();
const by = id.nullable().default(null);

/** Which requests a fault hits; a missing field fits all. */
export const faultMatchSchema = z.object({
  method: z.string().optional(),
  /** Regular expression on path and query. */
  path: z.string().optional(),
  /** Only requests with this user's token. */
  user: id.optional(),
  /** Lets so many fitting requests pass first. */
  skip: z.number().int().default(0),
  /** Hits so many, then is gone; null = until cleared. */
  times: z.number().int().nullable().default(1),
});

/** What happens to a request that is hit. */
export const faultEffectSchema = z.discriminatedUnion('kind', [
  /** Answers without processing. */
  z.object({
    kind: z.literal('answer'),
    status: z.number().int(),
    body: z.unknown(),
    contentType: z.string().optional(),
  }),
  /** Cuts the connection before processing. */
  z.object({ kind: z.literal('drop-request') }),
  /** Processes, then cuts the connection instead of answering. */
  z.object({ kind: z.literal('drop-response') }),
  /** Processes later. */
  z.object({ kind: z.literal('delay'), ms: z.number() }),
  /** Processes at once, answers later. */
  z.object({ kind: z.literal('delay-response'), ms: z.number() }),
  /** Never answers, without processing. */
  z.object({ kind: z.literal('hang') }),
  /** 429 with plain text, without Retry-After. */
  z.object({ kind: z.literal('too-many') }),
  /** 200 with the HTML of a hotel's sign-in page. */
  z.object({ kind: z.literal('captive-portal') }),
]);

export const faultSchema = faultMatchSchema.extend({ effect: faultEffectSchema });

/** Something that another user or the system does; `by` null = the system. Conversations by display id. */
export const actSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('assign'), conversation: id, agent: id.nullable(), by }),
  z.object({ do: z.literal('assign-bot'), conversation: id, bot: id.nullable(), by }),
  z.object({ do: z.literal('team'), conversation: id, team: id.nullable(), by }),
  z.object({
    do: z.literal('assign-and-team'),
    conversation: id,
    agent: id.nullable(),
    team: id.nullable(),
    by,
  }),
  z.object({
    do: z.literal('status'),
    conversation: id,
    status: z.string(),
    snoozedUntil: z.number().nullable().default(null),
    by,
  }),
  z.object({ do: z.literal('priority'), conversation: id, priority: z.string().nullable(), by }),
  z.object({ do: z.literal('labels'), conversation: id, labels: z.array(z.string()), by }),
  z.object({
    do: z.literal('message'),
    conversation: id,
    content: z.string(),
    /** `customer`, `bot` or a user id. */
    from: z.union([z.literal('customer'), z.literal('bot'), id]).default('customer'),
    private: z.boolean().default(false),
  }),
  z.object({ do: z.literal('contact-reads'), conversation: id }),
  z.object({ do: z.literal('move-inbox'), conversation: id, inbox: id, by }),
  z.object({ do: z.literal('delete-conversation'), conversation: id }),
  z.object({
    do: z.literal('create-conversation'),
    inbox: id,
    customer: z.string().default('Nora Feldmann'),
    content: z.string().default('Hello, I need help with my order.'),
    team: id.nullable().default(null),
    agent: id.nullable().default(null),
    status: z.string().default('open'),
    by,
  }),
  z.object({ do: z.literal('team-member'), team: id, user: id, member: z.boolean() }),
  z.object({ do: z.literal('team-auto-assign'), team: id, on: z.boolean() }),
  z.object({ do: z.literal('inbox-member'), inbox: id, user: id, member: z.boolean() }),
  z.object({ do: z.literal('delete-team'), team: id }),
  z.object({ do: z.literal('remove-agent'), user: id }),
  z.object({
    do: z.literal('availability'),
    user: id,
    availability: z.string(),
    autoOffline: z.boolean().optional(),
  }),
]);

export type Fault = z.input<typeof faultSchema>;
export type FaultEffect = z.infer<typeof faultEffectSchema>;
export type Act = z.input<typeof actSchema>;

/** One request as the server saw it. */
export interface LogEntry {
  /** Counts up from 1, also after the log was cleared. */
  n: number;
  /** Unix seconds when it came. */
  at: number;
  method: string;
  path: string;
  query: string;
  /** User of the access token or session; null = none. */
  userId: number | null;
  body: unknown;
  /** 0 = cut or not answered (yet). */
  status: number;
  /** Milliseconds until the answer; null = none yet. */
  ms: number | null;
  /** Kind of the fault that hit it. */
  fault: string | null;
}

export const logFilterSchema = z.object({
  method: z.string().optional(),
  /** Regular expression on path and query. */
  path: z.string().optional(),
  userId: z.coerce.number().optional(),
  status: z.coerce.number().optional(),
  /** Only entries with a greater number. */
  after: z.coerce.number().optional(),
});
export type LogFilter = z.infer<typeof logFilterSchema>;

/** State of a conversation on the server, beyond what any client is shown. */
export interface Truth {
  id: number;
  internalId: number;
  assigneeId: number | null;
  botId: number | null;
  teamId: number | null;
  inboxId: number;
  status: string;
  priority: string | null;
  labels: string[];
  waitingSince: number | null;
  updatedAt: number;
  /** Activity messages, oldest first. */
  activity: string[];
  messageCount: number;
}

export interface KnownUser {
  id: number;
  name: string;
  email: string;
  password: string;
  token: string;
  pubsubToken: string;
  role: string;
  availability: string;
  effective: string;
  autoOffline: boolean;
  deactivated: boolean;
}

export interface KnownNotification {
  id: number;
  userId: number;
  type: string;
  conversation: number;
  read: boolean;
}

type Nothing = Record<never, never>;

/** Name of each call with what goes in and what comes out. Account 1 where none is named. */
export interface ControlCalls {
  'log.read': { input: LogFilter; output: LogEntry[] };
  'log.clear': { input: Nothing; output: { cleared: number } };
  'fault.add': { input: Fault; output: { fault: number } };
  'fault.list': { input: Nothing; output: { fault: number; hits: number; effect: FaultEffect }[] };
  'fault.clear': { input: { fault?: number }; output: Nothing };
  'cable.faults': { input: Partial<CableFaults>; output: CableFaults };
  /** Without a reason the connections are cut; with one a disconnect frame comes first. */
  'cable.close': { input: { reason?: string; reconnect?: boolean }; output: { closed: number } };
  'cable.sockets': { input: Nothing; output: SocketInfo[] };
  /** Sends text as a frame to every socket. */
  'cable.raw': { input: { frame: string }; output: Nothing };
  /** Refuses connections and cuts the present ones, until resumed on the same port. */
  'server.pause': { input: Nothing; output: Nothing };
  'server.resume': { input: Nothing; output: Nothing };
  'jobs.delay': { input: { ms: number }; output: Nothing };
  /** Answers when no job waits. */
  'jobs.idle': { input: Nothing; output: Nothing };
  'clock.skew': { input: { seconds: number }; output: { now: number } };
  act: { input: Act; output: Truth | Nothing };
  /** Customers' messages to live conversations at a rate; ends by itself. */
  'events.flood': { input: { perSecond: number; seconds: number }; output: { conversations: number } };
  'events.stop': { input: Nothing; output: { sent: number } };
  'conversation.truth': { input: { conversation: number }; output: Truth | null };
  /** All conversations whose status is open, pending, snoozed or unknown. */
  'conversation.live': { input: Nothing; output: Truth[] };
  /** Sets values that a client may not know, with the usual events. */
  'conversation.inject': {
    input: { conversation: number; status?: string; priority?: string };
    output: Truth;
  };
  users: { input: { accountId?: number }; output: KnownUser[] };
  bots: { input: Nothing; output: { id: number; name: string; token: string }[] };
  notifications: { input: { userId?: number }; output: KnownNotification[] };
  /** Users that count as present, with chosen availability. */
  online: { input: Nothing; output: Record<string, string> };
  'account.set': {
    input: { status?: 'active' | 'suspended'; conversationLimit?: number | null };
    output: Nothing;
  };
  'user.set': {
    input: { user: number; role?: string; name?: string; masked?: string | null };
    output: Nothing;
  };
  /** The user's token is no longer valid; answers the new one. */
  'user.revoke': {
    input: { user: number; pubsub?: boolean };
    output: { token: string; pubsubToken: string };
  };
  /** Puts a user into another account as well, which is created when needed. */
  'user.join': { input: { user: number; accountId: number; role?: string }; output: Nothing };
  'switches.set': { input: Partial<Switches>; output: Switches };
  'features.set': { input: Partial<Features>; output: Features };
  'snapshot.take': { input: { name: string }; output: Nothing };
  /** The server as it was then: ids, times and tokens go back, sockets are cut. */
  'snapshot.restore': { input: { name: string }; output: Nothing };
}

export type ControlName = keyof ControlCalls;
