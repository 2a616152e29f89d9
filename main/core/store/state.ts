/** Named JSON values of cache.db: cursors, watermarks, the profile; written with the rows they describe. */
import type { Database } from 'better-sqlite3';

export type StateStore = {
  /** undefined = never set. */
  get: (name: string) => unknown;
  /** Call inside the transaction of what it describes. A value of undefined removes the name. */
  set: (name: string, value: unknown) => void;
  /** A transaction was undone: forgets what was set in it. */
  reset: () => void;
};

export const createState = (db: Database): StateStore => {
  const read = db.prepare<[string], string>('SELECT value FROM state WHERE name = ?').pluck();
  const write = db.readonly
    ? null
    : db.prepare<[string, string]>(
        'INSERT INTO state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      );
  const remove = db.readonly ? null : db.prepare<[string]>('DELETE FROM state WHERE name = ?');
  // The only writer need not ask the file for what it wrote itself; some values are asked for at every event.
  const known = db.readonly ? null : new Map<string, string | undefined>();
  const textOf = (name: string): string | undefined => {
    if (known?.has(name)) return known.get(name);
    const text = read.get(name);
    known?.set(name, text);
    return text;
  };
  return {
    get: (name) => {
      const text = textOf(name);
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    },
    set: (name, value) => {
      const text = value === undefined ? undefined : JSON.stringify(value);
      if (text === undefined) remove?.run(name);
      else write?.run(name, text);
      known?.set(name, text);
    },
    reset: () => known?.clear(),
  };
};
