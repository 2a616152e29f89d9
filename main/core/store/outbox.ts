/** Opens outbox.db, the file that must not lose anything: FULL on every open, salvage of a damaged file row by row. */
import { existsSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { openDatabase, removeDatabase, setAside, type OpenedDatabase } from './open.ts';
import type { Ledger } from '../alerts/ledger.ts';
import { createAlertStore } from './outbox-alerts.ts';
import { createCommandStore, type CommandStore } from './outbox-commands.ts';
import { checksumOf, insertSql, isSound, OUTBOX_TABLES, type OutboxTable } from './outbox-rows.ts';
import { salvage, type Salvaged } from './outbox-salvage.ts';
import { bytesOf, type FileBytes } from './outbox-scan.ts';

export const OUTBOX_FILE = 'outbox.db';

/** What is remembered about a conversation for a short while. */
export type ActivityStore = {
  put: (conversation: number, kind: 'removed-team', body: string, at: number) => void;
  /** null when there is none, or none since `since` (ms). */
  get: (conversation: number, kind: 'removed-team', since: number) => string | null;
  forget: (before: number) => void;
};

export type Outbox = {
  commands: CommandStore;
  alerts: Ledger;
  activity: ActivityStore;
  /** Everything that `work` stores becomes durable together, or nothing does. */
  atOnce: (work: () => void) => void;
  close: () => void;
};

export type OpenOutbox =
  | { outcome: 'opened'; outbox: Outbox; salvaged: (Salvaged & { setAside: string }) | null }
  | { outcome: 'newer-schema'; version: number }
  | { outcome: 'unusable'; detail: string };

const createActivity = (db: Database): ActivityStore => {
  const put = db.prepare(
    `${insertSql('activity')} ON CONFLICT (conversation, kind)
     DO UPDATE SET at = excluded.at, body = excluded.body, checksum = excluded.checksum`,
  );
  const get = db.prepare('SELECT * FROM activity WHERE conversation = ? AND kind = ? AND at >= ?');
  const forget = db.prepare('DELETE FROM activity WHERE at < ?');
  return {
    put: (conversation, kind, body, at) => {
      const values = [conversation, kind, at, body];
      put.run(...values, checksumOf('activity', values));
    },
    get: (conversation, kind, since) => {
      const row = get.get(conversation, kind, since) as Record<string, unknown> | undefined;
      return row && isSound('activity', row) ? String(row['body']) : null;
    },
    forget: (before) => {
      forget.run(before);
    },
  };
};

const outboxOver = (db: Database): Outbox => ({
  commands: createCommandStore(db),
  alerts: createAlertStore(db),
  activity: createActivity(db),
  atOnce: (work) => db.transaction(work).immediate(),
  close: () => db.close(),
});

/** Ours is never empty (see `create`). SQLite takes an empty file as new and throws away its WAL, which may hold everything. */
const hasLostItsFile = (path: string, { wal }: FileBytes): boolean => {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  return size === 0 || (size === undefined && wal.length > 0);
};

const openAt = (path: string) => openDatabase({ path, kind: 'outbox', synchronous: 'FULL' });

/** Made under another name, so that a file of this name has had its tables from the first moment. null = made. */
const create = (path: string): OpenedDatabase | null => {
  const draft = `${path}.new`;
  removeDatabase(draft);
  const made = openAt(draft);
  if (made.outcome !== 'opened') return made;
  made.database.close();
  renameSync(draft, path);
  return null;
};

/** Damage that the first statements do not meet. The file is small, so all of it is looked at. */
const isWhole = (db: Database): boolean => {
  try {
    if (db.pragma('quick_check(1)', { simple: true }) !== 'ok') return false;
    // SQLite does not notice most flipped bits, and a row with one in its state is found by no query.
    return (Object.keys(OUTBOX_TABLES) as OutboxTable[]).every((table) =>
      (db.prepare(`SELECT * FROM ${table}`).all() as Record<string, unknown>[]).every((row) =>
        isSound(table, row),
      ),
    );
  } catch {
    return false;
  }
};

/**
 * Opens the outbox in the folder of a workspace. A damaged file is set aside under its date and every row
 * whose checksum holds is carried over. A file of a newer version is refused and left as it is.
 * `now` is ms since 1970. Methods of the stores throw what SQLite throws (see trouble.ts).
 */
export const openOutbox = (folder: string, now: number): OpenOutbox => {
  const path = join(folder, OUTBOX_FILE);
  const bytes = bytesOf(path);
  const open = () => (existsSync(path) ? null : create(path)) ?? openAt(path);
  const first: OpenedDatabase = hasLostItsFile(path, bytes)
    ? { outcome: 'damaged', detail: 'The file is empty or gone.' }
    : open();
  switch (first.outcome) {
    case 'newer-schema':
    case 'unusable':
      return first;
    case 'opened':
      if (isWhole(first.database))
        return { outcome: 'opened', outbox: outboxOver(first.database), salvaged: null };
      first.database.close();
      break;
    case 'damaged':
      break;
  }
  try {
    // There may be nothing but the log.
    writeFileSync(path, '', { flag: 'a', mode: 0o600 });
    const aside = setAside(path, now);
    const second = open();
    if (second.outcome !== 'opened')
      return second.outcome === 'damaged' ? { outcome: 'unusable', detail: second.detail } : second;
    const saved = salvage(aside, bytes, second.database);
    return {
      outcome: 'opened',
      outbox: outboxOver(second.database),
      salvaged: { ...saved, setAside: aside },
    };
  } catch (error) {
    return { outcome: 'unusable', detail: error instanceof Error ? error.message : String(error) };
  }
};
