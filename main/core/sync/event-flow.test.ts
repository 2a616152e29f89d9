/** Events wait for the first fetch of a connection, and none of them is lost. */
import { describe, expect, test } from 'vitest';
import type { Fact } from '../facts.ts';
import { createEventFlow } from './event-flow.ts';

type Timer = { at: number; run: () => void };

const setUp = () => {
  let now = 1000;
  let timers: Timer[] = [];
  const commits: number[][] = [];
  const flow = createEventFlow(
    {
      workspace: { origin: 'https://chat.example.test', accountId: 3, userId: 1, name: 'A', demo: false },
      commit: (facts: readonly Fact[]) => {
        commits.push(facts.map((fact) => ('id' in fact ? fact.id : 0)));
        return { topics: [], changes: [], refetch: [] };
      },
      post: () => undefined,
      ports: {
        clock: {
          now: () => now,
          monotonic: () => now,
          after: (ms, run) => {
            const timer = { at: now + ms, run };
            timers.push(timer);
            return { cancel: () => (timers = timers.filter((one) => one !== timer)) };
          },
        },
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      },
    },
    { heard: () => undefined },
    () => undefined,
  );
  const heard = (id: number) =>
    flow.heard({ event: 'conversation.status_changed', data: { id, account_id: 3, status: 'open' } });
  const pass = (ms: number) => {
    now += ms;
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    for (const { run } of due) run();
  };
  return { flow, heard, pass, commits };
};

describe('events', () => {
  test('that come close together are one commit', () => {
    const { heard, pass, commits } = setUp();
    heard(1);
    heard(2);
    expect(commits).toEqual([]);
    pass(25);
    expect(commits).toEqual([[1, 2]]);
  });

  test('that come during the first fetch wait for it, and are all there afterwards', () => {
    const { flow, heard, pass, commits } = setUp();
    flow.hold();
    heard(1);
    pass(1000);
    heard(2);
    expect(commits).toEqual([]);
    flow.release();
    expect(commits.flat()).toEqual([1, 2]);
    heard(3);
    pass(25);
    expect(commits.flat()).toEqual([1, 2, 3]);
  });

  test('wait for a fetch that takes too long no longer than five seconds', () => {
    const { flow, heard, pass, commits } = setUp();
    flow.hold();
    heard(1);
    pass(4999);
    expect(commits).toEqual([]);
    pass(1);
    expect(commits).toEqual([[1]]);
  });
});
