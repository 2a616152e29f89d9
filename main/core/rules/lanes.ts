/** Which action a drop on a lane stands for, in each of the three groupings. */
import type { Action, Grouping, LaneKey } from '../../../contract/model.ts';

/** null: the lane is never a target (bots). */
export const actionForLane = (grouping: Grouping, lane: LaneKey): Action | null => {
  const [kind, number] = lane.split(':');
  const id = Number(number);
  switch (kind) {
    case 'agent':
      return { kind: 'assign-agent', agent: id };
    case 'team':
      return grouping === 'teams' ? { kind: 'assign-team', team: id } : { kind: 'queue', team: id };
    case 'unassigned':
      return { kind: 'unassign-agent' };
    case 'no-team':
      return grouping === 'teams' ? { kind: 'unassign-team' } : { kind: 'unassign-both' };
    default:
      return null;
  }
};
