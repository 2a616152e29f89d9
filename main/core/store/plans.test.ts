/** Proves that no statement of the cache scans or sorts a table, though the file has no statistics. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Filter } from '../../../contract/model.ts';
import { BOUND_INTEGER } from './bound.ts';
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
import { GROUPINGS } from './counters.ts';

// Real files and many runs: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let cache: Cache;
const statements = new Set<string>();

beforeAll(() => {
  const prepare = vi.spyOn(Database.prototype, 'prepare');
  cache = createCache();
  const { writer, reader } = cache;
  writer.apply(
    [
      conversation(1, { team: 1 }),
      conversation(2, { status: 'resolved' }),
      messageFact(1, message(1)),
      {
        kind: 'team-members',
        team: 1,
        members: [1],
      },
    ],
    { epoch: 1, state: { epoch: 1 } },
  );
  writer.apply(
    [
      {
        kind: 'transcript',
        conversation: 1,
        heard: rest(3),
        messages: [message(1)],
        newest: true,
        moreBefore: true,
      },
    ],
    {
      epoch: 1,
    },
  );
  writer.indexSlice();
  writer.prune({ historyDays: 1, now: NOW });
  writer.unconfirmed(2, null);
  writer.unconfirmed(2, 'open');
  writer.missing([1, 2]);
  writer.counts('open', new Set([1]));
  writer.idsAfter(0, 25);
  writer.activeBetween(0, NOW_SECONDS);
  writer.unconfirmedBetween(2, 1, 0, NOW_SECONDS);
  writer.gaps(0, 100);
  writer.counts('open', null);
  writer.outside(new Set([1]));
  writer.latest(25);
  writer.stamps([1, 2]);
  const full: Filter = {
    statuses: ['pending', 'mystery'],
    inboxes: [1],
    labels: ['vip'],
    priorities: ['low'],
    waitingLongerThan: 5,
  };
  const plain: Filter = { statuses: ['open'], inboxes: [], labels: [], priorities: [], waitingLongerThan: 0 };
  const filters: Filter[] = [
    plain,
    full,
    { ...plain, inboxes: [1] },
    { ...plain, labels: ['vip'] },
    { ...plain, priorities: ['low'] },
    { ...plain, waitingLongerThan: 5 },
  ];
  for (const grouping of GROUPINGS) {
    for (const filter of filters) {
      reader.lanes({ grouping, filter, sort: 'waiting' }, new Map(), NOW_SECONDS);
      for (const sort of ['waiting', 'activity', 'created', 'priority'] as const) {
        for (const after of [null, '1.2', '1.2.3']) {
          const lane = grouping === 'agents' ? 'unassigned' : 'team:1';
          reader.cards({ grouping, filter, sort, lane, after, limit: 5 }, new Map(), NOW_SECONDS);
        }
      }
    }
  }
  for (const text of ['#1', 'i', 'iv', 'ivo b']) reader.search(text, 5, new Map());
  reader.details(1, new Map());
  reader.directory();
  reader.inTeam(1);
  for (const [sql] of prepare.mock.calls) statements.add(sql);
  prepare.mockRestore();
});
afterAll(() => cache.close());

const planOf = (sql: string): string[] => {
  const db = new Database(join(cache.folder, 'cache.db'));
  try {
    const values = Array.from({ length: (sql.match(/\?/g) ?? []).length }, () => 1);
    return db
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...values)
      .map(({ detail }) => detail);
  } finally {
    db.close();
  }
};

/** Tables that grow with the account. */
const BIG = /^SCAN (conversation|message)\b/;

describe('query plans', () => {
  it('are made without statistics', () => {
    const db = new Database(join(cache.folder, 'cache.db'), { readonly: true });
    expect(db.prepare(`SELECT name FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'`).all()).toEqual([]);
    db.close();
    expect(statements.size).toBeGreaterThan(100);
  });

  it('sort nothing', () => {
    const sorting = [...statements].filter(
      // The directory is small, and shown by name.
      (sql) =>
        !/FROM (agent|bot|team|inbox|label)\b/.test(sql) &&
        planOf(sql).some((line) => line.includes('TEMP B-TREE')),
    );
    expect(sorting).toEqual([]);
  });

  it('scan no table, but for the covering index of live rows under a filter', () => {
    const scanning = [...statements].flatMap((sql) =>
      planOf(sql)
        .filter((line) => BIG.test(line))
        .map((line) => ({ sql: sql.replaceAll(/\s+/g, ' ').trim(), line })),
    );
    const beyond = scanning.filter(
      ({ sql, line }) =>
        !line.includes('USING COVERING INDEX filtered') &&
        // The index holds nothing but what is asked for, and is read from its beginning.
        !(/USING (COVERING )?INDEX unsaved/.test(line) && / LIMIT [^()]+(\(.*\))?$/.test(sql)),
    );
    // Looks through a limited number of the newest conversations, in row order.
    expect(beyond.map(({ sql }) => sql)).toEqual([
      `SELECT id, contact_name FROM conversation ORDER BY id DESC LIMIT ${BOUND_INTEGER}`,
    ]);
  });

  it('leave SQLite no reason to compile them anew at every run', () => {
    const again = [...statements].filter((sql) => /LIMIT \?|OFFSET \?|lane_\w+ = \?/.test(sql));
    expect(again).toEqual([]);
  });

  it('read each page from one index, seeking to the cursor', () => {
    const pages = [...statements].filter(
      (sql) => /INDEXED BY (queues|agents|teams)_/.test(sql) && sql.includes(`LIMIT ${BOUND_INTEGER}`),
    );
    expect(pages.length).toBeGreaterThan(3 * 4 * 3);
    for (const sql of pages) {
      const [first] = planOf(sql);
      expect(first).toMatch(
        /^SEARCH conversation USING INDEX (queues|agents|teams)_\w+ \(lane_\w+=\? AND bucket=\?/,
      );
      // A keyset narrows the search in the index itself.
      if (/(_at|_order|\)) [<>]/.test(sql)) expect(first).toMatch(/[<>]/);
      if (/ id [<>] CAST/.test(sql)) expect(first).toMatch(/rowid[<>]\?/);
    }
  });
});
