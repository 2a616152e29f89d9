/** Proves that merging is idempotent, ordered, tolerant, and derives waiting by its rules. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Message } from '../../../contract/model.ts';
import type { ConversationFact, ConversationFields, GoneFact, Heard, MessageFact } from '../facts.ts';
import { merge, mergeTranscript } from './merge.ts';
import { sameContent, truthOf, type StoredConversation } from './stored-conversation.ts';
import { shownWait } from './waiting.ts';

// Many runs: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const base: ConversationFields = {
  inbox: 1,
  channel: 'Channel::Api',
  status: 'open',
  priority: null,
  assignee: null,
  assigneeName: null,
  team: null,
  teamName: null,
  contactId: 1,
  contactName: 'Ivo',
  contactEmail: null,
  contactPhone: null,
  contactIdentifier: null,
  labels: [],
  unread: 0,
  createdAt: 1000,
  lastActivityAt: 1000,
  firstReplyAt: null,
  snoozedUntil: null,
  wireWaitingSince: null,
  lastMessage: null,
};

type How = { heard?: Heard; updatedAt?: number | null };

const fact = (fields: Partial<ConversationFields>, { heard, updatedAt }: How = {}): ConversationFact => ({
  kind: 'conversation',
  id: 1,
  heard: heard ?? { via: 'rest', since: 10 },
  serverUpdatedAt: updatedAt ?? null,
  fields,
});

const full = (fields: Partial<ConversationFields> = {}, how: How = {}): ConversationFact =>
  fact({ ...base, ...fields }, how);

/** As a base that does not know `waiting_since` sends it. */
const old = (fields: Partial<ConversationFields> = {}, how: How = {}): ConversationFact => {
  const { wireWaitingSince: _none, ...rest } = { ...base, ...fields };
  return fact(rest, how);
};

const rest = (since: number): Heard => ({ via: 'rest', since });
const socket = (since: number): Heard => ({ via: 'socket', since });
const agent = (id: number): { type: 'agent'; id: number } => ({ type: 'agent', id });

type Any = ConversationFact | MessageFact | GoneFact;

const run = (facts: readonly Any[], start: StoredConversation | null = null): StoredConversation | null =>
  facts.reduce<StoredConversation | null>((row, next) => {
    const merged = merge(row, next);
    return merged.outcome === 'stale' ? row : merged.row;
  }, start);

const must = (row: StoredConversation | null): StoredConversation => {
  if (row === null) throw new Error('nothing is stored');
  return row;
};

const said = (id: number, at: number, fields: Partial<Message> = {}): MessageFact => ({
  kind: 'message',
  conversation: 1,
  heard: socket(at),
  message: {
    id,
    kind: 'incoming',
    text: `m${id}`,
    sender: null,
    senderType: 'contact',
    at,
    status: null,
    attachments: [],
    ...fields,
  },
});
const reply = (id: number, at: number): MessageFact =>
  said(id, at, { kind: 'outgoing', senderType: 'agent' });
const botReply = (id: number, at: number): MessageFact =>
  said(id, at, { kind: 'outgoing', senderType: 'bot' });

const waiting = (row: StoredConversation | null): { since: number | null; atLeast: boolean } => {
  const { wait, status } = must(row);
  return shownWait(wait, status);
};

