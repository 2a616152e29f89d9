/** THE contract: every call, event and port that crosses a thread or process, with who answers it and what it carries. */
import { z } from 'zod';
import {
  actionSchema,
  alertSchema,
  assignmentSchema,
  baseSchema,
  cardSchema,
  connectionSchema,
  conversationDetailsSchema,
  coverageSchema,
  directorySchema,
  filterSchema,
  groupingSchema,
  judgementSchema,
  laneHeadSchema,
  laneKeySchema,
  noticeSchema,
  noteEntrySchema,
  outboxEntrySchema,
  sortSchema,
  wordsSchema,
} from './model.ts';

const nothing = z.object({});
const board = { grouping: groupingSchema, filter: filterSchema, sort: sortSchema };
/** A conversation as the renderer drew it when the move began. */
const lifted = z.object({ conversation: z.number().int(), base: baseSchema });

/** Everything that one drop, choice or key asked for: it is undone and done again as one. */
const gestureSchema = z.object({
  gesture: z.number().int(),
  /** Of one of its moves. */
  action: actionSchema,
  /** Conversations that can be undone, or done again. */
  count: z.number().int(),
});
/** The server takes more; a note that long is a mistake. */
const noteText = z.string().max(20_000);

/** Why a sign-in failed; each has its own sentence in the renderer. */
export const signInFailureSchema = z.enum([
  'wrong-address',
  'unreachable',
  'bad-token',
  'bad-certificate',
  'suspended',
  'bot-token',
  'old-server',
]);

export const workspaceSchema = z.object({
  origin: z.string(),
  accountId: z.number().int(),
  userId: z.number().int(),
  name: z.string(),
  demo: z.boolean(),
});

export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  density: z.enum(['comfortable', 'compact']),
  grouping: groupingSchema,
  sort: sortSchema,
  /** Days of resolved and abandoned conversations kept. */
  historyDays: z.number().int().min(0).max(90),
  receiveAutomaticAssignments: z.boolean(),
  watchedTeams: z.array(z.number().int()),
  foldedLanes: z.array(z.string()),
  /** Lanes kept at the front of their group, in this order. */
  pinnedLanes: z.array(z.string()),
  /** Whether single-letter shortcuts on the board work. */
  shortcuts: z.boolean(),
  firstRunDone: z.boolean(),
});

const call = <W extends 'shell' | 'core', I extends z.ZodType, O extends z.ZodType>(
  answeredBy: W,
  input: I,
  output: O,
) => ({ answeredBy, input, output });

