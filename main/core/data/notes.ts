/** Private notes: takes them, performs what their strands ask for, and knows which messages they became. */
import type { NoteEntry, Words } from '../../../contract/model.ts';
import { isUnderWay, noteEntryOf, type Note } from '../commands/note.ts';
import type { Clock, Log, Random } from '../ports.ts';
import type { Outbox } from '../store/outbox.ts';
import {
  advanceNotes,
  newNoteStrand,
  type NoteEffect,
  type NoteEvent,
  type NoteStrand,
} from '../sync/note-strands.ts';
import type { Requests } from './requests.ts';
import type { Runner } from './runner.ts';
import { createSteps } from './steps.ts';

export type Notes = Runner & {
  /** Stores a note in place of the draft; answers its id once it is durable. */
  send: (conversation: number, text: string) => string;
  /** Answers the ids it was done for. */
  settle: (ids: readonly string[], choice: 'retry' | 'discard') => string[];
  /** Nothing of what is under way is sent any more: it stays to be read, with the reason. */
  park: (reason: Words) => void;
  /** The server went back to a backup: the messages that notes became may be gone, and their numbers another's. */
  forgetMessages: () => void;
  /** Of those that were parked for the reason of this name, the ones parked before this time (ms) go. */
  forgetParked: (reason: string, before: number) => void;
  /** Those of a conversation that are not on the server yet. */
  of: (conversation: number) => NoteEntry[];
  /** Those that are not on the server yet, newest first, then those that are over. */
  list: (limit: number) => NoteEntry[];
  counts: () => { waiting: number; sending: number; refused: number };
  /** What is not on the server yet, as it is stored. */
  open: () => readonly Note[];
  /** The server's own word that a note is there. */
  echo: (note: string, message: number) => void;
};

export type NotesDeps = {
  clock: Clock;
  random: Random;
  log: Log;
  outbox: Pick<Outbox, 'notes' | 'drafts' | 'atOnce'>;
  requests: Pick<Requests, 'ask'>;
  contact: (conversation: number) => string;
  /** Whether a write of a command is under way there, of which only what happened since tells what became of it. */
  isWritten: (conversation: number) => boolean;
  /** Acknowledged and still known here, though the file may have been damaged while it was open. */
  remembered: readonly Note[];
  /** After every stored step. */
  changed: (conversation: number, settled: readonly Note[]) => void;
};

/** Of those that are over, so many are remembered: for the list, and so that none is taken for another. */
const KEEP_NOTES = 200;

type Question = Exclude<NoteEffect, { kind: 'wait' | 'pause' }>;
type Answer = Exclude<NoteEvent, { kind: 'go' | 'echo' }>;

/** Whether the server said something about the conversation: then it is well. */
const isAnswer = (event: Answer): boolean => {
  switch (event.kind) {
    case 'read':
      return event.answer.outcome === 'read' || event.answer.outcome === 'gone';
    case 'sent':
      return ['accepted', 'refused', 'gone'].includes(event.answer.outcome);
  }
};

