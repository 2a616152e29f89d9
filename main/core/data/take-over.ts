/** Takes over what an outbox holds that was just opened: rid of what is old, and with a word where some of it was lost. */
import type { IngestRequest } from '../link.ts';
import type { Log } from '../ports.ts';
import { words } from '../rules/names.ts';
import type { OpenOutbox } from '../store/outbox.ts';
import type { Book } from './book.ts';
import { forgetOldLost } from './parking.ts';
import type { Notices } from './notices.ts';
import type { Writable } from './writable.ts';

export type TakeOverDeps = {
  log: Log;
  book: Book;
  notices: Notices;
  /** What own commands confirmed before the restart: the other half takes it over. */
  confirm: (truths: Confirmed) => void;
};

type Confirmed = Extract<IngestRequest, { kind: 'confirmed' }>['truths'];
type Salvaged = Extract<OpenOutbox, { outcome: 'opened' }>['salvaged'];

const DAY_MS = 24 * 60 * 60 * 1000;
/** Settled commands are kept for the outbox's history, alerts for the alert centre. */
const KEEP_COMMANDS = 2_000;
const KEEP_ALERTS = 5_000;
/** What was typed and not sent; conversations are kept no longer than that either. */
const KEEP_DRAFTS_MS = 90 * DAY_MS;

/** What is in memory of commands becomes what the file says; whatever the file lacks of them is stored anew. */
const takeOverCommands = (book: Book, { outbox, gestures }: Writable): { kept: number; damaged: number } => {
  const { commands, damaged } = outbox.commands.open();
  const stored = new Set(commands.map((one) => one.id));
  // The file was damaged while it was open. These were acknowledged, and are still known here.
  const missing = book.unsettled().filter((one) => !stored.has(one.id));
  outbox.commands.save({ add: missing });
  book.strands.clear();
  book.parked.clear();
  book.put([...commands, ...missing]);
  gestures.put(outbox.commands.newest(KEEP_COMMANDS).toReversed());
  return { kept: commands.length, damaged };
};

const confirmedLately = ({ outbox }: Writable, now: number): Confirmed => {
  const confirmed = outbox.commands
    .confirmed(now - DAY_MS)
    .flatMap(({ conversation, result, commit }) =>
      result && commit !== null
        ? [{ id: conversation, assignee: result.assignee, team: result.team, commit }]
        : [],
    );
  // The newest word about a conversation only.
  return [...new Map(confirmed.map((one) => [one.id, one])).values()];
};

export const takeOver = (deps: TakeOverDeps, writable: Writable, salvaged: Salvaged, now: number): void => {
  const { log, book, notices } = deps;
  const { outbox, desk } = writable;
  outbox.commands.forget(KEEP_COMMANDS);
  outbox.alerts.forget(KEEP_ALERTS);
  outbox.activity.forget(now - DAY_MS);
  outbox.drafts.forget(now - KEEP_DRAFTS_MS);
  const { kept, damaged } = takeOverCommands(book, writable);
  forgetOldLost(book, writable, now);
  // Between a command's end and the line in the ledger the app may have died.
  desk.settled([...book.parked.values()]);
  const lost = (salvaged?.lost ?? 0) + damaged + writable.damagedNotes;
  if (salvaged || lost > 0) {
    log.warn('outbox: damaged', { kept: salvaged?.kept, lost, setAside: salvaged?.setAside });
    const said = words('trouble.salvaged', { kept: salvaged?.kept ?? kept, lost });
    desk.note(words('trouble.salvaged.title'), said);
    notices.tell('outbox-salvaged', words('files.outbox-salvaged', said.params));
  }
  const confirmed = confirmedLately(writable, now);
  if (confirmed.length > 0) deps.confirm(confirmed);
};
