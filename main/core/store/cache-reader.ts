/** Reads cache.db with pending commands applied; opened read-only, so it never holds up the writer. */
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Clock, Log } from '../ports.ts';
import { truthOf } from '../sync/stored-conversation.ts';
import { BOUND_TEXT } from './bound.ts';
import { CACHE_FILE } from './cache-writer.ts';
import { createCardReader } from './cards.ts';
import { createDetailsReader } from './details.ts';
import { createDirectoryReader } from './directory-reader.ts';
import { createLaneReader } from './lanes.ts';
import { openDatabase } from './open.ts';
import { createSearchReader } from './search.ts';
import { createState } from './state.ts';
import { troubleOf } from '../trouble.ts';
import { createTruthPages } from './truth-pages.ts';
import type { CacheReader, OpenOutcome } from './types.ts';

export type ReaderDeps = { clock: Pick<Clock, 'now'>; log: Log };

const createReader = (db: Database): CacheReader => {
  const state = createState(db);
  const pages = createTruthPages(db);
  const cards = createCardReader(db, state, pages);
  const { lanes } = createLaneReader(db, cards, pages);
  const { details, coverage } = createDetailsReader(db, cards);
  const { search } = createSearchReader(db, cards);
  const { directory } = createDirectoryReader(db, state);
  const inTeam = db
    .prepare<[string], number>(`SELECT id FROM conversation WHERE live = 1 AND lane_teams = ${BOUND_TEXT}`)
    .pluck();

  /** One answer sees one state of the file, however many statements it takes. */
  const atOnce = <A extends unknown[], R>(read: (...args: A) => R): ((...args: A) => R) => {
    const begin = db.prepare('BEGIN');
    const end = db.prepare('COMMIT');
    return (...args) => {
      begin.run();
      try {
        return read(...args);
      } finally {
        if (db.inTransaction) end.run();
      }
    };
  };

  return {
    lanes: atOnce(lanes),
    cards: atOnce(cards.cards),
    card: atOnce(cards.card),
    details: atOnce(details),
    coverage: atOnce(coverage),
    search: atOnce(search),
    directory: atOnce(directory),
    inTeam: (team) => inTeam.all(`team:${team}`),
    isOfThisConnection: (id) => {
      const epoch = cards.find(id)?.epoch;
      return epoch !== undefined && epoch >= Number(state.get('connections') ?? 0);
    },
    truth: (id) => truthOf(cards.find(id)?.row ?? null),
    state: state.get,
    close: () => db.close(),
  };
};

/**
 * Opens `cache.db` in the folder of a workspace for reading. It must have been opened by a writer of this
 * version before. A damaged file is reported, not touched: the writer sets it aside. Methods throw what
 * SQLite throws; `troubleOf` in trouble.ts turns that into a value.
 */
export const openCacheReader = (folder: string, deps: ReaderDeps): OpenOutcome<CacheReader> => {
  const opened = openDatabase({
    path: join(folder, CACHE_FILE),
    kind: 'cache',
    synchronous: 'NORMAL',
    readonly: true,
    cacheKiB: 16_000,
  });
  switch (opened.outcome) {
    case 'opened':
      try {
        return { outcome: 'opened', store: createReader(opened.database), setAside: null };
      } catch (error) {
        opened.database.close();
        deps.log.warn('The cache cannot be read', { detail: String(error) });
        return { outcome: 'unusable', detail: String(error), why: troubleOf(error)?.kind ?? 'unusable' };
      }
    case 'newer-schema':
      return opened;
    case 'damaged':
    case 'unusable':
      deps.log.warn('The cache cannot be read', { detail: opened.detail });
      return opened.outcome === 'damaged'
        ? { outcome: 'unusable', detail: opened.detail, why: 'damaged' }
        : opened;
  }
};
