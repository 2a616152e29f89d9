/** The things both sides of the bridge talk about, as zod schemas and the types derived from them. */
import { z } from 'zod';

/** Seconds since 1970, as the server counts. */
const seconds = z.number();

/** An assignee is keyed by (type, id) everywhere: ids of bots overlap ids of agents. */
export const assigneeKeySchema = z.object({ type: z.enum(['agent', 'bot']), id: z.number().int() });

/** Who has a conversation: both halves are independent, `null` = none. */
export const assignmentSchema = z.object({
  assignee: assigneeKeySchema.nullable(),
  team: z.number().int().nullable(),
});

/** What the supervisor saw when the card was lifted or the menu opened. */
export const baseSchema = assignmentSchema.extend({ live: z.boolean() });

export const groupingSchema = z.enum(['queues', 'agents', 'teams']);

/** `no-team`, `unassigned`, `team:<id>`, `agent:<id>` or `bot:<id>`. */
export const laneKeySchema = z.string().regex(/^(no-team|unassigned|(team|agent|bot):\d+)$/);

export const sortSchema = z.enum(['waiting', 'activity', 'created', 'priority']);

/** What the board shows; empty lists mean "all". Statuses default to open. */
export const filterSchema = z.object({
  statuses: z.array(z.string()).default(['open']),
  inboxes: z.array(z.number().int()).default([]),
  labels: z.array(z.string()).default([]),
  priorities: z.array(z.string()).default([]),
  /** Only conversations waiting longer than this many minutes; 0 = off. */
  waitingLongerThan: z.number().min(0).default(0),
});

/** `data-pending` of a card. */
export const pendingSchema = z.enum(['none', 'waiting', 'sending', 'refused', 'conflict']);

export const cardSchema = z.object({
  /** Display id, as in URLs and on screen. */
  id: z.number().int(),
  contact: z.string(),
  inbox: z.number().int(),
  /** As the server names it: `Channel::Api`, `Channel::Whatsapp`, ... */
  channel: z.string(),
  status: z.string(),
  live: z.boolean(),
  priority: z.string().nullable(),
  labels: z.array(z.string()),
  unread: z.number().int(),
  assignee: assigneeKeySchema.nullable(),
  team: z.number().int().nullable(),
  createdAt: seconds,
  lastActivityAt: seconds,
  /** Since when the customer waits; null = does not wait. */
  waitingSince: seconds.nullable(),
  /** True when `waitingSince` is a lower bound ("at least 7 min"). */
  waitingAtLeast: z.boolean(),
  /** Assigned and no first reply yet. */
  notAnswered: z.boolean(),
  /** Newest non-activity public message, shortened; null when unknown. */
  lastMessage: z
    .object({ text: z.string(), from: z.enum(['customer', 'agent', 'bot']), at: seconds })
    .nullable(),
  /** The assigned agent is not a member of the assigned team (memberships known). */
  violation: z.boolean(),
  /** Not yet confirmed by the server since the app started or reconnected. */
  unconfirmed: z.boolean(),
  pending: pendingSchema,
  /** The command behind `pending`. */
  command: z.string().nullable(),
});

export const laneHeadSchema = z.object({
  key: laneKeySchema,
  group: z.enum(['unassigned', 'agents', 'teams']),
  /** Cards in this lane under the current filter, overlay included. */
  count: z.number().int(),
  /** Of these, assigned and not answered yet. */
  notAnswered: z.number().int(),
  oldestWaitingSince: seconds.nullable(),
  /** Deactivated or unknown agents, bots, vanished teams: shown, never a target. */
  target: z.boolean(),
});

export const presenceSchema = z.enum(['online', 'busy', 'away', 'offline', 'unknown']);

export const agentSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  role: z.string(),
  presence: presenceSchema,
  /** Conversations held against the server's limit, when the server says a limit. */
  limit: z.number().int().nullable(),
  /** No longer in the account, but holds or held conversations. */
  left: z.boolean(),
});

export const teamSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  autoAssign: z.boolean(),
  /** null = not loaded yet. */
  members: z.array(z.number().int()).nullable(),
  /** Whether the supervisor is a member; the server says so before the members are loaded. null = it has not yet. */
  mine: z.boolean().nullable(),
  /** Deleted on the server, but conversations still name it. */
  gone: z.boolean(),
});

export const directorySchema = z.object({
  me: z.object({ id: z.number().int(), name: z.string(), role: z.string(), availability: presenceSchema }),
  account: z.object({ id: z.number().int(), name: z.string() }),
  agents: z.array(agentSchema),
  bots: z.array(z.object({ id: z.number().int(), name: z.string() })),
  teams: z.array(teamSchema),
  inboxes: z.array(
    z.object({
      id: z.number().int(),
      name: z.string(),
      channel: z.string(),
      autoAssign: z.boolean(),
      assignable: z.array(z.number().int()).nullable(),
    }),
  ),
  labels: z.array(z.object({ title: z.string(), color: z.string() })),
});

