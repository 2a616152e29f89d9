/** Where the arrow keys lead. */
import { expect, test } from 'vitest';
import { range, step, stepLane } from './keyboard.ts';

const lanes = [
  { key: 'no-team', count: 3 },
  { key: 'team:1', count: 0 },
  { key: 'agent:2', count: 1 },
];

test('up and down stay inside the lane', () => {
  expect(step(lanes, { lane: 'no-team', index: 1 }, 'ArrowDown')).toEqual({ lane: 'no-team', index: 2 });
  expect(step(lanes, { lane: 'no-team', index: 2 }, 'ArrowDown')).toBeNull();
  expect(step(lanes, { lane: 'no-team', index: 0 }, 'ArrowUp')).toBeNull();
  expect(step(lanes, { lane: 'no-team', index: 0 }, 'End')).toEqual({ lane: 'no-team', index: 2 });
});

test('left and right pass over empty lanes and end on an existing card', () => {
  expect(step(lanes, { lane: 'no-team', index: 2 }, 'ArrowRight')).toEqual({ lane: 'agent:2', index: 0 });
  expect(step(lanes, { lane: 'agent:2', index: 0 }, 'ArrowLeft')).toEqual({ lane: 'no-team', index: 0 });
  expect(step(lanes, { lane: 'agent:2', index: 0 }, 'ArrowRight')).toBeNull();
});

test('other keys and unknown lanes lead nowhere', () => {
  expect(step(lanes, { lane: 'no-team', index: 0 }, 'q')).toBeNull();
  expect(step(lanes, { lane: 'gone', index: 0 }, 'ArrowDown')).toBeNull();
});

test('move mode visits empty lanes too and stops at the ends', () => {
  const keys = lanes.map((lane) => lane.key);
  expect(stepLane(keys, 'no-team', 'ArrowRight')).toBe('team:1');
  expect(stepLane(keys, 'agent:2', 'ArrowRight')).toBe('agent:2');
  expect(stepLane(keys, 'team:1', 'ArrowLeft')).toBe('no-team');
  expect(stepLane(keys, 'no-team', 'End')).toBe('agent:2');
  expect(stepLane(keys, 'no-team', 'x')).toBeNull();
});

test('a range holds both ends, in either direction', () => {
  expect(range([7, 8, 9, 10], 8, 10)).toEqual([8, 9, 10]);
  expect(range([7, 8, 9, 10], 10, 8)).toEqual([8, 9, 10]);
  expect(range([7, 8], 99, 8)).toEqual([8]);
});
