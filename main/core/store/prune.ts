/** Deletes finished conversations older than the history depth, blanks what identifies the customers of others, and sweeps both out of the file. */
import { dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Topic } from '../../../contract/model.ts';
import { BOUND_INTEGER } from './bound.ts';
import type { LogKeeper } from './log.ts';
import { tidySetAside } from './open.ts';
import type { StateStore } from './state.ts';

/** Rows handled in one transaction, so that syncing is never held up for long. */
const PRUNE_SLICE = 2500;

const DAY_SECONDS = 24 * 60 * 60;

/** `more` = call again. */
export type Pruned = { topics: Topic[]; more: boolean };

export type Pruner = {
  prune: (options: { historyDays: number; now: number }) => Pruned;
  /** Once a day: what was pruned leaves the search index, the unused room of the file and its log. True = call again a moment later. */
  scrub: (now: number) => boolean;
};

/** Pages of the search index rewritten at once. */
const MERGE_PAGES = 200;
/**
 * A larger file is not written anew: that would take seconds, and as much room in the log. What stays there is a
 * few copies that SQLite left behind when it split pages; deleted rows themselves are overwritten at once.
 */
const LARGEST_REWRITTEN = 48 * 1024 * 1024;

export const createPruner = (db: Database, state: StateStore, log: LogKeeper): Pruner => {
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
      if (topics.length > 0) state.set('scrub-due', true);
      return { topics, more: moreToRemove || moreToBlank };
    },
  );

  const merge = db.prepare<[number]>(`INSERT INTO text_search (text_search, rank) VALUES ('merge', ?)`);
  let merging = false;
  /** The index keeps the words of what was deleted until its parts are merged; true = more is to merge. */
  const mergeSome = (): boolean => {
    const { changes } = merge.run(merging ? MERGE_PAGES : -MERGE_PAGES);
    merging = changes >= 2;
    return merging;
  };

  const sizeOf = (): number =>
    Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }));

  return {
    prune: (options) => {
      try {
        const pruned = inTransaction.immediate(options);
        state.kept();
        return pruned;
      } catch (error) {
        state.reset();
        throw error;
      }
    },
    scrub: (now) => {
      tidySetAside(dirname(db.name), now);
      const last = Number(state.get('scrubbed-at') ?? 0);
      // A clock that was set back does not put it off for ever.
      if (state.get('scrub-due') !== true || Math.abs(now - last) < DAY_SECONDS * 1000) return false;
      if (mergeSome()) return true;
      if (sizeOf() <= LARGEST_REWRITTEN) db.exec('VACUUM');
      state.set('scrubbed-at', now);
      state.set('scrub-due', false);
      // Whoever reads now reads for a moment only; what is left in the log then is overwritten with the next news.
      log.empty();
      return false;
    },
  };
};
