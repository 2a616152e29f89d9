/** Private notes against a model server that loses requests and answers, answers late, and a process that is killed: each is there exactly once, or refused in words. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Note } from '../commands/note.ts';
import type { NoteSent, NotesRead } from '../link.ts';
import {
  advanceNotes,
  LATE_MS,
  newNoteStrand,
  type NoteEffect,
  type NoteEvent,
  type NoteStep,
  type NoteStrand,
} from './note-strands.ts';

const note = (id: string, text: string, more: Partial<Note> = {}): Note => ({
  id,
  conversation: 7,
  contact: 'Ivo',
  text,
  state: 'waiting',
  tries: 0,
  known: null,
  message: null,
  createdAt: 1,
  settledAt: null,
  reason: null,
  serverWords: null,
  ...more,
});

/** What becomes of one request. `late` arrives after the connection is gone, so many ms later. */
type Fault =
  | {
      kind:
        | 'none'
        | 'failing'
        | 'not-sent'
        | 'lost-request'
        | 'lost-answer'
        | 'throttled'
        | 'flooded'
        | 'gone';
    }
  | { kind: 'late'; ms: number }
  /** The process dies before the effect, after it, or while its answer is on its way. */
  | { kind: 'killed'; when: 'before' | 'after' }
  /** It arrives, and the event is faster than the answer. */
  | { kind: 'echoed' };

type Other = { at: number; text: string; mine: boolean };

type Advance = typeof advanceNotes;

/** Plays until everything is settled; the faults come first, then the weather is good. */
const play = (
  texts: readonly string[],
  faults: readonly Fault[],
  others: readonly Other[],
  options: { advance?: Advance; onRestart?: (note: Note) => Note } = {},
) => {
  const { advance = advanceNotes, onRestart = (kept) => kept } = options;
  const disk = new Map(texts.map((text, n) => [`n${n}`, note(`n${n}`, text)]));
  const server: { id: number; text: string; mine: boolean }[] = [{ id: 5, text: 'Hello', mine: false }];
  let arrivals: { at: number; text: string; mine: boolean }[] = [...others];
  let time = 0;
  let runStart = 0;
  const left = [...faults];
  const arrive = () => {
    for (const one of arrivals.filter(({ at }) => at <= time).toSorted((a, b) => a.at - b.at))
      write(one.text, one.mine);
    arrivals = arrivals.filter(({ at }) => at > time);
  };
  const write = (text: string, mine: boolean): number => {
    const id = (server.at(-1)?.id ?? 0) + 1;
    server.push({ id, text, mine });
    return id;
  };
  const pass = (ms: number) => {
    time += ms;
    arrive();
  };
  const taken = () =>
    new Set([...disk.values()].flatMap(({ message }) => (message === null ? [] : [message])));
  let strand: NoteStrand = newNoteStrand([...disk.values()]);
  const restart = (): NoteEvent => {
    runStart = time;
    strand = newNoteStrand(
      [...disk.values()].filter(({ state }) => state === 'waiting' || state === 'sending').map(onRestart),
    );
    return { kind: 'go' };
  };
  const step = (event: NoteEvent): NoteStep => {
    const next = advance(strand, event, { now: time, monotonic: time - runStart, taken: taken() });
    for (const saved of next.save) disk.set(saved.id, saved);
    strand = next.strand;
    return next;
  };

  const read = (since: number | null): NotesRead => {
    const newer = server.filter(({ id }) => id > (since ?? 0));
    return {
      outcome: 'read',
      newest: server.at(-1)?.id ?? null,
      mine: newer.filter(({ mine }) => mine).map(({ id, text }) => ({ id, text, deleted: false })),
      complete: true,
    };
  };
  const readWith = (fault: Fault, since: number | null): NotesRead => {
    switch (fault.kind) {
      case 'none':
      case 'late':
      case 'echoed':
      case 'flooded':
        return read(since);
      case 'throttled':
        return { outcome: 'throttled', retryAfterMs: 2_000 };
      case 'failing':
        return { outcome: 'failing' };
      case 'gone':
      case 'killed':
      case 'not-sent':
      case 'lost-request':
      case 'lost-answer':
        return { outcome: 'unreachable' };
    }
  };
  const sendWith = (fault: Fault, text: string): NoteSent => {
    switch (fault.kind) {
      case 'none':
      case 'echoed':
        return { outcome: 'accepted', message: write(text, true) };
      case 'not-sent':
        return { outcome: 'not-sent' };
      case 'failing':
      case 'lost-request':
      case 'killed':
        return { outcome: 'no-answer' };
      case 'lost-answer':
        write(text, true);
        return { outcome: 'no-answer' };
      case 'late':
        arrivals.push({ at: time + fault.ms, text, mine: true });
        return { outcome: 'no-answer' };
      case 'throttled':
        return { outcome: 'throttled', retryAfterMs: 2_000 };
      case 'flooded':
        return { outcome: 'refused', status: 422, serverWords: 'Too many messages' };
      case 'gone':
        return { outcome: 'gone', why: 'deleted' };
    }
  };

  const perform = (effect: NoteEffect): NoteEvent => {
    switch (effect.kind) {
      case 'wait':
      case 'pause':
        pass(effect.ms);
        return { kind: 'go' };
      case 'read':
      case 'send': {
        const fault = left.shift() ?? { kind: 'none' };
        pass(50);
        if (fault.kind === 'killed') {
          // What left before the process died may still arrive while the next one is already up.
          if (fault.when === 'after' && effect.kind === 'send')
            arrivals.push({ at: time + 3_000, text: effect.text, mine: true });
          return restart();
        }
        if (effect.kind === 'read') return { kind: 'read', answer: readWith(fault, effect.since) };
        const answer = sendWith(fault, effect.text);
        return fault.kind === 'echoed' && answer.outcome === 'accepted'
          ? { kind: 'echo', note: effect.note, message: answer.message }
          : { kind: 'sent', answer };
      }
    }
  };

  let event: NoteEvent = { kind: 'go' };
  for (let turn = 0; turn < 2_000; turn += 1) {
    const { effect } = step(event);
    if (!effect) break;
    event = perform(effect);
  }
  pass(10 * 60_000);
  return { notes: [...disk.values()], server };
};

