/** What needs a decision, what is on its way, and what is over; newest first (pure). */
import type { OutboxEntry } from '../../contract/model.ts';

export type SortedEntries = { stopped: OutboxEntry[]; open: OutboxEntry[]; done: OutboxEntry[] };

export const sortEntries = (entries: readonly OutboxEntry[]): SortedEntries => {
  const sorted: SortedEntries = { stopped: [], open: [], done: [] };
  for (const entry of entries.toSorted((a, b) => b.createdAt - a.createdAt)) {
    switch (entry.state) {
      case 'refused':
      case 'conflict':
        sorted.stopped.push(entry);
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
