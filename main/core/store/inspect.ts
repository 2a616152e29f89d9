/** Looks through cache.db for what SQLite does not notice by itself: an index, a count or a row that contradicts the others. */
import type { Database } from 'better-sqlite3';
import type { Grouping } from '../../../contract/model.ts';
import { GROUPINGS } from './counters.ts';
import { orderKeys, SORTS } from './truth-pages.ts';

/** The file is damaged, though every page of it can be read. */
class Contradiction extends Error {
  /** SQLite's own name for a row that its index does not know. */
  readonly code = 'SQLITE_CORRUPT_INDEX';
}

type Index = { name: string; table: 'conversation' | 'message'; columns: readonly string[]; where: string };

/** Every index of the cache that leads to rows. */
export const INDEXES: readonly Index[] = [
  ...GROUPINGS.flatMap((grouping) =>
    SORTS.map((sort) => ({
      name: `${grouping}_${sort}`,
      table: 'conversation' as const,
      columns: [`lane_${grouping}`, 'bucket', ...orderKeys(sort)],
      where: 'live = 1',
    })),
  ),
  {
    name: 'filtered',
    table: 'conversation',
    columns: [
      'assignee_type',
      'assignee_id',
      'team_id',
      'bucket',
      'status',
      'inbox_id',
      'priority',
      'labels',
      'waiting_since',
      'first_reply_at',
    ],
    where: 'live = 1',
  },
  { name: 'confirmed', table: 'conversation', columns: ['epoch'], where: 'live = 1' },
  { name: 'finished', table: 'conversation', columns: ['blanked', 'last_activity_at'], where: 'live = 0' },
  {
    name: 'unsaved',
    table: 'conversation',
    columns: ['save_order', 'bucket', 'waiting_order'],
    where: 'live = 1 AND (saved_at IS NULL OR behind = 1 OR covered_at = 0)',
  },
  { name: 'message_of', table: 'message', columns: ['conversation_id'], where: 'TRUE' },
];

/** Rows compared with their indexes at once: about 6 ms. */
const ROWS_A_SLICE = 100;
/** Cards of lanes counted at once. */
const CARDS_A_SLICE = 2_000;

type CounterRow = {
  lane: string;
  bucket: number;
  count: number;
  not_answered: number;
  oldest: number | null;
};

const lookUpSql = ({ name, table, columns, where }: Index): string => {
  const same = [...columns, 'id'].map((column) => `entry.${column} IS whole.${column}`).join(' AND ');
  return `SELECT id FROM ${table} AS whole NOT INDEXED WHERE id > ? AND id <= ? AND ${where}
    AND NOT EXISTS (SELECT 1 FROM ${table} AS entry INDEXED BY ${name} WHERE ${where} AND ${same}) LIMIT 1`;
};

const sumSql = (grouping: Grouping): string =>
  `SELECT count(*) AS count, min(waiting_since) AS oldest,
     count(*) FILTER (WHERE assignee_type = 'agent' AND first_reply_at IS NULL) AS not_answered
   FROM conversation INDEXED BY ${grouping}_waiting WHERE live = 1 AND lane_${grouping} = ? AND bucket = ?`;

/**
 * One look through the whole file, in slices: what lies between two of them may change meanwhile. Every row must be
 * in its indexes under what it says; no index may have an entry more than there are rows; lanes must have the
 * counts that they are shown with. Throws what `troubleOf` calls damaged at the first thing that does not fit.
 */
export function* inspect(db: Database): Generator<undefined, undefined> {
  const contradict = (what: string): never => {
    throw new Contradiction(what);
  };

  for (const table of ['conversation', 'message'] as const) {
    const lookUps = INDEXES.filter((index) => index.table === table).map((index) => ({
      name: index.name,
      lost: db.prepare<[number, number], number>(lookUpSql(index)).pluck(),
    }));
    const upTo = db
      .prepare<[number], number | null>(
        `SELECT max(id) FROM (SELECT id FROM ${table} NOT INDEXED WHERE id > ? ORDER BY id LIMIT ${ROWS_A_SLICE})`,
      )
      .pluck();
    // What comes in later is written by this process, and would make a look without an end.
    const end = db.prepare<[], number | null>(`SELECT max(id) FROM ${table}`).pluck().get() ?? 0;
    for (
      let from = 0, to = upTo.get(from);
      typeof to === 'number' && from < end;
      from = to, to = upTo.get(from)
    ) {
      for (const { name, lost } of lookUps) {
        const id = lost.get(from, to);
        if (id !== undefined) contradict(`row ${id} is missing from index ${name}`);
      }
      yield;
    }
  }

  const counted = db
    .prepare<[Grouping], number>('SELECT total(count) FROM counter WHERE grouping = ?')
    .pluck();
  for (const { name, where } of INDEXES) {
    // The others tell nothing that is shown or deleted by its number.
    if (where !== 'live = 1') continue;
    const entries = db
      .prepare<[], number>(`SELECT count(*) FROM conversation INDEXED BY ${name} WHERE live = 1`)
      .pluck()
      .get();
    for (const grouping of GROUPINGS)
      if (counted.get(grouping) !== entries) contradict(`index ${name} and the counts of ${grouping} differ`);
    yield;
  }

  for (const grouping of GROUPINGS) {
    const counters = db.prepare<[Grouping, string, number], CounterRow>(
      `SELECT lane, bucket, count, not_answered, oldest FROM counter
       WHERE grouping = ? AND (lane, bucket) > (?, ?) ORDER BY lane, bucket LIMIT 1`,
    );
    const sums = db.prepare<[string, number], Omit<CounterRow, 'lane' | 'bucket'>>(sumSql(grouping));
    let cards = 0;
    for (
      let said = counters.get(grouping, '', -1);
      said !== undefined;
      said = counters.get(grouping, said.lane, said.bucket)
    ) {
      const { lane, bucket, count } = said;
      // One that is longer is only counted, above: to read all of its rows would hold up the others.
      if (count > CARDS_A_SLICE) continue;
      const sum = sums.get(lane, bucket);
      if (sum?.count !== count || sum.not_answered !== said.not_answered || sum.oldest !== said.oldest)
        contradict(`the counts of lane ${lane} in ${grouping} are not those of its cards`);
      cards += count + 1;
      if (cards < CARDS_A_SLICE) continue;
      cards = 0;
      yield;
    }
    yield;
  }
  return undefined;
}
