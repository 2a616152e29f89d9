/** Controls of the rule of notes: each is there once, or says why not. */
import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../trace.ts';
import { checkNotes } from './notes.ts';
import { at, noteEntry } from './hand-made.testing.ts';

describe('private notes', () => {
  const ended = (entries: ReturnType<typeof noteEntry>[], times: number, known = [101]): TraceEvent[] => [
    at(1, { kind: 'note-stored', note: 'n1', conversation: 101, text: 'Call back' }),
    at(9, {
      kind: 'notes',
      entries,
      there: Array.from({ length: times }, () => ({ conversation: 101, text: 'Call back' })),
      known,
    }),
  ];
  const rules = (events: TraceEvent[]) => checkNotes(events).map(({ rule }) => rule);

  it.each([
    ['two of the same on purpose', ended([noteEntry('n1', 'sent'), noteEntry('n2', 'sent')], 2)],
    ['one that was refused', ended([noteEntry('n1', 'refused', 'outcome.refusedByServer')], 0)],
    ['one that nobody can tell of', ended([noteEntry('n1', 'refused', 'outcome.noAnswer')], 1)],
    ['a conversation that is gone', ended([noteEntry('n1', 'sent')], 0, [])],
  ])('pass: %s', (_what, events) => expect(rules(events)).toEqual([]));

  it.each([
    ['there twice', ended([noteEntry('n1', 'sent')], 2)],
    ['said to be there', ended([noteEntry('n1', 'sent')], 0)],
    ['refused, but there', ended([noteEntry('n1', 'refused', 'outcome.refusedByServer')], 1)],
    ['lost', ended([], 0)],
    ['left waiting', ended([noteEntry('n1', 'waiting')], 0)],
    ['refused without a word', ended([noteEntry('n1', 'refused')], 0)],
  ])('fail: %s', (_what, events) => expect(rules(events)).toEqual(['R3 note']));
});
