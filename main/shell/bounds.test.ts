/** A window comes back where it was, unless nobody could find it there. */
import { expect, test } from 'vitest';
import { FIRST_SIZE, fitBounds, MIN_SIZE } from './bounds.ts';

const screens = [
  { x: 0, y: 0, width: 1920, height: 1080 },
  { x: 1920, y: 0, width: 1280, height: 1024 },
];
const at = (x: number, y: number, width = 1000, height = 700) => ({
  bounds: { x, y, width, height },
  maximized: false,
});

test('the first window has the first size and no position', () => {
  expect(fitBounds(null, screens)).toEqual(FIRST_SIZE);
});

test('a place on any screen is kept, also partly outside', () => {
  expect(fitBounds(at(2000, 100), screens)).toEqual({ x: 2000, y: 100, width: 1000, height: 700 });
  expect(fitBounds(at(-600, 20), screens)).toMatchObject({ x: -600 });
});

test.each([
  [at(3300, 100), 'right of all screens'],
  [at(100, -50), 'title bar above the screen'],
  [at(100, 2000), 'below the screen'],
  [at(-990, 0), 'only a sliver visible'],
])('%j is left to the system: %s', (placement) => {
  expect(fitBounds(placement, screens)).toEqual({ width: 1000, height: 700 });
});

test('never smaller than the smallest', () => {
  expect(fitBounds(at(0, 0, 10, 10), [{ x: -100, y: 0, width: 400, height: 400 }])).toEqual(MIN_SIZE);
});
