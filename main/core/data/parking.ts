/** What waited when access was lost for good, or the server went back: it is not sent any more, and stays to be read. */
import type { Command } from '../commands/types.ts';
import { words } from '../rules/names.ts';
import type { Book } from './book.ts';
import type { Writable } from './writable.ts';

const ACCESS_LOST = 'outcome.accessLost';
const WENT_BACK = 'outcome.wentBack';
const KEEP_MS = 7 * 24 * 60 * 60 * 1000;

type Kept = Pick<Writable, 'outbox' | 'notes'>;

/** Nothing waits afterwards, neither commands nor notes. Answers the commands that waited. */
const park = (
  book: Book,
  { outbox, notes }: Kept,
  how: { now: number; state: 'refused' | 'conflict'; key: string },
): Command[] => {
  const reason = words(how.key);
  const parked = book
    .pending()
    .map((command): Command => ({ ...command, state: how.state, settledAt: how.now, reason }));
  outbox.commands.save({ change: parked });
  book.put(parked);
  notes.park(reason);
  return parked;
};

/** Nothing of it will be sent any more: it stays for a week. */
export const parkForGood = (book: Book, kept: Kept, now: number): void => {
  park(book, kept, { now, state: 'refused', key: ACCESS_LOST });
};

/** Asked for on top of what the server has lost: each is asked again, with how it is now. Answers those. */
export const parkToAskAgain = (book: Book, kept: Kept, now: number): Command[] => {
  const parked = park(book, kept, { now, state: 'conflict', key: WENT_BACK });
  kept.notes.forgetMessages();
  return parked;
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
