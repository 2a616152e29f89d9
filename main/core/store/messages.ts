/** Writes messages: the newest of every live conversation, and the whole saved transcript of opened ones. */
import type { Database } from 'better-sqlite3';
import type { Message } from '../../../contract/model.ts';
import type { TranscriptFact } from '../facts.ts';
import { BOUND_INTEGER } from './bound.ts';

/** Messages kept of a conversation that nobody opened. */
export const KEPT_MESSAGES = 20;

export type MessageWriter = {
  /** Stores a message heard by itself. */
  add: (conversation: number, message: Message) => void;
  /** Stores a page of a transcript; `now` is ms since 1970. */
  addPage: (fact: TranscriptFact, now: number) => void;
  /** Cuts conversations that got messages and were never opened back to the newest; call before the commit. */
  trim: () => void;
  /** Id of the oldest saved message; null = none. */
  oldest: (conversation: number) => number | null;
  reset: () => void;
};

export const createMessageWriter = (db: Database): MessageWriter => {
  const upsert = db.prepare<
    [number, number, string, string, string | null, string, number, string | null, string]
  >(
    `INSERT INTO message (id, conversation_id, kind, text, sender, sender_type, at, status, attachments)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET text = excluded.text, sender = excluded.sender,
       sender_type = excluded.sender_type, status = excluded.status, attachments = excluded.attachments`,
  );
  const backlog = db.prepare<[number]>('INSERT OR IGNORE INTO text_backlog (conversation_id) VALUES (?)');
  const newestOf = db
    .prepare<[number], number>(
      `SELECT id FROM message WHERE conversation_id = ${BOUND_INTEGER} ORDER BY id DESC LIMIT 1`,
    )
    .pluck();
  const oldestOf = db
    .prepare<[number], number>(
      `SELECT id FROM message WHERE conversation_id = ${BOUND_INTEGER} ORDER BY id LIMIT 1`,
    )
    .pluck();
  const removeBefore = db.prepare<[number, number]>(
    'DELETE FROM message WHERE conversation_id = ? AND id < ?',
  );
  const firstKept = db
    .prepare<[number, number], number>(
      `SELECT id FROM message WHERE conversation_id = ${BOUND_INTEGER} ORDER BY id DESC LIMIT 1 OFFSET ${BOUND_INTEGER}`,
    )
    .pluck();
  const isOpened = db
    .prepare<[number], number>('SELECT saved_at IS NOT NULL FROM conversation WHERE id = ?')
    .pluck();
  const setSaved = db.prepare<[number, number, number]>(
    'UPDATE conversation SET saved_at = ?, more_before = ? WHERE id = ?',
  );
  const setMoreBefore = db.prepare<[number, number]>('UPDATE conversation SET more_before = ? WHERE id = ?');
  /** A page that replaced nothing and reached back as far as before says nothing new about what lies before. */
  const moreBefore = db
    .prepare<[number], number>('SELECT more_before FROM conversation WHERE id = ?')
    .pluck();

  let touched = new Set<number>();

  const put = (conversation: number, message: Message): void => {
    const { id, kind, text, sender, senderType, at, status, attachments } = message;
    upsert.run(
      id,
      conversation,
      kind,
      text,
      sender,
      senderType,
      Math.trunc(at),
      status,
      attachments.length === 0 ? '[]' : JSON.stringify(attachments),
    );
  };

  return {
    add: (conversation, message) => {
      put(conversation, message);
      backlog.run(conversation);
      touched.add(conversation);
    },
    addPage: (fact, now) => {
      const { conversation, messages, newest } = fact;
      const first = messages[0]?.id;
      const before = newestOf.get(conversation);
      const oldest = oldestOf.get(conversation);
      // Between what was saved and a newest page that does not reach it, messages are missing: a transcript
      // with a hole is worse than a short one.
      const hole = newest && first !== undefined && before !== undefined && first > before && fact.moreBefore;
      if (hole) removeBefore.run(conversation, first);
      for (const message of messages) put(conversation, message);
      const reachesBack = hole || oldest === undefined || first === undefined || first <= oldest;
      const more = reachesBack ? fact.moreBefore : moreBefore.get(conversation) === 1;
      if (newest) setSaved.run(now, more ? 1 : 0, conversation);
      else setMoreBefore.run(more ? 1 : 0, conversation);
      backlog.run(conversation);
    },
    trim: () => {
      for (const conversation of touched) {
        if (isOpened.get(conversation) === 1) continue;
        const keepFrom = firstKept.get(conversation, KEPT_MESSAGES - 1);
        if (keepFrom === undefined) continue;
        if (removeBefore.run(conversation, keepFrom).changes > 0) setMoreBefore.run(1, conversation);
      }
      touched = new Set();
    },
    oldest: (conversation) => oldestOf.get(conversation) ?? null,
    reset: () => {
      touched = new Set();
    },
  };
};
