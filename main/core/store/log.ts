/** The log that SQLite writes before the database file (the WAL): emptied where nobody reads from it, and kept below a ceiling. */
import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { BUSY_TIMEOUT_MS } from './open.ts';

/**
 * Nothing more is written above this until it could be emptied: more than the log ever has where commits or another
 * thread put it into the file, and the largest commit stays below 64 MB with it.
 */
const FULL_ABOVE = 44 * 1024 * 1024;
/** How long emptying waits for those who read: some answers to the screen. */
const WAIT_MS = 250;

/** Somebody reads an old state of the file and does not stop: the log grows with every commit until he does. */
class LogFull extends Error {
  readonly code = 'SQLITE_BUSY_SNAPSHOT';
  constructor() {
    super('Another program reads the file and does not let go');
  }
}

export type LogKeeper = {
  /** Puts it into the file and cuts it to nothing; false = somebody reads from it. */
  empty: () => boolean;
  /** Call before a commit: throws while the log is full and cannot be emptied. */
  makeRoom: () => void;
};

/** `settle` waits until nobody of ours puts the log into the file at this moment. */
export const createLogKeeper = (db: Database, settle: () => void): LogKeeper => {
  const path = `${db.name}-wal`;
  const size = (): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const empty = (): boolean => {
    settle();
    db.pragma(`busy_timeout = ${WAIT_MS}`);
    try {
      const [result] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
      return result?.busy === 0;
    } finally {
      db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  };
  return {
    empty,
    makeRoom: () => {
      if (size() > FULL_ABOVE && !empty()) throw new LogFull();
    },
  };
};
