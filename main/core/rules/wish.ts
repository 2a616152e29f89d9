/** The wish of a command: the set of results that it accepts. */
import { sameAssignee, sameAssignment } from '../../../contract/model.ts';
import type { AssigneeKey, Assignment, Directory } from '../../../contract/model.ts';

/**
 * Accepted: each of `accepts`, and, where the server chooses, any member of the team `anyMemberOf`
 * in that team, except `except` (whom a return to the queue takes the conversation from).
 */
export type Wish = {
  accepts: Assignment[];
  anyMemberOf: number | null;
  except: AssigneeKey | null;
};

/** A wish that accepts exactly these. */
export const exactly = (...accepts: Assignment[]): Wish => ({ accepts, anyMemberOf: null, except: null });

/** Members of a team as far as known; null = not loaded, or no such team. */
export const membersOf = (directory: Directory, team: number): number[] | null =>
  directory.teams.find((one) => one.id === team)?.members ?? null;

/** Whether a result is within the wish. Where memberships are not known, any agent may be the server's choice. */
export const inWish = (wish: Wish, result: Assignment, directory: Directory | null): boolean => {
  if (wish.accepts.some((one) => sameAssignment(one, result))) return true;
  if (wish.anyMemberOf === null || result.team !== wish.anyMemberOf) return false;
  if (result.assignee?.type !== 'agent' || sameAssignee(result.assignee, wish.except)) return false;
  const members = directory && membersOf(directory, wish.anyMemberOf);
  return !members || members.includes(result.assignee.id);
};

/** Whether everything that `inner` accepts is accepted by `outer` too. */
export const withinWish = (inner: Wish, outer: Wish): boolean =>
  inner.accepts.every((one) => outer.accepts.some((other) => sameAssignment(one, other))) &&
  (inner.anyMemberOf === null || inner.anyMemberOf === outer.anyMemberOf);
