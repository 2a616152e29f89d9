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
import { scanRows, type FileBytes, type FoundRow } from './outbox-scan.ts';

export type Salvaged = { kept: number; lost: number };

/** Rows are looked up one by one, so that a damaged page costs only its own rows; no outbox has more. */
const MOST_ROWS = 200_000;
/** After this many misses in a row the end of a table is taken as reached. */
const MISSES = 5_000;

/** `lost` = numbers of rows that are there but cannot be read or are not what was written. */
type Read = { rows: Map<number, FoundRow['row']>; lost: Set<number> };

const NOTHING: Read = { rows: new Map(), lost: new Set() };

/** The number of the newest row ever stored; null = not to be found. */
const newestOf = (damaged: Database.Database, table: OutboxTable): number | null => {
  try {
    const seq = damaged.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?').pluck().get(table);
    return typeof seq === 'number' && seq >= 0 ? Math.min(seq, MOST_ROWS) : null;
  } catch {
    return null;
  }
};

/** Follows SQLite's own way to each row. */
const readRows = (damaged: Database.Database, table: OutboxTable): Read => {
  const rows = new Map<number, FoundRow['row']>();
  const lost = new Set<number>();
  const newest = newestOf(damaged, table);
  const last = newest ?? MOST_ROWS;
  let unreadable: number[] = [];
  let misses = 0;
  const one = damaged.prepare(`SELECT * FROM ${table} WHERE seq = ?`);
  for (let seq = 1; seq <= last && misses < MISSES; seq += 1) {
    try {
      const row = one.get(seq) as FoundRow['row'] | undefined;
      if (row === undefined) {
        misses += 1;
        continue;
      }
      if (isSound(table, row)) rows.set(seq, row);
      else lost.add(seq);
      for (const before of unreadable) lost.add(before);
      unreadable = [];
      misses = 0;
    } catch {
      // A page that cannot be read: whether the row was there, nobody knows; the next one may be elsewhere.
      unreadable.push(seq);
      misses += 1;
    }
  }
  // Past the last row that was found, nothing says how many there were, except the table's own count.
  if (newest !== null && misses < MISSES) for (const seq of unreadable) lost.add(seq);
  return { rows, lost };
};

const readTable = (damaged: Database.Database | null, table: OutboxTable): Read => {
  try {
    return damaged ? readRows(damaged, table) : NOTHING;
  } catch {
    // The table itself is not to be found in this file.
    return NOTHING;
  }
};

/**
 * Copies what is sound from the damaged file into the new one, in the order it was written.
 * `bytes` = the file before anything opened it.
 */
export const salvage = (damagedPath: string, bytes: FileBytes, fresh: Database.Database): Salvaged => {
  const scanned = scanRows(bytes);
  let damaged: Database.Database | null = null;
  try {
    damaged = new Database(damagedPath, { readonly: true });
  } catch {
    // Then there is only what the bytes show.
  }
  let kept = 0;
  let lost = 0;
  try {
    for (const table of Object.keys(OUTBOX_TABLES) as OutboxTable[]) {
      const read = readTable(damaged, table);
      const all = new Map(read.rows);
      for (const { seq, row } of scanned.get(table) ?? []) if (!all.has(seq)) all.set(seq, row);
      const insert = fresh.prepare(`${insertSql(table)} ON CONFLICT DO NOTHING`);
      fresh
        .transaction(() => {
          for (const [, row] of [...all].toSorted(([a], [b]) => a - b)) {
            const values = OUTBOX_TABLES[table].map((column) => row[column] as Value);
            kept += insert.run(...values, checksumOf(table, values)).changes;
          }
        })
        .immediate();
      for (const seq of read.lost) if (!all.has(seq)) lost += 1;
    }
  } finally {
    damaged?.close();
  }
  return { kept, lost };
};
