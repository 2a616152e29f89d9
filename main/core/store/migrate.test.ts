/** Proves that a migration happens completely or not at all, also when the process dies in the middle. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { migrate, migrationsFrom, schemaVersion, type Migration } from './migrate.ts';
import { migrationsOf } from './schema.ts';

// Real files and many runs: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migrate-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const schemaOf = (db: Database.Database): unknown[] =>
  db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all();

const step = (number: number, statements: string[]): Migration => ({
  number,
  name: `00${number}-step.sql`,
  sql: `${statements.join(';\n')};`,
});

const steps: Migration[] = [
  step(1, ['CREATE TABLE a (x INTEGER) STRICT', 'INSERT INTO a VALUES (1), (2)']),
  step(2, ['ALTER TABLE a ADD COLUMN y INTEGER', 'UPDATE a SET y = x * 10', 'CREATE INDEX a_y ON a (y)']),
  step(3, ['CREATE TABLE b AS SELECT * FROM a', 'DROP TABLE a', 'ALTER TABLE b RENAME TO a']),
];

describe('migrate', () => {
  it('orders steps by number and refuses gaps, doubles and odd names', () => {
    expect(migrationsFrom({ './m/002-b.sql': 'b', './m/001-a.sql': 'a' }).map((m) => m.sql)).toEqual([
      'a',
      'b',
    ]);
    expect(() => migrationsFrom({ '001-a.sql': '', '003-c.sql': '' })).toThrow('003-c.sql');
    expect(() => migrationsFrom({ '001-a.sql': '', '001-b.sql': '' })).toThrow();
    expect(() => migrationsFrom({ 'first.sql': '' })).toThrow('first.sql');
  });

  it('leaves a newer file alone and says its version', () => {
    const db = new Database(join(folder, 'newer.db'));
    db.pragma('user_version = 7');
    expect(migrate(db, steps)).toEqual({ outcome: 'newer-schema', version: 7 });
    expect(schemaOf(db)).toEqual([]);
    db.close();
  });

  it('leaves the version before a step that fails anywhere, and can go on later', () => {
    let file = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 }), fc.nat(3), (which, cut) => {
        const db = new Database(join(folder, `fail-${(file += 1)}.db`));
        const good = steps[which];
        if (!good) throw new Error('no such step');
        const statements = good.sql.split(';\n');
        const broken = { ...good, sql: [...statements.slice(0, cut), 'SELECT * FROM nowhere'].join(';\n') };
        const expected = new Database(':memory:');
        migrate(expected, steps.slice(0, which));

        expect(() => migrate(db, [...steps.slice(0, which), broken])).toThrow('nowhere');
        expect(schemaVersion(db)).toBe(which);
        expect(schemaOf(db)).toEqual(schemaOf(expected));

        migrate(db, steps);
        migrate(expected, steps);
        expect(schemaOf(db)).toEqual(schemaOf(expected));
        expect(db.prepare('SELECT * FROM a ORDER BY x').all()).toEqual([
          { x: 1, y: 10 },
          { x: 2, y: 20 },
        ]);
        db.close();
        expected.close();
      }),
      { numRuns: 40 },
    );
  });

  it('survives kill -9 in the middle of a step', () => {
    const script = join(folder, 'victim.ts');
    writeFileSync(
      script,
      `import Database from '${import.meta.resolve('better-sqlite3')}';
       import { migrate } from '${import.meta.dirname}/migrate.ts';
       const [path, cut] = process.argv.slice(2);
       const db = new Database(path);
       db.pragma('journal_mode = WAL');
       let left = Number(cut);
       db.function('die', () => { left -= 1; if (left < 0) process.kill(process.pid, 'SIGKILL'); return 1; });
       migrate(db, [
         { number: 1, name: '', sql: 'SELECT die(); CREATE TABLE a (x INTEGER); SELECT die(); INSERT INTO a VALUES (1); SELECT die();' },
         { number: 2, name: '', sql: 'SELECT die(); CREATE TABLE b (x INTEGER); SELECT die(); INSERT INTO b SELECT x FROM a; DELETE FROM a; SELECT die();' },
       ]);
       db.close();`,
    );
    const expectedTables: Record<number, string[]> = { 0: [], 1: ['a'], 2: ['a', 'b'] };
    const seen = new Set<number>();
    for (let cut = 0; cut <= 6; cut += 1) {
      const path = join(folder, `kill-${cut}.db`);
      const victim = spawnSync(process.execPath, [script, path, String(cut)], { encoding: 'utf8' });
      expect(cut === 6 ? victim.status : victim.signal, victim.stderr).toBe(cut === 6 ? 0 : 'SIGKILL');
      const db = new Database(path);
      const version = schemaVersion(db);
      seen.add(version);
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(
        db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).pluck().all(),
      ).toEqual(expectedTables[version]);
      if (version === 2) expect(db.prepare('SELECT count(*) FROM b').pluck().get()).toBe(1);
      db.close();
    }
    expect([...seen].toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });
});

describe.each(['cache', 'outbox'] as const)('migrations of %s', (kind) => {
  it('give the same schema step by step, with the file closed in between, as at once', () => {
    const all = migrationsOf(kind);
    const once = new Database(join(folder, 'once.db'));
    migrate(once, all);
    const path = join(folder, 'steps.db');
    new Database(path).close();
    for (let count = 1; count <= all.length; count += 1) {
      const db = new Database(path);
      expect(migrate(db, all.slice(0, count))).toEqual({ outcome: 'migrated', from: count - 1, to: count });
      db.close();
    }
    const db = new Database(path);
    expect(schemaOf(db)).toEqual(schemaOf(once));
    db.close();
    once.close();
  });
});

describe('the step that brought notes', () => {
  it('leaves all of an outbox as it was, or done, when killed before any of its statements', () => {
    const [before, step2] = migrationsOf('outbox');
    if (!before || !step2) throw new Error('no such step');
    const statements = step2.sql
      .trim()
      .split(';')
      .filter((one) => one !== '');
    expect(statements.length).toBeGreaterThan(1);
    const script = join(folder, 'victim.ts');
    writeFileSync(
      script,
      `import Database from '${import.meta.resolve('better-sqlite3')}';
       import { migrate } from '${import.meta.dirname}/migrate.ts';
       const [path, cut] = process.argv.slice(2);
       const db = new Database(path);
       db.pragma('synchronous = FULL');
       let left = Number(cut);
       db.function('die', () => { left -= 1; if (left < 0) process.kill(process.pid, 'SIGKILL'); return 1; });
       migrate(db, [
         { number: 1, name: '', sql: '' },
         { number: 2, name: '', sql: ${JSON.stringify([...statements, ''].join(';\nSELECT die();\n'))} },
       ]);
       db.close();`,
    );
    const done = new Database(':memory:');
    migrate(done, [before, step2]);
    const old = new Database(':memory:');
    migrate(old, [before]);
    for (let cut = 0; cut <= statements.length; cut += 1) {
      const path = join(folder, `outbox-${cut}.db`);
      const first = new Database(path);
      first.pragma('journal_mode = WAL');
      migrate(first, [before]);
      first.prepare('INSERT INTO draft (conversation, at, body, checksum) VALUES (7, 1, ?, 1)').run('kept');
      first.close();
      const victim = spawnSync(process.execPath, [script, path, String(cut)], { encoding: 'utf8' });
      const killed = cut < statements.length;
      expect(killed ? victim.signal : victim.status, victim.stderr).toBe(killed ? 'SIGKILL' : 0);
      const db = new Database(path);
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      const version = schemaVersion(db);
      expect(version).toBe(killed ? 1 : 2);
      expect(schemaOf(db)).toEqual(schemaOf(version === 1 ? old : done));
      expect(migrate(db, [before, step2])).toMatchObject({ outcome: 'migrated', to: 2 });
      expect(schemaOf(db)).toEqual(schemaOf(done));
      expect(db.prepare('SELECT body FROM draft').pluck().all()).toEqual(['kept']);
      db.close();
    }
    done.close();
    old.close();
  });
});
