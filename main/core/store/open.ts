/** Opens a database file: folder, file mode, pragmas and migrations, with every outcome as a value. */
import {
  accessSync,
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { migrate, schemaVersion } from './migrate.ts';
import { migrationsOf, type DatabaseKind } from './schema.ts';
import { FileGone, troubleOf, type Trouble } from '../trouble.ts';

export type OpenOptions = {
  path: string;
  kind: DatabaseKind;
  /** FULL survives power loss at every commit, NORMAL may lose the last commits but never the file. */
  synchronous: 'NORMAL' | 'FULL';
  /** Opens an existing, already migrated file for reading only. */
  readonly?: boolean;
  /** Size of the page cache in KiB. */
  cacheKiB?: number;
  /** Pages in the WAL at which a commit checkpoints; 1,000 = about 4 MB. */
  autocheckpoint?: number;
  /** Called before a file that is not new is brought to a newer schema, which takes a while where it is large. */
  migrating?: () => void;
};

export type OpenedDatabase =
  | { outcome: 'opened'; database: Database.Database }
  | { outcome: 'newer-schema'; version: number }
  /** Not a database, or one whose pages contradict each other. The file is left where it is. */
  | { outcome: 'damaged'; detail: string }
  | { outcome: 'unusable'; detail: string; why: Trouble['kind'] };

/** How long a statement waits for whoever holds the lock. */
export const BUSY_TIMEOUT_MS = 5000;
/** Above this the WAL file is cut back after a checkpoint, in bytes. */
const WAL_CEILING = 64 * 1024 * 1024;

/** The file and its companions exist only for this user; SQLite gives -wal and -shm the mode of the file. */
const createPrivately = (path: string): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  chmodSync(dirname(path), 0o700);
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
};

/**
 * Every pragma is set on every open. In WAL this build of SQLite runs at NORMAL unless told otherwise,
 * and reading the pragma back on a fresh file says FULL all the same.
 */
const setPragmas = (db: Database.Database, options: OpenOptions): void => {
  if (options.readonly !== true) {
    db.pragma('journal_mode = WAL');
    db.pragma(`journal_size_limit = ${WAL_CEILING}`);
    db.pragma(`wal_autocheckpoint = ${options.autocheckpoint ?? 1000}`);
    // What is deleted or written over is meant to be gone from the file as well. Measured: 2 % of a write.
    db.pragma('secure_delete = ON');
  }
  db.pragma(`synchronous = ${options.synchronous}`);
  db.pragma(`cache_size = -${options.cacheKiB ?? 8000}`);
  db.pragma('temp_store = MEMORY');
  // Memory-mapped reads make a cold start ten times slower.
  db.pragma('mmap_size = 0');
  db.pragma('cell_size_check = ON');
  db.pragma('trusted_schema = OFF');
  db.pragma('foreign_keys = ON');
};

const prepare = (db: Database.Database, options: OpenOptions): OpenedDatabase => {
  setPragmas(db, options);
  const migrations = migrationsOf(options.kind);
  if (options.readonly === true) {
    const version = schemaVersion(db);
    if (version > migrations.length) return { outcome: 'newer-schema', version };
    if (version < migrations.length) {
      return {
        outcome: 'unusable',
        detail: `The file is at schema ${version} and has no writer yet.`,
        why: 'unusable',
      };
    }
    // Touches the schema, so that damage shows now and not at the first query.
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return { outcome: 'opened', database: db };
  }
  const version = schemaVersion(db);
  if (version > 0 && version < migrations.length) options.migrating?.();
  const migrated = migrate(db, migrations);
  if (migrated.outcome === 'newer-schema') return migrated;
  db.prepare('SELECT count(*) FROM sqlite_schema').get();
  return { outcome: 'opened', database: db };
};

/** Opens (and, unless `readonly`, creates and migrates) a database. Never throws for what a file or disk can do. */
export const openDatabase = (options: OpenOptions): OpenedDatabase => {
  let db: Database.Database | null = null;
  try {
    if (options.readonly === true) accessSync(options.path);
    else createPrivately(options.path);
    db = new Database(options.path, { readonly: options.readonly === true, timeout: BUSY_TIMEOUT_MS });
    const opened = prepare(db, options);
    if (opened.outcome !== 'opened') db.close();
    return opened;
  } catch (error) {
    db?.close();
    const trouble = troubleOf(error);
    if (trouble === null) throw error;
    return trouble.kind === 'damaged'
      ? { outcome: 'damaged', detail: trouble.detail }
      : { outcome: 'unusable', detail: trouble.detail, why: trouble.kind };
  }
};

/**
 * A check that throws FileGone once the open file no longer stands under its name: deleted with its folder, or
 * replaced. The system lets one go on writing to it, and all of that would be lost.
 */
export const standsAt = (path: string): (() => void) => {
  const identity = () => {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stat && `${stat.dev}:${stat.ino}`;
  };
  const mine = identity();
  return () => {
    if (identity() !== mine) throw new FileGone(path);
  };
};

/**
 * Moves a damaged file out of the way as `<path>.damaged-<date>` and returns that path.
 * `now` is ms since 1970. Its WAL moves along (it may hold what the file lacks), its index of the WAL goes.
 */
export const setAside = (path: string, now: number): string => {
  const date = new Date(now)
    .toISOString()
    .replaceAll(':', '-')
    .replace(/\.\d+Z$/, 'Z');
  const aside = `${path}.damaged-${date}`;
  renameSync(path, aside);
  // Whoever put it there may have let others read it.
  chmodSync(aside, 0o600);
  try {
    renameSync(`${path}-wal`, `${aside}-wal`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  rmSync(`${path}-shm`, { force: true });
  return aside;
};

/** Damaged files in a folder, by the file they were: newest first, with the date of each. */
const setAsideIn = (folder: string): Map<string, { path: string; at: number }[]> => {
  const found = readdirSync(folder).flatMap((name) => {
    const [, file, day, time] = /^(.+)\.damaged-(\d{4}-\d\d-\d\d)T(\d\d-\d\d-\d\d)Z$/.exec(name) ?? [];
    return file === undefined || time === undefined
      ? []
      : [{ file, path: join(folder, name), at: Date.parse(`${day}T${time.replaceAll('-', ':')}Z`) }];
  });
  return Map.groupBy(
    found.toSorted((a, b) => b.at - a.at),
    (one) => one.file,
  );
};

const removeFiles = (path: string): void => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
};

/** How many damaged files of a kind are kept to be looked into, and for how long. */
const MOST_SET_ASIDE = 2;
const SET_ASIDE_MS = 7 * 24 * 60 * 60 * 1000;

/** Deletes damaged files that nobody has asked for. `now` is ms since 1970. */
export const tidySetAside = (folder: string, now: number): void => {
  for (const files of setAsideIn(folder).values()) {
    for (const [index, { path, at }] of files.entries())
      if (index >= MOST_SET_ASIDE || now - at > SET_ASIDE_MS) removeFiles(path);
  }
};

/** Deletes a database with its companions and what was set aside of it, as sign-out does. The database must be closed. Throws what the disk says. */
export const removeDatabase = (path: string): void => {
  removeFiles(path);
  if (!existsSync(dirname(path))) return;
  for (const aside of setAsideIn(dirname(path)).get(basename(path)) ?? []) removeFiles(aside.path);
};
