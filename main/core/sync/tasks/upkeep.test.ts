/** What follows from a directory that was read again. */
import { expect, it } from 'vitest';
import { createLife } from '../life.ts';
import type { Session, State } from '../session.ts';
import { createUpkeep } from './upkeep.ts';

const clock = { now: () => 0, monotonic: () => 1, after: () => ({ cancel: () => undefined }) };

it('is that rows which somebody took with him are read again, once they have been read', async () => {
  const state: State = { 'first-load': { done: true, started: 0 }, 'sweep-due': [4] };
  const read: unknown[] = [];
  let reachable = false;
  const session = {
    ports: { clock, random: { next: () => 0.5 } },
    state: (name: keyof State) => state[name],
    commit: (_facts: unknown, options: { state: State }) => Object.assign(state, options.state),
  };
  const parts = {
    directory: { lists: () => Promise.resolve(), memberships: () => Promise.resolve() },
    counts: {
      readAllAgain: (_life: unknown, inboxes: unknown) => {
        read.push(inboxes);
        return Promise.resolve(reachable);
      },
    },
    jobs: { run: (_kind: string, work: () => Promise<unknown>) => work() },
  };
  const upkeep = createUpkeep(
    session as unknown as Session,
    parts as unknown as Parameters<typeof createUpkeep>[1],
  );
  const life = createLife(clock);
  await upkeep.readDirectory(life, 'visible');
  expect([read, state['sweep-due']]).toEqual([[[4]], [4]]);
  reachable = true;
  await upkeep.readDirectory(life, 'visible');
  expect([read, state['sweep-due']]).toEqual([[[4], [4]], false]);
  await upkeep.readDirectory(life, 'visible');
  expect(read).toHaveLength(2);
});
