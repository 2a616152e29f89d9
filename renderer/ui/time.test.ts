/** Waiting times read the same everywhere. */
import { expect, test } from 'vitest';
import { createStrings } from './strings.ts';
import { clockWords, durationWords, minutesSince, waitLevel } from './time.ts';

const t = createStrings();

test.each([
  [0, '< 1 min'],
  [1, '1 min'],
  [59, '59 min'],
  [60, '1 h'],
  [125, '2 h 05'],
  [24 * 60 - 1, '23 h 59'],
  [3 * 24 * 60, '3 d'],
])('%i minutes are "%s"', (minutes, words) => {
  expect(durationWords(t, minutes)).toBe(words);
});

test('minutes are whole and never negative, also when the clocks differ', () => {
  expect(minutesSince(1000, 1000_000 + 119_000)).toBe(1);
  expect(minutesSince(2000, 1000_000)).toBe(0);
});

test('levels change at five and fifteen minutes', () => {
  expect([4, 5, 14, 15].map(waitLevel)).toEqual(['calm', 'soon', 'soon', 'long']);
});

test('another day is named', () => {
  const noon = new Date(2026, 10, 22, 12, 5).getTime();
  expect(clockWords(noon, noon)).toBe('12:05');
  expect(clockWords(noon, noon + 24 * 3600_000)).toBe('22 Nov 12:05');
});
