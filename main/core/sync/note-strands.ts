/**
 * The private notes of one conversation, in order, as a pure reducer. The server knows no note twice, so one
 * that may have left is looked for there before it leaves again.
 */
import type { Words } from '../../../contract/model.ts';
import { sameWords, type Note } from '../commands/note.ts';
import type { NoteSent, NotesRead } from '../link.ts';
import { words } from '../rules/names.ts';

/** `go` = look what is to be done, after a start, a pause or a new note. */
export type NoteEvent =
  | { kind: 'go' }
  | { kind: 'read'; answer: NotesRead }
  | { kind: 'sent'; answer: NoteSent }
  /** An event named the message that this note became. */
  | { kind: 'echo'; note: string; message: number };

/** Notes of the same step are stored durably before it is done. */
export type NoteEffect =
  | { kind: 'read'; since: number | null }
  | { kind: 'send'; note: string; text: string }
  /** Then `go` again. */
  | { kind: 'wait'; ms: number }
  /** Until the connection comes back; `go` again at the latest after `ms`. `failing` = this conversation alone. */
  | { kind: 'pause'; why: 'unreachable' | 'failing'; ms: number };

export type NoteStrand = {
  /** Not settled, in order; only the first one is worked on. */
  notes: readonly Note[];
  /** Since when (monotonic ms) the first one may be on its way unseen; null = not counted yet. */
  silentSince: number | null;
  /** Failed attempts in a row, for the back-off. */
  failures: number;
};

export type NoteStep = { strand: NoteStrand; save: Note[]; settled: Note[]; effect: NoteEffect | null };

export type NoteContext = {
  /** ms since 1970. */ now: number;
  /** Monotonic ms. */ monotonic: number;
  /** Messages of this conversation that are other notes of ours: no note is taken for one of them. */
  taken: ReadonlySet<number>;
};

export const newNoteStrand = (notes: readonly Note[]): NoteStrand => ({
  notes,
  silentSince: null,
  failures: 0,
});

/** A server gives up on a request after 15 s, ours after 20 s: what is not there by then will not come. */
export const LATE_MS = 30_000;
const MOST_TRIES = 5;
/** After a send without an answer the server gets a moment before it is asked what became of it. */
const AFTER_SILENCE_MS = 500;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

const only = (strand: NoteStrand, effect: NoteEffect | null, save: Note[] = []): NoteStep => ({
  strand,
  save,
  settled: [],
  effect,
});

const pause = (
  strand: NoteStrand,
  save: Note[] = [],
  why: 'unreachable' | 'failing' = 'unreachable',
): NoteStep => {
  const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(10, strand.failures));
  return only({ ...strand, failures: strand.failures + 1 }, { kind: 'pause', why, ms }, save);
};

const withHead = (strand: NoteStrand, head: Note): NoteStrand => ({
  ...strand,
  notes: [head, ...strand.notes.slice(1)],
});

type Settlement =
  | { state: 'sent'; message: number }
  | { state: 'refused'; reason: Words; serverWords?: string | null };

const settle = (strand: NoteStrand, head: Note, how: Settlement, { now }: NoteContext): NoteStep => {
  const done: Note = { ...head, ...how, settledAt: now };
  const rest = strand.notes.slice(1);
  return {
    strand: newNoteStrand(rest),
    save: [done],
    settled: [done],
    effect: rest[0] ? lookFor(rest[0]) : null,
  };
};

const refusedAs = (key: string): Settlement => ({ state: 'refused', reason: words(key) });
/** Of one that may have left nobody can see any more whether it arrived. */
const gone = (why: 'deleted' | 'invisible', { tries }: Note): Settlement => {
  if (why === 'deleted') return refusedAs('outcome.deleted');
  return refusedAs(tries > 0 ? 'outcome.noteUnseen' : 'outcome.invisible');
};

/** Every note begins with a read: of what is newest before it leaves, or of what became of it. */
const lookFor = ({ known }: Note): NoteEffect => ({ kind: 'read', since: known });

/** Stored as sent before it leaves. */
const send = (strand: NoteStrand, head: Note, known: number): NoteStep => {
  const sending: Note = { ...head, state: 'sending', tries: head.tries + 1, known };
  return only(
    { ...withHead(strand, sending), silentSince: null },
    { kind: 'send', note: head.id, text: head.text },
    [sending],
  );
};

