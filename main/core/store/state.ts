/** Named JSON values of cache.db: cursors, watermarks, the profile; written with the rows they describe. */
import type { Database } from 'better-sqlite3';

export type StateStore = {
  /** undefined = never set. */
  get: (name: string) => unknown;
  /** Call inside the transaction of what it describes. A value of undefined removes the name. */
  set: (name: string, value: unknown) => void;
};

export const createState = (db: Database): StateStore => {
  const read = db.prepare<[string], string>('SELECT value FROM state WHERE name = ?').pluck();
  const write = db.readonly
    ? null
    : db.prepare<[string, string]>(
        'INSERT INTO state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      );
  const remove = db.readonly ? null : db.prepare<[string]>('DELETE FROM state WHERE name = ?');
  return {
    get: (name) => {
      const text = read.get(name);
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    },
    set: (name, value) => {
      if (value === undefined) remove?.run(name);
      else write?.run(name, JSON.stringify(value));
    },
  };
};