/** Takes over what the outbox holds. `damaged` = rows that could not be read. */
export const createNotes = (deps: NotesDeps): { notes: Notes; damaged: number } => {
  const { clock, outbox } = deps;
  const strands = new Map<number, NoteStrand>();
  /** Refused, not yet looked at; by id, oldest first. */
  const parked = new Map<string, Note>();
  /** Messages that are notes of ours, by conversation. */
  const taken = new Map<number, Set<number>>();
  const nothing: ReadonlySet<number> = new Set();

  const take = ({ conversation, message }: Note) => {
    if (message === null) return;
    const known = taken.get(conversation);
    if (known) known.add(message);
    else taken.set(conversation, new Set([message]));
  };

  const underWayOf = (conversation: number) => strands.get(conversation)?.notes ?? [];
  const underWay = () => [...strands.values()].flatMap((strand) => strand.notes);

  const setStrand = (conversation: number, strand: NoteStrand) => {
    if (strand.notes.length === 0) strands.delete(conversation);
    else strands.set(conversation, strand);
  };

  /** At the end of its strand, which goes on as it is. */
  const append = (note: Note) => {
    const strand = strands.get(note.conversation) ?? newNoteStrand([]);
    strands.set(note.conversation, { ...strand, notes: [...strand.notes, note] });
  };

  const ask = async (question: Question, conversation: number): Promise<Answer> => {
    switch (question.kind) {
      case 'read': {
        const { since } = question;
        return { kind: 'read', answer: await deps.requests.ask({ kind: 'notes', conversation, since }) };
      }
      case 'send': {
        const { note, text } = question;
        return { kind: 'sent', answer: await deps.requests.ask({ kind: 'note', conversation, note, text }) };
      }
    }
  };

  const step = (conversation: number, event: NoteEvent): NoteEffect | null => {
    const strand = strands.get(conversation);
    if (!strand) return null;
    const next = advanceNotes(strand, event, {
      now: clock.now(),
      monotonic: clock.monotonic(),
      taken: taken.get(conversation) ?? nothing,
    });
    outbox.notes.save({ change: next.save });
    setStrand(conversation, next.strand);
    for (const note of next.settled) {
      take(note);
      if (note.state === 'refused') parked.set(note.id, note);
    }
    if (next.save.length > 0) deps.changed(conversation, next.settled);
    return next.effect;
  };

  const runner = createSteps<Answer, Question>({
    clock,
    log: deps.log,
    conversations: () => [...strands.keys()].filter((conversation) => !deps.isWritten(conversation)),
    head: (conversation) => underWayOf(conversation)[0]?.id,
    isAnswer,
    // How long a note may be on its way unseen is counted by its strand.
    isRead: () => false,
    step,
    ask,
  });

  outbox.notes.forget(KEEP_NOTES);
  const newest = outbox.notes.newest(2 * KEEP_NOTES);
  for (const note of newest) take(note);
  const stored = new Set(newest.map((note) => note.id));
  outbox.notes.save({ add: deps.remembered.filter((note) => !stored.has(note.id)) });
  const found = outbox.notes.open();
  for (const note of found.notes) {
    if (isUnderWay(note)) append(note);
    else parked.set(note.id, note);
  }

  /** Stores changed notes, then shows them. */
  const change = (notes: readonly Note[], apply: () => void, settled: readonly Note[]) => {
    outbox.notes.save({ change: notes });
    apply();
    for (const conversation of new Set(notes.map((note) => note.conversation)))
      deps.changed(
        conversation,
        settled.filter((note) => note.conversation === conversation),
      );
    runner.kick();
  };

  const notes: Notes = {
    kick: runner.kick,
    storable: runner.storable,
    open: () => [...underWay(), ...parked.values()],
    reachable: runner.reachable,
    stop: runner.stop,
    send: (conversation, text) => {
      const note: Note = {
        id: deps.random.id(),
        conversation,
        contact: deps.contact(conversation),
        text,
        state: 'waiting',
        tries: 0,
        known: null,
        message: null,
        createdAt: clock.now(),
        settledAt: null,
        reason: null,
        serverWords: null,
      };
      outbox.atOnce(() => {
        outbox.notes.save({ add: [note] });
        outbox.drafts.put(conversation, '', clock.now());
      });
      append(note);
      deps.changed(conversation, []);
      runner.kick();
      return note.id;
    },
    settle: (ids, choice) => {
      const wanted = new Set(ids);
      const refused = [...parked.values()].filter((note) => wanted.has(note.id));
      if (choice === 'retry') {
        const again = refused.map((note): Note => ({
          ...note,
          state: 'waiting',
          settledAt: null,
          reason: null,
          serverWords: null,
        }));
        change(again, () => again.forEach((note) => parked.delete(note.id) && append(note)), []);
        return again.map((note) => note.id);
      }
      // What has left cannot be taken back.
      const unsent = underWay().filter((note) => wanted.has(note.id) && note.tries === 0);
      const over = [...refused, ...unsent].map((note): Note => ({
        ...note,
        state: 'discarded',
        settledAt: clock.now(),
      }));
      const given = new Set(over.map((note) => note.id));
      change(
        over,
        () => {
          for (const id of given) parked.delete(id);
          for (const [conversation, strand] of strands) {
            const left = strand.notes.filter((note) => !given.has(note.id));
            if (left.length === strand.notes.length) continue;
            setStrand(
              conversation,
              left[0] === strand.notes[0] ? { ...strand, notes: left } : newNoteStrand(left),
            );
          }
        },
        over,
      );
      return [...given];
    },
    park: (reason) => {
      const shelved = underWay().map((note): Note => ({
        ...note,
        state: 'refused',
        settledAt: clock.now(),
        reason,
      }));
      change(shelved, () => {
        strands.clear();
        for (const note of shelved) parked.set(note.id, note);
      }, []);
    },
    forgetMessages: () => {
      const sent = outbox.notes.newest(2 * KEEP_NOTES).filter(({ message }) => message !== null);
      outbox.notes.save({ change: sent.map((note): Note => ({ ...note, message: null })) });
      taken.clear();
    },
    forgetParked: (reason, before) => {
      const old = [...parked.values()].filter(
        (note) => note.reason?.key === reason && (note.settledAt ?? 0) < before,
      );
      outbox.notes.remove(old.map((note) => note.id));
      for (const { id } of old) parked.delete(id);
    },
    of: (conversation) =>
      [
        ...[...parked.values()].filter((note) => note.conversation === conversation),
        ...underWayOf(conversation),
      ]
        .toSorted((a, b) => a.createdAt - b.createdAt)
        .map(noteEntryOf),
    list: (limit) => {
      const open = [...underWay(), ...parked.values()].toSorted((a, b) => b.createdAt - a.createdAt);
      const ids = new Set(open.map((note) => note.id));
      const over = outbox.notes.newest(limit).filter((note) => !ids.has(note.id));
      return [...open, ...over].slice(0, limit).map(noteEntryOf);
    },
    counts: () => {
      const all = underWay();
      const sending = all.filter((note) => note.state === 'sending').length;
      return { waiting: all.length - sending, sending, refused: parked.size };
    },
    echo: (id, message) => {
      const shelved = parked.get(id);
      if (shelved) {
        const sent: Note = { ...shelved, state: 'sent', message, settledAt: clock.now(), reason: null };
        take(sent);
        change([sent], () => parked.delete(id), [sent]);
        return;
      }
      const at = underWay().find((note) => note.id === id)?.conversation;
      if (at === undefined) return;
      step(at, { kind: 'echo', note: id, message });
      runner.kick();
    },
  };
  return { notes, damaged: found.damaged };
};
