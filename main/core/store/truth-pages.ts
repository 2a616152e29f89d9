/** Pages conversations of one lane in order, by keyset: every page is as cheap as the first. */
import type { Database, Statement } from 'better-sqlite3';
import type { Grouping, LaneKey, Sort } from '../../../contract/model.ts';
import { compareKeys, sortKey, type Placed, type SortKey } from '../sync/overlay.ts';
import { shownWait } from '../sync/waiting.ts';
import type { StoredConversation } from '../sync/stored-conversation.ts';
import { BOUND_INTEGER, BOUND_TEXT } from './bound.ts';
import type { Condition } from './filter.ts';
import { columnList, epochOf, priorityOrder, readRow, type RawRow } from './row.ts';

/** A conversation with the connection that last confirmed it. */
export type Found = { row: StoredConversation; epoch: number };

export type PageRequest = {
  grouping: Grouping;
  sort: Sort;
  lane: LaneKey;
  condition: Condition;
  after: SortKey | null;
  limit: number;
};

/** `keys` are the columns of the index `<grouping>_<sort>` after lane and bucket; the row id ends every key. */
const ORDERS: Record<Sort, { keys: readonly string[]; descending: boolean }> = {
  waiting: { keys: ['waiting_order'], descending: false },
  activity: { keys: ['last_activity_at'], descending: true },
  created: { keys: ['created_at'], descending: false },
  priority: { keys: ['priority_order', 'waiting_order'], descending: false },
};

export const SORTS = Object.keys(ORDERS) as readonly Sort[];

/** Columns of the index `<grouping>_<sort>` after lane and bucket. */
export const orderKeys = (sort: Sort): readonly string[] => ORDERS[sort].keys;

/** Numbers in a key of an order: its columns and the id. */
export const keyLength = (sort: Sort): number => ORDERS[sort].keys.length + 1;

/** Readers order nothing by when a row was heard. */
const NO_RUN = -1;

export const foundOf = (raw: RawRow): Found => ({ row: readRow(raw, NO_RUN), epoch: epochOf(raw) });

/** Where a conversation stands in an order. */
export const keyOf = (sort: Sort, row: StoredConversation): SortKey =>
  sortKey(sort, {
    id: row.id,
    waitingSince: shownWait(row.wait, row.status).since,
    lastActivityAt: row.lastActivityAt,
    createdAt: row.createdAt,
    priorityOrder: priorityOrder(row.priority),
  });

/**
 * The three statements of an order. One index serves each: `start` from the top, `ties` for the rest of
 * equal keys (by row id), `rest` for what comes after them. Together they never read a row twice.
 */
const pageSql = (
  grouping: Grouping,
  sort: Sort,
  where: string,
): { start: string; ties: string; rest: string } => {
  const { keys, descending } = ORDERS[sort];
  const [sign, direction] = descending ? ['<', ' DESC'] : ['>', ''];
  const select = `SELECT ${columnList} FROM conversation INDEXED BY ${grouping}_${sort}
    WHERE live = 1 AND lane_${grouping} = ${BOUND_TEXT} AND bucket = ${BOUND_INTEGER}`;
  const order = `ORDER BY ${[...keys, 'id'].map((key) => key + direction).join(', ')} LIMIT ${BOUND_INTEGER}`;
  const equal = keys.map((key) => `${key} = ${BOUND_INTEGER}`).join(' AND ');
  const beyond =
    keys.length === 1 ? `${keys[0]} ${sign} ${BOUND_INTEGER}` : `(${keys.join(', ')}) ${sign} (?, ?)`;
  return {
    start: `${select}${where} ${order}`,
    ties: `${select} AND ${equal} AND id ${sign} ${BOUND_INTEGER}${where} ORDER BY id${direction} LIMIT ${BOUND_INTEGER}`,
    rest: `${select} AND ${beyond}${where} ${order}`,
  };
};

type Read = Statement<unknown[], RawRow>;

export type TruthPages = {
  /** At most `limit` conversations after a key, in order. */
  read: (request: PageRequest) => Placed<Found>[];
};

export const createTruthPages = (db: Database): TruthPages => {
  const prepared = new Map<string, { start: Read; ties: Read; rest: Read }>();

  const statements = (
    grouping: Grouping,
    sort: Sort,
    where: string,
  ): { start: Read; ties: Read; rest: Read } => {
    const name = `${grouping} ${sort}${where}`;
    const known = prepared.get(name);
    if (known) return known;
    const sql = pageSql(grouping, sort, where);
    const made = {
      start: db.prepare<unknown[], RawRow>(sql.start).raw(),
      ties: db.prepare<unknown[], RawRow>(sql.ties).raw(),
      rest: db.prepare<unknown[], RawRow>(sql.rest).raw(),
    };
    prepared.set(name, made);
    return made;
  };

  const readBucket = (request: PageRequest, bucket: number): RawRow[] => {
    const { grouping, sort, lane, condition, after, limit } = request;
    const { start, ties, rest } = statements(grouping, sort, condition.sql);
    if (after === null) return start.all(lane, bucket, ...condition.values, limit);
    // Keys of descending orders are negated, so that smaller is always first.
    const bound = ORDERS[sort].descending ? after.map((part) => -part) : after;
    const same = ties.all(lane, bucket, ...bound, ...condition.values, limit);
    if (same.length >= limit) return same;
    return [
      ...same,
      ...rest.all(lane, bucket, ...bound.slice(0, -1), ...condition.values, limit - same.length),
    ];
  };

  return {
    read: (request) => {
      const { condition, sort, limit } = request;
      const found = condition.buckets.flatMap((bucket) =>
        readBucket(request, bucket).map((raw) => {
          const card = foundOf(raw);
          return { key: keyOf(sort, card.row), card };
        }),
      );
      if (condition.buckets.length < 2) return found;
      return found.toSorted((a, b) => compareKeys(a.key, b.key)).slice(0, limit);
    },
  };
};
