/** What one command leaves to the next of its strand: its base, and the way from there to what was asked for. */
import { sameAssignment } from '../../../contract/model.ts';
import type { Assignment, Directory } from '../../../contract/model.ts';
import { decide } from '../rules/decide.ts';
import { setExactly } from '../rules/plan.ts';
import { inWish } from '../rules/wish.ts';
import type { Command } from './types.ts';

/** Whether the command accepts exactly the result it shows, so that it can be reached from another base. */
const isExact = (command: Command): boolean =>
  command.sure &&
  command.plan.wish.anyMemberOf === null &&
  command.plan.wish.accepts.length === 1 &&
  command.plan.wish.accepts.every((one) => sameAssignment(one, command.plan.shown));

/** The same action from another base; a squashed command keeps its result. */
const rebase = (command: Command, base: Assignment, directory: Directory | null): Command => {
  const from = { assignee: base.assignee, team: base.team };
  if (sameAssignment(from, command.base)) return command;
  const moved: Command = { ...command, base: { ...from, live: command.base.live } };
  if (command.squashed) return { ...moved, plan: setExactly(from, command.plan.shown) };
  if (!directory) return moved;
  const decision = decide(command.action, { ...from, status: 'open', inbox: command.inbox }, directory);
  if (decision.kind === 'already-here') return { ...moved, plan: setExactly(from, from) };
  // Where it cannot go from there, the check before sending says so.
  return decision.kind === 'goes' ? { ...moved, plan: decision.plan } : moved;
};

/** The next command after `done` settled. */
export const followOn = (done: Command, next: Command, directory: Directory | null): Command => {
  if (done.state === 'confirmed') {
    // A change after ours is not the base of what was asked for: the read before sending finds the conflict.
    return done.result && inWish(done.plan.wish, done.result, directory)
      ? rebase(next, done.result, directory)
      : next;
  }
  const applied = done.answered > 0 ? done.result : null;
  return rebase(next, applied ?? done.base, directory);
};

/**
 * A later command in place of an unsent one: the first base, the last wish. null: they cannot be one, so
 * they go one after the other.
 */
export const squash = (first: Command, last: Command, directory: Directory | null): Command | null => {
  if (first.state !== 'waiting' || first.sent > 0 || !isExact(last)) return null;
  const { assignee, team } = last.plan.shown;
  const automatic = directory?.teams.find((one) => one.id === team)?.autoAssign ?? true;
  // In a team that comes in anew and assigns automatically, nobody can be the result for sure.
  if (team !== null && team !== first.base.team && assignee === null && automatic) return null;
  return { ...last, base: first.base, plan: setExactly(first.base, { assignee, team }), squashed: true };
};
