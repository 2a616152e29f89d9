/** Revisions only grow, also over a restart of the core after the computer's clock was set back. */
import { expect, test } from 'vitest';
import type { Clock } from '../ports.ts';
import { createTopics } from './topics.ts';

test('a core that begins anew is not taken for an older one, whatever the wall clock says and however busy it was', () => {
  const times = { wall: 1_790_000_000_000, monotonic: 5_000 };
  const clock: Clock = {
    now: () => times.wall,
    monotonic: () => times.monotonic,
    after: () => ({ cancel: () => undefined }),
  };
  const first = createTopics(clock, () => undefined);
  // More than one change each millisecond.
  for (let n = 0; n < 5000; n++) first.add([`conversation:${n}`]);
  const last = first.revision();
  times.wall -= 3_600_000;
  times.monotonic += 1_000;
  expect(createTopics(clock, () => undefined).revision()).toBeGreaterThan(last);
});
