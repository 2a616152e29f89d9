/** Where the focus goes when cards leave a lane. */
import { expect, test } from 'vitest';
import type { Card } from '../../contract/model.ts';
import { nextInLane } from './lift.ts';

const cards = [1, 2, 3, 4].map((id) => ({ id }) as Card);

test('to the next card that stays, else to the one before, else nowhere', () => {
  expect(nextInLane(cards, new Set([2]), 2)).toBe(3);
  expect(nextInLane(cards, new Set([2, 3]), 2)).toBe(4);
  expect(nextInLane(cards, new Set([4]), 4)).toBe(3);
  expect(nextInLane(cards, new Set([1, 2, 3, 4]), 1)).toBeNull();
});
