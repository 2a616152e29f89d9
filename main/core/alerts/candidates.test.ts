/** Which teams are left for good, as far as alerts go. */
import { expect, it } from 'vitest';
import type { Directory } from '../../../contract/model.ts';
import { teamsLeft } from './candidates.ts';

type Team = Directory['teams'][number];

const team = (id: number, gone: boolean, mine: boolean | null): Team => ({
  id,
  name: `team ${id}`,
  autoAssign: false,
  members: null,
  gone,
  mine,
});

it('are those that were deleted or left, not one that only a conversation has named yet, nor one that is watched', () => {
  const teams = [
    team(1, false, true),
    team(2, false, false),
    team(3, true, true),
    team(4, true, null),
    team(5, false, null),
    team(6, true, false),
  ];
  const directory = { teams } as unknown as Directory;
  expect(teamsLeft(directory, [6]).map(({ id }) => id)).toEqual([2, 3]);
  expect(teamsLeft(null, [])).toEqual([]);
  // Nobody has listed the teams yet: none is there, but that the user is in none of these is known.
  const named = { teams: [team(3, true, true), team(4, true, null), team(6, true, false)] };
  expect(teamsLeft(named as unknown as Directory, []).map(({ id }) => id)).toEqual([6]);
});