describe('merge: what a fact changes', () => {
  it('creates from a complete fact and asks for the rest of an incomplete one', () => {
    expect(merge(null, full({ team: 4 }))).toMatchObject({ outcome: 'created', row: { id: 1, team: 4 } });
    expect(merge(null, fact({ status: 'open', inbox: 1 }))).toEqual({ outcome: 'refetch', row: null });
    expect(merge(null, said(1, 5))).toEqual({ outcome: 'refetch', row: null });
  });

  it('keeps what a fact does not mention and clears what it says is none', () => {
    const row = run([full({ team: 4, assignee: agent(2), labels: ['vip'], priority: 'high' })]);
    const next = run([fact({ priority: null }, { heard: rest(20) })], row);
    expect(next).toMatchObject({ team: 4, assignee: agent(2), labels: ['vip'], priority: null });
    expect(run([fact({ team: null }, { heard: rest(30) })], next)).toMatchObject({
      team: null,
      assignee: agent(2),
    });
  });

  it('keeps values it does not know as they are', () => {
    expect(run([full({ status: 'parked', priority: 'volcanic' })])).toMatchObject({
      status: 'parked',
      priority: 'volcanic',
    });
    expect(truthOf(run([full({ status: 'parked' })]))?.live).toBe(true);
  });

  it('never takes assignee or status from a message', () => {
    const row = run([old({ assignee: agent(2), status: 'snoozed' })]);
    const next = run([said(5, 2000), reply(6, 2001)], row);
    expect(next).toMatchObject({
      assignee: agent(2),
      status: 'snoozed',
      lastActivityAt: 2001,
      firstReplyAt: 2001,
    });
  });

  it('counts a new incoming message as unread once, and no message of a transcript', () => {
    const row = run([full({ unread: 1 })]);
    expect(run([said(5, 2000), said(5, 2000), reply(6, 2001)], row)?.unread).toBe(2);
    expect(mergeTranscript(must(row), [said(5, 2000).message]).unread).toBe(1);
  });

  it('shortens the last message and leaves notes and activity out of it', () => {
    const row = run([full(), said(5, 2000, { text: 'x'.repeat(5000) }), said(6, 2100, { kind: 'note' })]);
    expect(row?.lastMessage?.text.length).toBeLessThan(500);
    expect(row).toMatchObject({ lastMessage: { id: 5 }, lastActivityAt: 2100 });
  });
});