/** One thing the supervisor can ask for (design of the actions: README, "Rules of manual mode"). */
export const actionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('assign-agent'), agent: z.number().int() }),
  z.object({ kind: z.literal('assign-agent-without-team'), agent: z.number().int() }),
  z.object({ kind: z.literal('assign-team'), team: z.number().int() }),
  z.object({ kind: z.literal('assign-both'), agent: z.number().int(), team: z.number().int() }),
  z.object({ kind: z.literal('queue'), team: z.number().int() }),
  z.object({ kind: z.literal('unassign-agent') }),
  z.object({ kind: z.literal('unassign-team') }),
  z.object({ kind: z.literal('unassign-both') }),
  /** Puts back what was truth before a move, rule or not: an undo. */
  z.object({ kind: z.literal('restore'), to: assignmentSchema }),
]);

/** Words as a value: a key of contract/words.en.json and what to fill in. */
export const wordsSchema = z.object({
  key: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});

export const choiceSchema = z.object({ words: wordsSchema, action: actionSchema });

/** What would happen, said before it happens. */
export const judgementSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('accepts'), words: wordsSchema, warnings: z.array(wordsSchema) }),
  z.object({ outcome: z.literal('accepts-but'), words: wordsSchema, warnings: z.array(wordsSchema) }),
  z.object({
    outcome: z.literal('asks-first'),
    words: wordsSchema,
    choices: z.array(choiceSchema),
    warnings: z.array(wordsSchema),
  }),
  z.object({ outcome: z.literal('unknown'), words: wordsSchema, warnings: z.array(wordsSchema) }),
  z.object({ outcome: z.literal('already-here'), words: wordsSchema }),
  z.object({ outcome: z.literal('refuses'), words: wordsSchema }),
]);

export const commandStateSchema = z.enum([
  'waiting',
  'sending',
  'confirmed',
  'refused',
  'conflict',
  'superseded',
  'cancelled',
]);

/** One row of the outbox as shown. */
export const outboxEntrySchema = z.object({
  id: z.string(),
  conversation: z.number().int(),
  contact: z.string(),
  action: actionSchema,
  base: baseSchema,
  state: commandStateSchema,
  /** Milliseconds since 1970, local clock. */
  createdAt: z.number(),
  settledAt: z.number().nullable(),
  /** Result the server confirmed, or theirs in a conflict. */
  result: assignmentSchema.nullable(),
  /** Of what was refused or is in conflict: as the board shows it now; null = settled, under way, or not here any more. */
  now: assignmentSchema.nullable(),
  /** Why refused or in conflict, and what part was applied. */
  reason: wordsSchema.nullable(),
  /** The server's own words, if it said any. */
  serverWords: z.string().nullable(),
});

/** A private note of mine on its way to the server. */
export const noteEntrySchema = z.object({
  id: z.string(),
  conversation: z.number().int(),
  contact: z.string(),
  text: z.string(),
  state: z.enum(['waiting', 'sending', 'sent', 'refused', 'discarded']),
  /** Milliseconds since 1970, local clock. */
  createdAt: z.number(),
  settledAt: z.number().nullable(),
  /** Why it was refused. */
  reason: wordsSchema.nullable(),
  serverWords: z.string().nullable(),
});

/** How much of the live queue can be read without a network. */
export const coverageSchema = z.object({
  /** Live conversations whose transcript is saved and complete, of how many. */
  saved: z.number().int(),
  live: z.number().int(),
  /** Whose transcripts are saved now, in the order of this list; null = all are. */
  saving: z.enum(['unassigned', 'queues', 'waiting', 'rest']).nullable(),
});

const connectionCommon = {
  reason: wordsSchema,
  /** ms since 1970 of the next attempt or limit */ deadline: z.number().nullable(),
};

/** `data-connection`: one union, each state with its reason and deadline. */
export const connectionSchema = z.object({
  state: z.enum([
    'signed-out',
    'connecting',
    'catching-up',
    'live',
    'stale',
    'offline',
    'throttled',
    'needs-sign-in',
    'no-access',
    'unsupported-server',
  ]),
  ...connectionCommon,
  /** ms since 1970: the shown data equals the server as of this moment; null = never. */
  asOf: z.number().nullable(),
  progress: z
    .object({
      what: z.enum(['live', 'history', 'catch-up']),
      done: z.number(),
      /** Of history a guess. */
      total: z.number().nullable(),
      /** A guess by the pace so far; null = too early to say. */
      secondsLeft: z.number().nullable(),
    })
    .nullable(),
});

export const messageSchema = z.object({
  id: z.number().int(),
  kind: z.enum(['incoming', 'outgoing', 'activity', 'note']),
  text: z.string(),
  sender: z.string().nullable(),
  senderType: z.enum(['contact', 'agent', 'bot', 'system']),
  at: seconds,
  status: z.string().nullable(),
  attachments: z.array(z.object({ url: z.string(), type: z.string() })),
});

