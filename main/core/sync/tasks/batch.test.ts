/** Proves that a load waits for room before it begins a commit, and goes no further once its connection is over. */
import { expect, it } from 'vitest';
import type { Fact } from '../../facts.ts';
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';
import { createBatch } from './batch.ts';

const PAGE: Fact[] = Array.from({ length: 25 }, (_, index) => ({
  kind: 'gone',
  id: index + 1,
  why: 'deleted',
  heard: { via: 'rest', since: 0 },
}));

const rig = (whileWaiting: () => void = () => undefined) => {
  const calls: string[] = [];
  let over = false;
  const session = {
    ports: { clock: { after: () => ({ cancel: () => undefined }) } },
    writer: {
      room: async () => {
        await Promise.resolve();
        calls.push('room');
        whileWaiting();
      },
    },
    commit: (_facts: readonly Fact[], { hold = false }: { hold?: boolean }) => {
      calls.push(hold ? 'rows' : 'commit');
    },
  };
  const life = { over: () => over };
  return {
    calls,
    end: () => {
      over = true;
    },
    batch: createBatch(session as unknown as Session, life as Life, true),
  };
};

it('waits for room before the first rows of each commit, and before no others', async () => {
  const { calls, batch } = rig();
  for (let page = 0; page < 101; page += 1) batch.add((await batch.page(() => Promise.resolve(PAGE))) ?? []);
  batch.flush();
  expect(calls.filter((call) => call === 'rows')).toHaveLength(101);
  expect(calls.flatMap((call, index) => (call === 'room' ? [index] : []))).toEqual([0, 102]);
  expect(calls[101]).toBe('commit');
  expect(calls.at(-1)).toBe('commit');
});

it('reads no page once the connection ended while it waited: the next one has another epoch', async () => {
  const ended = rig(() => ended.end());
  expect(await ended.batch.page(() => Promise.resolve(PAGE))).toBe(null);
  expect(await rig().batch.page(() => Promise.resolve(PAGE))).toBe(PAGE);
});

it('commits nothing where nothing was added', () => {
  const { calls, batch } = rig();
  batch.flush();
  expect(calls).toEqual([]);
});
