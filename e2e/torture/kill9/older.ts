/** Files as an older version of the app has left them: its schema, and commands that were settled then. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Store } from '../outbox-reader.ts';

export type SettledRow = Record<string, string | number | null>;

export type Versions = { cache: number; outbox: number };

/** Every pair of schema numbers that is not today's. */
export const olderVersions = (store: Store): Versions[] => {
  const newest = { cache: store.migrationsOf('cache').length, outbox: store.migrationsOf('outbox').length };
  const found: Versions[] = [];
  for (let cache = 1; cache <= newest.cache; cache++)
    for (let outbox = 1; outbox <= newest.outbox; outbox++)
      if (cache < newest.cache || outbox < newest.outbox) found.push({ cache, outbox });
  return found;
};

/** About how many statements bring files of these versions up to date, each number of a schema being one. */
export const statementsSince = (store: Store, versions: Versions): number =>
  (['cache', 'outbox'] as const)
    .flatMap((kind) => store.migrationsOf(kind).slice(versions[kind]))
    .reduce((sum, { sql }) => sum + sql.split(/;\s*$/m).length, 0);

/** Away from the conversations of any server here: nothing of them may be taken for what a server said. */
const ELSEWHERE = 900_000;

const elsewhere = (store: Store, row: SettledRow): SettledRow => {
  const conversation = Number(row['conversation']) + ELSEWHERE;
  const body = JSON.stringify({ ...(JSON.parse(String(row['body'])) as object), conversation });
  const moved = { ...row, conversation, body };
  const values = store.OUTBOX_TABLES.command.map((column) => (moved as SettledRow)[column]);
  return { ...moved, checksum: store.checksumOf('command', values) };
};

/** Rows of commands that ask for nothing any more; only as many as a test needs. */
export const settledRows = (store: Store, folder: string): SettledRow[] => {
  const db = new Database(join(folder, 'outbox.db'), { readonly: true });
  try {
    const rows = db
      .prepare(`SELECT * FROM command WHERE state = 'confirmed' AND conversation < ? ORDER BY seq LIMIT 20`)
      .all(ELSEWHERE) as SettledRow[];
    return rows.map((row) => elsewhere(store, row));
  } finally {
    db.close();
  }
};

/** Makes both databases at these versions; answers the ids of the commands in them. */
export const makeOlder = (
  store: Store,
  folder: string,
  versions: Versions,
  rows: readonly SettledRow[],
): string[] => {
  mkdirSync(folder, { recursive: true });
  for (const kind of ['cache', 'outbox'] as const) {
    const db = new Database(join(folder, `${kind}.db`));
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    store.migrate(db, store.migrationsOf(kind).slice(0, versions[kind]));
    if (kind === 'outbox') {
      const columns = db.prepare(`SELECT name FROM pragma_table_info('command')`).pluck().all() as string[];
      const kept = columns.filter((name) => name !== 'seq' && rows[0] !== undefined && name in rows[0]);
      if (kept.length > 0) {
        const insert = db.prepare(
          `INSERT INTO command (${kept.join(', ')}) VALUES (${kept.map(() => '?').join(', ')})`,
        );
        for (const row of rows) insert.run(...kept.map((name) => row[name]));
      }
    }
    db.close();
  }
  return rows.map((row) => String(row['id']));
};
