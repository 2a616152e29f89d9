/** Files of every schema that was ever released come to the newest one with every row, whole or not at all, though the process dies at any statement. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deps, message, messageFact, NOW, opened, rest } from './cache.fixture.ts';
import { openCacheReader } from './cache-reader.ts';
import { openCacheWriter } from './cache-writer.ts';
import { migrate, schemaVersion } from './migrate.ts';
import { openOutbox } from './outbox.ts';
import { migrationsOf } from './schema.ts';
import type { CacheReader } from './types.ts';

// Real files and many processes: slow on a busy machine.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'released-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Kind = 'cache' | 'outbox';
const releases = (['cache', 'outbox'] as const).flatMap((kind) =>
  migrationsOf(kind).map(({ number }) => ({ kind, number })),
);
/** Written by the app of that time, and never again. */
const fixtureOf = (kind: Kind, number: number): string =>
  join(import.meta.dirname, 'released', `${kind}-${String(number).padStart(3, '0')}.db.gz`);

const unpack = (kind: Kind, number: number, name = `${kind}.db`): string => {
  const path = join(folder, name);
  writeFileSync(path, gunzipSync(readFileSync(fixtureOf(kind, number))));
  return path;
};

type Content = Record<string, Record<string, unknown>[]>;
const contentOf = (path: string): Content => {
  const db = new Database(path, { readonly: true });
  const tables = db
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_search%'`,
    )
    .pluck()
    .all() as string[];
  const content = Object.fromEntries(
    tables.map((name) => [name, db.prepare(`SELECT * FROM ${name} ORDER BY 1`).all() as Content[string]]),
  );
  db.close();
  return content;
};
/** Every row is there with what it held; columns may have come. */
const expectKept = (before: Content, after: Content): void => {
  for (const [table, rows] of Object.entries(before)) {
    // Counts the openings of the file.
    const kept = rows.filter((row) => row['name'] !== 'run');
    expect(after[table] ?? [], table).toEqual(
      expect.arrayContaining(kept.map((row) => expect.objectContaining(row) as unknown)),
    );
  }
};

describe.each(releases)('$kind of schema $number', ({ kind, number }) => {
  it('has a file made by the app of that time', () => {
    expect(existsSync(fixtureOf(kind, number))).toBe(true);
    const path = unpack(kind, number);
    const db = new Database(path, { readonly: true });
    expect(schemaVersion(db)).toBe(number);
    db.close();
    expect(Object.values(contentOf(path)).flat().length).toBeGreaterThan(8);
  });

  it('is what its migrations make today: a step that is written anew makes the same', () => {
    const schemaIn = (db: Database.Database): unknown[] =>
      db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all();
    const released = new Database(unpack(kind, number), { readonly: true });
    const today = new Database(':memory:');
    migrate(today, migrationsOf(kind).slice(0, number));
    expect(schemaIn(today)).toEqual(schemaIn(released));
    released.close();
    today.close();
  });

  it('is migrated with every row, and works', () => {
    const path = unpack(kind, number);
    const before = contentOf(path);
    if (kind === 'cache') {
      const writer = opened(openCacheWriter(folder, deps));
      const reader = opened(openCacheReader(folder, deps));
      expect(reader.directory()?.agents.map(({ name }) => name)).toEqual(['Mara', 'Tom']);
      expect(reader.card(7, new Map())?.contact).toBe('Ada Lovell');
      expect(reader.details(7, new Map())?.messages.map(({ text }) => text)).toEqual(['Where is my order?']);
      expect(reader.search('ada', 5, new Map()).map(({ id }) => id)).toEqual([7]);
      reader.close();
      writer.close();
    } else {
      const answer = openOutbox(folder, NOW);
      if (answer.outcome !== 'opened') throw new Error(answer.outcome);
      expect(answer.salvaged).toBe(null);
      expect(answer.outbox.commands.newest(9).map((one) => [one.conversation, one.state])).toEqual([
        [8, 'confirmed'],
        [7, 'waiting'],
      ]);
      expect(answer.outbox.alerts.newest(9).alerts.map(({ id }) => id)).toEqual(['notification:5']);
      answer.outbox.close();
    }
    const db = new Database(path);
    expect(schemaVersion(db)).toBe(migrationsOf(kind).length);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.close();
    expectKept(before, contentOf(path));
  });
});