describe('merge: order', () => {
  it('goes by updated_at where both have it, whatever was heard when', () => {
    const row = run([full({ team: 5 }, { updatedAt: 7.5, heard: rest(100) })]);
    expect(merge(row, full({ team: 4 }, { updatedAt: 7.4, heard: socket(200) })).outcome).toBe('stale');
    expect(run([full({ team: 6 }, { updatedAt: 7.6, heard: rest(1) })], row)?.team).toBe(6);
  });

  it('accepts what does not touch updated_at when it was heard later', () => {
    const row = run([full({ unread: 3 }, { updatedAt: 7, heard: rest(100) })]);
    expect(run([full({ unread: 0 }, { updatedAt: 7, heard: rest(101) })], row)?.unread).toBe(0);
  });

  it('lets a REST row overwrite only if it was asked for after the last event', () => {
    const row = run([full({ team: 1 }, { heard: rest(10) }), full({ team: 2 }, { heard: socket(50) })]);
    expect(merge(row, full({ team: 1 }, { heard: rest(40) }))).toMatchObject({
      outcome: 'refetch',
      row: { team: 2, doubt: true },
    });
    // Nor does one that agrees decide a doubt.
    expect(merge(row, full({ team: 2 }, { heard: rest(40) }))).toMatchObject({
      outcome: 'refetch',
      row: { team: 2, doubt: true },
    });
    const sure = run([full({ team: 2 }, { heard: rest(10) }), full({ team: 2 }, { heard: socket(50) })]);
    expect(merge(sure, full({ team: 2 }, { heard: rest(40) })).outcome).toBe('confirmed');
    expect(run([full({ team: 3 }, { heard: rest(51) })], row)).toMatchObject({ team: 3, doubt: false });
  });

  it('lets an event overwrite, unless a request after it has been answered', () => {
    const row = run([full({ team: 1 }, { heard: rest(10) })]);
    expect(run([full({ team: 2 }, { heard: socket(11) })], row)?.team).toBe(2);
    expect(merge(row, full({ team: 2 }, { heard: socket(9) })).outcome).toBe('stale');
  });

  it('applies and asks when two events of a moment contradict each other', () => {
    const row = run([
      full({ lastActivityAt: 1000 }, { heard: rest(10) }),
      full({ assignee: agent(1), lastActivityAt: 1000 }, { heard: socket(5000) }),
    ]);
    expect(
      merge(row, full({ assignee: agent(2), lastActivityAt: 1000 }, { heard: socket(5100) })),
    ).toMatchObject({
      outcome: 'merged',
      refetch: true,
      row: { assignee: agent(2), doubt: true },
    });
    // Proven later by the server's own clock, by distance, or by updated_at.
    for (const later of [
      full({ assignee: agent(2), lastActivityAt: 1001 }, { heard: socket(5100) }),
      full({ assignee: agent(2), lastActivityAt: 1000 }, { heard: socket(90_000) }),
    ]) {
      expect(merge(row, later)).toMatchObject({ outcome: 'merged', refetch: false });
    }
  });

  it('goes on doubting whatever events say, until an answer that was asked for afterwards', () => {
    const row = run([full({ assignee: agent(2) }, { heard: rest(5000) })]);
    const doubted = run([full({ assignee: agent(1) }, { heard: socket(5100) })], row);
    const still = run([full({ assignee: agent(1), unread: 1 }, { heard: socket(90_000) })], doubted);
    expect(still).toMatchObject({ unread: 1, doubt: true });
    expect(run([full({ assignee: agent(1) }, { heard: rest(90_001) })], still)).toMatchObject({
      doubt: false,
    });
  });

  it('applies and asks when an event contradicts what was read a moment ago: it may have been on its way longer', () => {
    const row = run([full({ assignee: agent(2), lastActivityAt: 1000 }, { heard: rest(5000) })]);
    const late = full({ assignee: agent(1), lastActivityAt: 1000 }, { heard: socket(5100) });
    expect(merge(row, late)).toMatchObject({ outcome: 'merged', refetch: true, row: { doubt: true } });
    // A server that is busy sends them seconds late.
    const later = full({ assignee: agent(1), lastActivityAt: 1000 }, { heard: socket(12_500) });
    expect(merge(row, later)).toMatchObject({ outcome: 'merged', refetch: true, row: { doubt: true } });
    // An event that says the same, or is newer by the server's own clock or by distance, needs no proof.
    for (const sure of [
      full({ assignee: agent(2), lastActivityAt: 1000 }, { heard: socket(5100) }),
      full({ assignee: agent(1), lastActivityAt: 1001 }, { heard: socket(5100) }),
      full({ assignee: agent(1), lastActivityAt: 1000 }, { heard: socket(90_000) }),
    ]) {
      expect(merge(row, sure)).not.toMatchObject({ refetch: true });
    }
  });

  it('is not blocked by anything that an earlier run heard', () => {
    const row = { ...must(run([full({}, { heard: socket(1e9) })])), heard: null };
    expect(run([full({ team: 8 }, { heard: rest(1) })], row)?.team).toBe(8);
  });
});

describe('merge: gone', () => {
  const gone = (heard: Heard): GoneFact => ({ kind: 'gone', id: 1, heard, why: 'deleted' });

  it('is believed only when asked after the last event', () => {
    const row = run([full({}, { heard: socket(50) })]);
    expect(merge(row, gone(rest(40)))).toMatchObject({
      outcome: 'refetch',
      row: { gone: null, doubt: true },
    });
    expect(merge(row, gone(rest(60)))).toMatchObject({ outcome: 'gone', row: { gone: 'deleted' } });
    expect(merge(null, gone(rest(1))).outcome).toBe('stale');
  });

  it('ends with a later answer, not with a late event', () => {
    const row = run([full({}, { heard: rest(10) }), gone(rest(20))]);
    expect(truthOf(row)).toBe(null);
    expect(merge(row, full({}, { heard: socket(30) }))).toMatchObject({
      outcome: 'refetch',
      row: { gone: 'deleted' },
    });
    expect(merge(row, said(4, 2000))).toMatchObject({ outcome: 'refetch' });
    expect(run([full({}, { heard: rest(40) })], row)?.gone).toBe(null);
  });
});

