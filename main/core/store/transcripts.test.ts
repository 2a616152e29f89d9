/** How far saved transcripts reach: what is complete, what is known to be missing, in which order they are saved. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ConversationFields, Fact, TranscriptFact } from '../facts.ts';
import {
  conversation,
  createCache,
  deps,
  message,
  messageFact,
  NOW,
  NOW_SECONDS,
  opened,
  rest,
  socket,
  type Cache,
} from './cache.fixture.ts';
import { openCacheWriter } from './cache-writer.ts';

// Real files and many runs: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let cache: Cache;
beforeEach(() => {
  cache = createCache();
});
afterEach(() => cache.close());

const none = new Map();
const agent = (id: number) => ({ type: 'agent' as const, id });
const ids = (): number[] => cache.reader.details(1, none)?.messages.map(({ id }) => id) ?? [];
const page = (from: number, to: number, more: Partial<TranscriptFact> = {}): TranscriptFact => ({
  kind: 'transcript',
  conversation: 1,
  heard: rest(2),
  messages: Array.from({ length: to - from + 1 }, (_, index) => message(from + index)),
  newest: true,
  moreBefore: true,
  ...more,
});
const at = (id: number) => message(id).at;
const seen = () => {
  const details = cache.reader.details(1, none);
  return { has: details?.savedAt !== null, missing: details?.newerMissing, ...cache.reader.coverage() };
};
/** Everything confirmed: events are heard without a gap from now on. */
const live = { epoch: 1, state: { epoch: 0 } };
const catchingUp = { epoch: 2, state: { epoch: 2 } };

it('cuts a transcript that was fetched ahead as well, and leaves one alone that somebody opened', () => {
  cache.writer.apply([conversation(1), page(1, 20)], live);
  cache.writer.apply([messageFact(1, message(21)), messageFact(1, message(22))], { epoch: 1 });
  expect(ids()).toEqual(Array.from({ length: 20 }, (_, index) => index + 3));
  cache.writer.apply([page(1, 22, { newest: false, opened: true })], { epoch: 1 });
  cache.writer.apply([messageFact(1, message(23))], { epoch: 1 });
  expect(ids()).toHaveLength(23);
});

it('takes a change of a message only where it was kept', () => {
  cache.writer.apply([conversation(1), page(10, 29)], live);
  cache.writer.apply([messageFact(1, message(5, { text: 'changed' }))], { epoch: 1 });
  cache.writer.apply([messageFact(1, message(12, { text: 'This message was deleted' }))], { epoch: 1 });
  expect(ids()).toEqual(Array.from({ length: 20 }, (_, index) => index + 10));
  expect(cache.reader.details(1, none)?.messages[2]?.text).toBe('This message was deleted');
});

it('says what is complete, knows after a gap what is not, and counts both', () => {
  expect(cache.reader.coverage()).toEqual({ saved: 0, live: 0, saving: null });
  cache.writer.apply([conversation(1, { lastActivityAt: at(20) }), page(1, 20)], live);
  const complete = { has: true, missing: false, saved: 1, live: 1, saving: null };
  expect(seen()).toEqual(complete);
  // Heard while live: the event of the conversation first, then its message.
  cache.writer.apply([conversation(1, { lastActivityAt: at(21) }, { heard: socket(3) })], { epoch: 1 });
  cache.writer.apply([messageFact(1, message(21))], { epoch: 1 });
  expect(seen()).toEqual(complete);
  // In a gap 22 was missed. An event after it says nothing about it.
  cache.writer.apply([], catchingUp);
  cache.writer.apply([messageFact(1, message(23))], { epoch: 2 });
  cache.writer.apply([conversation(1, { lastActivityAt: at(23) }, { heard: rest(4) })], {
    epoch: 2,
    gap: true,
  });
  const behind = { has: true, missing: true, saved: 0, live: 1, saving: 'unassigned' };
  expect(seen()).toEqual(behind);
  expect(cache.writer.unsaved(5)).toEqual([1]);
  cache.writer.apply([messageFact(1, message(24))], { epoch: 2, state: { epoch: 0 } });
  expect(seen()).toEqual(behind);
  // A page that was asked for before that does not close it; one that reaches all that is known does.
  cache.writer.apply([page(2, 21, { heard: rest(3) })], { epoch: 2 });
  cache.writer.apply([conversation(1, { lastActivityAt: at(25) }, { heard: rest(6) })], {
    epoch: 2,
    gap: true,
  });
  cache.writer.apply([page(5, 24, { heard: rest(5) })], { epoch: 2 });
  expect(seen()).toMatchObject({ missing: true });
  cache.writer.apply([page(6, 25, { heard: rest(7) })], { epoch: 2 });
  expect(seen()).toEqual(complete);
  cache.writer.apply([conversation(1, { status: 'resolved' }, { heard: rest(9) })], { epoch: 2 });
  expect(cache.reader.coverage()).toEqual({ saved: 0, live: 0, saving: null });
  cache.writer.apply([conversation(1, { status: 'open', lastActivityAt: at(25) }, { heard: rest(10) })], {
    epoch: 2,
  });
  expect(seen()).toEqual(complete);
});

