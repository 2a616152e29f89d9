/** What the reconciles ask of the cache: how many rows there are of a kind, which ones nobody has confirmed, which ids are missing. */
import type { Database } from 'better-sqlite3';
import type { Stamps } from '../sync/went-back.ts';
import { BOUND_INTEGER, BOUND_TEXT } from './bound.ts';

export type Reconciler = {
  /** Live rows last confirmed before `epoch`, of a status and an inbox where they are said. */
  unconfirmed: (epoch: number, status: string | null, inbox?: number) => number[];
  /** Live rows of a status to compare with the server's counts, of these inboxes; null = of all. */
  counts: (status: string, inboxes: ReadonlySet<number> | null) => { all: number; unassigned: number };
  /** Live rows of other inboxes than these. */
  outside: (inboxes: ReadonlySet<number>) => number[];
  /** The next ids after one, whatever their status, without tombstones. */
  idsAfter: (id: number, limit: number) => number[];
  /** Rows by inbox whose last activity lies in [from, to), seconds since 1970; without tombstones. */
  activeBetween: (from: number, to: number) => Map<number, number>;
  /** Of these rows those of one inbox that were last confirmed before `epoch`. */
  unconfirmedBetween: (epoch: number, inbox: number, from: number, to: number) => number[];
  /** Of these conversations, as far as they are in the cache; without tombstones. */
  stamps: (ids: readonly number[]) => Map<number, Stamps>;
  /** Those with the newest activity, whatever their status; without tombstones. */
  latest: (limit: number) => number[];
  /** Ids that are not there, above those of conversations begun before `since` (seconds), the newest first. */
  gaps: (since: number, limit: number) => number[];
};

/** Rows looked through at a time. */
const SLICE = 1000;

type Active = { id: number; inbox: number; epoch: number };

