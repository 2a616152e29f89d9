/** Opens outbox.db, the file that must not lose anything: FULL on every open, salvage of a damaged file row by row. */
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import {
  BUSY_TIMEOUT_MS,
  openDatabase,
  removeDatabase,
  setAside,
  standsAt,
  type OpenedDatabase,
} from './open.ts';
import type { Ledger } from '../alerts/ledger.ts';
import { createAlertStore } from './outbox-alerts.ts';
import { createCommandStore, type CommandStore } from './outbox-commands.ts';
import { createDraftStore, createNoteStore, type DraftStore, type NoteStore } from './outbox-notes.ts';
import { checksumOf, insertSql, isSound, OUTBOX_TABLES, type OutboxTable } from './outbox-rows.ts';
import { salvage, type Salvaged } from './outbox-salvage.ts';
import { bytesOf, type FileBytes } from './outbox-scan.ts';
import { troubleOf, troubleOn, watched, type Trouble } from '../trouble.ts';

const OUTBOX_FILE = 'outbox.db';

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
  notes: NoteStore;
  drafts: DraftStore;
  /** Everything that `work` stores becomes durable together, or nothing does. */
  atOnce: (work: () => void) => void;
  /** Throws once the file is gone from its folder (see `standsAt`). */
  stands: () => void;
  /** Writes durably what changes nothing: throws while the file cannot be written. */
  probe: () => void;
  /** Whether a write waits for another program that holds the lock, or fails at once. It waits when opened. */
  waits: (yes: boolean) => void;
  /** The file is gone from its folder but still open here: puts all of it back under its name. Then close and open again. */
  putBack: (now: number) => void;
  close: () => void;
};

export type OpenOutbox =
  | { outcome: 'opened'; outbox: Outbox; salvaged: (Salvaged & { setAside: string }) | null }
  | { outcome: 'newer-schema'; version: number }
  | { outcome: 'unusable'; detail: string; why: Trouble['kind'] };

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

/** A file that is complete before it gets its name. */
const draftOf = (path: string): string => {
  const draft = `${path}.new`;
  removeDatabase(draft);
  return draft;
};

/** `failed` hears of every trouble that a method throws. */
const outboxOver = (db: Database, failed: (trouble: Trouble) => void): Outbox => {
  const stands = standsAt(db.name);
  const commands = createCommandStore(db);
  const atOnce = (work: () => void): void => {
    stands();
    db.transaction(work).immediate();
  };
  const save: CommandStore['save'] = (changes) => {
    stands();
    commands.save(changes);
  };
  const notes = createNoteStore(db);
  const saveNotes: NoteStore['save'] = (changes) => {
    stands();
    notes.save(changes);
  };
  return {
    commands: watched({ ...commands, save }, failed),
    alerts: watched(createAlertStore(db), failed),
    activity: watched(createActivity(db), failed),
    notes: watched({ ...notes, save: saveNotes }, failed),
    drafts: watched(createDraftStore(db), failed),
    ...watched({ atOnce, stands }, failed),
    probe: () => {
      stands();
      db.pragma(`user_version = ${Number(db.pragma('user_version', { simple: true }))}`);
    },
    waits: (yes) => {
      db.pragma(`busy_timeout = ${yes ? BUSY_TIMEOUT_MS : 0}`);
    },
    putBack: (now) => {
      const path = db.name;
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const draft = draftOf(path);
      // SQLite would make it readable for others.
      writeFileSync(draft, '', { mode: 0o600 });
      db.prepare('VACUUM INTO ?').run(draft);
      // Whatever stands there now is not ours: it is kept beside, not written over.
      if (existsSync(path)) setAside(path, now);
      renameSync(draft, path);
    },
    close: () => db.close(),
  };
};

/** Ours is never empty (see `create`). SQLite takes an empty file as new and throws away its WAL, which may hold everything. */
const hasLostItsFile = (path: string, { wal }: FileBytes): boolean => {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  return size === 0 || (size === undefined && wal.length > 0);
};

const openAt = (path: string) => openDatabase({ path, kind: 'outbox', synchronous: 'FULL' });

/** Made under another name, so that a file of this name has had its tables from the first moment. null = made. */
const create = (path: string): OpenedDatabase | null => {
  const draft = draftOf(path);
  const made = openAt(draft);
  if (made.outcome !== 'opened') return made;
  made.database.close();
  renameSync(draft, path);
  return null;
};

/** All that could be saved of a damaged file, complete; until it takes that one's place nothing has happened to it. */
const salvagedOf = (path: string): string => `${path}.salvaged`;

/** What is only read; SQLite may throw away the log of a file that it opens, or put it into the file. */
const copyOf = (path: string): string => `${path}.read`;

const writeCopy = (path: string, bytes: FileBytes): void => {
  const copy = copyOf(path);
  removeDatabase(copy);
  writeFileSync(copy, bytes.file, { mode: 0o600 });
  if (bytes.wal.length > 0) writeFileSync(`${copy}-wal`, bytes.wal, { mode: 0o600 });
};

