/** Opens an outbox with the app's own code and reads every command in it; what it has parsed once it knows. */
import Database from 'better-sqlite3';
import type { Command } from '../../main/core/commands/types.ts';
import type * as store from './store.ts';

export type Store = typeof store;

export type OutboxContent = {
  /** Oldest first. */
  commands: Command[];
  /** What must not be, in words. */
  torn: string[];
  corrupt: string[];
};

/** Once per process: it listens to better-sqlite3. */
export const createOutboxReader = (store: Store) => {
  // The same connection reads the rows: what the app has just checked need not be opened twice.
  let newest: Database.Database | null = null;
  const note = (db: Database.Database) => {
    newest = db;
  };
  const { pragma } = Database.prototype;
  Database.prototype.pragma = function noted(...args) {
    note(this);
    return pragma.apply(this, args);
  };
  const known = new Map<string, Command | null>();
  const commandIn = (body: string): Command | null => {
    let command = known.get(body);
    if (command === undefined) {
      command = store.commandSchema.safeParse(JSON.parse(body)).data ?? null;
      known.set(body, command);
    }
    return command;
  };
  return {
    read: (folder: string): OutboxContent => {
      newest = null;
      const opened = store.openOutbox(folder, 1_750_000_000_000);
      if (opened.outcome !== 'opened')
        return { commands: [], torn: [], corrupt: [`outbox ${JSON.stringify(opened)}`] };
      const db = newest as Database.Database | null;
      if (!db?.name.endsWith('outbox.db')) throw new Error(`Not the outbox: ${String(db?.name)}`);
      // Rows whose checksum does not hold have already made it a damaged file.
      const bodies = db.prepare('SELECT body FROM command ORDER BY seq').pluck().all() as string[];
      opened.outbox.close();
      const commands = bodies.map(commandIn).filter((command) => command !== null);
      return {
        commands,
        torn:
          commands.length < bodies.length ? [`${bodies.length - commands.length} rows are no commands`] : [],
        corrupt: opened.salvaged ? [`the outbox had to be salvaged: ${JSON.stringify(opened.salvaged)}`] : [],
      };
    },
    /** The commands of other files are not these. */
    forget: () => known.clear(),
  };
};
export type OutboxReader = ReturnType<typeof createOutboxReader>;