it('knows what is missing after a restart', () => {
  cache.writer.apply([conversation(1, { lastActivityAt: at(20) }), page(1, 20)], live);
  cache.writer.apply([], catchingUp);
  cache.writer.apply([conversation(1, { lastActivityAt: at(30) }, { heard: rest(4) })], {
    epoch: 2,
    gap: true,
  });
  cache.writer.close();
  cache.writer = opened(openCacheWriter(cache.folder, deps));
  expect(cache.writer.unsaved(5)).toEqual([1]);
  expect(seen()).toMatchObject({ missing: true, saved: 0 });
});

it('saves those of nobody first, then queues, then the longest wait, then the rest', () => {
  const waits = (minutes: number) => ({ wireWaitingSince: NOW_SECONDS - minutes * 60 });
  cache.writer.apply(
    [
      conversation(1, { assignee: agent(4) }),
      conversation(2, { assignee: agent(1), ...waits(5) }),
      conversation(3, { assignee: agent(9), ...waits(50) }),
      conversation(4, { team: 2, ...waits(1) }),
      conversation(5, { team: 1, ...waits(9) }),
      conversation(6, waits(2)),
      conversation(7, waits(3)),
      conversation(8, { status: 'resolved' }),
    ],
    { epoch: 1 },
  );
  expect(cache.writer.unsaved(9)).toEqual([7, 6, 5, 4, 3, 2, 1]);
  const order: (string | null)[] = [];
  for (const id of cache.writer.unsaved(9)) {
    order.push(cache.reader.coverage().saving);
    cache.writer.apply([{ ...page(1, 2), conversation: id, messages: [] }], { epoch: 1 });
  }
  expect(order).toEqual(['unassigned', 'unassigned', 'queues', 'queues', 'waiting', 'waiting', 'rest']);
  expect(cache.reader.coverage()).toEqual({ saved: 7, live: 7, saving: null });
});

it('is done with a transcript in which nobody has said anything, also when it was heard of meanwhile', () => {
  cache.writer.apply([conversation(1, {}, { heard: rest(5) })], live);
  cache.writer.apply([page(1, 0, { heard: rest(2) })], { epoch: 1 });
  expect(seen()).toEqual({ has: true, missing: false, saved: 1, live: 1, saving: null });
  expect(cache.writer.unsaved(5)).toEqual([]);
});

it('counts what is covered as a count of the rows would, whatever happens', () => {
  const db = new Database(join(cache.folder, 'cache.db'), { readonly: true });
  const counted = db
    .prepare(
      'SELECT count(*) FROM conversation WHERE live = 1 AND saved_at IS NOT NULL AND behind = 0 AND covered_at > 0',
    )
    .pluck();
  let since = 10;
  const act = fc.record({
    what: fc.constantFrom('read', 'gap', 'message', 'resolved', 'open', 'gone', 'prune'),
    id: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(act, { minLength: 1, maxLength: 12 }), (acts) => {
      for (const { what, id } of acts) {
        since += 1;
        const heard = rest(since);
        const now = NOW_SECONDS - 100_000 + since;
        const about = (fields: Partial<ConversationFields>) => conversation(id, fields, { heard });
        const facts: Record<string, Fact[]> = {
          read: [{ ...page(1, 3, { heard }), conversation: id, messages: [message(id * 100_000 + since)] }],
          gap: [about({ lastActivityAt: now })],
          message: [messageFact(id, message(id * 100_000 + since), socket(since))],
          resolved: [about({ status: 'resolved', lastActivityAt: now })],
          open: [about({ status: 'open', lastActivityAt: now })],
          gone: [{ kind: 'gone', id, heard, why: 'deleted' }],
          prune: [],
        };
        cache.writer.apply(facts[what] ?? [], { epoch: 1, gap: true, state: { epoch: since % 2 } });
        if (what === 'prune') cache.writer.prune({ historyDays: 0, now: NOW });
        expect(cache.reader.coverage().saved).toBe(counted.get());
      }
    }),
    { numRuns: 100 },
  );
  db.close();
});
