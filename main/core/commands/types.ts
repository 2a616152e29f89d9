/** A command as it is stored: what was asked for, what was seen, and how far it has come. */
import { z } from 'zod';
import {
  actionSchema,
  assigneeKeySchema,
  assignmentSchema,
  baseSchema,
  commandStateSchema,
  wordsSchema,
} from '../../../contract/model.ts';

const writeSchema = z.discriminatedUnion('write', [
  z.object({ write: z.literal('agent'), to: assigneeKeySchema.nullable() }),
  z.object({ write: z.literal('team'), to: z.number().int().nullable() }),
]);

const planSchema = z.object({
  wish: z.object({
    accepts: z.array(assignmentSchema),
    anyMemberOf: z.number().int().nullable(),
    except: assigneeKeySchema.nullable(),
  }),
  steps: z.array(z.object({ write: writeSchema, leaves: assignmentSchema })),
  shown: assignmentSchema,
});

/** Its place among the gestures, from which undo and redo are derived. */
const gestureSchema = z.object({
  /** The gesture that asked for it. Numbers only grow; all commands of one gesture have the same. */
  number: z.number().int(),
  kind: z.enum(['do', 'undo', 'redo']),
  /** The command that this one takes back or does again; its own id where it does something new. */
  first: z.string(),
  /** The gesture that took it back before it was sent. */
  takenBack: z.number().int().nullable().default(null),
  /** The unsent command whose place it took: that one comes back when this one is taken back. */
  replaces: z.string().nullable().default(null),
});

export const commandSchema = z.object({
  /** Unique for ever; made before the first attempt to store it. */
  id: z.string(),
  conversation: z.number().int(),
  contact: z.string(),
  inbox: z.number().int(),
  action: actionSchema,
  base: baseSchema,
  plan: planSchema,
  /** False: a membership was not known when it was asked for; decided again before it is sent. */
  sure: z.boolean(),
  state: commandStateSchema,
  /** Steps that have left or may have left; stored before each leaves. */
  sent: z.number().int(),
  /** Steps that the server accepted; stored before the next one leaves. */
  answered: z.number().int(),
  /** What the read before the last sent step was stamped with: the same again = nothing has happened since. null = not kept. */
  stamp: z.string().nullable().default(null),
  /** The answer to the last accepted write named another agent or team than the one wanted. */
  otherNamed: z.boolean().default(false),
  /** ms since 1970. */
  createdAt: z.number(),
  settledAt: z.number().nullable(),
  result: assignmentSchema.nullable(),
  reason: wordsSchema.nullable(),
  serverWords: z.string().nullable(),
  /** Number of the cache's commit that holds the result; null = not confirmed by a read. */
  commit: z.number().int().nullable().default(null),
  /** null = of an earlier version of the app: it cannot be undone. */
  gesture: gestureSchema.nullable().default(null),
});

export type InGesture = z.infer<typeof gestureSchema>;

export type Command = z.infer<typeof commandSchema>;

/** Not settled yet. */
export const isPending = (command: Command): boolean =>
  command.state === 'waiting' || command.state === 'sending';

/** Set aside for the supervisor to look at. */
export const isParked = (command: Command): boolean =>
  command.state === 'refused' || command.state === 'conflict';
