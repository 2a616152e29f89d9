/** The order of lanes on the board: groups as core gives them, pinned lanes first within their group (pure). */
import type { LaneHead, LaneKey } from '../../contract/model.ts';

export type LaneGroup = { group: LaneHead['group']; lanes: readonly LaneHead[] };

const GROUPS = ['unassigned', 'teams', 'agents'] as const;

export const groupLanes = (lanes: readonly LaneHead[], pinned: readonly LaneKey[]): LaneGroup[] => {
  const rank = new Map(pinned.map((key, index) => [key, index]));
  const place = (lane: LaneHead) => rank.get(lane.key) ?? Number.MAX_SAFE_INTEGER;
  return GROUPS.flatMap((group) => {
    const own = lanes.filter((lane) => lane.group === group);
    return own.length === 0 ? [] : [{ group, lanes: own.toSorted((a, b) => place(a) - place(b)) }];
  });
};
