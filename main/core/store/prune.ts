/** Deletes finished conversations older than the history depth and blanks what identifies the customers of others. */
import type { Database } from 'better-sqlite3';
import type { Topic } from '../../../contract/model.ts';
import { BOUND_INTEGER } from './bound.ts';

/** Rows handled in one transaction, so that syncing is never held up for long. */
const PRUNE_SLICE = 2500;

const DAY_SECONDS = 24 * 60 * 60;

/** `more` = call again. */
export type Pruned = { topics: Topic[]; more: boolean };

export type Pruner = { prune: (options: { historyDays: number; now: number }) => Pruned };

export const createPruner = (db: Database): Pruner => {
  const old = db
    .prepare<[number, number, number], number>(
      `SELECT id FROM conversation WHERE live = 0 AND blanked = ${BOUND_INTEGER}
       AND last_activity_at < ${BOUND_INTEGER} LIMIT ${BOUND_INTEGER}`,
    )
    .pluck();
  const goneOf = db.prepare<[number], string | null>('SELECT gone FROM conversation WHERE id = ?').pluck();
  const removals = [
    'message WHERE conversation_id',
    'name_search WHERE rowid',
    'text_search WHERE rowid',
    'text_backlog WHERE conversation_id',
    'conversation WHERE id',
  ].map((what) => db.prepare<[number]>(`DELETE FROM ${what} = ?`));
  const blankings = [
    `UPDATE conversation SET contact_email = NULL, contact_phone = NULL, contact_identifier = NULL,
       last_message_text = CASE WHEN last_message_text IS NULL THEN NULL ELSE '' END,
       saved_at = NULL, more_before = 1, covered_at = 0, behind = 0, opened = 0, blanked = 1 WHERE id = ?`,
    'DELETE FROM message WHERE conversation_id = ?',
    'DELETE FROM text_search WHERE rowid = ?',
    'DELETE FROM text_backlog WHERE conversation_id = ?',
  ].map((sql) => db.prepare<[number]>(sql));

  const removeBefore = (seconds: number, topics: Topic[]): boolean => {
    const ids = [0, 1].flatMap((blanked) => old.all(blanked, seconds, PRUNE_SLICE));
    for (const id of ids) {
      for (const removal of removals) removal.run(id);
      topics.push(`conversation:${id}`);
    }
    return ids.length >= PRUNE_SLICE;
  };

  const blankBefore = (seconds: number, topics: Topic[]): boolean => {
    const ids = old.all(0, seconds, PRUNE_SLICE);
    for (const id of ids) {
      // A tombstone has served its purpose by now.
      for (const statement of goneOf.get(id) === null ? blankings : removals) statement.run(id);
      topics.push(`conversation:${id}`);
    }
    return ids.length >= PRUNE_SLICE;
  };

  const inTransaction = db.transaction(
    ({ historyDays, now }: { historyDays: number; now: number }): Pruned => {
      const seconds = Math.floor(now / 1000);
      const topics: Topic[] = [];
      const moreToRemove = removeBefore(seconds - historyDays * DAY_SECONDS, topics);
      const moreToBlank = blankBefore(seconds - DAY_SECONDS, topics);
      return { topics, more: moreToRemove || moreToBlank };
    },
  );

  return {
    prune: (options) => {
      // What is removed here is meant to be gone from the file as well.
      db.pragma('secure_delete = ON');
      try {
        return inTransaction.immediate(options);
      } finally {
        db.pragma('secure_delete = OFF');
      }
    },
  };
};
