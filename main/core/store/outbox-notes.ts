/** Private notes in outbox.db, and what was typed but not sent. */
import type { Database } from 'better-sqlite3';
import { noteSchema, type Note } from '../commands/note.ts';
import { checksumOf, insertSql, isSound } from './outbox-rows.ts';

export type NoteStore = {
  /** All in one transaction. Durable when it returns. */
  save: (changes: { add?: readonly Note[]; change?: readonly Note[] }) => void;
  /** Waiting, sending and refused, in the order they were written; `damaged` rows are left out. */
  open: () => { notes: Note[]; damaged: number };
  /** Newest first. */
  newest: (limit: number) => Note[];
  /** Takes them out for good. */
  remove: (ids: readonly string[]) => void;
  /** Of those that are over the newest `keep` stay: their text is on the server, or was thrown away. */
  forget: (keep: number) => void;
};

export type DraftStore = {
  /** An empty text is no draft. */
  put: (conversation: number, text: string, at: number) => void;
  /** '' = none. */
  get: (conversation: number) => string;
  /** Nobody opened these conversations again since (ms). */
  forget: (before: number) => void;
};

type Row = Record<string, unknown>;

/** null: the row is not what was written. */
const readNote = (row: unknown): Note | null => {
  const found = row as Row;
  if (!isSound('note', found)) return null;
  const parsed = noteSchema.safeParse(JSON.parse(String(found['body'])));
  return parsed.success ? parsed.data : null;
};

const sound = (rows: unknown[]): Note[] => rows.map(readNote).filter((one) => one !== null);

const columns = (note: Note) => [
  note.id,
  note.conversation,
  note.state,
  note.settledAt,
  JSON.stringify(note),
];

export const createNoteStore = (db: Database): NoteStore => {
  const insert = db.prepare(insertSql('note'));
  const update = db.prepare('UPDATE note SET state = ?, settled_at = ?, body = ?, checksum = ? WHERE id = ?');
  const open = db.prepare(`SELECT * FROM note WHERE state IN ('waiting', 'sending', 'refused') ORDER BY seq`);
  const newest = db.prepare('SELECT * FROM note ORDER BY seq DESC LIMIT ?');
  const forget = db.prepare(
    `DELETE FROM note WHERE state IN ('sent', 'discarded') AND seq <=
       (SELECT seq FROM note ORDER BY seq DESC LIMIT 1 OFFSET ?)`,
  );
  const remove = db.prepare<[string]>('DELETE FROM note WHERE id = ?');
  const save = db.transaction((add: readonly Note[], change: readonly Note[]) => {
    for (const note of change) {
      const values = columns(note);
      const [id, , ...changing] = values;
      update.run(...changing, checksumOf('note', values), id);
    }
    for (const note of add) {
      const values = columns(note);
      insert.run(...values, checksumOf('note', values));
    }
  });
  return {
    save: ({ add = [], change = [] }) => {
      if (add.length + change.length > 0) save.immediate(add, change);
    },
    open: () => {
      const rows = open.all();
      const notes = sound(rows);
      return { notes, damaged: rows.length - notes.length };
    },
    newest: (limit) => sound(newest.all(limit)),
    remove: db.transaction((ids: readonly string[]) => {
      for (const id of ids) remove.run(id);
    }).immediate,
    forget: (keep) => {
      forget.run(keep);
    },
  };
};

export const createDraftStore = (db: Database): DraftStore => {
  const put = db.prepare(
    `${insertSql('draft')} ON CONFLICT (conversation)
     DO UPDATE SET at = excluded.at, body = excluded.body, checksum = excluded.checksum`,
  );
  const remove = db.prepare('DELETE FROM draft WHERE conversation = ?');
  const get = db.prepare('SELECT * FROM draft WHERE conversation = ?');
  const forget = db.prepare('DELETE FROM draft WHERE at < ?');
  return {
    put: (conversation, text, at) => {
      if (text === '') {
        remove.run(conversation);
        return;
      }
      const values = [conversation, at, text];
      put.run(...values, checksumOf('draft', values));
    },
    get: (conversation) => {
      const row = get.get(conversation) as Row | undefined;
      return row && isSound('draft', row) ? String(row['body']) : '';
    },
    forget: (before) => {
      forget.run(before);
    },
  };
};
