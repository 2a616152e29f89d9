/** Proves what opening a database file does to its folder, mode, durability and version, with real files. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, schemaVersion } from './migrate.ts';
import { openDatabase, removeDatabase, setAside, tidySetAside, type OpenedDatabase } from './open.ts';
import { migrationsOf } from './schema.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-'));
  path = join(folder, 'workspace', 'cache.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const opened = (outcome: OpenedDatabase): Database.Database => {
  if (outcome.outcome !== 'opened') throw new Error(JSON.stringify(outcome));
  return outcome.database;
};

describe('openDatabase', () => {
  it('creates folder and files for this user only, at the newest schema', () => {
    const db = opened(openDatabase({ path, kind: 'cache', synchronous: 'NORMAL' }));
    db.prepare(`INSERT INTO state VALUES ('a', '1')`).run();
    expect(db.pragma('user_version', { simple: true })).toBe(migrationsOf('cache').length);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    if (process.platform !== 'win32') {
      expect(statSync(join(folder, 'workspace')).mode & 0o777).toBe(0o700);
      for (const suffix of ['', '-wal', '-shm']) expect(statSync(path + suffix).mode & 0o777).toBe(0o600);
    }
    db.close();
  });

  it('narrows the mode of a file that was readable by others', () => {
    opened(openDatabase({ path, kind: 'cache', synchronous: 'NORMAL' })).close();
    chmodSync(path, 0o644);
    chmodSync(join(folder, 'workspace'), 0o755);
    opened(openDatabase({ path, kind: 'cache', synchronous: 'NORMAL' })).close();
    if (process.platform === 'win32') return;
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'workspace')).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['NORMAL', 1],
    ['FULL', 2],
  ] as const)(
    'runs at synchronous %s after the first transaction and on every later open',
    (synchronous, level) => {
      for (let open = 0; open < 3; open += 1) {
        const db = opened(openDatabase({ path, kind: 'cache', synchronous }));
        db.prepare(`INSERT OR REPLACE INTO state VALUES ('a', '1')`).run();
        expect(db.pragma('synchronous', { simple: true })).toBe(level);
        db.close();
      }
    },
  );

  it('says so before it brings an older file to this schema, and never of a new file or of one that has it', () => {
    let told: number | null = null;
    const open = () =>
      opened(
        openDatabase({
          path,
          kind: 'cache',
          synchronous: 'NORMAL',
          migrating: () => {
            const before = new Database(path, { readonly: true });
            told = schemaVersion(before);
            before.close();
          },
        }),
      ).close();
    open();
    open();
    expect(told).toBe(null);
    rmSync(path);
    const old = new Database(path);
    migrate(old, migrationsOf('cache').slice(0, 1));
    old.close();
    open();
    expect(told).toBe(1);
  });

  it('refuses a newer schema with its number, for writers and readers, and changes nothing', () => {
    const db = opened(openDatabase({ path, kind: 'cache', synchronous: 'NORMAL' }));
    db.pragma('user_version = 99');
    db.close();
    const before = readFileSync(path);
    expect(openDatabase({ path, kind: 'cache', synchronous: 'NORMAL' })).toEqual({
      outcome: 'newer-schema',
      version: 99,
    });
    expect(openDatabase({ path, kind: 'cache', synchronous: 'NORMAL', readonly: true })).toEqual({
      outcome: 'newer-schema',
      version: 99,
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('reads beside a writer and cannot write', () => {
    const writer = opened(openDatabase({ path, kind: 'cache', synchronous: 'NORMAL' }));
    const reader = opened(openDatabase({ path, kind: 'cache', synchronous: 'NORMAL', readonly: true }));
    writer.prepare(`INSERT INTO state VALUES ('a', '1')`).run();
    expect(reader.prepare('SELECT value FROM state').pluck().all()).toEqual(['1']);
    expect(() => reader.prepare(`DELETE FROM state`).run()).toThrow();
    reader.close();
    writer.close();
  });

  it('says damaged for a file that is no database, and unusable for a path that cannot be one', () => {
    opened(openDatabase({ path, kind: 'cache', synchronous: 'NORMAL' })).close();
    writeFileSync(path, 'This is not a database. '.repeat(1000));
    expect(openDatabase({ path, kind: 'cache', synchronous: 'NORMAL' }).outcome).toBe('damaged');
    expect(openDatabase({ path, kind: 'cache', synchronous: 'NORMAL', readonly: true }).outcome).toBe(
      'damaged',
    );
    expect(openDatabase({ path: folder, kind: 'cache', synchronous: 'NORMAL' }).outcome).toBe('unusable');
    const missing = join(folder, 'none', 'cache.db');
    expect(
      openDatabase({ path: missing, kind: 'cache', synchronous: 'NORMAL', readonly: true }).outcome,
    ).toBe('unusable');
  });
});

describe('setAside and removeDatabase', () => {
  it('keeps the damaged file under its date and makes room', () => {
    opened(openDatabase({ path, kind: 'cache', synchronous: 'NORMAL' })).close();
    writeFileSync(path, 'garbage');
    writeFileSync(`${path}-wal`, 'more');
    const aside = setAside(path, Date.UTC(2026, 4, 1, 9, 30, 5));
    expect(aside).toBe(`${path}.damaged-2026-05-01T09-30-05Z`);
    expect(readFileSync(aside, 'utf8')).toBe('garbage');
    expect(readFileSync(`${aside}-wal`, 'utf8')).toBe('more');
    expect(existsSync(path)).toBe(false);
  });

  it('keeps the newest two of each file for a week, and none after removal', () => {
    const at = (day: number) => Date.UTC(2026, 4, day, 9);
    const put = (file: string, day: number) => {
      opened(openDatabase({ path: file, kind: 'cache', synchronous: 'NORMAL' })).close();
      writeFileSync(`${file}-wal`, 'more');
      return setAside(file, at(day));
    };
    const other = join(folder, 'workspace', 'outbox.db');
    const files = [put(path, 1), put(path, 2), put(path, 3), put(other, 1)];
    const left = () => files.map((file) => [existsSync(file), existsSync(`${file}-wal`)].join());
    tidySetAside(join(folder, 'workspace'), at(4));
    expect(left()).toEqual(['false,false', 'true,true', 'true,true', 'true,true']);
    if (process.platform !== 'win32')
      for (const file of files.slice(1)) expect(statSync(file).mode & 0o777).toBe(0o600);
    tidySetAside(join(folder, 'workspace'), at(9) + 1);
    expect(left()).toEqual(['false,false', 'false,false', 'true,true', 'false,false']);
    removeDatabase(path);
    expect(left()[2]).toBe('false,false');
  });

  it('removes the file with its companions', () => {
    const db = opened(openDatabase({ path, kind: 'cache', synchronous: 'NORMAL' }));
    expect(existsSync(`${path}-wal`)).toBe(true);
    db.close();
    removeDatabase(path);
    for (const suffix of ['', '-wal', '-shm']) expect(existsSync(path + suffix)).toBe(false);
  });
});
