/** What needs a decision, what is on its way, and what is over; newest first (pure). */
import type { OutboxEntry } from '../../contract/model.ts';

export type SortedEntries = {
  conflicts: OutboxEntry[];
  refused: OutboxEntry[];
  open: OutboxEntry[];
  done: OutboxEntry[];
};

/** It stopped because the server was restored from a backup, not because anybody changed anything. */
export const isOfBackup = ({ reason }: OutboxEntry): boolean => reason?.key === 'outcome.wentBack';

export const sortEntries = (entries: readonly OutboxEntry[]): SortedEntries => {
  const sorted: SortedEntries = { conflicts: [], refused: [], open: [], done: [] };
  for (const entry of entries.toSorted((a, b) => b.createdAt - a.createdAt)) {
    switch (entry.state) {
      case 'conflict':
        sorted.conflicts.push(entry);
        break;
      case 'refused':
        sorted.refused.push(entry);
        break;
      case 'waiting':
      case 'sending':
        sorted.open.push(entry);
        break;
      case 'confirmed':
      case 'superseded':
      case 'cancelled':
        sorted.done.push(entry);
    }
  }
  return sorted;
};

/** How far those have come that go together: asked for before the first of them had an end. null = just one, or none. */
export const progressOf = (entries: readonly OutboxEntry[]): { done: number; all: number } | null => {
  const open = entries.filter(({ settledAt }) => settledAt === null);
  const since = Math.min(...open.map(({ createdAt }) => createdAt));
  const done = entries.filter(
    ({ settledAt, state }) => settledAt !== null && settledAt >= since && state !== 'cancelled',
  ).length;
  const all = done + open.length;
  return open.length === 0 || all < 2 ? null : { done, all };
};
