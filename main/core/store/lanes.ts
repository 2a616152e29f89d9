/** Reads the heads of all lanes: from the counters, or under a filter from one covering query. */
import type { Database } from 'better-sqlite3';
import {
  laneOf,
  type Assignment,
  type Grouping,
  type LaneHead,
  type LaneKey,
} from '../../../contract/model.ts';
import { earlier, overlaySums, type LaneSum, type MovedCard, type Sums } from '../sync/overlay.ts';
import { shownWait } from '../sync/waiting.ts';
import type { CardReader } from './cards.ts';
import { conditionOf, type Condition } from './filter.ts';
import type { TruthPages } from './truth-pages.ts';
import type { CacheReader, Overlay } from './types.ts';

export type LaneReader = Pick<CacheReader, 'lanes'>;

type CounterRow = {
  lane: string;
  bucket: number;
  count: number;
  not_answered: number;
  oldest: number | null;
};

type PairRow = {
  assignee_type: 'agent' | 'bot' | null;
  assignee_id: number | null;
  team_id: number | null;
  count: number;
  not_answered: number;
  oldest: number | null;
};

/** Counts by assignee and team under a filter: live rows of one index, in its order, no table. */
export const filteredSql = (where: string): string => `
  SELECT assignee_type, assignee_id, team_id, count(*) AS count,
    count(*) FILTER (WHERE assignee_type = 'agent' AND first_reply_at IS NULL) AS not_answered,
    min(waiting_since) AS oldest
  FROM conversation INDEXED BY filtered
  WHERE live = 1 AND bucket IN (SELECT value FROM json_each(?))${where}
  GROUP BY assignee_type, assignee_id, team_id`;

/** A lane that the directory gives, before its numbers are known. */
type Shell = Pick<LaneHead, 'key' | 'group' | 'target'>;

const NOTHING: LaneSum = { count: 0, notAnswered: 0, oldestWaitingSince: null };

const add = (lanes: Map<LaneKey, LaneSum>, lane: LaneKey, sum: LaneSum): void => {
  const known = lanes.get(lane) ?? NOTHING;
  lanes.set(lane, {
    count: known.count + sum.count,
    notAnswered: known.notAnswered + sum.notAnswered,
    oldestWaitingSince: earlier(known.oldestWaitingSince, sum.oldestWaitingSince),
  });
};

/** The group of a lane that only conversations name. */
const groupOf = (grouping: Grouping, lane: LaneKey): LaneHead['group'] => {
  if (grouping === 'teams') return 'teams';
  return lane.startsWith('agent:') || lane.startsWith('bot:') ? 'agents' : 'unassigned';
};

