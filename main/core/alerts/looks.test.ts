/** Looks: what is asked again, and as what. */
import { expect, it, vi } from 'vitest';
import type { Truth } from '../link.ts';
import { createLooks, type LooksDeps, type Move } from './looks.ts';
import type { News } from './teller.ts';

const truth = { id: 5 } as Truth;
const moved = (over: Partial<Move> = {}): Move => ({
  from: 7,
  catchUp: true,
  gap: true,
  another: false,
  vain: null,
  ...over,
});

const start = (over: Partial<LooksDeps>) => {
  vi.useFakeTimers();
  const considered: Move[] = [];
  const looks = createLooks({
    clock: {
      now: () => Date.now(),
      monotonic: () => Date.now(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return { cancel: () => clearTimeout(timer) };
      },
    },
    log: { info: () => undefined, warn: () => undefined, error: (what) => expect.fail(what) },
    truth: () => truth,
    complete: () => true,
    confirm: () => Promise.resolve({ truth }),
    believes: () => false,
    consider: (_id, move) => {
      considered.push(move);
      return {} as News;
    },
    tell: () => undefined,
    ...over,
  });
  return { looks, considered };
};

it('takes what could not be written down for found: what it had replaced has ended', async () => {
  let full = true;
  const { looks, considered } = start({
    tell: () => {
      if (full) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    },
  });
  looks.add(5, moved({ from: null, another: true }));
  looks.whenQuiet();
  await vi.advanceTimersByTimeAsync(5000);
  full = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(considered).toMatchObject([{ another: true }, { another: false, from: null }]);
  vi.useRealTimers();
});

it('does not forget what came while it waited for an answer that never came', async () => {
  let silent = true;
  const { looks, considered } = start({
    confirm: () => (silent ? new Promise(() => undefined) : Promise.resolve({ truth })),
  });
  looks.add(5, moved());
  looks.whenQuiet();
  await vi.advanceTimersByTimeAsync(1500);
  looks.add(5, moved({ from: null, another: true }));
  silent = false;
  looks.anew();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(considered).toMatchObject([{ another: true, from: null }]);
  vi.useRealTimers();
});
