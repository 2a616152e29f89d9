/**
 * The disk of a run, in place of the SQLite binding under the core: files as on a machine, or the same database
 * in memory. A process that dies leaves what it had committed, and can do nothing more.
 */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { basename } from 'node:path';
import Real from 'better-sqlite3';

/** Thrown out of the call in which the process "died". */
export class ProcessDied extends Error {
  override name = 'ProcessDied';
}

/** `files` = real ones, a connection each, closed when the process dies. `memory` = one per file, which outlives the process. */
export type DiskKind = 'files' | 'memory';

/** Where the core's import of the binding finds it instead. */
const SLOT = Symbol.for('simulate.sqlite');

/** What stands in a file whose database is in memory. */
const STUB = 'The database of a simulation, which is in memory.';

type Mode = 'plain' | 'raw' | 'pluck';

/** One connection of SQLite with its statements, which are made once. */
type Native = {
  db: Real.Database;
  statements: Map<string, Real.Statement<unknown[]>>;
  /** In memory: settings that were made already. */
  settings: Set<string>;
  /** Who has a transaction open. */
  owner: object | null;
  /** Texts that made its tables, and those of the transaction that is open. */
  schema: string[];
  begun: string[];
  /** Empties it again; null = it did not begin empty. */
  empty: (() => void) | null;
};

const nativeOver = (db: Real.Database): Native => ({
  db,
  statements: new Map(),
  settings: new Set(),
  owner: null,
  schema: [],
  begun: [],
  empty: null,
});

const statementOf = (native: Native, sql: string, mode: Mode): Real.Statement<unknown[]> => {
  const key = mode + sql;
  const known = native.statements.get(key);
  if (known) return known;
  const made = native.db.prepare<unknown[]>(sql);
  if (mode === 'raw') made.raw();
  if (mode === 'pluck') made.pluck();
  native.statements.set(key, made);
  return made;
};

