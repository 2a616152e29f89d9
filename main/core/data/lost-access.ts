/** What waited when access was lost for good: it is not sent any more, and stays to be read for a week. */
import { words } from '../rules/names.ts';
import type { Outbox } from '../store/outbox.ts';
import type { Book } from './book.ts';

const ACCESS_LOST = 'outcome.accessLost';
const KEEP_MS = 7 * 24 * 60 * 60 * 1000;

/** Nothing waits afterwards. */
export const parkWhatWaits = (book: Book, outbox: Outbox, now: number): void => {
  const parked = book.pending().map((command) => ({
    ...command,
    state: 'refused' as const,
    settledAt: now,
    reason: words(ACCESS_LOST),
  }));
  outbox.commands.save({ change: parked });
  book.put(parked);
};

/** What was parked so a week ago goes. */
export const forgetOldLost = (book: Book, outbox: Outbox, now: number): void => {
  const old = [...book.parked.values()].filter(
    ({ reason, settledAt }) => reason?.key === ACCESS_LOST && now - (settledAt ?? 0) > KEEP_MS,
  );
  outbox.commands.remove(old.map((one) => one.id));
  for (const { id } of old) book.parked.delete(id);
};
