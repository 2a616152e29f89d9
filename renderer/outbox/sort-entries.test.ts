/** Entries that need a decision come first, each part newest first. */
import { expect, test } from 'vitest';
import type { OutboxEntry } from '../../contract/model.ts';
import { sortEntries } from './sort-entries.ts';

const entry = (id: string, state: OutboxEntry['state'], createdAt: number) =>
  ({ id, state, createdAt }) as OutboxEntry;

test('three parts', () => {
  const sorted = sortEntries([
    entry('a', 'confirmed', 1),
    entry('b', 'waiting', 2),
    entry('c', 'conflict', 3),
    entry('d', 'refused', 4),
    entry('e', 'sending', 5),
  ]);
  expect(sorted.stopped.map((one) => one.id)).toEqual(['d', 'c']);
  expect(sorted.open.map((one) => one.id)).toEqual(['e', 'b']);
  expect(sorted.done.map((one) => one.id)).toEqual(['a']);
});
