/** Groups keep their order; pinned lanes come first within theirs. */
import { expect, test } from 'vitest';
import type { LaneHead } from '../../contract/model.ts';
import { groupLanes } from './order.ts';

const lane = (key: string, group: LaneHead['group']): LaneHead => ({
  key,
  group,
  count: 0,
  notAnswered: 0,
  oldestWaitingSince: null,
  target: true,
});

test('pinned lanes lead their group in the order of pinning', () => {
  const lanes = [
    lane('agent:1', 'agents'),
    lane('no-team', 'unassigned'),
    lane('agent:2', 'agents'),
    lane('agent:3', 'agents'),
  ];
  const groups = groupLanes(lanes, ['agent:3', 'agent:2', 'team:9']);
  expect(groups.map(({ group, lanes: own }) => [group, own.map((one) => one.key)])).toEqual([
    ['unassigned', ['no-team']],
    ['agents', ['agent:3', 'agent:2', 'agent:1']],
  ]);
});