/** Renderer -> main. `core` calls are forwarded to the data worker. */
export const calls = {
  'app.info': call(
    'shell',
    nothing,
    z.object({ version: z.string(), platform: z.string(), test: z.boolean() }),
  ),
  'settings.get': call('shell', nothing, settingsSchema),
  'settings.set': call('shell', settingsSchema.partial(), settingsSchema),
  'link.open': call('shell', z.object({ url: z.string() }), nothing),
  'notifications.test': call(
    'shell',
    nothing,
    z.object({ shown: z.boolean(), reason: z.string().nullable() }),
  ),
  'workspace.openDemo': call(
    'shell',
    nothing,
    z.discriminatedUnion('outcome', [
      z.object({ outcome: z.literal('opened'), workspace: workspaceSchema }),
      z.object({ outcome: z.literal('failed'), failure: signInFailureSchema, detail: z.string() }),
    ]),
  ),

  'workspace.current': call('core', nothing, z.object({ workspace: workspaceSchema.nullable() })),
  'workspace.signIn': call(
    'core',
    z.object({
      address: z.string(),
      token: z.string(),
      /** The demo's own server, started by the app. */
      demo: z.boolean().default(false),
    }),
    z.discriminatedUnion('outcome', [
      z.object({ outcome: z.literal('opened'), workspace: workspaceSchema }),
      z.object({ outcome: z.literal('failed'), failure: signInFailureSchema, detail: z.string() }),
    ]),
  ),
  /** Answers `commands-waiting` and does nothing unless `force`, when commands wait. */
  'workspace.signOut': call(
    'core',
    z.object({ force: z.boolean() }),
    z.object({ outcome: z.enum(['signed-out', 'commands-waiting']), waiting: z.number().int() }),
  ),

  'connection.get': call('core', nothing, connectionSchema),
  'notices.get': call('core', nothing, z.object({ notices: z.array(noticeSchema) })),
  'notices.dismiss': call('core', z.object({ id: z.string() }), nothing),
  /** Tries to reach the server now instead of at the deadline. */
  'connection.retry': call('core', nothing, nothing),
  'coverage.get': call('core', nothing, coverageSchema.nullable()),
  'directory.get': call('core', nothing, directorySchema.nullable()),
  'availability.set': call(
    'core',
    z.object({ availability: z.enum(['online', 'busy', 'offline']) }),
    nothing,
  ),

  'board.lanes': call(
    'core',
    z.object(board),
    z.object({
      revision: z.number(),
      lanes: z.array(laneHeadSchema),
      totals: z.object({
        open: z.number(),
        unassigned: z.number(),
        notAnswered: z.number(),
        oldestWaitingSince: z.number().nullable(),
      }),
    }),
  ),
  'board.cards': call(
    'core',
    z.object({
      ...board,
      lane: laneKeySchema,
      after: z.string().nullable(),
      limit: z.number().int().min(1).max(200),
    }),
    z.object({ revision: z.number(), cards: z.array(cardSchema), next: z.string().nullable() }),
  ),
  search: call(
    'core',
    z.object({ text: z.string(), limit: z.number().int().min(1).max(50) }),
    z.object({ cards: z.array(cardSchema) }),
  ),
  'conversation.get': call('core', z.object({ id: z.number().int() }), conversationDetailsSchema.nullable()),
  /** Asks the server for the newest messages (or older ones than the oldest saved); the answer arrives as a topic. */
  'conversation.load': call('core', z.object({ id: z.number().int(), older: z.boolean() }), nothing),

  /** Judges one action for many conversations: one judgement each, in the same order. */
  'move.judge': call(
    'core',
    z.object({ action: actionSchema, items: z.array(lifted).min(1).max(500) }),
    z.object({ judgements: z.array(judgementSchema), summary: judgementSchema }),
  ),
  /** Judges dropping these on every lane of the grouping. */
  'move.hints': call(
    'core',
    z.object({ grouping: groupingSchema, items: z.array(lifted).min(1).max(500) }),
    z.object({
      hints: z.record(
        laneKeySchema,
        z.object({ judgement: judgementSchema, action: actionSchema.nullable() }),
      ),
    }),
  ),
  /** Stores commands durably. Conversations whose shown state no longer equals the base come back in `changed`, nothing stored for them. */
  'move.submit': call(
    'core',
    z.object({
      action: actionSchema,
      items: z.array(lifted).min(1).max(500),
      /** From an earlier answer, when one gesture needs several calls; null = a new one. */
      gesture: z.number().int().nullable().default(null),
    }),
    z.object({
      gesture: z.number().int(),
      stored: z.array(z.object({ conversation: z.number().int(), command: z.string() })),
      changed: z.array(z.object({ conversation: z.number().int(), words: wordsSchema })),
      refused: z.array(z.object({ conversation: z.number().int(), words: wordsSchema })),
      asks: z.array(z.object({ conversation: z.number().int(), judgement: judgementSchema })),
    }),
  ),

  /** What undo and redo would do now; null = nothing. */
  'undo.next': call(
    'core',
    nothing,
    z.object({ undo: gestureSchema.nullable(), redo: gestureSchema.nullable() }),
  ),
  /**
   * Takes one gesture back or does it again. While something asks that was neither agreed to nor declined, nothing
   * is stored. `gesture` null in the answer: there is nothing to take back or do again.
   */
  'undo.run': call(
    'core',
    z.object({
      direction: z.enum(['undo', 'redo']),
      /** null = the newest one. */
      gesture: z.number().int().nullable().default(null),
      /** Commands of `asks` that are to be taken back all the same. */
      agreed: z.array(z.string()).default([]),
      declined: z.array(z.string()).default([]),
    }),
    z.object({
      gesture: gestureSchema.nullable(),
      stored: z.array(z.object({ conversation: z.number().int(), command: z.string() })),
      /** Taken back before they were sent: nothing is written. */
      cancelled: z.array(z.object({ conversation: z.number().int(), command: z.string() })),
      /** Left as they are: changed by somebody else, finished, or impossible by now. */
      left: z.array(z.object({ conversation: z.number().int(), contact: z.string(), words: wordsSchema })),
      /** The server itself chose who has it: he is named before he loses it. */
      asks: z.array(
        z.object({
          conversation: z.number().int(),
          contact: z.string(),
          command: z.string(),
          words: wordsSchema,
        }),
      ),
    }),
  ),

  /** Keeps what is typed; '' forgets it. */
  'note.draft': call('core', z.object({ conversation: z.number().int(), text: noteText }), nothing),
  /** Stores a private note durably, in place of the draft. */
  'note.send': call(
    'core',
    z.object({ conversation: z.number().int(), text: noteText.trim().min(1) }),
    z.object({ note: z.string() }),
  ),
  /** Sends refused notes again, or gives up those that are refused or have not left yet. */
  'note.settle': call(
    'core',
    z.object({ notes: z.array(z.string()).min(1), choice: z.enum(['retry', 'discard']) }),
    z.object({ settled: z.array(z.string()) }),
  ),

  /** `counts` = commands and notes together. */
  'outbox.list': call(
    'core',
    z.object({ limit: z.number().int().min(1).max(500) }),
    z.object({
      entries: z.array(outboxEntrySchema),
      notes: z.array(noteEntrySchema),
      counts: z.object({
        waiting: z.number(),
        sending: z.number(),
        refused: z.number(),
        conflict: z.number(),
      }),
    }),
  ),
  'outbox.cancel': call(
    'core',
    z.object({ commands: z.array(z.string()).min(1) }),
    z.object({ cancelled: z.array(z.string()) }),
  ),
  /**
   * Takes refused commands and conflicts off the shelf; `apply` and `retry` send mine again on top of `seen`, what
   * the entry was drawn with as `now`. What is otherwise by now, or cannot go there any more, stays with its words.
   */
  'outbox.settle': call(
    'core',
    z.object({
      items: z.array(z.object({ command: z.string(), seen: assignmentSchema.nullable() })).min(1),
      choice: z.enum(['keep', 'apply', 'retry', 'discard']),
    }),
    z.object({
      settled: z.array(z.string()),
      stays: z.array(z.object({ command: z.string(), conversation: z.number().int(), words: wordsSchema })),
    }),
  ),

  'alerts.list': call(
    'core',
    z.object({ limit: z.number().int().min(1).max(200) }),
    z.object({ alerts: z.array(alertSchema), unseen: z.number() }),
  ),
  'alerts.seen': call('core', z.object({ ids: z.array(z.string()) }), nothing),
} as const;

