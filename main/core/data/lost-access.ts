/** What waited when access was lost for good: it is not sent any more, and stays to be read for a week. */
import { words } from '../rules/names.ts';
import type { Book } from './book.ts';
import type { Writable } from './writable.ts';

const ACCESS_LOST = 'outcome.accessLost';
const KEEP_MS = 7 * 24 * 60 * 60 * 1000;

type Kept = Pick<Writable, 'outbox' | 'notes'>;

/** Nothing waits afterwards, neither commands nor notes. */
export const parkWhatWaits = (book: Book, { outbox, notes }: Kept, now: number): void => {
  const reason = words(ACCESS_LOST);
  const parked = book
    .pending()
    .map((command) => ({ ...command, state: 'refused' as const, settledAt: now, reason }));
  outbox.commands.save({ change: parked });
  book.put(parked);
  notes.park(reason);
};

/** What was parked so a week ago goes. */
export const forgetOldLost = (book: Book, { outbox, notes }: Kept, now: number): void => {
  const old = [...book.parked.values()].filter(
    ({ reason, settledAt }) => reason?.key === ACCESS_LOST && (settledAt ?? 0) < now - KEEP_MS,
  );
  outbox.commands.remove(old.map((one) => one.id));
  for (const { id } of old) book.parked.delete(id);
  notes.forgetParked(ACCESS_LOST, now - KEEP_MS);
};
