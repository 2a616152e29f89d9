/**
 * The disk of a run, in place of the SQLite binding under the core: files as on a machine, or databases that are kept
 * over processes and runs. A process that dies leaves what it had committed, and can do nothing more.
 */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import Real from 'better-sqlite3';

/** Thrown out of the call in which the process "died". */
export class ProcessDied extends Error {
  override name = 'ProcessDied';
}

/**
 * `files` = where the core wants them, opened and closed as it says, closed when the process dies. `kept` = a stub is
 * there; connections and statements outlive process and run, which saves three quarters of the time.
 */
export type DiskKind = 'files' | 'kept';

/** Where the core's import of the binding finds it instead. */
const SLOT = Symbol.for('simulate.sqlite');

/** What stands in a file whose database is in memory. */
const STUB = 'The database of a simulation, which is kept elsewhere.';

type Mode = 'plain' | 'raw' | 'pluck';

/** One database. */
type Store = {
  /** null = in memory, for one connection at a time. */
  path: string | null;
  /** Connections that nobody uses now. */
  free: { writers: Native[]; readers: Native[] };
  /** Texts that made its tables, and those of the transaction that is open. */
  schema: string[];
  begun: string[];
  /** Empties it again; null = it did not begin empty. */
  empty: (() => void) | null;
};

/** One connection of SQLite with its statements, which are made once. */
type Native = {
  db: Real.Database;
  store: Store;
  statements: Map<string, Real.Statement<unknown[]>>;
  /** Settings that were made already; null = they are made each time. */
  settings: Set<string> | null;
  /** Who has a transaction open. */
  owner: object | null;
};

const newStore = (path: string | null): Store => ({
  path,
  free: { writers: [], readers: [] },
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

/** More rows than this in new tables are not the schema's own. */
const MOST_INITIAL_ROWS = 10;

/** How to bring a database back to how its tables have just been made; null when they hold more than a schema puts there. */
const emptierOf = (db: Real.Database): (() => void) | null => {
  const tables = db.prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'table'`).all() as {
    name: string;
    sql: string;
  }[];
  const searches = tables.filter(({ sql }) => sql.startsWith('CREATE VIRTUAL')).map(({ name }) => name);
  const own = tables.filter(({ name }) => !searches.some((search) => name.startsWith(`${search}_`)));
  const initial = own
    .filter(({ name }) => name !== 'sqlite_sequence' && !searches.includes(name))
    .map(({ name }) => ({ name, rows: db.prepare(`SELECT * FROM ${name}`).raw().all() as unknown[][] }))
    .filter(({ rows }) => rows.length > 0);
  if (initial.some(({ rows }) => rows.length > MOST_INITIAL_ROWS)) return null;
  const restore = initial.map(({ name, rows }) => ({
    rows,
    insert: db.prepare(`INSERT INTO ${name} VALUES (${(rows[0] ?? []).map(() => '?').join(', ')})`),
    clear: db.prepare(`DELETE FROM ${name}`),
  }));
  const clear = own.map(({ name }) =>
    db.prepare(
      searches.includes(name) ? `INSERT INTO ${name} (${name}) VALUES ('delete-all')` : `DELETE FROM ${name}`,
    ),
  );
  return db.transaction(() => {
    for (const statement of clear) statement.run();
    // Triggers may have written into these while the others were emptied.
    for (const table of restore) {
      table.clear.run();
      for (const row of table.rows) table.insert.run(row);
    }
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
  const { store } = native;
  native.owner = null;
  if (store.begun.length > 0) store.empty = null;
  store.begun = [];
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
        database.native.store.schema.push(...database.native.store.begun);
        database.native.store.begun = [];
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
    const { db, store } = this.native;
    if (store.schema.includes(sql)) return this;
    db.exec(sql);
    (this.inTransaction ? store.begun : store.schema).push(sql);
    store.empty = emptierOf(db);
    return this;
  }
  pragma(source: string, options?: Real.PragmaOptions): unknown {
    // Two uses, as the binding makes a statement and runs it.
    this.use();
    this.use();
    const { db, settings } = this.native;
    if (!settings || !SETTING.test(source)) return db.pragma(source, options);
    if (!settings.has(source)) db.pragma(source);
    settings.add(source);
    // From here on a file of a machine is no longer empty.
    if (source.startsWith('journal_mode') && statSync(this.name).size === 0) writeFileSync(this.name, STUB);
    return [];
  }
  unsafeMode(on: boolean): this {
    this.use();
    this.native.db.unsafeMode(on);
    return this;
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

/** Databases that stay when the process dies and are emptied for the next run. */
const createKept = () => {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'simulate-kept-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const byFile = new Map<number, Store>();
  /** Those of this run, with the first part of the name of their file. */
  const names = new Map<Store, string>();
  /** Empty ones from earlier runs, by that name. */
  const spare = new Map<string, Store[]>();
  let made = 0;

  const storeFor = (name: string): Store => {
    // The cache is read over a second connection while it is written.
    const shared = name === 'cache';
    const store = spare.get(name)?.pop() ?? newStore(shared ? join(folder, `${name}-${made++}.db`) : null);
    names.set(store, name);
    return store;
  };
  const freeOf = ({ path, free }: Store, readonly: boolean) =>
    path !== null && readonly ? free.readers : free.writers;
  return {
    take: (path: string, readonly: boolean): Native => {
      if (!existsSync(path)) {
        if (readonly) throw new Real.SqliteError('unable to open database file', 'SQLITE_CANTOPEN');
        writeFileSync(path, '');
      }
      const { ino, size } = statSync(path);
      let store = byFile.get(ino);
      // An empty one is new, whatever had its number before.
      if (!store || size === 0) byFile.set(ino, (store = storeFor(basename(path).split('.')[0] ?? '')));
      const free = freeOf(store, readonly).pop();
      if (free) return free;
      const db = store.path === null ? new Real(':memory:') : new Real(store.path, { readonly, timeout: 0 });
      return { db, store, statements: new Map(), settings: new Set(), owner: null };
    },
    giveBack: (native: Native, readonly: boolean): void => {
      if (native.owner !== null) {
        native.db.exec('ROLLBACK');
        undone(native);
      }
      freeOf(native.store, readonly).push(native);
    },
    forget: (): void => {
      byFile.clear();
      for (const [store, name] of names) {
        if (store.empty) {
          store.empty();
          spare.set(name, [...(spare.get(name) ?? []), store]);
        } else for (const { db } of [...store.free.readers, ...store.free.writers]) db.close();
      }
      names.clear();
    },
  };
};

/** Puts a disk under every core that is loaded afterwards, and under those that an earlier one was put under. @param use called at every use, may throw */
export const installDisk = (kind: DiskKind, use: () => void): Disk => {
  const open = new Set<Connection>();
  const kept = kind === 'kept' ? createKept() : null;
  const close = (connection: Connection) => {
    const { native, readonly } = connection;
    connection.open = false;
    open.delete(connection);
    if (kept) kept.giveBack(native, readonly);
    else native.db.close();
  };
  const parts: Parts = {
    use,
    close,
    take: (path, readonly) =>
      kept?.take(path, readonly) ?? {
        db: new Real(path, { readonly }),
        store: newStore(path),
        statements: new Map(),
        settings: null,
        owner: null,
      },
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
    forget: () => kept?.forget(),
  };
};