/** What must hold in the end. */
const judge = ({ notes, server }: ReturnType<typeof play>, others: readonly Other[]) => {
  for (const { id, state, reason } of notes) {
    expect(['sent', 'refused'], id).toContain(state);
    if (state === 'refused') expect(reason, id).not.toBeNull();
  }
  const sent = notes.filter(({ state }) => state === 'sent');
  // Each is a message of its own, with its words, in the order in which they were written.
  const ids = sent.map(({ message }) => message ?? -1);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  for (const { message, text } of sent) expect(server.find(({ id }) => id === message)?.text).toBe(text);
  for (const text of new Set(notes.map((one) => one.text))) {
    const there = server.filter((one) => one.mine && one.text === text).length;
    const elsewhere = others.filter((one) => one.mine && one.text === text).length;
    expect(there - elsewhere, `"${text}" on the server`).toBe(sent.filter((one) => one.text === text).length);
  }
};

const faultArb: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Fault>({ kind: 'none' }) },
  {
    weight: 6,
    arbitrary: fc.constantFrom<Fault>(
      { kind: 'not-sent' },
      { kind: 'failing' },
      { kind: 'lost-request' },
      { kind: 'lost-answer' },
      { kind: 'throttled' },
      { kind: 'flooded' },
      { kind: 'echoed' },
      { kind: 'killed', when: 'before' },
      { kind: 'killed', when: 'after' },
    ),
  },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 100, max: LATE_MS - 5_000 }).map((ms): Fault => ({ kind: 'late', ms })),
  },
);
/** Two of the same on purpose are two notes. */
const textsArb = fc.array(fc.constantFrom('Call back', 'Call back', 'VIP', 'Ärger'), {
  minLength: 1,
  maxLength: 4,
});
/** Others write, and I write other words in the browser. */
const othersArb = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 120_000 }),
    text: fc.constantFrom('Call back', 'Thanks'),
    mine: fc.constant(false),
  }),
  { maxLength: 6 },
);
/** So few losses in a row that nothing is given up: giving up is tried below. */
const faultsArb = fc.array(faultArb, { maxLength: 12 });

const property = (options: Parameters<typeof play>[3] = {}) =>
  fc.property(textsArb, faultsArb, othersArb, (texts, faults, others) => {
    const played = play(texts, faults, others, options);
    // Given up after five tries: whether one of them arrived later is then said to be unknown.
    fc.pre(!played.notes.some(({ reason }) => reason?.key === 'outcome.noAnswer'));
    judge(played, others);
  });