export const createLaneReader = (db: Database, cards: CardReader, pages: TruthPages): LaneReader => {
  const counters = db.prepare<[Grouping], CounterRow>(
    'SELECT lane, bucket, count, not_answered, oldest FROM counter WHERE grouping = ?',
  );
  const unassigned = db.prepare<[], { bucket: number; count: number }>(
    `SELECT bucket, count FROM counter WHERE grouping = 'agents' AND lane = 'unassigned'`,
  );
  const agents = db
    .prepare<[], number>('SELECT id FROM agent WHERE departed = 0 ORDER BY name COLLATE NOCASE, id')
    .pluck();
  const teams = db
    .prepare<[], number>('SELECT id FROM team WHERE gone = 0 ORDER BY name COLLATE NOCASE, id')
    .pluck();
  const filtered = new Map<string, (values: unknown[]) => PairRow[]>();

  const plainSums = (grouping: Grouping, { buckets }: Condition): Sums => {
    const lanes = new Map<LaneKey, LaneSum>();
    for (const row of counters.all(grouping)) {
      if (!buckets.includes(row.bucket)) continue;
      add(lanes, row.lane, {
        count: row.count,
        notAnswered: row.not_answered,
        oldestWaitingSince: row.oldest,
      });
    }
    const without = unassigned.all().filter(({ bucket }) => buckets.includes(bucket));
    return { lanes, unassigned: without.reduce((sum, { count }) => sum + count, 0) };
  };

  const filteredSums = (grouping: Grouping, condition: Condition): Sums => {
    let read = filtered.get(condition.sql);
    if (!read) {
      const statement = db.prepare<unknown[], PairRow>(filteredSql(condition.sql));
      read = (values) => statement.all(...values);
      filtered.set(condition.sql, read);
    }
    const lanes = new Map<LaneKey, LaneSum>();
    let without = 0;
    for (const row of read([JSON.stringify(condition.buckets), ...condition.values])) {
      const { assignee_type: type, assignee_id: id, team_id: team } = row;
      const assignment: Assignment = { assignee: type === null || id === null ? null : { type, id }, team };
      add(lanes, laneOf(grouping, assignment), {
        count: row.count,
        notAnswered: row.not_answered,
        oldestWaitingSince: row.oldest,
      });
      if (assignment.assignee === null) without += row.count;
    }
    return { lanes, unassigned: without };
  };

  const movedCards = (overlay: Overlay, condition: Condition): MovedCard[] => {
    const moved: MovedCard[] = [];
    for (const { conversation, shown } of overlay.values()) {
      const row = cards.find(conversation)?.row;
      if (!row || !condition.matches(row)) continue;
      moved.push({
        id: row.id,
        truth: row,
        shown,
        waitingSince: shownWait(row.wait, row.status).since,
        firstReplyAt: row.firstReplyAt,
      });
    }
    return moved;
  };

  const shells = (grouping: Grouping): Shell[] => {
    const teamShells = (group: LaneHead['group']): Shell[] => [
      { key: 'no-team', group, target: true },
      ...teams.all().map((id): Shell => ({ key: `team:${id}`, group, target: true })),
    ];
    const agentShells = (): Shell[] =>
      agents.all().map((id): Shell => ({ key: `agent:${id}`, group: 'agents', target: true }));
    switch (grouping) {
      case 'queues':
        return [...teamShells('unassigned'), ...agentShells()];
      case 'agents':
        return [{ key: 'unassigned', group: 'unassigned', target: true }, ...agentShells()];
      case 'teams':
        return teamShells('teams');
    }
  };

  return {
    lanes: ({ grouping, filter }, overlay, now) => {
      const condition = conditionOf(filter, now);
      const truth = condition.plain ? plainSums(grouping, condition) : filteredSums(grouping, condition);
      const moved = movedCards(overlay, condition);
      const oldestWithout = (lane: LaneKey, without: ReadonlySet<number>): number | null => {
        const limit = without.size + 1;
        const page = pages.read({ grouping, sort: 'waiting', lane, condition, after: null, limit });
        const first = page.find(({ card }) => !without.has(card.row.id));
        return first ? shownWait(first.card.row.wait, first.card.row.status).since : null;
      };
      const sums = moved.length === 0 ? truth : overlaySums(grouping, truth, moved, oldestWithout);

      const known = shells(grouping);
      const keys = new Set(known.map(({ key }) => key));
      // Agents who left, bots, vanished teams: shown while they hold conversations, never a target.
      const held = [...sums.lanes.keys()]
        .filter((key) => !keys.has(key) && (sums.lanes.get(key)?.count ?? 0) > 0)
        .toSorted()
        .map((key): Shell => ({ key, group: groupOf(grouping, key), target: false }));
      const lanes = [...known, ...held].map((shell): LaneHead => ({
        ...shell,
        ...(sums.lanes.get(shell.key) ?? NOTHING),
      }));
      const totals = {
        open: 0,
        unassigned: sums.unassigned,
        notAnswered: 0,
        oldestWaitingSince: null as number | null,
      };
      for (const lane of lanes) {
        totals.open += lane.count;
        totals.notAnswered += lane.notAnswered;
        totals.oldestWaitingSince = earlier(totals.oldestWaitingSince, lane.oldestWaitingSince);
      }
      return { lanes, totals };
    },
  };
};
