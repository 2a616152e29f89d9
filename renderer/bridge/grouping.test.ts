/** Many cards: what moves at once, what asks, what stays. */
import { expect, test } from 'vitest';
import type { Judgement, Words } from '../../contract/model.ts';
import { groupJudged, standingOf } from './grouping.ts';
import type { MoveItem } from './window-state.ts';

const words = (key: string): Words => ({ key, params: {} });
const item = (conversation: number): MoveItem => ({
  conversation,
  contact: 'A',
  base: { assignee: null, team: null, live: true },
});
const asks = (...teams: number[]): Judgement => ({
  outcome: 'asks-first',
  words: words('asks'),
  warnings: [],
  choices: [
    { words: words('remove'), action: { kind: 'assign-agent-without-team', agent: 2 } },
    ...teams.map((team) => ({
      words: words(`in ${team}`),
      action: { kind: 'assign-both', agent: 2, team } as const,
    })),
  ],
});

test('choices are merged over all cards, with the cards they are offered for', () => {
  const items = [1, 2, 3, 4, 5].map(item);
  const grouped = groupJudged(items, [
    { outcome: 'accepts', words: words('ok'), warnings: [] },
    asks(7),
    asks(8),
    { outcome: 'refuses', words: words('no') },
    { outcome: 'already-here', words: words('here') },
  ]);
  expect(grouped.direct.map((one) => one.conversation)).toEqual([1]);
  expect(grouped.asking.map((one) => one.item.conversation)).toEqual([2, 3]);
  expect(grouped.refused.map((one) => one.item.conversation)).toEqual([4]);
  expect(grouped.here.map((one) => one.item.conversation)).toEqual([5]);
  expect(grouped.choices.map((one) => [one.words.key, one.items.length])).toEqual([
    ['remove', 2],
    ['in 7', 1],
    ['in 8', 1],
  ]);
});

test('what is not judged is left to core', () => {
  expect(groupJudged([item(1)], []).direct).toHaveLength(1);
});

test('a lane that nobody has judged yet is not refused; one that does not take it is', () => {
  const hint = (judgement: Judgement) => ({ judgement, action: null });
  const hints = {
    'agent:2': hint({ outcome: 'accepts', words: words('ok'), warnings: [] }),
    'agent:3': hint({ outcome: 'refuses', words: words('no') }),
  };
  expect(standingOf(null, 'agent:3')).toBe('not-read');
  expect((['agent:2', 'agent:3', 'agent:4'] as const).map((lane) => standingOf(hints, lane))).toEqual([
    'target',
    'refused',
    'refused',
  ]);
});
