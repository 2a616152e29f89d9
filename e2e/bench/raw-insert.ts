/** The reference of the load: the rows that a load left in a cache, inserted into an empty file of the same schema in one transaction. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** As the app opens its cache. */
const PRAGMAS = [
  'journal_mode = WAL',
  'synchronous = NORMAL',
  'cache_size = -32000',
  'wal_autocheckpoint = 4000',
  'temp_store = MEMORY',
  'cell_size_check = ON',
];

/** Copies table by table with prepared inserts of one row each; answers rows of `conversation` a second. */
export const rawInsert = (cache: string): { rows: number; perSecond: number } => {
  const folder = mkdtempSync(join(tmpdir(), 'supervisor-raw-'));
  const from = new Database(cache, { readonly: true });
  const to = new Database(join(folder, 'raw.db'));
  try {
    for (const pragma of PRAGMAS) to.pragma(pragma);
    const schema = from
      .prepare<[], string>(
        `SELECT sql FROM sqlite_schema WHERE tbl_name = 'conversation' AND sql IS NOT NULL ORDER BY rowid`,
      )
      .pluck()
      .all();
    for (const sql of schema) to.exec(sql);
    const columns = from
      .prepare<[], string>(`SELECT name FROM pragma_table_xinfo('conversation') WHERE hidden = 0`)
      .pluck()
      .all();
    const insert = to.prepare<unknown[]>(
      `INSERT INTO conversation (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    // In the order in which they came: a status after the other, newest activity first.
    const read = from
      .prepare<[number, number], unknown[]>(
        `SELECT ${columns.join(', ')} FROM conversation ORDER BY bucket, last_activity_at DESC LIMIT ? OFFSET ?`,
      )
      .raw();
    const all: unknown[][] = [];
    const STEP = 50_000;
    for (let offset = 0; ; offset += STEP) {
      const some = read.all(STEP, offset);
      all.push(...some);
      if (some.length < STEP) break;
    }
    const begun = performance.now();
    to.exec('BEGIN IMMEDIATE');
    for (const row of all) insert.run(row);
    to.exec('COMMIT');
    const seconds = (performance.now() - begun) / 1000;
    return { rows: all.length, perSecond: all.length / seconds };
  } finally {
    from.close();
    to.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