export const conversationDetailsSchema = z.object({
  card: cardSchema,
  contactDetails: z.object({
    email: z.string().nullable(),
    phone: z.string().nullable(),
    identifier: z.string().nullable(),
  }),
  messages: z.array(messageSchema),
  /** ms since 1970: up to then the transcript is complete, back to its first message here; null = not saved. */
  savedAt: z.number().nullable(),
  moreBefore: z.boolean(),
  /** Newer messages than the saved ones are known to be missing. */
  newerMissing: z.boolean(),
  /** "back to Billing queue": the team an assignment removed a moment ago. */
  removedTeam: z.number().int().nullable(),
  /** Private notes of mine that are not on the server yet, in the order they were written. */
  notes: z.array(noteEntrySchema),
  /** A private note that was typed and not sent; '' = none. */
  draft: z.string(),
});

export const alertKindSchema = z.enum([
  'assigned-to-me',
  'assigned-to-team',
  'command-refused',
  'command-conflict',
  'digest',
]);

export const alertSchema = z.object({
  id: z.string(),
  kind: alertKindSchema,
  conversation: z.number().int().nullable(),
  title: wordsSchema,
  body: wordsSchema,
  at: z.number(),
  state: z.enum(['received', 'shown', 'clicked', 'suppressed']),
  /** Why it was not shown. */
  reason: wordsSchema.nullable(),
});

export type AssigneeKey = z.infer<typeof assigneeKeySchema>;
export type Assignment = z.infer<typeof assignmentSchema>;
export type Base = z.infer<typeof baseSchema>;
export type Grouping = z.infer<typeof groupingSchema>;
export type LaneKey = string;
export type Sort = z.infer<typeof sortSchema>;
export type Filter = z.infer<typeof filterSchema>;
export type Pending = z.infer<typeof pendingSchema>;
export type Card = z.infer<typeof cardSchema>;
export type LaneHead = z.infer<typeof laneHeadSchema>;
export type Presence = z.infer<typeof presenceSchema>;
export type Agent = z.infer<typeof agentSchema>;
export type Team = z.infer<typeof teamSchema>;
export type Directory = z.infer<typeof directorySchema>;
export type Action = z.infer<typeof actionSchema>;
export type Words = z.infer<typeof wordsSchema>;
export type Choice = z.infer<typeof choiceSchema>;
export type Judgement = z.infer<typeof judgementSchema>;
export type OutboxEntry = z.infer<typeof outboxEntrySchema>;
export type NoteEntry = z.infer<typeof noteEntrySchema>;
export type Coverage = z.infer<typeof coverageSchema>;
export type Connection = z.infer<typeof connectionSchema>;
export type Message = z.infer<typeof messageSchema>;
export type ConversationDetails = z.infer<typeof conversationDetailsSchema>;
export type AlertKind = z.infer<typeof alertKindSchema>;
export type Alert = z.infer<typeof alertSchema>;

/** Something about the files of this computer. A standing one is so now and ends by itself; others happened, and are dismissed. */
export const noticeSchema = z.object({ id: z.string(), words: wordsSchema, standing: z.boolean() });
export type Notice = z.infer<typeof noticeSchema>;

/** What changed, for re-running queries: `lane:<grouping>:<key>`, `conversation:<id>`, or a whole subject. */
export type Topic =
  | `lane:${Grouping}:${string}`
  | `conversation:${number}`
  | 'directory'
  | 'outbox'
  | 'alerts'
  | 'connection'
  | 'coverage'
  | 'notices'
  | 'counts';

/** Statuses a conversation cannot be moved in. Unknown statuses count as live. */
const FINAL_STATUSES = new Set(['resolved', 'abandoned', 'deleted']);

/** Whether a conversation of this status is live, that is, can be on the board and be moved. */
export const isLive = (status: string): boolean => !FINAL_STATUSES.has(status);

/** The lane of an assignment in a grouping. */
export const laneOf = (grouping: Grouping, { assignee, team }: Assignment): LaneKey => {
  const agentLane = assignee ? `${assignee.type}:${assignee.id}` : null;
  const teamLane = team === null ? 'no-team' : `team:${team}`;
  switch (grouping) {
    case 'queues':
      return agentLane ?? teamLane;
    case 'agents':
      return agentLane ?? 'unassigned';
    case 'teams':
      return teamLane;
  }
};

/** Whether two assignees are the same (type and id). */
export const sameAssignee = (a: AssigneeKey | null, b: AssigneeKey | null): boolean =>
  a === b || (a !== null && b !== null && a.type === b.type && a.id === b.id);

/** Whether two assignments are the same in both halves. */
export const sameAssignment = (a: Assignment, b: Assignment): boolean =>
  a.team === b.team && sameAssignee(a.assignee, b.assignee);
