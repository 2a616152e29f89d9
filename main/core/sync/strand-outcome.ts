/** What a read of the server means for a command: done, next write, refused, or a conflict with somebody else. */
import { sameAssignee, sameAssignment } from '../../../contract/model.ts';
import type { Action, Assignment, Directory, Words } from '../../../contract/model.ts';
import type { Command } from '../commands/types.ts';
import type { Truth } from '../link.ts';
import { whoParams, words } from '../rules/names.ts';
import { inWish } from '../rules/wish.ts';

export type Meaning =
  | { kind: 'confirmed'; reason: Words | null }
  /** Write this step (counted from 0), for the first time or again. */
  | { kind: 'write'; step: number; again: boolean }
  | { kind: 'refused'; reason: Words }
  /** `unclear`: it looks as it did before a write without an answer, but something happened since: that write may have come through and been undone. */
  | { kind: 'conflict'; unclear: boolean };

const assignmentOf = ({ assignee, team }: Assignment): Assignment => ({ assignee, team });

/** What a person would see of the state before a step. */
const before = (command: Command, step: number): Assignment => {
  const previous = step === 0 ? undefined : command.plan.steps[step - 1];
  return previous ? previous.leaves : assignmentOf(command.base);
};

const finished = (truth: Truth): Meaning => ({
  kind: 'refused',
  reason: words('outcome.finished', { context: truth.status }),
});

/** The last write has no answer, or the answer was lost with the app: only the state can tell. */
const withoutAnswer = (command: Command, truth: Truth, stamp: string): Meaning => {
  const last = command.sent - 1;
  const step = command.plan.steps[last];
  const isOurs =
    step !== undefined && command.sent < command.plan.steps.length && sameAssignment(truth, step.leaves);
  const asBefore = sameAssignment(truth, before(command, last));
  if (!truth.live) return finished(truth);
  if (isOurs) return { kind: 'write', step: command.sent, again: false };
  if (!asBefore) return { kind: 'conflict', unclear: false };
  return command.stamp === stamp
    ? { kind: 'write', step: last, again: true }
    : { kind: 'conflict', unclear: true };
};

/** The team whose queue an action leads into. */
const queueOf = (action: Action): number | null => {
  if (action.kind === 'queue') return action.team;
  return action.kind === 'restore' && action.to.assignee === null ? action.to.team : null;
};

/** The server accepted every write so far. */
const answered = (command: Command, truth: Truth, directory: Directory | null): Meaning => {
  const last = command.sent - 1;
  const { steps } = command.plan;
  const step = steps[last];
  const more = command.sent < steps.length;
  if (more && step && sameAssignment(truth, step.leaves))
    return truth.live ? { kind: 'write', step: command.sent, again: false } : finished(truth);
  if (sameAssignment(truth, before(command, last)))
    return { kind: 'refused', reason: words('outcome.notApplied', whoParams(directory, truth)) };
  if (command.otherNamed)
    return { kind: 'refused', reason: words('outcome.otherResult', whoParams(directory, truth)) };
  const changed: Meaning = {
    kind: 'confirmed',
    reason: words('outcome.changedAfter', whoParams(directory, truth)),
  };
  if (more) {
    // The queue's team is set and somebody else has it: the server picked, and nobody is taken away again.
    if (queueOf(command.action) !== null && truth.team === queueOf(command.action)) return changed;
    return truth.live ? { kind: 'conflict', unclear: false } : finished(truth);
  }
  return changed;
};

/** The team is set and the agent stayed: he is a member after all, the server knows its members better than we. */
const keptByServer = ({ action, base, sent }: Command, truth: Truth): boolean =>
  sent > 0 &&
  action.kind === 'assign-team' &&
  truth.team === action.team &&
  truth.assignee !== null &&
  sameAssignee(truth.assignee, base.assignee);

/**
 * Reads the state against the command: in the wish = confirmed; the base = send; the result of our own step
 * = go on; not live = refused; after an answer anything else = confirmed, then changed; else a conflict.
 * `stamp` came with the read.
 */
export const meaningOf = (
  command: Command,
  truth: Truth,
  stamp: string,
  directory: Directory | null,
): Meaning => {
  if (inWish(command.plan.wish, truth, directory)) return { kind: 'confirmed', reason: null };
  if (keptByServer(command, truth))
    return { kind: 'confirmed', reason: words('outcome.changedAfter', whoParams(directory, truth)) };
  if (command.sent > 0)
    return command.answered >= command.sent
      ? answered(command, truth, directory)
      : withoutAnswer(command, truth, stamp);
  if (!truth.live) return finished(truth);
  return sameAssignment(truth, command.base)
    ? { kind: 'write', step: 0, again: false }
    : { kind: 'conflict', unclear: false };
};
