/** Opens what a disk holds with the app's own code and says what of the outbox is there. */
import { existsSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import type { Store } from '../kill9/check.ts';
import type { DiskState } from './states.ts';

export type Judged = {
  /** Ids of the commands. */
  commands: ReadonlySet<string>;
  /** Conversations of commands that know of a write that left. */
  sent: ReadonlySet<number>;
  torn: string[];
  corrupt: string[];
};

const quiet = () => undefined;

/** Once per process. @param disk a folder for the files, in memory */
export const createJudge = (store: Store, disk: string) => {
  // The same connection reads the rows: what it has just checked need not be opened twice.
  let newest: Database.Database | null = null;
  const note = (db: Database.Database) => {
    newest = db;
  };
  const { pragma } = Database.prototype;
  Database.prototype.pragma = function noted(...args) {
    note(this);
    return pragma.apply(this, args);
  };
  const bodies = new Map<string, { id: string; conversation: number; sent: number } | null>();
  const commandIn = (body: string) => {
    const known = bodies.get(body);
    if (known !== undefined) return known;
    const { data } = store.commandSchema.safeParse(JSON.parse(body));
    const command = data ? { id: data.id, conversation: data.conversation, sent: data.sent } : null;
    bodies.set(body, command);
    return command;
  };

  const lay = (state: DiskState) => {
    const wanted = new Set(state.files.map(({ path }) => basename(path)));
    for (const name of readdirSync(disk)) if (!wanted.has(name)) unlinkSync(join(disk, name));
    for (const { path, content } of state.files) writeFileSync(join(disk, basename(path)), content());
  };

  const outbox = (): Judged => {
    const nothing = { commands: new Set<string>(), sent: new Set<number>(), torn: [], corrupt: [] };
    newest = null;
    const opened = store.openOutbox(disk, 1_750_000_000_000);
    if (opened.outcome !== 'opened') return { ...nothing, corrupt: [`outbox ${JSON.stringify(opened)}`] };
    const corrupt = opened.salvaged
      ? [`the outbox had to be salvaged: ${JSON.stringify(opened.salvaged)}`]
      : [];
    const db = newest as Database.Database | null;
    if (!db?.name.endsWith('outbox.db')) throw new Error(`Not the outbox: ${String(db?.name)}`);
    const found = (db.prepare('SELECT body FROM command').pluck().all() as string[]).map(commandIn);
    opened.outbox.close();
    const whole = found.filter((command) => command !== null);
    return {
      commands: new Set(whole.map(({ id }) => id)),
      sent: new Set(whole.filter(({ sent }) => sent > 0).map(({ conversation }) => conversation)),
      torn: whole.length < found.length ? [`${found.length - whole.length} rows are no commands`] : [],
      corrupt,
    };
  };

  const cache = (): string[] => {
    const opened = store.openCacheWriter(disk, {
      clock: { now: () => 1_750_000_000_000 },
      log: { info: quiet, warn: quiet, error: quiet },
    });
    if (opened.outcome === 'opened') opened.store.close();
    return opened.outcome === 'opened' && opened.setAside === null ? [] : [`cache.db ${opened.outcome}`];
  };

  return {
    /** What the app makes of these files; an absent cache is none. */
    judge: (state: DiskState): Judged => {
      lay(state);
      const judged = outbox();
      return existsSync(join(disk, 'cache.db'))
        ? { ...judged, corrupt: [...judged.corrupt, ...cache()] }
        : judged;
    },
    /** Before another record. */
    forget: () => bodies.clear(),
  };
};
