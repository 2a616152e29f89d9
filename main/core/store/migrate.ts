/** Brings a database file to the newest schema: numbered steps, each in its own transaction with its number. */
import type { Database } from 'better-sqlite3';

/** One numbered step; `sql` may hold many statements but no transaction of its own. */
export type Migration = { number: number; name: string; sql: string };

export type MigrateOutcome =
  | { outcome: 'migrated'; from: number; to: number }
  /** The file was written by a newer version of the app: it is left as it is. */
  | { outcome: 'newer-schema'; version: number };

/** The schema number a file is at; 0 = new and empty. */
export const schemaVersion = (db: Database): number => db.pragma('user_version', { simple: true }) as number;

/**
 * Turns `path -> sql` into ordered steps. Throws when a name is not `NNN-name.sql` or a number is
 * missing or doubled: that is a mistake in the build, not in the file.
 */
export const migrationsFrom = (files: Record<string, string>): Migration[] => {
  const steps = Object.entries(files)
    .map(([path, sql]) => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const number = /^(\d{3})-[a-z0-9-]+\.sql$/.exec(name)?.[1];
      if (number === undefined) throw new Error(`Not a migration name: ${name}`);
      return { number: Number(number), name, sql };
    })
    .toSorted((a, b) => a.number - b.number);
  steps.forEach((step, index) => {
    if (step.number !== index + 1) throw new Error(`Migrations must be 1, 2, 3, …: found ${step.name}`);
  });
  return steps;
};

/** A step may also write the text of the schema itself, which SQLite refuses otherwise. */
const perform = (db: Database, sql: string): void => {
  db.unsafeMode(true);
  try {
    db.exec(sql);
  } finally {
    db.unsafeMode(false);
  }
};

/** Applies the steps a file has not seen. Each step and its number commit together or not at all. */
export const migrate = (db: Database, migrations: readonly Migration[]): MigrateOutcome => {
  const newest = migrations.length;
  const from = schemaVersion(db);
  if (from > newest) return { outcome: 'newer-schema', version: from };
  for (const step of migrations.slice(from)) {
    db.transaction(() => {
      // Another process may have been faster; inside the write lock the number cannot change any more.
      if (schemaVersion(db) >= step.number) return;
      perform(db, step.sql);
      db.pragma(`user_version = ${step.number}`);
    }).immediate();
  }
  const to = schemaVersion(db);
  return to > newest ? { outcome: 'newer-schema', version: to } : { outcome: 'migrated', from, to };
};
