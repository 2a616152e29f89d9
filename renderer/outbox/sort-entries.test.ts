/** Entries that need a decision come first, each part newest first; those that go together count together. */
import { expect, test } from 'vitest';
import type { OutboxEntry } from '../../contract/model.ts';
import { progressOf, sortEntries } from './sort-entries.ts';

const entry = (
  id: string,
  state: OutboxEntry['state'],
  createdAt: number,
  settledAt: number | null = null,
): OutboxEntry => ({
  id,
  state,
  createdAt,
  settledAt,
  conversation: 1,
  contact: 'Ivo',
  action: { kind: 'unassign-agent' },
  base: { assignee: null, team: null, live: true },
  result: null,
  now: null,
  reason: null,
  serverWords: null,
});

test('four parts', () => {
  const sorted = sortEntries([
    entry('a', 'confirmed', 1),
    entry('b', 'waiting', 2),
    entry('c', 'conflict', 3),
    entry('d', 'refused', 4),
    entry('e', 'sending', 5),
    entry('f', 'conflict', 6),
  ]);
  expect(sorted.conflicts.map((one) => one.id)).toEqual(['f', 'c']);
  expect(sorted.refused.map((one) => one.id)).toEqual(['d']);
  expect(sorted.open.map((one) => one.id)).toEqual(['e', 'b']);
  expect(sorted.done.map((one) => one.id)).toEqual(['a']);
});

test('progress counts what settled while others still wait, and nothing from before', () => {
  const before = entry('old', 'confirmed', 1, 2);
  expect(progressOf([before, entry('b', 'waiting', 10)])).toBeNull();
  expect(progressOf([before, entry('a', 'confirmed', 1, 5)])).toBeNull();
  expect(
    progressOf([
      before,
      entry('b', 'confirmed', 10, 20),
      entry('c', 'conflict', 11, 21),
      entry('d', 'cancelled', 12, 21),
      entry('e', 'sending', 12),
      entry('f', 'waiting', 13),
    ]),
  ).toEqual({ done: 2, all: 4 });
});