/** This try certainly did not arrive; an earlier one may have. */
const unsent = (head: Note): Note => {
  const tries = Math.max(0, head.tries - 1);
  return tries === 0 ? { ...head, tries, known: null, state: 'waiting' } : { ...head, tries };
};

/**
 * What it became, if it is there. A note of ours that somebody deleted is taken for it: sending it again would
 * undo that.
 */
const foundIn = (
  { mine }: Extract<NotesRead, { outcome: 'read' }>,
  head: Note,
  taken: ReadonlySet<number>,
): { id: number } | undefined => {
  const newer = mine.filter(({ id }) => id > (head.known ?? 0) && !taken.has(id));
  return (
    newer.find(({ text, deleted }) => !deleted && sameWords(text, head.text)) ??
    newer.find(({ deleted }) => deleted)
  );
};

const onRead = (strand: NoteStrand, head: Note, answer: NotesRead, context: NoteContext): NoteStep => {
  switch (answer.outcome) {
    case 'unreachable':
    case 'needs-sign-in':
      return pause(strand);
    case 'failing':
      return pause(strand, [], 'failing');
    case 'throttled':
      return only(strand, { kind: 'wait', ms: answer.retryAfterMs });
    case 'gone':
      return settle(strand, head, gone(answer.why, head), context);
    case 'read':
      break;
  }
  const calm = { ...strand, failures: 0 };
  // What the server says is newest is that: one that was restored from a backup has lost later notes of ours.
  if (head.tries === 0) return send(calm, head, answer.newest ?? Math.max(0, ...context.taken));
  const found = foundIn(answer, head, context.taken);
  if (found) return settle(calm, head, { state: 'sent', message: found.id }, context);
  // A server that was restored from a backup has lost what was newest as it left: others may have its number.
  const isLost = answer.newest !== null && answer.newest < (head.known ?? 0);
  // Whether it is there cannot be told any more: the supervisor looks and decides, from where it is now.
  if (!answer.complete || isLost)
    return settle(calm, { ...head, tries: 0, known: null }, refusedAs('outcome.noteUnclear'), context);
  const since = strand.silentSince ?? context.monotonic;
  const left = since + LATE_MS - context.monotonic;
  if (left > 0) return only({ ...calm, silentSince: since }, { kind: 'wait', ms: left });
  return head.tries >= MOST_TRIES
    ? settle(calm, head, refusedAs('outcome.noAnswer'), context)
    : send(calm, head, head.known ?? 0);
};

const onSent = (strand: NoteStrand, head: Note, answer: NoteSent, context: NoteContext): NoteStep => {
  switch (answer.outcome) {
    case 'accepted':
      return settle(strand, head, { state: 'sent', message: answer.message }, context);
    case 'refused': {
      const { status, serverWords } = answer;
      const reason = words('outcome.refusedByServer', { status });
      return settle(strand, unsent(head), { state: 'refused', reason, serverWords }, context);
    }
    case 'gone': {
      const back = unsent(head);
      return settle(strand, back, gone(answer.why, back), context);
    }
    case 'no-answer':
      return only({ ...strand, silentSince: context.monotonic }, { kind: 'wait', ms: AFTER_SILENCE_MS });
    case 'not-sent':
    case 'needs-sign-in': {
      const back = unsent(head);
      return pause(withHead(strand, back), [back]);
    }
    case 'throttled': {
      const back = unsent(head);
      return only(withHead(strand, back), { kind: 'wait', ms: answer.retryAfterMs }, [back]);
    }
  }
};

/** One step of the notes of a conversation. */
export const advanceNotes = (strand: NoteStrand, event: NoteEvent, context: NoteContext): NoteStep => {
  const [head] = strand.notes;
  if (!head) return only(strand, null);
  switch (event.kind) {
    case 'go':
      return only(strand, lookFor(head));
    case 'read':
      return onRead(strand, head, event.answer, context);
    case 'sent':
      return onSent(strand, head, event.answer, context);
    case 'echo':
      return event.note === head.id
        ? settle(strand, head, { state: 'sent', message: event.message }, context)
        : only(strand, null);
  }
};