/** Writes what is sound of the damaged file into another one. `bytes` = of the damaged file, and what is read here too. */
const salvageBeside = (
  path: string,
  bytes: FileBytes,
): Salvaged | Exclude<OpenedDatabase, { outcome: 'opened' }> => {
  const copy = copyOf(path);
  const draft = draftOf(path);
  const made = openAt(draft);
  if (made.outcome !== 'opened') return made;
  let saved: Salvaged;
  try {
    writeCopy(path, bytes);
    saved = salvage(copy, bytes, made.database);
    // Only the file itself is given its name.
    made.database.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    made.database.close();
    removeDatabase(copy);
  }
  renameSync(draft, salvagedOf(path));
  return saved;
};

/** Sets the damaged file aside for what was salvaged of it; answers where. Cut off anywhere, it is done again from the beginning. */
const putInPlace = (path: string, now: number): string => {
  // There may be nothing but the log.
  writeFileSync(path, '', { flag: 'a', mode: 0o600 });
  const aside = setAside(path, now);
  renameSync(salvagedOf(path), path);
  return aside;
};

const unusableAs = (opened: Exclude<OpenedDatabase, { outcome: 'opened' }>): OpenOutbox =>
  opened.outcome === 'damaged' ? { outcome: 'unusable', detail: opened.detail, why: 'damaged' } : opened;

/** Damage that the first statements do not meet. The file is small, so all of it is looked at. */
const isWhole = (db: Database): boolean => {
  try {
    // Not the quick one: that one believes an index, and by an index every command is changed.
    if (db.pragma('integrity_check(1)', { simple: true }) !== 'ok') return false;
    // SQLite does not notice most flipped bits, and a row with one in its state is found by no query.
    return (Object.keys(OUTBOX_TABLES) as OutboxTable[]).every((table) =>
      (db.prepare(`SELECT * FROM ${table}`).all() as Record<string, unknown>[]).every((row) =>
        isSound(table, row),
      ),
    );
  } catch (error) {
    const trouble = troubleOf(error);
    // A disk that cannot be read now says nothing about the file; a table that is not to be found does.
    if (trouble?.kind === 'damaged' || trouble?.detail.startsWith('SQLITE_ERROR:')) return false;
    throw error;
  }
};

/**
 * Whether a file with a log is sound, judged by a copy of both: until that is known the log stays as it is, so that
 * a death in between takes nothing from the salvage. null = it cannot be judged so, e.g. on a full disk.
 */
const judgeCopy = (path: string, bytes: FileBytes): 'whole' | 'damaged' | null => {
  let judged: 'whole' | 'damaged' | null = null;
  const trouble = troubleOn(() => {
    writeCopy(path, bytes);
    const opened = openDatabase({ path: copyOf(path), kind: 'outbox', synchronous: 'NORMAL' });
    if (opened.outcome === 'damaged') judged = 'damaged';
    if (opened.outcome !== 'opened') return;
    try {
      judged = isWhole(opened.database) ? 'whole' : 'damaged';
    } finally {
      opened.database.close();
    }
  });
  // What cannot be removed now is removed before the next copy.
  troubleOn(() => removeDatabase(copyOf(path)));
  return trouble ? null : judged;
};

/**
 * Opens the outbox in the folder of a workspace. A damaged file is set aside under its date and every row
 * whose checksum holds is carried over. A file of a newer version is refused and left as it is.
 * `now` is ms since 1970. Methods of the stores throw what SQLite throws (see trouble.ts); `failed` hears of it first.
 */
export const openOutbox = (
  folder: string,
  now: number,
  failed: (trouble: Trouble) => void = () => undefined,
): OpenOutbox => {
  const path = join(folder, OUTBOX_FILE);
  const unfinished = troubleOn(() => {
    if (existsSync(salvagedOf(path))) putInPlace(path, now);
  });
  if (unfinished) return { outcome: 'unusable', detail: unfinished.detail, why: unfinished.kind };
  const bytes = bytesOf(path);
  const open = () => (existsSync(path) ? null : create(path)) ?? openAt(path);
  const lost = hasLostItsFile(path, bytes);
  const judged = lost || bytes.wal.length === 0 ? null : judgeCopy(path, bytes);
  const first: OpenedDatabase = lost
    ? { outcome: 'damaged', detail: 'The file is empty or gone.' }
    : judged === 'damaged'
      ? { outcome: 'damaged', detail: 'It contradicts itself.' }
      : open();
  switch (first.outcome) {
    case 'newer-schema':
    case 'unusable':
      return first;
    case 'opened': {
      let whole = judged === 'whole';
      const trouble = troubleOn(() => {
        whole ||= isWhole(first.database);
      });
      if (whole) return { outcome: 'opened', outbox: outboxOver(first.database, failed), salvaged: null };
      first.database.close();
      if (trouble) return { outcome: 'unusable', detail: trouble.detail, why: trouble.kind };
      break;
    }
    case 'damaged':
      break;
  }
  try {
    const saved = salvageBeside(path, bytes);
    if ('outcome' in saved) return unusableAs(saved);
    const aside = putInPlace(path, now);
    const second = openAt(path);
    if (second.outcome !== 'opened') return unusableAs(second);
    return {
      outcome: 'opened',
      outbox: outboxOver(second.database, failed),
      salvaged: { ...saved, setAside: aside },
    };
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === null) throw error;
    return { outcome: 'unusable', detail: trouble.detail, why: trouble.kind };
  }
};
