/** Proves what is kept, what is blanked and what is deleted as finished conversations grow old. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  conversation,
  createCache,
  message,
  messageFact,
  NOW,
  NOW_SECONDS,
  rest,
  type Cache,
} from './cache.fixture.ts';

// Real files and many runs: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let cache: Cache;
beforeEach(() => {
  cache = createCache();
});
afterEach(() => cache.close());

const HOUR = 3600;
const aged = (id: number, status: string, hours: number) =>
  conversation(id, {
    status,
    contactName: `Contact ${id}`,
    contactEmail: `secret-mail-${id}@example.test`,
    contactPhone: '+49 30 1',
    lastActivityAt: NOW_SECONDS - hours * HOUR,
    lastMessage: {
      id: id * 100,
      text: `secret-text-${id}`,
      from: 'customer',
      at: NOW_SECONDS - hours * HOUR,
    },
  });
const none = new Map();

/** A word that shares no beginning with others: the search index writes the end of a word out. */
const wordOf = (...seed: number[]): string =>
  createHash('sha256').update(seed.join(':')).digest('hex').slice(0, 24);
const endOf = (word: string): string => word.slice(8);

describe('prune', () => {
  it('keeps live ones, blanks finished ones after a day, deletes them after the depth', () => {
    cache.writer.apply(
      [
        aged(1, 'open', 900),
        aged(2, 'resolved', 23),
        aged(3, 'abandoned', 25),
        aged(4, 'resolved', 73),
        aged(5, 'snoozed', 900),
      ],
      { epoch: 1 },
    );
    cache.writer.apply([messageFact(3, message(7, { text: 'secret-said', at: NOW_SECONDS - 26 * HOUR }))], {
      epoch: 1,
    });
    cache.writer.indexSlice();
    const pruned = cache.writer.prune({ historyDays: 3, now: NOW });
    expect(pruned.more).toBe(false);
    expect(pruned.topics.toSorted()).toEqual(['conversation:3', 'conversation:4']);
    for (const id of [1, 2, 5]) {
      expect(cache.reader.details(id, none)).toMatchObject({
        contactDetails: { email: `secret-mail-${id}@example.test` },
        card: { lastMessage: { text: `secret-text-${id}` } },
      });
    }
    expect(cache.reader.details(3, none)).toMatchObject({
      contactDetails: { email: null, phone: null, identifier: null },
      messages: [],
      card: { contact: 'Contact 3', lastMessage: null },
    });
    expect(cache.reader.details(4, none)).toBe(null);
    expect(cache.reader.search('contact', 9, none).map(({ id }) => id)).toEqual([5, 3, 2, 1]);
    expect(cache.reader.search('secret', 9, none).map(({ id }) => id)).toEqual([5, 2, 1]);
    expect(cache.writer.prune({ historyDays: 3, now: NOW }).topics).toEqual([]);
  });

  it('leaves nothing of what it blanked in the file, its log and the search index, after a life of changes', () => {
    const all = Array.from({ length: 600 }, (_, index) => ((index * 7919) % 600) + 1);
    const at = NOW_SECONDS - 26 * HOUR;
    const length = (seed: number) => 'w'.repeat((seed * 37) % 230);
    let heard = 0;
    for (const round of [0, 1, 2]) {
      for (let start = 0; start < all.length; start += 50) {
        const facts = all.slice(start, start + 50).flatMap((id) => {
          const { fields } = aged(id, 'open', 26);
          const text = `secret-last-${id}-${round} ${length(id * round)}`;
          return [
            conversation(
              id,
              { ...fields, lastMessage: { id: id * 100 + round, text, from: 'customer', at } },
              { heard: rest(++heard) },
            ),
            ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) =>
              messageFact(
                id,
                message(id * 100 + round * 9 + n, { text: `${wordOf(id, n)} ${length(id + n)}`, at }),
              ),
            ),
          ];
        });
        cache.writer.apply(facts, { epoch: 1 });
        while (cache.writer.indexSlice());
      }
    }
    // A few stay: their words keep the parts of the index from being dropped as a whole.
    const kept = all.slice(-570);
    const finished = all.slice(0, 30);
    cache.writer.apply(
      finished.map((id) => conversation(id, aged(id, 'resolved', 26).fields, { heard: rest(++heard) })),
      { epoch: 1 },
    );
    const traces = (of: readonly number[]): number => {
      const bytes = ['cache.db', 'cache.db-wal']
        .map((name) => readFileSync(join(cache.folder, name)).toString('latin1'))
        .join('');
      const words = of.flatMap((id) => [0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => endOf(wordOf(id, n))));
      return words.filter((word) => bytes.includes(word)).length;
    };
    expect(traces(finished)).toBe(270);
    while (cache.writer.prune({ historyDays: 3, now: NOW }).more);
    // Deleted is not gone.
    expect(traces(finished)).toBeGreaterThan(0);
    while (cache.writer.scrub(NOW));
    expect(traces(finished)).toBe(0);
    expect(traces(kept)).toBe(5130);
    expect(cache.reader.details(kept[0] ?? 0, none)?.messages).toHaveLength(20);
    expect(cache.writer.scrub(NOW)).toBe(false);
  });

  it('blanks again what a later fact brought back', () => {
    cache.writer.apply([aged(3, 'resolved', 25)], { epoch: 1 });
    cache.writer.prune({ historyDays: 3, now: NOW });
    const { fields } = aged(3, 'resolved', 25);
    cache.writer.apply([conversation(3, { ...fields, labels: ['vip'] }, { heard: rest(9) })], { epoch: 1 });
    expect(cache.reader.details(3, none)?.contactDetails.phone).toBe('+49 30 1');
    cache.writer.prune({ historyDays: 3, now: NOW });
    expect(cache.reader.details(3, none)?.contactDetails.phone).toBe(null);
  });

  it('forgets tombstones, and works in slices', () => {
    cache.writer.apply([aged(1, 'open', 25), { kind: 'gone', id: 1, heard: rest(2), why: 'deleted' }], {
      epoch: 1,
    });
    cache.writer.prune({ historyDays: 90, now: NOW });
    expect(cache.writer.missing([1])).toEqual([1]);

    const many = Array.from({ length: 6000 }, (_, index) => aged(index + 10, 'resolved', 200));
    cache.writer.apply(many, { epoch: 1, bulk: true });
    let calls = 1;
    while (cache.writer.prune({ historyDays: 3, now: NOW }).more) calls += 1;
    expect(calls).toBe(3);
    expect(cache.writer.missing([10, 6009])).toEqual([10, 6009]);
  });
});
