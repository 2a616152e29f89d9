/** Writes messages: the newest of every live conversation, the whole saved transcript of opened ones, and how far both reach. */
import type { Database } from 'better-sqlite3';
import type { Message } from '../../../contract/model.ts';
import type { TranscriptFact } from '../facts.ts';
import { BOUND_INTEGER } from './bound.ts';

/** Messages kept of a conversation that nobody opened. */
const KEPT_MESSAGES = 20;

/** `opened` = somebody looked at it, so that its older messages stay. */
export type Span = { oldest: number | null; newest: number | null; opened: boolean };

export type MessageWriter = {
  /** Stores a message heard by itself. `unbroken` = and everything since the last one was heard as well. */
  add: (conversation: number, message: Message, unbroken: boolean) => void;
  /** Stores a page of a transcript; `now` is ms since 1970. */
  addPage: (fact: TranscriptFact, now: number) => void;
  /** The server's own word about the last activity of a conversation: messages may be missing here. */
  heardActivity: (conversation: number, at: number) => void;
  /** Cuts conversations that got messages and were never opened back to the newest; call before the commit. */
  trim: () => void;
  /** What is saved of a transcript. */
  span: (conversation: number) => Span;
  reset: () => void;
};

/** What is known of the transcript of a conversation. */
type Known = { saved: number; opened: number; more_before: number; last_activity_at: number; older: number };

/** Rows whose transcript is to be saved: not saved yet, behind, or saved and nobody knows how far it reaches. */
export const UNSAVED = '(saved_at IS NULL OR behind = 1 OR covered_at = 0)';

/** `run` = number of this run of the process, as in the rows. */
export const createMessageWriter = (db: Database, run: number): MessageWriter => {
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
  const knownOf = db.prepare<[number, number], Known>(
    `SELECT saved_at IS NOT NULL AS saved, opened, more_before, last_activity_at,
       heard_since <= ? OR run <> ${Math.trunc(run)} AS older FROM conversation WHERE id = ?`,
  );
  const newestAt = db
    .prepare<[number], number>('SELECT at FROM message WHERE conversation_id = ? ORDER BY id DESC LIMIT 1')
    .pluck();
  const isStored = db.prepare<[number], number>('SELECT 1 FROM message WHERE id = ?').pluck();
  /** It is behind still where the server spoke of more while the page was on its way. */
  const setSaved = db.prepare<[number, number, number, number, number]>(
    `UPDATE conversation SET saved_at = ?, more_before = ?, covered_at = max(covered_at, ?),
       behind = behind AND last_activity_at > ? WHERE id = ?`,
  );
  const setOpened = db.prepare<[number]>('UPDATE conversation SET opened = 1 WHERE id = ? AND opened = 0');
  const setCovered = db.prepare<[number, number]>(
    `UPDATE conversation SET covered_at = max(covered_at, ?) WHERE id = ? AND NOT ${UNSAVED}`,
  );
  const setBehind = db.prepare<[number, number]>(
    `UPDATE conversation SET behind = 1
     WHERE id = ? AND behind = 0 AND saved_at IS NOT NULL AND covered_at < ?`,
  );
  const setMoreBefore = db.prepare<[number, number]>('UPDATE conversation SET more_before = ? WHERE id = ?');

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
    add: (conversation, message, unbroken) => {
      const known = knownOf.get(Number.MAX_SAFE_INTEGER, conversation);
      const oldest = oldestOf.get(conversation);
      // A change of a message that was not kept: between it and the others there would be a hole.
      if (known?.saved === 1 && known.more_before === 1 && oldest !== undefined && message.id < oldest)
        return;
      const isNew = isStored.get(message.id) === undefined;
      put(conversation, message);
      if (unbroken && isNew) setCovered.run(Math.trunc(message.at), conversation);
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
      const known = knownOf.get(fact.heard.since, conversation);
      // A page that replaced nothing and reached back as far as before says nothing new about what lies before.
      const reachesBack =
        fact.after === undefined && (hole || oldest === undefined || first === undefined || first <= oldest);
      const more = (reachesBack ? fact.moreBefore : known?.more_before === 1) ? 1 : 0;
      if (newest) {
        // What was known before the page was asked for is in it, or is no message. Never 0: that is not known.
        const covered = Math.max(
          1,
          known?.older === 1 ? known.last_activity_at : 0,
          newestAt.get(conversation) ?? 0,
        );
        setSaved.run(now, more, covered, covered, conversation);
        touched.add(conversation);
      } else setMoreBefore.run(more, conversation);
      if (fact.opened === true) setOpened.run(conversation);
      backlog.run(conversation);
    },
    heardActivity: (conversation, at) => {
      setBehind.run(conversation, Math.trunc(at));
    },
    trim: () => {
      for (const conversation of touched) {
        if (knownOf.get(0, conversation)?.opened === 1) continue;
        const keepFrom = firstKept.get(conversation, KEPT_MESSAGES - 1);
        if (keepFrom === undefined) continue;
        if (removeBefore.run(conversation, keepFrom).changes > 0) setMoreBefore.run(1, conversation);
      }
      touched = new Set();
    },
    span: (conversation) => ({
      oldest: oldestOf.get(conversation) ?? null,
      newest: newestOf.get(conversation) ?? null,
      opened: knownOf.get(0, conversation)?.opened === 1,
    }),
    reset: () => {
      touched = new Set();
    },
  };
};
