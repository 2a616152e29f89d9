/** Proves that what contradicts itself in a cache is found, row by row and index by index, and that a sound one never is. */
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { troubleOn } from '../trouble.ts';
import { conversation, deps, message, messageFact, NOW_SECONDS, opened } from './cache.fixture.ts';
import { CACHE_FILE, openCacheWriter } from './cache-writer.ts';
import { INDEXES } from './inspect.ts';
import type { CacheWriter } from './types.ts';

const root = mkdtempSync(join(tmpdir(), 'inspect-'));
const sound = join(root, 'sound');
const folder = join(root, 'cache');
beforeAll(() => {
  fill();
  renameSync(folder, sound);
});
beforeEach(() => cpSync(sound, folder, { recursive: true }));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const on = <T>(use: (writer: CacheWriter) => T): T => {
  const writer = opened(openCacheWriter(folder, deps));
  try {
    return use(writer);
  } finally {
    writer.close();
  }
};

/** Of every status, agent, team and wait, each with a message. */
function fill(): void {
  on((writer) => {
    const ids = Array.from({ length: 600 }, (_, index) => index + 1);
    const facts = ids.map((id) =>
      conversation(id, {
        status: ['open', 'open', 'pending', 'snoozed', 'resolved'][id % 5] ?? 'open',
        assignee: id % 3 === 0 ? null : { type: id % 7 === 0 ? 'bot' : 'agent', id: id % 11 },
        team: id % 4 === 0 ? null : id % 4,
        priority: id % 2 === 0 ? 'high' : null,
        labels: id % 6 === 0 ? ['vip'] : [],
        createdAt: NOW_SECONDS - 10_000 - id,
        lastActivityAt: NOW_SECONDS - id,
        firstReplyAt: id % 8 === 0 ? NOW_SECONDS - 500 : null,
        wireWaitingSince: id % 9 === 0 ? null : NOW_SECONDS - 5_000 - (id % 100),
      }),
    );
    writer.apply([...facts, ...ids.map((id) => messageFact(id, message(id)))], { epoch: 2 });
  });
}

/** What one whole look finds; null = nothing. */
const look = () =>
  on((writer) =>
    troubleOn(() => {
      while (writer.inspectSlice());
    }),
  );

const change = (work: (db: Database.Database) => void): void => {
  const db = new Database(join(folder, CACHE_FILE));
  db.unsafeMode(true);
  db.pragma('writable_schema = ON');
  work(db);
  db.close();
};

/** The index as it would be if it had been made with another condition. */
const makeAs = (name: string, condition: (where: string | undefined) => string): void =>
  change((db) => {
    const sql = String(db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(name));
    const [head = '', where] = sql.split(/\bWHERE\b/);
    db.exec(`DROP INDEX ${name}`);
    db.exec(`${head} WHERE ${condition(where)}`);
    db.prepare('UPDATE sqlite_schema SET sql = ? WHERE name = ?').run(sql, name);
  });

const damaged = (detail: RegExp) => ({ kind: 'damaged', detail: expect.stringMatching(detail) as string });

describe('a look through the cache', () => {
  test('finds nothing in a sound one, also while it changes between two slices', () => {
    expect(look()).toBeNull();
    on((writer) => {
      for (let id = 1; writer.inspectSlice(); id += 40)
        writer.apply([conversation(id, { status: 'resolved' }), conversation(id + 601)], { epoch: 3 });
    });
    expect(look()).toBeNull();
  });

  test('waits while rows are held without their counts', () => {
    on((writer) => {
      writer.apply([conversation(621)], { epoch: 2, hold: true });
      expect(writer.inspectSlice()).toBe(true);
      writer.apply([], { epoch: 2 });
      expect(
        troubleOn(() => {
          while (writer.inspectSlice());
        }),
      ).toBeNull();
    });
  });

  test('knows every index of the file', () => {
    change((db) => {
      const names = db.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name IN ('conversation', 'message')",
      );
      expect(new Set(names.pluck().all())).toEqual(new Set(INDEXES.map(({ name }) => name)));
    });
  });

  test.each(INDEXES.map(({ name }) => name))('finds a row that is missing from %s', (name) => {
    makeAs(name, (where) => `${where ?? 'TRUE'} AND id NOT IN (501, 504)`);
    expect(look()).toEqual(damaged(new RegExp(`row 50[14] is missing from index ${name}`)));
  });

  test.each(INDEXES.filter(({ where }) => where === 'live = 1').map(({ name }) => name))(
    'finds a row too many in %s',
    (name) => {
      makeAs(name, (where) => `${String(where)} OR id = 504`);
      expect(look()).toEqual(damaged(new RegExp(`index ${name} and the counts`)));
    },
  );

  test('finds two indexes whose pages were swapped, which every other read believes', () => {
    const pair = ['agents_waiting', 'teams_priority'];
    change((db) => {
      const roots = pair.map((name) =>
        db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(name),
      );
      const move = db.prepare('UPDATE sqlite_schema SET rootpage = ? WHERE name = ?');
      pair.forEach((name, index) => move.run(roots[1 - index], name));
    });
    change((db) => expect(db.pragma('quick_check', { simple: true })).toBe('ok'));
    expect(look()).toEqual(damaged(/missing from index/));
  });

  test.each(['count = count + 1', 'not_answered = not_answered + 1', 'oldest = oldest - 1'])(
    'finds a lane with a wrong number: %s',
    (wrong) => {
      change((db) =>
        db.exec(`UPDATE counter SET ${wrong} WHERE grouping = 'agents' AND lane = 'agent:1' AND bucket = 0`),
      );
      expect(look()).toEqual(damaged(/counts/));
    },
  );
});
