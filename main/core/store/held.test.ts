/** What is held open between the pages of a load outlives whatever else is done with the file meanwhile, or is lost as a whole. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { conversation, createCache, NOW, NOW_SECONDS, rest, type Cache } from './cache.fixture.ts';
import { CACHE_FILE } from './cache-writer.ts';

let cache: Cache;
beforeEach(() => {
  cache = createCache();
});
afterEach(() => cache.close());

const none = new Map();
const HOLD = { epoch: 1, bulk: true, hold: true };
const total = (): number =>
  cache.reader.lanes(
    {
      grouping: 'queues',
      filter: { statuses: ['open'], inboxes: [], labels: [], priorities: [], waitingLongerThan: 0 },
      sort: 'waiting',
    },
    none,
    NOW_SECONDS,
  ).totals.open;

it('a conversation that is pruned while it is held leaves no name behind, and can come back', () => {
  const old = conversation(5, {
    status: 'resolved',
    contactName: 'Ada King',
    lastActivityAt: NOW_SECONDS - 40 * 86_400,
  });
  cache.writer.apply([old], HOLD);
  while (cache.writer.prune({ historyDays: 3, now: NOW }).more) cache.writer.apply([], { epoch: 1 });
  cache.writer.apply([], { epoch: 1 });
  while (cache.writer.prune({ historyDays: 3, now: NOW }).more);
  const names = (): number[] => {
    const db = new Database(join(cache.folder, CACHE_FILE), { readonly: true });
    const found = db.prepare<[], number>(`SELECT rowid FROM name_search('king')`).pluck().all();
    db.close();
    return found;
  };
  expect(names()).toEqual([]);
  cache.writer.apply([conversation(5, { contactName: 'Ada King' }, { heard: rest(9) })], { epoch: 1 });
  expect(names()).toEqual([5]);
});

it('rows that were held are not counted, and their cursor is not believed, when SQLite gave them up by itself', () => {
  // As SQLite does on an error of the disk, whatever statement meets it.
  const other = new Database(join(cache.folder, CACHE_FILE));
  other.exec(
    `CREATE TRIGGER disk BEFORE DELETE ON text_backlog BEGIN SELECT RAISE(ROLLBACK, 'the disk'); END`,
  );
  other.close();
  const said = { id: 50, text: 'Hello', from: 'customer', at: NOW_SECONDS } as const;
  cache.writer.apply([conversation(4)], { epoch: 1 });
  cache.writer.apply([conversation(5, { contactName: 'Ada King', lastMessage: said })], {
    ...HOLD,
    state: { page: 2 },
  });
  expect(() => cache.writer.indexSlice()).toThrow();
  // Whoever goes on with the load is told that what it held is lost.
  expect(() => cache.writer.apply([conversation(6)], { ...HOLD, state: { page: 3 } })).toThrow();
  cache.writer.apply([conversation(7)], { epoch: 1 });
  expect([cache.writer.state('page'), cache.reader.state('page')]).toEqual([undefined, undefined]);
  expect([4, 5, 6, 7].filter((id) => cache.reader.card(id, none) !== null)).toEqual([4, 7]);
  expect(total()).toBe(2);
});

it('what a batch that failed had set is as before, and the file is not asked for it', () => {
  cache.writer.apply([], { epoch: 1, state: { page: 1 } });
  const other = new Database(join(cache.folder, CACHE_FILE));
  other.exec(`UPDATE state SET value = '9' WHERE name = 'page'`);
  other.close();
  const broken = conversation(6, { inbox: 0.5 });
  expect(() => cache.writer.apply([broken], { epoch: 1, state: { page: 2, other: 3 } })).toThrow();
  cache.writer.apply([], { ...HOLD, state: { page: 3 } });
  expect(() => cache.writer.apply([broken], HOLD)).toThrow();
  expect([cache.writer.state('page'), cache.writer.state('other')]).toEqual([1, undefined]);
});

it('a file that does not take what is held is closed all the same', () => {
  const path = join(cache.folder, CACHE_FILE);
  const other = new Database(path);
  other.exec(`CREATE TRIGGER disk BEFORE INSERT ON counter BEGIN SELECT RAISE(ROLLBACK, 'the disk'); END`);
  other.close();
  cache.writer.apply([conversation(5)], HOLD);
  expect(() => cache.writer.close()).not.toThrow();
  expect(cache.reader.card(5, none)).toBeNull();
});
