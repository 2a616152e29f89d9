/** Takes from a damaged outbox.db the rows whose checksum still holds. */
import Database from 'better-sqlite3';
import {
  checksumOf,
  insertSql,
  isSound,
  OUTBOX_TABLES,
  type OutboxTable,
  type Value,
} from './outbox-rows.ts';

export type Salvaged = { kept: number; lost: number };

/** Rows are looked up one by one, so that a damaged page costs only its own rows; no outbox has more. */
const MOST_ROWS = 200_000;
/** After this many misses in a row the end of a table is taken as reached. */
const MISSES = 5_000;

type Row = Record<string, unknown>;

const rowsOf = (damaged: Database.Database, table: OutboxTable): { rows: Row[]; lost: number } => {
  const one = damaged.prepare(`SELECT * FROM ${table} WHERE seq = ?`);
  const rows: Row[] = [];
  let lost = 0;
  let misses = 0;
  for (let seq = 1; seq <= MOST_ROWS && misses < MISSES; seq += 1) {
    try {
      const row = one.get(seq) as Row | undefined;
      if (row === undefined) misses += 1;
      else if (isSound(table, row)) {
        rows.push(row);
        misses = 0;
      } else {
        lost += 1;
        misses = 0;
      }
    } catch {
      // A page that cannot be read: whether the row was there, nobody knows; the next one may be elsewhere.
      lost += 1;
      misses += 1;
    }
  }
  return { rows, lost };
};

/** Copies what is sound from the damaged file into the new one, in the order it was written. */
export const salvage = (damagedPath: string, fresh: Database.Database): Salvaged => {
  let damaged: Database.Database;
  try {
    damaged = new Database(damagedPath, { readonly: true });
  } catch {
    return { kept: 0, lost: 0 };
  }
  let kept = 0;
  let lost = 0;
  try {
    for (const table of Object.keys(OUTBOX_TABLES) as OutboxTable[]) {
      try {
        const found = rowsOf(damaged, table);
        // Rows of a page that nobody can read are counted only where something else was found.
        lost += found.lost === MISSES && found.rows.length === 0 ? 0 : found.lost;
        const insert = fresh.prepare(`${insertSql(table)} ON CONFLICT DO NOTHING`);
        fresh
          .transaction(() => {
            for (const row of found.rows) {
              const values = OUTBOX_TABLES[table].map((column) => row[column] as Value);
              insert.run(...values, checksumOf(table, values));
            }
          })
          .immediate();
        kept += found.rows.length;
      } catch {
        // The table itself is not to be found in this file.
        continue;
      }
    }
  } finally {
    damaged.close();
  }
  return { kept, lost };
};
