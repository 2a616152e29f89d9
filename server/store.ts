/** Keeps the world in a SQLite file, so that a restarted server goes on where it was. */
import type { Kind } from './model.ts';
import { kinds } from './model.ts';
import type { World, WorldDump } from './world.ts';

export interface Store {
  /** What the file holds; null when it is new. */
  read(): WorldDump | null;
  /** Follows all changes of the world; called once, after the world is filled. */
  follow(world: World): void;
  /** Writes what waits and closes the file. */
  close(): void;
}

/** Opens or creates the file; refuses one that was written at another level. */
export async function openStore(file: string, level: string): Promise<Store> {
  // Loaded only here: a server without a file needs no native module.
  const { default: Database } = await import('better-sqlite3');
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.exec(`
    CREATE TABLE IF NOT EXISTS row (kind TEXT NOT NULL, id INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `);
  const readFact = database.prepare<[string], { value: string }>('SELECT value FROM fact WHERE name = ?');
  const writeFact = database.prepare('INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)');
  const put = database.prepare('INSERT OR REPLACE INTO row (kind, id, json) VALUES (?, ?, ?)');
  const drop = database.prepare('DELETE FROM row WHERE kind = ? AND id = ?');
  const kept = readFact.get('level')?.value;
  if (kept !== undefined && kept !== level) {
    database.close();
    throw new Error(`${file} was written at level ${kept}; start with --compat ${kept} or another file`);
  }

  const waiting = new Map<string, { kind: Kind; id: number; row: object | null }>();
  let followed: World | null = null;
  let scheduled = false;
  let closed = false;

  const sequencesOf = (world: World): string =>
    JSON.stringify(Object.fromEntries(kinds.map((kind) => [kind, world.peekId(kind)])));

  const flush = database.transaction((world: World) => {
    for (const { kind, id, row } of waiting.values()) {
      if (row === null) drop.run(kind, id);
      else put.run(kind, id, JSON.stringify(row));
    }
    writeFact.run('sequences', sequencesOf(world));
    writeFact.run('level', level);
  });

  const write = (): void => {
    scheduled = false;
    if (followed === null || closed || waiting.size === 0) return;
    flush(followed);
    waiting.clear();
  };

  return {
    read: () => {
      const sequences = readFact.get('sequences')?.value;
      if (sequences === undefined) return null;
      const dump: Record<string, unknown> = { sequences: JSON.parse(sequences) };
      const select = database.prepare<[string], { json: string }>(
        'SELECT json FROM row WHERE kind = ? ORDER BY id',
      );
      for (const kind of kinds) dump[kind] = select.all(kind).map((row) => JSON.parse(row.json) as unknown);
      return dump as WorldDump;
    },
    follow: (world) => {
      followed = world;
      if (kept === undefined) {
        for (const kind of kinds)
          for (const [id, row] of world.rows[kind]) waiting.set(`${kind}:${id}`, { kind, id, row });
        write();
      }
      world.onChange((kind, id, row) => {
        waiting.set(`${kind}:${id}`, { kind, id, row });
        if (scheduled) return;
        scheduled = true;
        setImmediate(write);
      });
    },
    close: () => {
      write();
      followed?.onChange(null);
      closed = true;
      database.close();
    },
  };
}
