/** The tables of outbox.db with their columns, and the checksum that each row carries. */
import { crc32 } from 'node:zlib';

export type Value = string | number | null;

/** Columns in the order of the checksum; `seq` (the order of rows) and `checksum` itself are not part of it. */
export const OUTBOX_TABLES = {
  command: ['id', 'conversation', 'state', 'settled_at', 'body'],
  alert: ['id', 'at', 'seen', 'body'],
  last_alerted: ['conversation', 'kind', 'target', 'n', 'active', 'at'],
  activity: ['conversation', 'kind', 'at', 'body'],
  draft: ['conversation', 'at', 'body'],
  note: ['id', 'conversation', 'state', 'settled_at', 'body'],
} as const satisfies Record<string, readonly string[]>;

export type OutboxTable = keyof typeof OUTBOX_TABLES;

/** Over the table's name and all values, so that a row cannot pass for one of another table. */
export const checksumOf = (table: OutboxTable, values: readonly unknown[]): number =>
  crc32(JSON.stringify([table, ...values]));

/** Whether a row as read is the row that was written. */
export const isSound = (table: OutboxTable, row: Record<string, unknown>): boolean =>
  row['checksum'] ===
  checksumOf(
    table,
    OUTBOX_TABLES[table].map((column) => row[column]),
  );

/** `INSERT INTO table (...) VALUES (...)` with the checksum last. */
export const insertSql = (table: OutboxTable): string => {
  const columns = [...OUTBOX_TABLES[table], 'checksum'];
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
};
