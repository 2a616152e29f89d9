/** Time left is said only when there is something to judge it by, and follows the pace. */
import { expect, test } from 'vitest';
import { createTimeLeft } from './time-left.ts';

const rig = () => {
  let now = 0;
  const left = createTimeLeft(() => now);
  return {
    at: (ms: number, done: number, total: number | null, what: 'live' | 'history' = 'history') => {
      now = ms;
      return left({ what, done, total });
    },
  };
};

test('nothing is said in the first seconds, without a total, or when nothing moved', () => {
  const { at } = rig();
  expect(at(0, 0, 9_800)).toBeNull();
  expect(at(4_000, 100, 9_800)).toBeNull();
  expect(at(10_000, 250, null)).toBeNull();
  const still = rig();
  still.at(0, 50, 100);
  expect(still.at(30_000, 50, 100)).toBeNull();
});

test('the pace of the last minute decides', () => {
  const { at } = rig();
  at(0, 0, 9_800);
  expect(at(10_000, 500, 9_800)).toBe(186);
  // Slowed down to a fifth: after a minute the fast beginning is forgotten.
  for (let second = 15; second <= 120; second += 5) at(second * 1000, 500 + (second - 10) * 10, 9_800);
  expect(at(125_000, 1_650, 9_800)).toBe(815);
});

test('another load begins anew', () => {
  const { at } = rig();
  at(0, 0, 1_000, 'live');
  expect(at(10_000, 500, 1_000, 'live')).toBe(10);
  expect(at(11_000, 25, 9_800)).toBeNull();
});