/** How to empty a database whose tables have just been made; null when they are not empty. */
const emptierOf = (db: Real.Database): (() => void) | null => {
  const tables = db.prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'table'`).all() as {
    name: string;
    sql: string;
  }[];
  const searches = tables.filter(({ sql }) => sql.startsWith('CREATE VIRTUAL')).map(({ name }) => name);
  const own = tables.filter(({ name }) => !searches.some((search) => name.startsWith(`${search}_`)));
  const rows = ({ name }: { name: string }) => db.prepare(`SELECT count(*) FROM ${name}`).pluck().get();
  if (own.some((table) => table.name !== 'sqlite_sequence' && rows(table) !== 0)) return null;
  const clear = own.map(({ name }) =>
    db.prepare(
      searches.includes(name) ? `INSERT INTO ${name} (${name}) VALUES ('delete-all')` : `DELETE FROM ${name}`,
    ),
  );
  return db.transaction(() => {
    for (const statement of clear) statement.run();
    db.pragma('user_version = 0');
  });
};

/** Settings of a connection: they say nothing about what is stored. */
const SETTING =
  /^(journal_mode|journal_size_limit|wal_autocheckpoint|synchronous|cache_size|temp_store|mmap_size|cell_size_check|trusted_schema|foreign_keys|secure_delete) =|^wal_checkpoint/;

type Parts = {
  use: () => void;
  take: (path: string, readonly: boolean) => Native;
  close: (connection: Connection) => void;
};

const undone = (native: Native): void => {
  native.owner = null;
  if (native.begun.length > 0) native.empty = null;
  native.begun = [];
};

/** What the core sees of a statement. */
class Statement {
  readonly database: Connection;
  readonly source: string;
  #native: Real.Statement<unknown[]>;

  constructor(database: Connection, source: string) {
    this.database = database;
    this.source = source;
    this.#native = statementOf(database.native, source, 'plain');
  }
  raw(): this {
    this.#native = statementOf(this.database.native, this.source, 'raw');
    return this;
  }
  pluck(): this {
    this.#native = statementOf(this.database.native, this.source, 'pluck');
    return this;
  }
  run(...values: unknown[]): Real.RunResult {
    const { database } = this;
    database.use();
    const result = this.#native.run(...values);
    switch (this.source) {
      case 'BEGIN':
      case 'BEGIN IMMEDIATE':
        database.native.owner = database;
        break;
      case 'COMMIT':
        database.native.owner = null;
        database.native.schema.push(...database.native.begun);
        database.native.begun = [];
        break;
      case 'ROLLBACK':
        undone(database.native);
        break;
      default:
    }
    return result;
  }
  get(...values: unknown[]): unknown {
    this.database.use();
    return this.#native.get(...values);
  }
  all(...values: unknown[]): unknown[] {
    this.database.use();
    return this.#native.all(...values);
  }
  iterate(...values: unknown[]): IterableIterator<unknown> {
    this.database.use();
    return this.#native.iterate(...values);
  }
}

/** What the core sees of a database: of better-sqlite3 what the core uses. */
class Connection {
  readonly name: string;
  readonly readonly: boolean;
  readonly native: Native;
  open = true;
  readonly #parts: Parts;

  constructor(parts: Parts, path: string, readonly: boolean) {
    this.#parts = parts;
    this.name = path;
    this.readonly = readonly;
    this.native = parts.take(path, readonly);
  }
  /** One use: the process may be dead, or die here. */
  use(): void {
    if (!this.open) throw new ProcessDied('the process is dead, or the database closed');
    const { owner } = this.native;
    if (owner !== null && owner !== this)
      throw new Error('the core left a transaction open and went on over another connection');
    this.#parts.use();
  }
  get inTransaction(): boolean {
    return this.native.owner === this;
  }
  prepare(sql: string): Statement {
    this.use();
    return new Statement(this, sql);
  }
  exec(sql: string): this {
    this.use();
    const { native } = this;
    if (native.schema.includes(sql)) return this;
    native.db.exec(sql);
    (this.inTransaction ? native.begun : native.schema).push(sql);
    native.empty = emptierOf(native.db);
    return this;
  }
  pragma(source: string, options?: Real.PragmaOptions): unknown {
    // Two uses, as the binding makes a statement and runs it.
    this.use();
    this.use();
    const { db, settings } = this.native;
    if (!db.memory || !SETTING.test(source)) return db.pragma(source, options);
    if (!settings.has(source)) db.pragma(source);
    settings.add(source);
    // From here on a file of a machine is no longer empty.
    if (source.startsWith('journal_mode') && statSync(this.name).size === 0) writeFileSync(this.name, STUB);
    return [];
  }
  transaction<A extends unknown[], R>(work: (...args: A) => R) {
    this.use();
    const run = (sql: string) => new Statement(this, sql).run();
    const wrap =
      (begin: 'BEGIN' | 'BEGIN IMMEDIATE') =>
      (...args: A): R => {
        const nested = this.inTransaction;
        run(nested ? 'SAVEPOINT nested' : begin);
        try {
          const result = work(...args);
          run(nested ? 'RELEASE nested' : 'COMMIT');
          return result;
        } catch (error) {
          if (this.open && this.inTransaction) {
            run(nested ? 'ROLLBACK TO nested' : 'ROLLBACK');
            if (nested) run('RELEASE nested');
          }
          throw error;
        }
      };
    return Object.assign(wrap('BEGIN'), { immediate: wrap('BEGIN IMMEDIATE') });
  }
  close(): this {
    if (this.open) this.#parts.close(this);
    return this;
  }
}

export type Disk = {
  /** Opens a database as the core does. */
  open: (path: string, options?: { readonly?: boolean }) => Connection;
  /** Everything open belongs to a dead process now: its transactions are undone, whatever it still tries fails. */
  die: () => void;
  /** The run is over: its files are forgotten. */
  forget: () => void;
};

/** Databases in memory, one for each file: they stay when the process dies. */
const createMemory = () => {
  const byFile = new Map<number, Native>();
  /** Empty ones from earlier runs, by the first part of the name of their file. */
  const spare = new Map<string, Native[]>();
  const names = new Map<Native, string>();

  const make = (name: string): Native => {
    const native = spare.get(name)?.pop() ?? nativeOver(new Real(':memory:'));
    names.set(native, name);
    return native;
  };
  return {
    take: (path: string, readonly: boolean): Native => {
      if (!existsSync(path)) {
        if (readonly) throw new Real.SqliteError('unable to open database file', 'SQLITE_CANTOPEN');
        writeFileSync(path, '');
      }
      const { ino, size } = statSync(path);
      const known = byFile.get(ino);
      // An empty one is new, whatever had its number before.
      if (known && size > 0) return known;
      const native = make(basename(path).split('.')[0] ?? '');
      byFile.set(ino, native);
      return native;
    },
    forget: () => {
      byFile.clear();
      for (const [native, name] of names) {
        if (!native.empty) {
          native.db.close();
          continue;
        }
        native.empty();
        spare.set(name, [...(spare.get(name) ?? []), native]);
      }
      names.clear();
    },
  };
};

/** Puts a disk under every core that is loaded afterwards, and under those that an earlier one was put under. @param use called at every use, may throw */
export const installDisk = (kind: DiskKind, use: () => void): Disk => {
  const open = new Set<Connection>();
  const memory = createMemory();
  const close = (connection: Connection) => {
    const { native } = connection;
    connection.open = false;
    open.delete(connection);
    if (kind === 'files') native.db.close();
    else if (native.owner === connection) {
      native.db.exec('ROLLBACK');
      undone(native);
    }
  };
  const parts: Parts = {
    use,
    close,
    take: (path, readonly) =>
      kind === 'memory' ? memory.take(path, readonly) : nativeOver(new Real(path, { readonly })),
  };
  const connect = function Database(path: string, options: { readonly?: boolean } = {}): Connection {
    const connection = new Connection(parts, path, options.readonly === true);
    open.add(connection);
    return connection;
  };
  Reflect.set(globalThis, SLOT, connect);
  const stand = `export default function Database(...a) { return globalThis[Symbol.for('${SLOT.description}')](...a); }`;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'better-sqlite3'
        ? { url: `data:text/javascript,${encodeURIComponent(stand)}`, shortCircuit: true }
        : next(specifier, context),
  });
  return {
    open: connect,
    die: () => {
      for (const connection of open) close(connection);
    },
    forget: memory.forget,
  };
};
