/** Keeps count, not-answered and oldest wait of every lane with each write, so that lane heads count nothing. */
import type { Database } from 'better-sqlite3';
import { laneOf, type Grouping, type Topic } from '../../../contract/model.ts';
import type { StoredConversation } from '../sync/stored-conversation.ts';
import { isNotAnswered } from '../sync/overlay.ts';
import { shownWait } from '../sync/waiting.ts';
import { BOUND_INTEGER, BOUND_TEXT } from './bound.ts';
import { bucketOf } from './row.ts';

export const GROUPINGS: readonly Grouping[] = ['queues', 'agents', 'teams'];

type Delta = {
  count: number;
  notAnswered: number;
  /** Oldest wait that came in and that went away. */
  entered: number;
  left: number;
};

type CounterRow = { count: number; not_answered: number; oldest: number | null };

export type Counters = {
  /** Notes that a conversation was `before` and is `after`; null = not in the cache. */
  move: (before: StoredConversation | null, after: StoredConversation | null) => void;
  /** Writes what was noted; true when a number changed. Call once, after the rows are written. */
  flush: () => boolean;
  /** Forgets what was noted, after a transaction that failed. */
  reset: () => void;
};

/** Lanes (in every grouping) that a conversation stands in; none unless it is live. */
export const addLaneTopics = (topics: Set<Topic>, row: StoredConversation | null): void => {
  if (row === null || bucketOf(row) === 3) return;
  for (const grouping of GROUPINGS) topics.add(`lane:${grouping}:${laneOf(grouping, row)}`);
};

export const createCounters = (db: Database): Counters => {
  const read = db.prepare<[Grouping, string, number], CounterRow>(
    'SELECT count, not_answered, oldest FROM counter WHERE grouping = ? AND lane = ? AND bucket = ?',
  );
  const write = db.prepare<[Grouping, string, number, number, number, number | null]>(
    `INSERT INTO counter (grouping, lane, bucket, count, not_answered, oldest) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (grouping, lane, bucket) DO UPDATE
     SET count = excluded.count, not_answered = excluded.not_answered, oldest = excluded.oldest`,
  );
  const remove = db.prepare<[Grouping, string, number]>(
    'DELETE FROM counter WHERE grouping = ? AND lane = ? AND bucket = ?',
  );
  const oldestOf = Object.fromEntries(
    GROUPINGS.map((grouping) => [
      grouping,
      db
        .prepare<[string, number], number | null>(
          `SELECT waiting_since FROM conversation INDEXED BY ${grouping}_waiting
           WHERE live = 1 AND lane_${grouping} = ${BOUND_TEXT} AND bucket = ${BOUND_INTEGER} ORDER BY waiting_order LIMIT 1`,
        )
        .pluck(),
    ]),
  );

  /** grouping -> lane -> one delta for each bucket */
  let deltas = new Map<Grouping, Map<string, (Delta | undefined)[]>>();

  const deltaOf = (grouping: Grouping, lane: string, bucket: number): Delta => {
    let lanes = deltas.get(grouping);
    if (!lanes) deltas.set(grouping, (lanes = new Map()));
    let buckets = lanes.get(lane);
    if (!buckets) lanes.set(lane, (buckets = []));
    return (buckets[bucket] ??= { count: 0, notAnswered: 0, entered: Infinity, left: Infinity });
  };

  const note = (row: StoredConversation | null, by: 1 | -1): void => {
    if (row === null) return;
    const bucket = bucketOf(row);
    if (bucket === 3) return;
    const notAnswered = isNotAnswered(row, row.firstReplyAt) ? by : 0;
    const since = shownWait(row.wait, row.status).since;
    for (const grouping of GROUPINGS) {
      const delta = deltaOf(grouping, laneOf(grouping, row), bucket);
      delta.count += by;
      delta.notAnswered += notAnswered;
      if (since === null) continue;
      if (by === 1) delta.entered = Math.min(delta.entered, Math.trunc(since));
      else delta.left = Math.min(delta.left, Math.trunc(since));
    }
  };

  const flushOne = (grouping: Grouping, lane: string, bucket: number, delta: Delta): boolean => {
    const before = read.get(grouping, lane, bucket) ?? { count: 0, not_answered: 0, oldest: null };
    const count = before.count + delta.count;
    const notAnswered = before.not_answered + delta.notAnswered;
    const known = before.oldest ?? Infinity;
    // Only when the oldest itself may have gone must the index say who is next.
    const oldest =
      delta.left <= known ? (oldestOf[grouping]?.get(lane, bucket) ?? null) : Math.min(known, delta.entered);
    const wait = oldest === Infinity ? null : oldest;
    if (count === before.count && notAnswered === before.not_answered && wait === before.oldest) return false;
    if (count === 0) remove.run(grouping, lane, bucket);
    else write.run(grouping, lane, bucket, count, notAnswered, wait);
    return true;
  };

  return {
    move: (before, after) => {
      note(before, -1);
      note(after, 1);
    },
    flush: () => {
      let changed = false;
      for (const [grouping, lanes] of deltas) {
        for (const [lane, buckets] of lanes) {
          buckets.forEach((delta, bucket) => {
            if (delta && flushOne(grouping, lane, bucket, delta)) changed = true;
          });
        }
      }
      deltas = new Map();
      return changed;
    },
    reset: () => {
      deltas = new Map();
    },
  };
};