describe('merge: a server that went back', () => {
  const row = run([full({ team: 1 }, { heard: rest(10), updatedAt: 500 })]);
  const back = full({ team: 2 }, { heard: rest(20), updatedAt: 400 });

  it('is doubted when a list says so, believed when the conversation itself does', () => {
    const doubted = merge(row, back);
    expect(doubted).toMatchObject({ outcome: 'refetch', row: { team: 1, doubt: true } });
    const own: ConversationFact = { ...back, heard: rest(30), single: true };
    const believed = merge(run([back], row), own);
    expect(believed).toMatchObject({
      outcome: 'merged',
      row: { team: 2, serverUpdatedAt: 400, doubt: false },
    });
  });

  it('is no matter of an answer that was asked for before, nor of an event', () => {
    for (const heard of [rest(10), rest(5), socket(20)]) {
      expect(merge(row, { ...back, heard, single: true }).outcome).toBe('stale');
    }
  });

  it('a row that it does not contradict is confirmed', () => {
    expect(merge(row, full({ team: 1 }, { heard: rest(20), updatedAt: 400 })).outcome).toBe('confirmed');
  });
});

describe('merge: properties', () => {
  const heard = fc.record({
    via: fc.constantFrom('rest' as const, 'socket' as const),
    since: fc.integer({ min: 1, max: 40 }),
  });
  const lastMessage = fc.option(
    fc.record({
      id: fc.integer({ min: 1, max: 30 }),
      text: fc.constantFrom('a', 'b'),
      from: fc.constantFrom('customer' as const, 'agent' as const, 'bot' as const),
      at: fc.integer({ min: 900, max: 1100 }),
    }),
  );
  const fields = fc.record({
    status: fc.constantFrom('open', 'pending', 'snoozed', 'resolved', 'abandoned', 'parked'),
    assignee: fc.option(
      fc.record({
        type: fc.constantFrom('agent' as const, 'bot' as const),
        id: fc.integer({ min: 1, max: 3 }),
      }),
    ),
    team: fc.option(fc.integer({ min: 1, max: 3 })),
    inbox: fc.integer({ min: 1, max: 2 }),
    createdAt: fc.constant(1000),
    lastActivityAt: fc.integer({ min: 1000, max: 1100 }),
    firstReplyAt: fc.option(fc.constant(1050)),
    unread: fc.integer({ min: 0, max: 3 }),
    labels: fc.subarray(['a', 'b']),
    lastMessage,
  });
  const wire = fc.option(fc.integer({ min: 1000, max: 1100 }));
  const anyFact: fc.Arbitrary<Any> = fc.oneof(
    fc
      .record({
        fields,
        heard,
        wire: fc.option(wire, { nil: undefined }),
        updatedAt: fc.option(fc.integer({ min: 1, max: 9 })),
      })
      .map((x): Any =>
        fact(x.wire === undefined ? x.fields : { ...x.fields, wireWaitingSince: x.wire }, {
          heard: x.heard,
          updatedAt: x.updatedAt,
        }),
      ),
    fc
      .record({
        id: fc.integer({ min: 1, max: 30 }),
        kind: fc.constantFrom('incoming' as const, 'outgoing' as const, 'note' as const, 'activity' as const),
        senderType: fc.constantFrom('agent' as const, 'bot' as const),
      })
      .map(({ id, kind, senderType }): Any => said(id, 1000 + id, { kind, senderType })),
    heard.map((h): Any => ({ kind: 'gone', id: 1, heard: h, why: 'deleted' })),
  );

  it('a duplicate changes nothing', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 12 }), anyFact, (before, twice) => {
        const once = run([twice], run(before));
        const again = merge(once, twice);
        if (once === null) return;
        expect(['confirmed', 'stale', 'refetch', 'merged']).toContain(again.outcome);
        const row = again.outcome === 'stale' ? once : again.row;
        expect(row !== null && sameContent(once, row)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('facts ordered by updated_at give one result in every order', () => {
    fc.assert(
      fc.property(
        fc
          .array(fc.record({ fields, wire, heard }), { minLength: 1, maxLength: 6 })
          // Messages and replies only move forward, as they do on the server.
          .map((list) =>
            list.map((x, index) => {
              const moment = index + 1;
              return fact(
                {
                  ...x.fields,
                  lastActivityAt: 1000 + moment,
                  firstReplyAt: moment > 3 ? 1003 : null,
                  lastMessage: { id: moment, text: `m${moment}`, from: 'customer', at: 1000 + moment },
                  wireWaitingSince: x.wire,
                },
                { heard: x.heard, updatedAt: moment },
              );
            }),
          )
          .chain((facts) =>
            fc.record({
              facts: fc.constant(facts),
              shuffled: fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2 }),
            }),
          ),
        ({ facts, shuffled }) => {
          const inOrder = must(run(facts));
          expect(sameContent(inOrder, must(run(shuffled)))).toBe(true);
          // The last word is the newest fact's.
          expect(truthOf(inOrder)).toMatchObject({
            team: facts.at(-1)?.fields.team,
            status: facts.at(-1)?.fields.status,
          });
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('a wait is never shown while pending, snoozed or finished, and the wire is always believed', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { minLength: 1, maxLength: 15 }), (facts) => {
        const row = run(facts);
        if (row === null) return;
        if (['pending', 'snoozed', 'resolved', 'abandoned'].includes(row.status))
          expect(waiting(row).since).toBe(null);
        const sent = run(
          [full({ status: 'open', wireWaitingSince: 1234 }, { heard: rest(1000), updatedAt: 1000 })],
          row,
        );
        expect(waiting(sent)).toEqual({ since: 1234, atLeast: false });
        // Nothing is derived any more.
        expect(waiting(run([said(99, 5000), reply(100, 5001)], sent))).toEqual({
          since: 1234,
          atLeast: false,
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('messages in any order end with the same wait', () => {
    const script = fc.array(fc.constantFrom('customer' as const, 'agent' as const, 'bot' as const), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(
        script
          .map((who) =>
            who.map((from, index) =>
              from === 'customer'
                ? said(10 + index, 2000 + index)
                : from === 'agent'
                  ? reply(10 + index, 2000 + index)
                  : botReply(10 + index, 2000 + index),
            ),
          )
          .chain((facts) =>
            fc.record({
              facts: fc.constant(facts),
              shuffled: fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2 }),
            }),
          ),
        ({ facts, shuffled }) => {
          const start = run([
            old({ firstReplyAt: 1000, lastMessage: { id: 9, text: 'x', from: 'agent', at: 1900 } }),
          ]);
          const inOrder = waiting(run(facts, start));
          const lastReply = facts.findLastIndex(({ message }) => message.senderType === 'agent');
          const first = facts.slice(lastReply + 1).find(({ message }) => message.kind === 'incoming');
          expect(inOrder.since).toBe(first?.message.at ?? null);
          const mixed = waiting(run(shuffled, start));
          // What was thrown away with a late reply may leave a lower bound, never a wrong claim.
          if (mixed.atLeast) expect(mixed.since ?? 0).toBeGreaterThanOrEqual(inOrder.since ?? Infinity);
          else expect(mixed).toEqual(inOrder);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('merge: waiting where the server does not say it', () => {
  const customer = { id: 20, text: 'Hello?', from: 'customer' as const, at: 1500 };

  it('on first sight is at least since an incoming last message', () => {
    expect(waiting(run([old({ lastMessage: customer, firstReplyAt: 1200 })]))).toEqual({
      since: 1500,
      atLeast: true,
    });
  });

  it('on first sight is none after an outgoing one', () => {
    expect(waiting(run([old({ lastMessage: { ...customer, from: 'agent' } })]))).toEqual({
      since: null,
      atLeast: false,
    });
    expect(waiting(run([old({ lastMessage: { ...customer, from: 'bot' } })]))).toEqual({
      since: null,
      atLeast: false,
    });
  });

  it('without message and first reply is since the conversation was created', () => {
    expect(waiting(run([old()]))).toEqual({ since: 1000, atLeast: false });
    expect(waiting(run([old({ firstReplyAt: 1100 })]))).toEqual({ since: null, atLeast: false });
  });

  it('begins with an incoming message while nobody waits, not with the next', () => {
    const row = run([old({ firstReplyAt: 1100 })]);
    expect(waiting(run([said(5, 2000), said(6, 2100)], row))).toEqual({ since: 2000, atLeast: false });
  });

  it('ends with a human public reply only', () => {
    const row = run([old({ firstReplyAt: 1100 }), said(5, 2000)]);
    expect(waiting(run([botReply(6, 2100)], row)).since).toBe(2000);
    expect(waiting(run([said(6, 2100, { kind: 'note', senderType: 'agent' })], row)).since).toBe(2000);
    expect(waiting(run([said(6, 2100, { kind: 'activity', senderType: 'system' })], row)).since).toBe(2000);
    expect(waiting(run([reply(6, 2100)], row)).since).toBe(null);
  });

  it('ends with resolved or abandoned, and begins again only with a new message', () => {
    const row = run([old({ firstReplyAt: 1100 }), said(5, 2000)]);
    for (const status of ['resolved', 'abandoned']) {
      const done = run([fact({ status }, { heard: rest(3000) })], row);
      const again = run([fact({ status: 'open' }, { heard: rest(4000) })], done);
      expect(waiting(done).since).toBe(null);
      expect(waiting(again).since).toBe(null);
      expect(waiting(run([said(5, 2000)], again)).since).toBe(null);
      expect(waiting(run([said(7, 5000)], again))).toEqual({ since: 5000, atLeast: false });
      // The message may come before the news that it reopened the conversation.
      const early = run([said(7, 5000), fact({ status: 'open' }, { heard: rest(6000) })], done);
      expect(waiting(early)).toEqual({ since: 5000, atLeast: false });
    }
  });

  it('is hidden, not lost, while snoozed or pending', () => {
    const row = run([old({ firstReplyAt: 1100 }), said(5, 2000)]);
    for (const status of ['snoozed', 'pending']) {
      const paused = run([fact({ status }, { heard: rest(3000) })], row);
      expect(waiting(paused).since).toBe(null);
      expect(waiting(run([fact({ status: 'open' }, { heard: rest(4000) })], paused)).since).toBe(2000);
    }
  });

  it('after a gap begins or ends with the last message of a REST row', () => {
    const row = run([old({ firstReplyAt: 1100 }), said(5, 2000)]);
    const answered = run(
      [
        old(
          { firstReplyAt: 1100, lastMessage: { ...customer, id: 9, from: 'agent', at: 2500 } },
          { heard: rest(9000) },
        ),
      ],
      row,
    );
    expect(waiting(answered).since).toBe(null);
    const asked = run(
      [old({ firstReplyAt: 1100, lastMessage: { ...customer, at: 2600 } }, { heard: rest(9500) })],
      answered,
    );
    expect(waiting(asked)).toEqual({ since: 2600, atLeast: true });
  });

  it('since creation ends with the first reply that only the conversation tells of', () => {
    const row = run([old()]);
    expect(waiting(run([old({ firstReplyAt: 1400 }, { heard: socket(90) })], row)).since).toBe(null);
    const later = old({ firstReplyAt: 1400, lastMessage: customer }, { heard: socket(90) });
    expect(waiting(run([later], row))).toEqual({ since: 1500, atLeast: true });
  });

  it('stops being derived when the server begins to say it', () => {
    const row = run([old({ lastMessage: customer })]);
    expect(waiting(run([full({ wireWaitingSince: null }, { heard: rest(20) })], row)).since).toBe(null);
  });
});
