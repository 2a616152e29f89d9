/** Says what kind of trouble an error of SQLite or of the file system is, so that callers can react to it. */
import Database from 'better-sqlite3';

/**
 * - `damaged`: the file is not a sound database; a cache is set aside, an outbox salvaged.
 * - `full`: no room on the disk; nothing was stored, the same write may be retried.
 * - `busy`: another connection held the lock for longer than the busy timeout; retry.
 * - `unusable`: anything else (rights, read-only disk, device errors).
 */
export type Trouble = { kind: 'damaged' | 'full' | 'busy' | 'unusable'; detail: string };

const kindOf = (code: string): Trouble['kind'] => {
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) return 'damaged';
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') return 'full';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy';
  return 'unusable';
};

/** The trouble behind an error that a store method threw; null when it is not of SQLite or the file system. */
export const troubleOf = (error: unknown): Trouble | null => {
  if (error instanceof Database.SqliteError)
    return { kind: kindOf(error.code), detail: `${error.code}: ${error.message}` };
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return { kind: kindOf(error.code), detail: error.message };
  }
  return null;
};
