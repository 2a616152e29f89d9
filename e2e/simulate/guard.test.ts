/** The guard: a process that dies in the middle of a transaction leaves all of it or nothing, and can do nothing more. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { ProcessDied, type DiskKind } from './disk.ts';
import { installGuard } from './guard.ts';
import { loadCore } from './load-core.ts';

const folder = mkdtempSync(join(tmpdir(), 'guard-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each<DiskKind>(['files', 'kept'])('a disk of %s', (kind) => {
  const guard = installGuard(kind);

  /** Two rows in one transaction, dying at the n-th statement; answers whether it died and how many rows are left. */
  const dieAt = (n: number): { died: boolean; rows: number; later: unknown } => {
    const path = join(folder, `${kind}-${n}.db`);
    const db = guard.open(path);
    db.pragma('journal_mode = WAL');
    db.exec('CREATE TABLE entry (id INTEGER)');
    const insert = db.prepare('INSERT INTO entry VALUES (?)');
    const both = db.transaction(() => {
      insert.run(1);
      insert.run(2);
    });
    let died = false;
    guard.arm(n, () => {
      died = true;
    });
    let later: unknown = null;
    try {
      both();
    } catch (error) {
      expect(error).toBeInstanceOf(ProcessDied);
    }
    if (died)
      try {
        insert.run(3);
      } catch (error) {
        later = error;
      }
    guard.disarm();
    guard.closeAll();
    const again = kind === 'files' ? new Database(path, { readonly: true }) : guard.open(path);
    const { rows } = again.prepare('SELECT count(*) AS rows FROM entry').get() as { rows: number };
    again.close();
    guard.finish();
    return { died, rows, later };
  };

  it('lets a migration write the text of the schema', () => {
    const path = join(folder, `schema-${kind}.db`);
    const db = guard.open(path);
    db.pragma('journal_mode = WAL');
    db.exec('CREATE TABLE entry (id INTEGER)');
    db.transaction(() => {
      db.unsafeMode(true);
      db.exec(`PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'INTEGER', 'INT') WHERE name = 'entry';
        PRAGMA writable_schema = OFF`);
      db.unsafeMode(false);
    })();
    expect(db.prepare('SELECT sql FROM sqlite_schema').pluck().get()).toBe('CREATE TABLE entry (id INT)');
    guard.closeAll();
    guard.finish();
  });

  it('leaves all or nothing, whatever the statement', () => {
    const seen = new Set<string>();
    for (let n = 0; n < 8; n++) {
      const { died, rows, later } = dieAt(n);
      expect([0, 2]).toContain(rows);
      if (died) expect(later).toBeInstanceOf(Error);
      seen.add(`${died} ${rows}`);
    }
    expect(seen).toEqual(new Set(['true 0', 'false 2']));
  });

  it('is empty again for the next run, whatever the one before left', () => {
    const path = join(folder, `${kind}-again.db`);
    const tables = 'CREATE TABLE entry (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT)';
    const begin = () => {
      const db = guard.open(path);
      db.pragma('journal_mode = WAL');
      expect(db.pragma('user_version', { simple: true })).toBe(0);
      db.transaction(() => {
        db.exec(tables);
        db.pragma('user_version = 1');
      }).immediate();
      const before = db.prepare('SELECT count(*) FROM entry').pluck().get();
      const { lastInsertRowid } = db.prepare('INSERT INTO entry (text) VALUES (?)').run('x');
      guard.closeAll();
      guard.finish();
      rmSync(path);
      return [before, lastInsertRowid];
    };
    for (let run = 0; run < 3; run++) expect(begin()).toEqual([0, 1]);
  });

  it('forgets tables that were made in a transaction that never ended', () => {
    const path = join(folder, `${kind}-half.db`);
    const db = guard.open(path);
    db.pragma('journal_mode = WAL');
    guard.arm(2, () => undefined);
    const make = (made: typeof db) =>
      made.transaction(() => {
        made.exec('CREATE TABLE entry (id INTEGER)');
        made.pragma('user_version = 1');
      }).immediate;
    expect(make(db)).toThrow(ProcessDied);
    const next = guard.open(path);
    expect(next.pragma('user_version', { simple: true })).toBe(0);
    make(next)();
    expect(next.prepare('SELECT count(*) FROM entry').pluck().get()).toBe(0);
    guard.closeAll();
    guard.finish();
  });

  it('counts uses of ports as it counts statements', () => {
    let died = false;
    guard.arm(2, () => {
      died = true;
    });
    guard.tick();
    guard.tick();
    expect(died).toBe(false);
    expect(() => guard.tick()).toThrow(ProcessDied);
    expect(died).toBe(true);
  });
});

it('is under a core that is loaded here, as under one that the program loads', () => {
  const guard = installGuard('kept');
  // Where `build-core.ts` puts cores: the runner of these tests is not to load it for itself.
  const file = fileURLToPath(new URL('../../node_modules/.cache/simulate/guard/core.js', import.meta.url));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "import Database from 'better-sqlite3';\nexport const createCore = Database;\n");
  const open = loadCore(file) as unknown as (path: string) => { close: () => unknown };
  const ofCore = open(join(folder, 'of-core.db'));
  const ours = guard.open(join(folder, 'ours.db'));
  expect(ofCore.constructor).toBe(ours.constructor);
  guard.closeAll();
  guard.finish();
});
