/** Proves what search finds, in what order, and that message text becomes searchable in slices. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  conversation,
  createCache,
  message,
  messageFact,
  NOW_SECONDS,
  rest,
  type Cache,
} from './cache.fixture.ts';

let cache: Cache;
beforeEach(() => {
  cache = createCache();
});
afterEach(() => cache.close());

const find = (text: string, limit = 50): number[] =>
  cache.reader.search(text, limit, new Map()).map(({ id }) => id);

const name = (id: number, contactName: string, since = 1) =>
  conversation(id, { contactName }, { heard: rest(since) });

describe('search by name', () => {
  beforeEach(() => {
    cache.writer.apply(
      [
        name(1, 'Jürgen Brandt'),
        name(2, 'Juliane Berg'),
        name(3, "Seán O'Neill"),
        name(4, 'Берта Иванова'),
        conversation(12, { contactName: 'Ju Resolved', status: 'resolved' }),
      ],
      { epoch: 1 },
    );
  });

  it('takes the beginnings of words in any order, without accents, newest first', () => {
    expect(find('ju')).toEqual([12, 2, 1]);
    expect(find('JÜR')).toEqual([1]);
    expect(find('brandt jurgen')).toEqual([1]);
    expect(find("o'nei")).toEqual([3]);
    expect(find('sean')).toEqual([3]);
    expect(find('берт')).toEqual([4]);
    expect(find('rgen')).toEqual([]);
  });

  it('takes one letter, alone and beside longer words', () => {
    expect(find('b')).toEqual([2, 1]);
    expect(find('и')).toEqual([4]);
    expect(find('ju b')).toEqual([2, 1]);
    expect(find('b r')).toEqual([]);
  });

  it('takes an id with and without #, then names', () => {
    cache.writer.apply([name(20, '12 Monkeys')], { epoch: 1 });
    expect(find('#2')).toEqual([2]);
    expect(find('12')).toEqual([12, 20]);
    expect(find('#999')).toEqual([]);
  });

  it('treats what looks like a query as text', () => {
    for (const text of ['"', '*', 'a OR b*', 'NEAR(ju)', '-ju', 'name:ju', '()', '   ', "'; --"]) {
      expect(() => find(text)).not.toThrow();
    }
    expect(find('ju*')).toEqual([12, 2, 1]);
  });

  it('follows a changed name at once and leaves out what is gone', () => {
    cache.writer.apply([name(1, 'Karl Neu', 2), { kind: 'gone', id: 2, heard: rest(2), why: 'deleted' }], {
      epoch: 1,
    });
    expect(find('ju')).toEqual([12]);
    expect(find('karl')).toEqual([1]);
  });

  it('answers no more than asked for', () => {
    expect(find('ju', 2)).toEqual([12, 2]);
    expect(find('b', 1)).toEqual([2]);
  });
});

describe('search in what was said', () => {
  it('finds text after its slice, newest conversation first and once each', () => {
    cache.writer.apply(
      [1, 2, 3].map((id) =>
        conversation(id, {
          lastMessage: { id: id * 10, text: `Where is parcel ${id}?`, from: 'customer', at: NOW_SECONDS },
        }),
      ),
      { epoch: 1 },
    );
    expect(find('parcel')).toEqual([]);
    // Two of three, the newest ones.
    expect(cache.writer.indexSlice(2)).toBe(true);
    expect(find('parc')).toEqual([3, 2]);
    expect(cache.writer.indexSlice(2)).toBe(false);
    expect(find('parc')).toEqual([3, 2, 1]);
    expect(cache.writer.indexSlice(2)).toBe(false);

    cache.writer.apply([messageFact(1, message(40, { text: 'The blue umbrella, parcel' }))], { epoch: 1 });
    cache.writer.apply([messageFact(2, message(41, { kind: 'activity', text: 'Assigned to Umbra' }))], {
      epoch: 1,
    });
    cache.writer.indexSlice();
    expect(find('umbr')).toEqual([1]);
    expect(find('parcel')).toEqual([3, 2, 1]);
  });

  it('puts names before text', () => {
    cache.writer.apply(
      [
        conversation(1, { contactName: 'Berta Umbrella' }),
        conversation(2, { lastMessage: { id: 5, text: 'umbrella', from: 'customer', at: NOW_SECONDS } }),
      ],
      { epoch: 1 },
    );
    cache.writer.indexSlice();
    expect(find('umbrella')).toEqual([1, 2]);
  });
});
