/** Makes message text searchable in slices, newest conversations first, so that syncing never waits for it. */
import type { Database } from 'better-sqlite3';
import { BOUND_INTEGER } from './bound.ts';

export type SearchIndexer = {
  /** Indexes at most `limit` conversations in one transaction; true = more wait. */
  indexSlice: (limit: number) => boolean;
};

export const createSearchIndexer = (db: Database): SearchIndexer => {
  const next = db
    .prepare<[number], number>(
      `SELECT conversation_id FROM text_backlog ORDER BY conversation_id DESC LIMIT ${BOUND_INTEGER}`,
    )
    .pluck();
  const done = db.prepare<[number]>('DELETE FROM text_backlog WHERE conversation_id = ?');
  const remove = db.prepare<[number]>('DELETE FROM text_search WHERE rowid = ?');
  const add = db.prepare<[number, string]>('INSERT INTO text_search (rowid, text) VALUES (?, ?)');
  const lastText = db
    .prepare<[number], string | null>('SELECT last_message_text FROM conversation WHERE id = ?')
    .pluck();
  const texts = db
    .prepare<[number], string>(
      `SELECT text FROM message WHERE conversation_id = ? AND kind <> 'activity' AND text <> ''`,
    )
    .pluck();

  return {
    indexSlice: db.transaction((limit: number): boolean => {
      const ids = next.all(limit);
      // The index writes out what it holds in memory whenever an id is not larger than the last.
      for (const id of ids.toSorted((a, b) => a - b)) {
        const text = [lastText.get(id) ?? '', ...texts.all(id)].join('\n').trim();
        remove.run(id);
        if (text !== '') add.run(id, text);
        done.run(id);
      }
      return ids.length === limit;
    }).immediate,
  };
};
