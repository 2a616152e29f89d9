/** Named JSON values of cache.db: cursors, watermarks, the profile; written with the rows they describe. */
import type { Database } from 'better-sqlite3';

export type StateStore = {
  /** undefined = never set. A writer knows all of them: it asks the file only once, when it is opened. */
  get: (name: string) => unknown;
  /** Call inside the transaction of what it describes. A value of undefined removes the name. */
  set: (name: string, value: unknown) => void;
  /** The transaction is committed: what was set in it stays. */
  kept: () => void;
  /** The transaction was undone: everything is as before it. */
  reset: () => void;
};

const createReading = (db: Database): StateStore => {
  const read = db.prepare<[string], string>('SELECT value FROM state WHERE name = ?').pluck();
  const never = (): never => {
    throw new Error('a reader writes nothing');
  };
  return {
    get: (name) => {
      const text = read.get(name);
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    },
    set: never,
    kept: never,
    reset: never,
  };
};

export const createState = (db: Database): StateStore => {
  if (db.readonly) return createReading(db);
  const write = db.prepare<[string, string]>(
    'INSERT INTO state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const remove = db.prepare<[string]>('DELETE FROM state WHERE name = ?');
  const all = db.prepare<[], { name: string; value: string }>('SELECT name, value FROM state').all();
  const known = new Map<string, string | undefined>(all.map(({ name, value }) => [name, value]));
  /** As they are in the file, of those that the transaction under way has set. */
  const before = new Map<string, string | undefined>();
  return {
    get: (name) => {
      const text = known.get(name);
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    },
    set: (name, value) => {
      const text = value === undefined ? undefined : JSON.stringify(value);
      if (text === undefined) remove.run(name);
      else write.run(name, text);
      if (db.inTransaction && !before.has(name)) before.set(name, known.get(name));
      known.set(name, text);
    },
    kept: () => before.clear(),
    reset: () => {
      for (const [name, text] of before) known.set(name, text);
      before.clear();
    },
  };
};
