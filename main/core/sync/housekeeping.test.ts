/** Housekeeping happens by the clock, with or without a server, and the trouble of one round is not the end of it. */
import { expect, test } from 'vitest';
import { silentLog } from '../store/cache.fixture.ts';
import { createLife } from './life.ts';
import { keepHouse } from './housekeeping.ts';

const HOUR = 60 * 60_000;

const createRig = () => {
  let now = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  const clock = {
    now: () => now,
    monotonic: () => now,
    after: (ms: number, run: () => void) => {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
  };
  const turns = async () => {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  };
  return {
    clock,
    pass: async (ms: number) => {
      const end = now + ms;
      for (;;) {
        await turns();
        const next = [...timers].filter((one) => one.at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers.delete(next);
        now = next.at;
        next.run();
      }
      now = end;
    },
  };
};

test('prunes slice by slice, sweeps, and comes again after an hour, a refusal in between', async () => {
  const { clock, pass } = createRig();
  const life = createLife(clock);
  const done: string[] = [];
  let looks = 2;
  let slices = 2;
  let full = false;
  let days = 3;
  const house = keepHouse({
    clock,
    log: silentLog,
    life,
    historyDays: () => days,
    pruned: (topics) => done.push(topics.join()),
    writer: {
      inspectSlice: () => (done.push('inspect'), (looks -= 1) > 0),
      prune: ({ historyDays }) => {
        if (full) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
        done.push(`prune ${historyDays}`);
        slices -= 1;
        return { topics: ['conversation:7'], changes: [], refetch: [], more: slices > 0 };
      },
      scrub: () => (done.push('scrub'), false),
      checkpoint: () => done.push('checkpoint'),
    },
  });
  await pass(20_000);
  // What is damaged is found before anything is deleted by it.
  const look = ['inspect', 'inspect'];
  const prune = ['prune 3', 'conversation:7', 'prune 3', 'conversation:7'];
  expect(done).toEqual([...look, ...prune, 'scrub', 'checkpoint']);
  done.length = 0;
  full = true;
  await pass(HOUR);
  expect(done).toEqual(['scrub', 'checkpoint']);
  full = false;
  done.length = 0;
  days = 0;
  house.soon();
  await pass(0);
  expect(done).toEqual(['prune 0', 'conversation:7', 'scrub', 'checkpoint']);
  done.length = 0;
  await pass(11 * HOUR);
  expect(done.filter((what) => what === 'inspect')).toEqual(['inspect']);
  life.end();
  done.length = 0;
  await pass(2 * HOUR);
  expect(done).toEqual([]);
});
