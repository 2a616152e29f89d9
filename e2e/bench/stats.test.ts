/** The figures of a benchmark are what they say. */
import { expect, test } from 'vitest';
import { median, percentile, report } from './stats.ts';

test('percentiles take the nearest rank', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(samples, 99)).toBe(99);
  expect(percentile(samples, 100)).toBe(100);
  expect(median([3, 1, 2])).toBe(2);
  expect(percentile([], 99)).toBeNaN();
});

test('a figure beyond its floor, or none at all, is not within', () => {
  expect(report('test', { good: { figure: 1, floor: 2 } }, {})).toBe(true);
  expect(report('test', { bad: { figure: 3, floor: 2 } }, {})).toBe(false);
  expect(report('test', { none: { figure: Number.NaN, floor: 2 } }, {})).toBe(false);
  expect(report('test', { less: { figure: 0.4, floor: 0.3, more: true } }, {})).toBe(true);
  expect(report('test', { less: { figure: 0.2, floor: 0.3, more: true } }, {})).toBe(false);
  expect(report('test', { none: { figure: Number.NaN, floor: 0.3, more: true } }, {})).toBe(false);
});