describe('a transcript that was saved under schema 1', () => {
  /** As that app left one: what it reaches is written down nowhere. */
  const saved = (): void => {
    const db = new Database(unpack('cache', 1));
    db.exec(`UPDATE conversation SET saved_at = ${NOW} WHERE id IN (7, 8)`);
    db.close();
  };
  const about = (reader: CacheReader): unknown[] => [
    reader.details(7, new Map())?.newerMissing,
    reader.coverage().saved,
  ];

  it.each([
    ['at once', null],
    ['when the process dies between the steps', 2],
  ])('is not called complete until it was read again, %s', (_, step) => {
    saved();
    const path = join(folder, 'cache.db');
    if (step !== null) {
      const db = new Database(path);
      migrate(db, migrationsOf('cache').slice(0, step));
      db.close();
    }
    const writer = opened(openCacheWriter(folder, deps));
    const reader = opened(openCacheReader(folder, deps));
    expect(about(reader)).toEqual([true, 0]);
    expect(reader.details(7, new Map())?.savedAt).toBe(NOW);
    expect(writer.unsaved(9)).toEqual([7]);
    // Live, but nobody knows what was said before.
    writer.apply([], { epoch: 1, state: { epoch: 0 } });
    writer.apply([messageFact(7, message(71))], { epoch: 1 });
    expect(about(reader)).toEqual([true, 0]);
    writer.apply(
      [
        {
          kind: 'transcript',
          conversation: 7,
          heard: rest(3),
          messages: [message(70), message(71)],
          newest: true,
          moreBefore: false,
        },
      ],
      { epoch: 1 },
    );
    expect(about(reader)).toEqual([false, 1]);
    expect(writer.unsaved(9)).toEqual([]);
    reader.close();
    writer.close();
  });
});

describe.each(['cache', 'outbox'] as const)('%s', (kind) => {
  it('is old or new when the process dies at any statement of a migration', () => {
    const steps = migrationsOf(kind);
    writeFileSync(join(folder, 'steps.json'), JSON.stringify(steps));
    const script = join(folder, 'victim.ts');
    writeFileSync(
      script,
      `import { readFileSync } from 'node:fs';
       import Database from '${import.meta.resolve('better-sqlite3')}';
       import { migrate } from '${import.meta.dirname}/migrate.ts';
       const [path, cut] = process.argv.slice(2);
       let left = Number(cut);
       const db = new Database(path, {
         verbose: () => { left -= 1; if (left < 0) process.kill(process.pid, 'SIGKILL'); },
       });
       db.pragma('journal_mode = WAL');
       migrate(db, JSON.parse(readFileSync('${folder}/steps.json', 'utf8')));`,
    );
    const schemaAt = (path: string): string => {
      const db = new Database(path);
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      const schema = db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all();
      const at = JSON.stringify([schemaVersion(db), schema]);
      db.close();
      return at;
    };
    const whole = [
      ...steps.map(({ number }) => schemaAt(unpack(kind, number, `whole-${number}.db`))),
      (() => {
        const path = join(folder, 'whole-0.db');
        new Database(path).close();
        return schemaAt(path);
      })(),
    ];
    // From nothing, and from every earlier release. Of the many statements that make a cache every third is enough.
    for (const from of [0, ...steps.slice(0, -1).map(({ number }) => number)]) {
      for (let cut = 0, done = false; !done; cut += kind === 'cache' && from === 0 ? 3 : 1) {
        const path = join(folder, `victim-${from}-${cut}.db`);
        if (from > 0) copyFileSync(unpack(kind, from), path);
        const before = from > 0 ? contentOf(path) : {};
        const victim = spawnSync(process.execPath, [script, path, String(cut)], { encoding: 'utf8' });
        done = victim.signal !== 'SIGKILL';
        if (done) expect(victim.status, victim.stderr).toBe(0);
        if (!existsSync(path)) continue;
        expect(whole).toContain(schemaAt(path));
        if (from > 0) expectKept(before, contentOf(path));
        const again = new Database(path);
        migrate(again, steps);
        again.close();
        expect(schemaAt(path), 'the next start goes on from there').toBe(whole.at(-2));
        if (from > 0) expectKept(before, contentOf(path));
        if (cut > 0 && !done) expect(cut).toBeLessThan(300);
      }
    }
  });
});
