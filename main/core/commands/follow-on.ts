/** What one command leaves to the next of its strand: its base, and the way from there to what was asked for. */
import { sameAssignment } from '../../../contract/model.ts';
import type { Assignment, Directory } from '../../../contract/model.ts';
import { decide } from '../rules/decide.ts';
import { setExactly } from '../rules/plan.ts';
import type { Command } from './types.ts';

/** Whether the command accepts exactly the result it shows, so that it can be reached from another base. */
const isExact = (command: Command): boolean =>
  command.sure &&
  command.plan.wish.anyMemberOf === null &&
  command.plan.wish.accepts.length === 1 &&
  command.plan.wish.accepts.every((one) => sameAssignment(one, command.plan.shown));

/** The same action from another base; null where it does not lead on from there, or nobody can say. */
const movedTo = (command: Command, base: Assignment, directory: Directory | null): Command | null => {
  if (sameAssignment(base, command.base)) return command;
  if (!directory) return null;
  const from = { assignee: base.assignee, team: base.team };
  const moved: Command = { ...command, base: { ...from, live: command.base.live } };
  const decision = decide(command.action, { ...from, status: 'open', inbox: command.inbox }, directory);
  if (decision.kind === 'already-here') return { ...moved, plan: setExactly(from, from) };
  return decision.kind === 'goes' ? { ...moved, plan: decision.plan } : null;
};

/** The same action from another base. Where it cannot go from there, the check before sending says so. */
export const rebase = (command: Command, base: Assignment, directory: Directory | null): Command =>
  movedTo(command, base, directory) ?? {
    ...command,
    base: { assignee: base.assignee, team: base.team, live: command.base.live },
  };

/** The next command after `done` settled. */
export const followOn = (done: Command, next: Command, directory: Directory | null): Command => {
  if (done.state === 'confirmed') {
    // Whom the server picked, and what changed after ours, was not seen when the next one was asked for: the
    // read before sending finds the conflict, and nobody is taken away unseen.
    return done.result && sameAssignment(done.result, done.plan.shown)
      ? rebase(next, done.result, directory)
      : next;
  }
  const applied = (done.answered > 0 ? done.result : null) ?? done.base;
  // What came instead of it, by the server or by somebody else, was not seen either.
  const seen =
    sameAssignment(applied, done.base) ||
    done.plan.steps.some((step) => sameAssignment(applied, step.leaves));
  return seen ? rebase(next, applied, directory) : next;
};

/**
 * A later command in place of an unsent one: the first base, the last wish. null: its action does not lead
 * there from the first base, so they go one after the other.
 */
export const squash = (first: Command, last: Command, directory: Directory | null): Command | null => {
  if (first.state !== 'waiting' || first.sent > 0 || !isExact(last)) return null;
  const wanted: Command = { ...last, base: { ...last.base, live: first.base.live } };
  const squashed = movedTo(wanted, first.base, directory);
  return squashed && isExact(squashed) && sameAssignment(squashed.plan.shown, last.plan.shown)
    ? squashed
    : null;
};
