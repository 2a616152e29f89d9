/** Which dirty queries run in a flush. */
import { expect, test } from 'vitest';
import { LANES_PER_FLUSH, planFlush } from './topics.ts';

const lane = (number: number, running = false) => ({
  hash: `q${number}`,
  lane: `agent:${number}`,
  running,
});

test('at most ten lanes, those on screen first; everything else at once', () => {
  const dirty = [
    ...Array.from({ length: 14 }, (_, index) => lane(index)),
    { hash: 'counts', lane: null, running: false },
  ];
  const planned = planFlush(dirty, new Set(['agent:12', 'agent:13']));
  expect(planned).toHaveLength(LANES_PER_FLUSH + 1);
  expect(planned.slice(0, 3)).toEqual(['counts', 'q12', 'q13']);
});

test('a running query waits: its news must not cancel it again and again', () => {
  expect(planFlush([lane(1, true), lane(2)], new Set())).toEqual(['q2']);
});