/** Main -> renderer. */
export const events = {
  /** Topics changed after a commit; `revision` only grows. */
  topics: z.object({ topics: z.array(z.string()), revision: z.number() }),
  connection: connectionSchema,
  workspace: z.object({ workspace: workspaceSchema.nullable() }),
  settings: settingsSchema,
  /** Open this conversation (a clicked notification, a deep link). */
  open: z.object({ conversation: z.number().int() }),
  /** Something to say aloud and in a toast: a command settled. */
  settled: z.object({ entry: outboxEntrySchema }),
  /** The same for a private note. */
  'note-settled': z.object({ note: noteEntrySchema }),
  /** A menu item was chosen. */
  menu: z.object({
    item: z.enum(['settings', 'search', 'palette', 'outbox', 'alerts', 'about', 'undo', 'redo']),
  }),
} as const;

/** What the workers ask of the main process. */
export const ports = {
  'secrets.get': { input: z.object({ key: z.string() }), output: z.object({ value: z.string().nullable() }) },
  'secrets.set': {
    input: z.object({ key: z.string(), value: z.string() }),
    output: z.object({ stored: z.enum(['kept', 'memory-only']) }),
  },
  'secrets.delete': { input: z.object({ key: z.string() }), output: nothing },
  'workspace.remember': { input: z.object({ workspace: workspaceSchema.nullable() }), output: nothing },
  'notifier.show': {
    input: z.object({
      id: z.string(),
      title: z.string(),
      body: z.string(),
      conversation: z.number().int().nullable(),
    }),
    output: z.object({ shown: z.boolean(), reason: z.string().nullable() }),
  },
} as const;

export type Calls = typeof calls;
export type CallName = keyof Calls;
export type CallInput<N extends CallName> = z.input<Calls[N]['input']>;
export type CallParsed<N extends CallName> = z.output<Calls[N]['input']>;
export type CallOutput<N extends CallName> = z.output<Calls[N]['output']>;
export type CallsAnsweredBy<W extends 'shell' | 'core'> = {
  [N in CallName]: Calls[N]['answeredBy'] extends W ? N : never;
}[CallName];
export type EventName = keyof typeof events;
export type EventPayload<N extends EventName> = z.output<(typeof events)[N]>;
export type PortName = keyof typeof ports;
export type PortInput<N extends PortName> = z.input<(typeof ports)[N]['input']>;
export type PortOutput<N extends PortName> = z.output<(typeof ports)[N]['output']>;
export type Workspace = z.infer<typeof workspaceSchema>;
export type Settings = z.infer<typeof settingsSchema>;
export type SignInFailure = z.infer<typeof signInFailureSchema>;

/** Why a call could not be answered. `message` is a sentence for a person. */
export type CallError = {
  code: 'untrusted-sender' | 'unknown-call' | 'bad-input' | 'signed-out' | 'read-only' | 'internal';
  message: string;
};

/** Every answer across the bridge is a value; nothing is thrown across. */
export type Reply<T> = { ok: true; value: T } | { ok: false; error: CallError };

/** One async function per call answered by `W`. The compiler demands a handler for every new line of the table. */
export type Handlers<W extends 'shell' | 'core'> = {
  [N in CallsAnsweredBy<W>]: (input: CallParsed<N>) => Promise<CallOutput<N>>;
};

/** The two channels on the wire. */
export const INVOKE_CHANNEL = 'las:invoke';
export const EVENT_CHANNEL = 'las:event';

/** What the preload puts on `window`. */
export type Bridge = {
  invoke: (name: string, input: unknown) => Promise<unknown>;
  subscribe: (listener: (name: string, payload: unknown) => void) => () => void;
};
