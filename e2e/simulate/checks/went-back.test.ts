/** Controls of what holds where the server went back to a backup, and of who can tell. */
import { describe, expect, it } from 'vitest';
import type { Alert, Card, OutboxEntry } from '../../../contract/model.ts';
import { ME } from '../population.ts';
import type { TraceEvent } from '../trace.ts';
import { checkAlerts, checkArrivals } from './alerts.ts';
import { checkFresh } from './freshness.ts';
import { checkNotes } from './notes.ts';
import { checkAskedAgain, checkUnblocked } from './outcomes.ts';
import { checkWrites } from './strands.ts';
import { checkGoesOn, couldTell } from './went-back.ts';
import {
  at,
  standing,
  base,
  tom,
  entry,
  stored,
  read,
  write,
  truth,
  rules,
  connection,
  wentBack,
  noteEntry,
  heardOf,
} from './hand-made.testing.ts';

describe('a server that went back to a backup', () => {
  const last = (events: TraceEvent[]) => {
    const restored = events.find(({ kind }) => kind === 'restored');
    return restored?.kind === 'restored' && couldTell(events, restored);
  };
  it('can be told by what the app has heard and the server lacks', () => {
    expect(last([...heardOf, wentBack(0)])).toBe(true);
    // Also what was said before it was live.
    expect(last([connection(-30_000, 'live'), wentBack(0, {}, -90_000)])).toBe(true);
    // Also where more is said once it has looked.
    const later = [connection(20, 'live'), at(30, { kind: 'activity', conversation: 101 })];
    expect(last([...heardOf, wentBack(0), ...later])).toBe(true);
    // Or once it has read that one, as before a write that says something there.
    const own = [...read(10, 1, standing(null, null)), at(60, { kind: 'activity', conversation: 101 })];
    expect(last([...heardOf, wentBack(0), ...own, connection(70, 'live')])).toBe(true);
  });
  it.each([
    ['said as the connection ended', [...heardOf, wentBack(0, {}, -2000)]],
    ['said while there was none', [wentBack(0)]],
    ['nothing that shows it', [...heardOf, wentBack(0, { younger: [] })]],
    [
      'an event that was lost',
      [...heardOf.toSpliced(1, 0, at(-29_500, { kind: 'event-lost' })), wentBack(0)],
    ],
    [
      'a conversation that could not be read',
      [at(-40_000, { kind: 'weather', name: 'clear', clear: true, sick: [101] }), ...heardOf, wentBack(0)],
    ],
    [
      'a conversation in which more was said before it looked',
      [
        ...heardOf,
        wentBack(0),
        at(10, { kind: 'activity', conversation: 101 }),
        connection(20, 'catching-up'),
        connection(30, 'live'),
      ],
    ],
  ])('cannot be told by %s', (_what, events) => expect(last(events)).toBe(false));

  const then = [...read(10, 1, standing(null, null)), ...write(60, 2, 14, standing(14, null))];
  it('gets nothing that waited, unless it is asked for again', () => {
    expect(rules(checkWrites([...heardOf, stored(-20), wentBack(0), ...then]))).toEqual(['R3 went back']);
    expect(checkWrites([...heardOf, stored(-20), wentBack(0), stored(1, 'c2'), ...then])).toEqual([]);
    const parked = at(5, { kind: 'outbox', entries: [entry('conflict')] });
    expect(checkWrites([...heardOf, stored(-20), wentBack(0), parked, stored(6, 'c2'), ...then])).toEqual([]);
    // What nobody can tell is a gap like any other.
    expect(checkWrites([stored(-20), wentBack(0), ...then])).toEqual([]);
    // Another conversation went back: this one is what it was when it was asked for.
    const other = wentBack(0, { younger: [{ conversation: 102, said: -20_000 }] });
    expect(checkWrites([...heardOf, stored(-20), other, ...then])).toEqual([]);
  });
  it('gets no move whose answer was still to come', () => {
    const asks = (t: number) =>
      at(t, { kind: 'asked', ask: 1, action: tom, items: [{ conversation: 101, base: base(null, null) }] });
    expect(rules(checkWrites([...heardOf, asks(-20), wentBack(0), ...then]))).toEqual(['R3 went back']);
    expect(checkWrites([...heardOf, wentBack(0), asks(1), ...then])).toEqual([]);
  });

  const ended = (state: OutboxEntry['state'], key: string | null): TraceEvent =>
    at(80, {
      kind: 'settled-event',
      entry: { ...entry(state), reason: key === null ? null : { key, params: {} } },
    });
  const answered = at(50, { kind: 'answered', n: 9, status: 200, whole: true });
  const waited = [...heardOf, stored(-20), wentBack(0)];
  it('has what waited asked again', () => {
    expect(checkAskedAgain([...waited, answered, ended('conflict', 'outcome.wentBack')])).toEqual([]);
    expect(checkAskedAgain([...waited, answered, ended('superseded', 'outcome.replaced')])).toEqual([]);
    // Found out by the read before the write.
    expect(checkAskedAgain([...waited, answered, ended('conflict', 'outcome.conflict')])).toEqual([]);
    expect(checkAskedAgain([...waited, answered, ended('refused', 'outcome.deleted')])).toEqual([]);
    const done = ended('confirmed', null);
    expect(rules(checkAskedAgain([...waited, answered, done]))).toEqual(['R3 went back']);
    // Somebody changed it since: then nothing tells that it had gone back.
    expect(checkAskedAgain([...waited, truth(40, null, standing(null, 7)), answered, done])).toEqual([]);
  });
  it('has nothing asked again that had ended, came later, or that nobody can tell of', () => {
    const confirmed = ended('confirmed', null);
    expect(checkAskedAgain([...heardOf, stored(-20), { ...confirmed, t: -10 }, wentBack(0)])).toEqual([]);
    expect(checkAskedAgain([...heardOf, wentBack(0), stored(1), answered, confirmed])).toEqual([]);
    expect(checkAskedAgain([stored(-20), wentBack(0), answered, confirmed])).toEqual([]);
    // It died as it ended: the server has not answered since.
    expect(checkAskedAgain([...waited, confirmed])).toEqual([]);
  });
  it('leaves nothing waiting that is not parked', () => {
    const live = (t: number) => connection(t, 'live');
    expect(checkUnblocked([stored(-20), wentBack(0), live(10), live(300_000)])).toEqual([]);
    expect(rules(checkUnblocked([wentBack(0), live(10), stored(20), live(300_000)]))).toEqual(['R3 blocked']);
    expect(rules(checkUnblocked([stored(-20), live(10), live(300_000)]))).toEqual(['R3 blocked']);
  });

  const noteStored = (t: number) =>
    at(t, { kind: 'note-stored', note: 'n1', conversation: 101, text: 'Call back' });
  const posted = at(60, {
    kind: 'sent',
    n: 7,
    method: 'POST',
    path: '/api/v1/accounts/3/conversations/101/messages',
    conversation: 101,
    write: null,
  });
  const notes = (state: 'sent' | 'refused', key: string | null, there: number): TraceEvent =>
    at(90, {
      kind: 'notes',
      entries: [noteEntry('n1', state, key)],
      there: Array.from({ length: there }, () => ({ conversation: 101, text: 'Call back' })),
      known: [101],
    });
  it('gets no note under a number that it gave once more, unless it is asked for again', () => {
    const before = [...heardOf, noteStored(-20), wentBack(0, { gone: [101] })];
    const after = [posted, notes('sent', null, 1)];
    expect(rules(checkNotes([...before, ...after]))).toEqual(['R3 went back']);
    expect(checkNotes([...before, at(5, { kind: 'note-asked-again', note: 'n1' }), ...after])).toEqual([]);
    expect(checkNotes([...before, noteStored(5), ...after])).toEqual([]);
    // On a conversation that is still there it was asked for.
    expect(checkNotes([...heardOf, noteStored(-20), wentBack(0), ...after])).toEqual([]);
  });
  it('may have lost a note, and only one that it had', () => {
    const lost = [{ conversation: 101, text: 'Call back' }];
    expect(checkNotes([noteStored(-20), wentBack(0, { notes: lost }), notes('sent', null, 0)])).toEqual([]);
    expect(rules(checkNotes([noteStored(-20), wentBack(0), notes('sent', null, 0)]))).toEqual(['R3 note']);
    expect(checkNotes([wentBack(0), notes('refused', 'outcome.wentBack', 1)])).toEqual([]);
    expect(rules(checkNotes([wentBack(0), notes('refused', 'outcome.wentBack', 2)]))).toEqual(['R3 note']);
  });

  const back = (t: number): TraceEvent =>
    at(t, {
      kind: 'truth',
      change: {
        conversation: 101,
        actor: { user: null, request: null },
        before: standing(14, 7),
        after: standing(null, 7),
        restored: true,
      },
    });
  const clear = at(-90_000, { kind: 'weather', name: 'clear', clear: true, sick: [] });
  const shows = (t: number, agent: number | null): TraceEvent =>
    at(t, {
      kind: 'glance',
      cards: [{ ...standing(agent, 7), id: 101, pending: 'none', unconfirmed: false } as unknown as Card],
      visible: [101],
    });
  it('is shown as it is now once it is called live, where that can be told', () => {
    const live = connection(20_000, 'live');
    const told = [clear, ...heardOf, back(0), wentBack(0), live];
    expect(checkFresh([...told, shows(30_000, null)])).toEqual([]);
    expect(rules(checkFresh([...told, shows(30_000, 14)]))).toEqual(['R9 fresh']);
    expect(checkFresh([clear, back(0), wentBack(0), live, shows(30_000, 14)])).toEqual([]);
  });

  const row = (t: number, id: number, conversation: number): TraceEvent =>
    at(t, {
      kind: 'notification',
      row: {
        id,
        user: ME,
        type: 'conversation_assignment',
        conversation,
        dbId: conversation,
        readAt: null,
        createdAt: t,
      },
    });
  const alertOf = (id: string, kind: Alert['kind'], conversation: number): Alert => ({
    id,
    kind,
    conversation,
    title: { key: 'x', params: {} },
    body: { key: 'x', params: {} },
    at: 0,
    state: 'shown',
    reason: null,
  });
  const mine = (id: string, conversation: number) => alertOf(id, 'assigned-to-me', conversation);
  const ledger = (t: number, alerts: Alert[]) => at(t, { kind: 'alerts', alerts });
  const baseline = at(-80, { kind: 'baseline' });
  const end = at(90, { kind: 'end', healed: 80, converged: true, why: '' });
  const [OLD, NEW] = ['assigned:1:-60', 'assigned:1:10'];
  const shown = (t: number, id = NEW) => at(t, { kind: 'shown', id, conversation: 101, title: '', body: '' });
  it('gives ids of notifications once more: what they name is told once', () => {
    const first = [baseline, row(-60, 1, 101), shown(-50, OLD), ledger(-10, [mine(OLD, 101)])];
    const lost = wentBack(0, { notifications: [1] });
    const left = at(99, { kind: 'rows-left', ids: [1] });
    const both = ledger(99, [mine(NEW, 101), mine(OLD, 101)]);
    expect(checkAlerts([...first, lost, row(10, 1, 101), shown(20), end, both, left])).toEqual([]);
    // Only the first was told.
    const one = ledger(99, [mine(OLD, 101)]);
    expect(rules(checkAlerts([...first, lost, row(10, 1, 101), end, one, left]))).toEqual(['R5 missed']);
    // Told again without a new one, and told twice of the new one.
    expect(rules(checkAlerts([...first, lost, shown(20, OLD), end, one, left]))).toEqual(['R5 double']);
    const thrice = [...first, lost, row(10, 1, 101), shown(20), shown(21), end, both, left];
    expect(rules(checkAlerts(thrice))).toEqual(['R5 double']);
    // The row is still there: it is not told again under another id.
    expect(rules(checkAlerts([...first, wentBack(0), end, both, left]))).toEqual(['R5 double']);
    // The number of an assignment that is gone names another kind of row by now.
    const other = row(10, 1, 102);
    if (other.kind === 'notification') other.row.type = 'assigned_conversation_new_message';
    expect(checkAlerts([baseline, row(-60, 1, 101), lost, other, end, ledger(99, []), left])).toEqual([]);
  });
  it('is said to have gone back only where it did', () => {
    const note = { ...mine('note:1', 101), title: { key: 'trouble.wentBack.title', params: {} } };
    expect(rules(checkGoesOn([ledger(99, [note])]))).toEqual(['R9 went back']);
    expect(checkGoesOn([wentBack(0), ledger(99, [note])])).toEqual([]);
    expect(checkGoesOn([ledger(99, [mine(OLD, 101)])])).toEqual([]);
  });
  it('gives ids of conversations once more: another one that comes to a team is told', () => {
    const member = at(-90, { kind: 'member', team: 7, me: true });
    const team = (n: number) => alertOf(`team:101:7:${n}`, 'assigned-to-team', 101);
    const board = at(95, {
      kind: 'board',
      grouping: 'teams',
      lanes: [],
      cards: [],
      lanesComplete: true,
      truth: [[101, standing(null, 7)]],
    });
    const found = (lost: TraceEvent, arrival: TraceEvent, alerts: Alert[]) =>
      rules(
        checkArrivals([
          member,
          baseline,
          truth(-60, null, standing(null, 7)),
          ledger(-10, [team(1)]),
          lost,
          arrival,
          end,
          board,
          ledger(99, alerts),
        ]),
      );
    const another = truth(10, null, standing(null, 7));
    const gone = wentBack(0, { gone: [101] });
    expect(found(gone, another, [team(1), team(2)])).toEqual([]);
    expect(found(gone, another, [team(1)])).toEqual(['R5 missed']);
    // What the backup itself puts there is no arrival.
    const putBack = at(0, {
      kind: 'truth',
      change: {
        conversation: 101,
        actor: { user: null, request: null },
        before: null,
        after: standing(null, 7),
        restored: true,
      },
    });
    expect(found(gone, putBack, [team(1)])).toEqual([]);
  });
});
