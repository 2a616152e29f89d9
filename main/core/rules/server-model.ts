/** A pure model of how the server takes the two assignment writes, to test rules and replay against. */
import type { Assignment } from '../../../contract/model.ts';
import type { Write } from '../link.ts';

/** Members and automatic assignment of a team as the server has them. */
export type ServerTeam = { id: number; autoAssign: boolean; members: readonly number[] };

export type ServerWorld = {
  agents: readonly number[];
  teams: readonly ServerTeam[];
  /** Members of the inbox who are online, in the order of its round robin: the last is next. */
  online: readonly number[];
};

/** The assignment after a write. An agent is never checked; a changed team keeps only its own members. */
export const serverWrite = (state: Assignment, write: Write, world: ServerWorld): Assignment => {
  if (write.write === 'agent') {
    const known = write.to !== null && (write.to.type === 'bot' || world.agents.includes(write.to.id));
    return { assignee: known ? write.to : null, team: state.team };
  }
  const team = world.teams.find((one) => one.id === write.to) ?? null;
  if ((team?.id ?? null) === state.team) return state;
  if (!team) return { assignee: state.assignee, team: null };
  if (state.assignee?.type === 'agent' && team.members.includes(state.assignee.id))
    return { assignee: state.assignee, team: team.id };
  const picked = team.autoAssign ? world.online.findLast((one) => team.members.includes(one)) : undefined;
  if (picked !== undefined) return { assignee: { type: 'agent', id: picked }, team: team.id };
  return { assignee: state.assignee?.type === 'bot' ? state.assignee : null, team: team.id };
};

/** What the answer to a write names, when the server stands like this after it. */
export const namedBy = (write: Write, after: Assignment): Write =>
  write.write === 'agent' ? { write: 'agent', to: after.assignee } : { write: 'team', to: after.team };
