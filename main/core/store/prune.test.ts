/** Proves what is kept, what is blanked and what is deleted as finished conversations grow old. */
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

  it('leaves nothing of what it blanked in the file', () => {
    cache.writer.apply([aged(3, 'resolved', 25)], { epoch: 1 });
    cache.writer.apply([messageFact(3, message(7, { text: 'secret-said', at: NOW_SECONDS - 26 * HOUR }))], {
      epoch: 1,
    });
    cache.writer.prune({ historyDays: 3, now: NOW });
    cache.reader.close();
    cache.writer.close();
    expect(readFileSync(join(cache.folder, 'cache.db')).includes('secret-')).toBe(false);
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
