/** The shape of manual-mode-cases.json, the one table of cases that rules, server, conformance suite, stories and README read. */
import { z } from 'zod';

/** An assignment as names of the table's cast: `agent` null = nobody, `bot:<name>` = an agent bot. */
const namedAssignment = z.object({ agent: z.string().nullable(), team: z.string().nullable() });

/** What the supervisor does in a case. `queue` = return to the queue of a team. */
export const caseActionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('assign-agent'), agent: z.string() }),
  z.object({ kind: z.literal('assign-to-me') }),
  z.object({ kind: z.literal('assign-team'), team: z.string() }),
  z.object({ kind: z.literal('assign-both'), agent: z.string(), team: z.string() }),
  z.object({ kind: z.literal('queue'), team: z.string() }),
  z.object({ kind: z.literal('unassign-agent') }),
  z.object({ kind: z.literal('unassign-team') }),
  z.object({ kind: z.literal('unassign-both') }),
]);

/** One write as the wire takes it, in order; `null` clears. */
export const caseWriteSchema = z.union([
  z.object({ write: z.literal('agent'), to: z.string().nullable() }),
  z.object({ write: z.literal('team'), to: z.string().nullable() }),
]);

/** One row of the table. */
export const manualModeCaseSchema = z.object({
  /** Unique, a sentence; names tests. */
  name: z.string(),
  start: namedAssignment.extend({ status: z.string() }),
  action: caseActionSchema,
  /** Agents online (and members of the inbox) for the server's automatic choice. */
  online: z.array(z.string()),
  /** Whether the inbox of the conversation assigns automatically. */
  inboxAutoAssign: z.boolean(),
  /** What the app says before the drop. */
  judgement: z.enum(['accepts', 'accepts-but', 'asks-first', 'refuses', 'unknown', 'already-here']),
  /** The exact words of the hint, in English; empty for plain `accepts`. */
  words: z.string(),
  /** Said in addition to the hint. */
  warnings: z.array(z.string()),
  /** For `asks-first`: the choices offered, first = Enter. */
  choices: z.array(
    z.object({
      label: z.string(),
      action: caseActionSchema.or(
        z.object({ kind: z.literal('assign-agent-without-team'), agent: z.string() }),
      ),
    }),
  ),
  /** Accepted results of the action (of the first choice where it asks); empty when refused. */
  wish: z.array(namedAssignment),
  /** Writes sent, in order, when the server leaves each as predicted. */
  writes: z.array(caseWriteSchema),
  /** What the server ends with after those writes. */
  server: namedAssignment,
});

/** An undo: what was truth before a move is put back, rule or not. `start` is what the move had left. */
export const restoreCaseSchema = manualModeCaseSchema
  .pick({
    name: true,
    start: true,
    online: true,
    inboxAutoAssign: true,
    wish: true,
    writes: true,
    server: true,
  })
  .extend({ to: namedAssignment });

export const manualModeCasesSchema = z.object({
  /** The inbox of every conversation of the table. */
  inbox: z.object({ name: z.string() }),
  /** Agents of the cast; exactly one is `me`. `left` = no longer in the account. */
  agents: z.record(
    z.string(),
    z.object({
      name: z.string(),
      me: z.boolean(),
      inInbox: z.boolean(),
      left: z.boolean(),
      administrator: z.boolean(),
    }),
  ),
  bots: z.record(z.string(), z.object({ name: z.string() })),
  /**
   * `members` null = the app has not loaded the memberships (judgement `unknown`); the server has
   * `membersOnServer`, and `wish`, `writes` and `server` say what happens once they are loaded.
   * `gone` = deleted on the server.
   */
  teams: z.record(
    z.string(),
    z.object({
      name: z.string(),
      autoAssign: z.boolean(),
      members: z.array(z.string()).nullable(),
      membersOnServer: z.array(z.string()).optional(),
      gone: z.boolean(),
    }),
  ),
  cases: z.array(manualModeCaseSchema),
  restores: z.array(restoreCaseSchema),
});

export type CaseAction = z.infer<typeof caseActionSchema>;
export type ManualModeCase = z.infer<typeof manualModeCaseSchema>;
export type RestoreCase = z.infer<typeof restoreCaseSchema>;
export type ManualModeCases = z.infer<typeof manualModeCasesSchema>;