describe('private notes', () => {
  test('are on the server exactly once, or refused, whatever gets lost', () => {
    fc.assert(property(), { numRuns: 2_000 });
  });

  test('control: without waiting for late arrivals one is there twice', () => {
    const hasty: Advance = (strand, event, context) =>
      advanceNotes(
        { ...strand, silentSince: strand.silentSince === null ? null : Number.NEGATIVE_INFINITY },
        event,
        context,
      );
    expect(() => fc.assert(property({ advance: hasty }), { numRuns: 2_000 })).toThrow('Property failed');
  });

  test('control: a restart that forgets what has left sends it again', () => {
    const forget = (kept: Note): Note => ({ ...kept, tries: 0, known: null });
    expect(() => fc.assert(property({ onRestart: forget }), { numRuns: 2_000 })).toThrow('Property failed');
  });

  const at = { now: 1, monotonic: 0, taken: new Set<number>() };

  test('one that somebody deleted meanwhile is not sent again', () => {
    const strand = newNoteStrand([note('a', 'Call back', { tries: 1, known: 5, state: 'sending' })]);
    const answer: NotesRead = {
      outcome: 'read',
      newest: 9,
      mine: [{ id: 8, text: 'This message was deleted', deleted: true }],
      complete: true,
    };
    expect(advanceNotes(strand, { kind: 'read', answer }, at).settled).toMatchObject([
      { state: 'sent', message: 8 },
    ]);
  });

  test('a later note of the same words is not taken for an earlier one that is tried again', () => {
    const strand = newNoteStrand([note('a', 'Call back', { tries: 1, known: 5 })]);
    const answer: NotesRead = {
      outcome: 'read',
      newest: 9,
      mine: [{ id: 8, text: 'Call back', deleted: false }],
      complete: true,
    };
    const step = advanceNotes(strand, { kind: 'read', answer }, { ...at, taken: new Set([8]) });
    expect(step.settled).toEqual([]);
    expect(step.effect).toEqual({ kind: 'wait', ms: LATE_MS });
  });

  test('one leaves after what the server says is newest, though it has lost later ones of ours', () => {
    const strand = newNoteStrand([note('a', 'Call back')]);
    const answer: NotesRead = { outcome: 'read', newest: 40, mine: [], complete: true };
    const step = advanceNotes(strand, { kind: 'read', answer }, { ...at, taken: new Set([99]) });
    expect(step.save).toMatchObject([{ state: 'sending', known: 40 }]);
    const silent: NotesRead = { ...answer, newest: null };
    const blind = advanceNotes(strand, { kind: 'read', answer: silent }, { ...at, taken: new Set([99]) });
    expect(blind.save).toMatchObject([{ state: 'sending', known: 99 }]);
  });

  test('one that left before the server lost what was newest then is asked about, not sent again', () => {
    const strand = newNoteStrand([note('a', 'Call back', { tries: 1, known: 99, state: 'sending' })]);
    const answer: NotesRead = { outcome: 'read', newest: 40, mine: [], complete: true };
    expect(advanceNotes(strand, { kind: 'read', answer }, at).settled).toMatchObject([
      { state: 'refused', tries: 0, known: null, reason: { key: 'outcome.noteUnclear' } },
    ]);
  });

  test('words are the same though the server changed spaces, line ends and accents', () => {
    const strand = newNoteStrand([note('a', 'Café\r\n  please ', { tries: 1, known: 5 })]);
    const answer: NotesRead = {
      outcome: 'read',
      newest: 9,
      mine: [{ id: 8, text: 'Cafe\u0301\nplease', deleted: false }],
      complete: true,
    };
    expect(advanceNotes(strand, { kind: 'read', answer }, at).settled).toHaveLength(1);
  });

  test('what has been written since is too much to look through: the supervisor decides', () => {
    const strand = newNoteStrand([note('a', 'Call back', { tries: 1, known: 5 })]);
    const answer: NotesRead = { outcome: 'read', newest: 900, mine: [], complete: false };
    const { settled } = advanceNotes(strand, { kind: 'read', answer }, at);
    expect(settled).toMatchObject([{ state: 'refused', reason: { key: 'outcome.noteUnclear' }, tries: 0 }]);
  });

  test('where it cannot be seen any more whether it arrived, that is said, and trying again looks first', () => {
    const left = newNoteStrand([note('a', 'Call back', { tries: 1, known: 5, state: 'sending' })]);
    const gone: NotesRead = { outcome: 'gone', why: 'invisible' };
    expect(advanceNotes(left, { kind: 'read', answer: gone }, at).settled).toMatchObject([
      { state: 'refused', reason: { key: 'outcome.noteUnseen' }, tries: 1, known: 5 },
    ]);
    const never = newNoteStrand([note('a', 'Call back')]);
    expect(advanceNotes(never, { kind: 'read', answer: gone }, at).settled).toMatchObject([
      { state: 'refused', reason: { key: 'outcome.invisible' } },
    ]);
  });

  test('a refusal names the server and lets the next note go on', () => {
    const strand = newNoteStrand([note('a', 'One', { tries: 1, known: 5 }), note('b', 'Two')]);
    const answer: NoteSent = { outcome: 'refused', status: 422, serverWords: 'Too many messages' };
    const step = advanceNotes(strand, { kind: 'sent', answer }, at);
    expect(step.settled).toMatchObject([{ state: 'refused', serverWords: 'Too many messages', tries: 0 }]);
    expect(step.effect).toEqual({ kind: 'read', since: null });
    expect(step.strand.notes.map(({ id }) => id)).toEqual(['b']);
  });

  test('five silent tries are enough', () => {
    const lost = Array.from({ length: 40 }, (_, n): Fault => ({
      kind: n % 3 === 1 ? 'lost-request' : 'none',
    }));
    const { notes } = play(['Call back'], lost, []);
    expect(notes[0]).toMatchObject({ state: 'refused', reason: { key: 'outcome.noAnswer' }, tries: 5 });
  });
});
