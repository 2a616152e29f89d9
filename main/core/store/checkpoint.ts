/** Puts the log of a database into its file, from a connection that is gone afterwards. */
import Database from 'better-sqlite3';

/** Waits for nobody: what readers still need stays in the log. Throws what SQLite throws. */
export const checkpoint = (path: string): void => {
  const db = new Database(path, { fileMustExist: true });
  try {
    db.pragma('synchronous = NORMAL');
    db.pragma('wal_checkpoint(PASSIVE)');
  } finally {
    db.close();
  }
};