export const createReconciler = (db: Database): Reconciler => {
  const unconfirmed = db
    .prepare<[number], number>(
      'SELECT id FROM conversation INDEXED BY confirmed WHERE live = 1 AND epoch < ?',
    )
    .pluck();
  const unconfirmedOf = db.prepare<[number, string], { id: number; inbox: number }>(
    `SELECT id, inbox_id AS inbox FROM conversation INDEXED BY confirmed
     WHERE live = 1 AND epoch < ? AND status = ?`,
  );
  const counts = db.prepare<[string], { all: number; unassigned: number }>(
    `SELECT count(*) AS "all", count(*) FILTER (WHERE assignee_id IS NULL) AS unassigned
     FROM conversation INDEXED BY filtered WHERE live = 1 AND status = ?`,
  );
  const countsOf = db.prepare<[string, string], { all: number; unassigned: number }>(
    `SELECT count(*) AS "all", count(*) FILTER (WHERE assignee_id IS NULL) AS unassigned
     FROM conversation INDEXED BY filtered
     WHERE live = 1 AND status = ? AND inbox_id IN (SELECT value FROM json_each(?))`,
  );
  const outside = db
    .prepare<[string], number>(
      `SELECT id FROM conversation INDEXED BY filtered
       WHERE live = 1 AND inbox_id NOT IN (SELECT value FROM json_each(?))`,
    )
    .pluck();
  const after = db
    .prepare<[number, number], number>(
      `SELECT id FROM conversation WHERE id > ? AND gone IS NULL ORDER BY id LIMIT ${BOUND_INTEGER}`,
    )
    .pluck();
  const before = db.prepare<[number, number], { id: number; created: number }>(
    `SELECT id, created_at AS created FROM conversation WHERE id < ? ORDER BY id DESC LIMIT ${BOUND_INTEGER}`,
  );
  const finishedBetween = db.prepare<[number, number, number], Active>(
    `SELECT id, inbox_id AS inbox, epoch FROM conversation INDEXED BY finished
     WHERE live = 0 AND blanked = ? AND last_activity_at >= ? AND last_activity_at < ? AND gone IS NULL`,
  );
  const liveBetween = db.prepare<[number, number], Active>(
    `SELECT id, inbox_id AS inbox, epoch FROM conversation INDEXED BY confirmed
     WHERE live = 1 AND epoch >= 0 AND last_activity_at >= ? AND last_activity_at < ?`,
  );
  const between = (from: number, to: number): Active[] => [
    ...finishedBetween.all(0, from, to),
    ...finishedBetween.all(1, from, to),
    ...liveBetween.all(from, to),
  ];
  const stamps = db.prepare<[string], Stamps & { id: number }>(
    `SELECT id, created_at AS createdAt, last_activity_at AS lastActivityAt, server_updated_at AS updatedAt,
       coalesce(last_message_id, 0) AS lastMessage
     FROM conversation WHERE id IN (SELECT value FROM json_each(?)) AND gone IS NULL`,
  );
  type Latest = { id: number; at: number };
  const latestFinished = db.prepare<[number, number], Latest>(
    `SELECT id, last_activity_at AS at FROM conversation INDEXED BY finished
     WHERE live = 0 AND blanked = ? AND gone IS NULL ORDER BY last_activity_at DESC LIMIT ${BOUND_INTEGER}`,
  );
  const lanes = db.prepare<[], { lane: string; bucket: number }>(
    `SELECT lane, bucket FROM counter WHERE grouping = 'teams'`,
  );
  const latestIn = db.prepare<[string, number, number], Latest>(
    `SELECT id, last_activity_at AS at FROM conversation INDEXED BY teams_activity
     WHERE live = 1 AND lane_teams = ${BOUND_TEXT} AND bucket = ? ORDER BY last_activity_at DESC LIMIT ${BOUND_INTEGER}`,
  );
  /** Lane by lane, as there is an index of these: a cache may hold a million. */
  const latestLive = (limit: number): Latest[] =>
    lanes.all().flatMap(({ lane, bucket }) => latestIn.all(lane, bucket, limit));
  const ascending = (ids: number[]): number[] => ids.toSorted((a, b) => a - b);

  return {
    unconfirmed: (epoch, status, inbox) =>
      ascending(
        status === null
          ? unconfirmed.all(epoch)
          : unconfirmedOf
              .all(epoch, status)
              .filter((row) => inbox === undefined || row.inbox === inbox)
              .map(({ id }) => id),
      ),
    counts: (status, inboxes) =>
      (inboxes === null ? counts.get(status) : countsOf.get(status, JSON.stringify([...inboxes]))) ?? {
        all: 0,
        unassigned: 0,
      },
    outside: (inboxes) => ascending(outside.all(JSON.stringify([...inboxes]))),
    idsAfter: (id, limit) => after.all(id, limit),
    activeBetween: (from, to) => {
      const found = new Map<number, number>();
      for (const { inbox } of between(from, to)) found.set(inbox, (found.get(inbox) ?? 0) + 1);
      return found;
    },
    unconfirmedBetween: (epoch, inbox, from, to) =>
      ascending(
        between(from, to)
          .filter((row) => row.inbox === inbox && row.epoch < epoch)
          .map(({ id }) => id),
      ),
    stamps: (ids) => new Map(stamps.all(JSON.stringify(ids)).map(({ id, ...known }) => [id, known])),
    latest: (limit) =>
      [...latestFinished.all(0, limit), ...latestFinished.all(1, limit), ...latestLive(limit)]
        .toSorted((a, b) => b.at - a.at)
        .slice(0, limit)
        .map(({ id }) => id),
    gaps: (since, limit) => {
      const found: number[] = [];
      let above: number | null = null;
      let from = Number.MAX_SAFE_INTEGER;
      // In slices: a cache may hold a million.
      for (;;) {
        const rows = before.all(from, SLICE);
        for (const { id, created } of rows) {
          for (let gap = (above ?? id) - 1; gap > id && found.length < limit; gap -= 1) found.push(gap);
          above = id;
          if (created < since) return found;
        }
        from = rows.at(-1)?.id ?? 0;
        if (rows.length < SLICE || found.length >= limit) return found;
      }
    },
  };
};
