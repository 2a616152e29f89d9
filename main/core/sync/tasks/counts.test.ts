/** When a difference between the server's counts and the cache is one. */
import { expect, it } from 'vitest';
import { createLife } from '../life.ts';
import type { Session } from '../session.ts';
import { createCountsTask } from './counts.ts';
import type { Lookups } from './lookups.ts';

/** Timers run at once. */
const clock = {
  now: () => 0,
  monotonic: () => 0,
  after: (_ms: number, run: () => void) => {
    queueMicrotask(run);
    return { cancel: () => undefined };
  },
};

/** How often the server was asked until the check was over; `ours` = rows of the cache, in all inboxes and in the user's. */
const requestsOf = async (server: number, ours: { all: number; mine: number }): Promise<number> => {
  let asked = 0;
  const session = {
    ports: { clock },
    inboxes: { ids: new Set([4]) },
    writer: {
      room: () => Promise.resolve(),
      counts: (_status: string, inboxes: ReadonlySet<number> | null) => ({
        all: inboxes === null ? ours.all : ours.mine,
        unassigned: 0,
      }),
      unconfirmed: () => [],
    },
    gate: { pace: () => ({ atOnce: { background: 1 } }) },
    epoch: () => 1,
    setEpoch: () => undefined,
    commit: () => undefined,
    api: { list: () => undefined },
    ask: () => {
      asked += 1;
      // Enough is seen: the connection ends.
      if (asked > 3) return Promise.resolve(null);
      const value = { facts: [], rows: 25, counts: { all: server, unassigned: 0 } };
      return Promise.resolve({ outcome: 'answered', sentAt: 0, value });
    },
  };
  const lookups = { undecided: () => false, confirm: () => Promise.resolve() };
  const counts = createCountsTask(session as unknown as Session, lookups as unknown as Lookups);
  await counts.check(createLife(clock), 'open', 'background');
  return asked;
};

it('is none where rows of other inboxes make it, which are in no list', async () => {
  expect(await requestsOf(5, { all: 5, mine: 5 })).toBe(1);
  expect(await requestsOf(5, { all: 6, mine: 5 })).toBe(1);
  // The list of inboxes may be short as well.
  expect(await requestsOf(6, { all: 6, mine: 5 })).toBe(1);
});

it('is one where it is there with them and without them', async () => {
  expect(await requestsOf(8, { all: 6, mine: 5 })).toBeGreaterThan(2);
});
