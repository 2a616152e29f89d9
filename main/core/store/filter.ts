/** A filter of the board twice over: as SQL for truth and as a predicate for cards with a pending command. */
import { isLive, type Filter } from '../../../contract/model.ts';
import type { StoredConversation } from '../sync/stored-conversation.ts';
import { shownWait } from '../sync/waiting.ts';
import { bucketOf, labelMark } from './row.ts';

/** In a filter by priority: those that have none. */
const NO_PRIORITY = 'none';

const BUCKET_STATUSES = ['open', 'pending', 'snoozed'] as const;

/** The buckets a filter shows. */
const bucketsOf = (filter: Filter): number[] => {
  const { statuses } = filter;
  if (statuses.length === 0) return [0, 1, 2];
  return [0, 1, 2].filter((bucket) => {
    const name = BUCKET_STATUSES[bucket] ?? '';
    return statuses.includes(name) || (bucket === 0 && unknownStatuses(filter).length > 0);
  });
};

/** Statuses named by the filter that this app does not know; they live in the bucket of the open ones. */
const unknownStatuses = ({ statuses }: Filter): string[] =>
  statuses.filter((status) => isLive(status) && !BUCKET_STATUSES.some((known) => known === status));

export type Condition = {
  /** Streams to read, one for each. */
  buckets: number[];
  /** ` AND …` with one `?` for each of `values`. Says the same words for the same kind of filter. */
  sql: string;
  values: (string | number)[];
  /** Nothing but buckets: the counters answer. */
  plain: boolean;
  matches: (row: StoredConversation) => boolean;
};

/** Reads a filter; `now` is seconds since 1970. */
export const conditionOf = (filter: Filter, now: number): Condition => {
  const buckets = bucketsOf(filter);
  const clauses: string[] = [];
  const values: (string | number)[] = [];
  const add = (clause: string, value: string | number): void => {
    clauses.push(clause);
    values.push(value);
  };
  const unknown = unknownStatuses(filter);
  const narrow = filter.statuses.length > 0 && !filter.statuses.includes('open') && unknown.length > 0;
  if (narrow) {
    add('(bucket <> 0 OR status IN (SELECT value FROM json_each(?)))', JSON.stringify(unknown));
  }
  if (filter.inboxes.length > 0) {
    add('inbox_id IN (SELECT value FROM json_each(?))', JSON.stringify(filter.inboxes));
  }
  if (filter.priorities.length > 0) {
    add(
      `ifnull(priority, '${NO_PRIORITY}') IN (SELECT value FROM json_each(?))`,
      JSON.stringify(filter.priorities),
    );
  }
  if (filter.labels.length > 0) {
    add(
      'EXISTS (SELECT 1 FROM json_each(?) WHERE instr(labels, value))',
      JSON.stringify(filter.labels.map(labelMark)),
    );
  }
  const waitingBefore = Math.floor(now - filter.waitingLongerThan * 60);
  if (filter.waitingLongerThan > 0) add('waiting_since <= ?', waitingBefore);

  return {
    buckets,
    sql: clauses.map((clause) => ` AND ${clause}`).join(''),
    values,
    plain: clauses.length === 0,
    matches: (row) => {
      const bucket = bucketOf(row);
      if (!buckets.includes(bucket)) return false;
      if (narrow && bucket === 0 && !unknown.includes(row.status)) return false;
      if (filter.inboxes.length > 0 && !filter.inboxes.includes(row.inbox)) return false;
      if (filter.priorities.length > 0 && !filter.priorities.includes(row.priority ?? NO_PRIORITY))
        return false;
      if (filter.labels.length > 0 && !filter.labels.some((label) => row.labels.includes(label)))
        return false;
      if (filter.waitingLongerThan > 0) {
        const { since } = shownWait(row.wait, row.status);
        return since !== null && Math.trunc(since) <= waitingBefore;
      }
      return true;
    },
  };
};
