/** Hears every statement that this process gives to SQLite, before it runs: where a test dies, cuts or cheats. */
import Database from 'better-sqlite3';

export type Statement = {
  db: Database.Database;
  what: 'open' | 'prepare' | 'run' | 'exec' | 'pragma' | 'transaction' | 'close';
  sql: string;
  /** What a statement is run with. */
  values: readonly unknown[];
};

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** `text` without the `;` of its end may still be no statement: a trigger, or a comment. */
const pieces = function* (db: Database.Database, text: string): Generator<string> {
  let piece = '';
  for (const part of text.split(/(?<=;[^\n]*\n)/)) {
    piece += part;
    try {
      db.prepare(piece);
    } catch (error) {
      // Not yet whole, or only a comment so far. What is really wrong shows when it is run.
      if (error instanceof Error && /incomplete input|contains no statements/.test(error.message)) continue;
    }
    yield piece;
    piece = '';
  }
  if (/^\s*[^\s-]/m.test(piece)) yield piece;
};

/** Once per process. `skip` = the statement is not run. @param splitDdl a text of many statements is run one by one, each of them heard */
export const hearStatements = (
  hear: (statement: Statement) => 'skip' | void,
  options: { splitDdl: boolean },
): void => {
  const probe = new Database(':memory:');
  const statements = Object.getPrototypeOf(probe.prepare('SELECT 1')) as Record<string, Method>;
  probe.close();
  for (const name of ['run', 'get', 'all', 'iterate']) {
    const original = statements[name] as Method;
    statements[name] = function heard(this: unknown, ...args) {
      const { database, source } = this as Database.Statement;
      if (hear({ db: database, what: 'run', sql: source, values: args }) === 'skip') return undefined;
      return original.apply(this, args);
    };
  }
  const databases = Database.prototype as unknown as Record<string, Method>;
  for (const name of ['pragma', 'transaction', 'close'] as const) {
    const original = databases[name] as Method;
    databases[name] = function heard(this: unknown, ...args) {
      const sql = typeof args[0] === 'string' ? args[0] : '';
      if (hear({ db: this as Database.Database, what: name, sql, values: [] }) === 'skip') return undefined;
      return original.apply(this, args);
    };
  }
  const exec = databases['exec'] as Method;
  databases['exec'] = function heard(this: unknown, ...args) {
    const db = this as Database.Database;
    const text = String(args[0]);
    for (const sql of options.splitDdl ? pieces(db, text) : [text]) {
      hear({ db, what: 'exec', sql, values: [] });
      exec.call(this, sql);
    }
    return this;
  };
};
