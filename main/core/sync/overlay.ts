/** Puts pending commands over truth: where a card is shown, in what order, and what lanes count. Pure. */
import { laneOf, type Assignment, type Grouping, type LaneKey, type Sort } from '../../../contract/model.ts';

/** What the order of cards depends on. None of it depends on the assignment, so a moved card keeps its place. */
export type Sortable = {
  id: number;
  waitingSince: number | null;
  lastActivityAt: number;
  createdAt: number;
  /** 0 = most urgent. */
  priorityOrder: number;
};

/** Numbers that order cards, smaller first; the last one is the id, so no two cards have the same. */
export type SortKey = readonly number[];

/** Stands for "does not wait": after everybody who does. */
export const NO_WAIT = Number.MAX_SAFE_INTEGER;

/**
 * waiting: longest first, then those who do not wait · activity: newest first · created: oldest first ·
 * priority: most urgent first, then by waiting.
 */
export const sortKey = (sort: Sort, card: Sortable): SortKey => {
  switch (sort) {
    case 'waiting':
      return [card.waitingSince ?? NO_WAIT, card.id];
    case 'activity':
      return [-card.lastActivityAt, -card.id];
    case 'created':
      return [card.createdAt, card.id];
    case 'priority':
      return [card.priorityOrder, card.waitingSince ?? NO_WAIT, card.id];
  }
};

export const compareKeys = (a: SortKey, b: SortKey): number => {
  for (let index = 0; index < a.length; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

/** A card of truth whose place a pending command may change. */
export type Placed<T> = { key: SortKey; card: T };

/**
 * One page: cards of truth in order (without those that have a pending command) and the cards that pending
 * commands show in this lane, merged. `truth` must reach one card further than `limit`, if there are so many.
 */
export const mergePage = <T>(
  truth: readonly Placed<T>[],
  moved: readonly Placed<T>[],
  options: { after: SortKey | null; limit: number },
): { page: Placed<T>[]; more: boolean } => {
  const { after, limit } = options;
  const brought = after === null ? moved : moved.filter(({ key }) => compareKeys(key, after) > 0);
  const all = [...truth, ...brought].toSorted((a, b) => compareKeys(a.key, b.key));
  return { page: all.slice(0, limit), more: all.length > limit };
};

/** A conversation on the board with a pending command. */
export type MovedCard = {
  id: number;
  truth: Assignment;
  shown: Assignment;
  waitingSince: number | null;
  firstReplyAt: number | null;
};

export type LaneSum = { count: number; notAnswered: number; oldestWaitingSince: number | null };

export type Sums = {
  lanes: Map<LaneKey, LaneSum>;
  /** Conversations without an agent, whatever the grouping. */
  unassigned: number;
};

/** Assigned to an agent and no first reply yet. */
export const isNotAnswered = (assignment: Assignment, firstReplyAt: number | null): boolean =>
  assignment.assignee?.type === 'agent' && firstReplyAt === null;

/** The earlier of two moments; null = none. */
export const earlier = (a: number | null, b: number | null): number | null => {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
};

/**
 * Lane sums of truth with the pending commands put over them. `oldestWithout` answers who waits longest in
 * a lane of truth when some of its cards are left out.
 */
export const overlaySums = (
  grouping: Grouping,
  sums: Sums,
  moved: readonly MovedCard[],
  oldestWithout: (lane: LaneKey, without: ReadonlySet<number>) => number | null,
): Sums => {
  const lanes = new Map([...sums.lanes].map(([lane, sum]) => [lane, { ...sum }]));
  const sumOf = (lane: LaneKey): LaneSum => {
    const known = lanes.get(lane);
    if (known) return known;
    const empty = { count: 0, notAnswered: 0, oldestWaitingSince: null };
    lanes.set(lane, empty);
    return empty;
  };
  let { unassigned } = sums;
  const left = new Map<LaneKey, Set<number>>();
  for (const card of moved) {
    const from = laneOf(grouping, card.truth);
    const source = sumOf(from);
    source.count -= 1;
    source.notAnswered -= isNotAnswered(card.truth, card.firstReplyAt) ? 1 : 0;
    unassigned -= card.truth.assignee === null ? 1 : 0;
    const target = sumOf(laneOf(grouping, card.shown));
    target.count += 1;
    target.notAnswered += isNotAnswered(card.shown, card.firstReplyAt) ? 1 : 0;
    unassigned += card.shown.assignee === null ? 1 : 0;
    const gone = left.get(from);
    if (gone) gone.add(card.id);
    else left.set(from, new Set([card.id]));
  }
  for (const [lane, ids] of left) {
    const sum = sumOf(lane);
    const held = moved.some(
      (card) =>
        ids.has(card.id) && card.waitingSince !== null && card.waitingSince === sum.oldestWaitingSince,
    );
    if (held) sum.oldestWaitingSince = oldestWithout(lane, ids);
  }
  for (const card of moved) {
    const sum = sumOf(laneOf(grouping, card.shown));
    sum.oldestWaitingSince = earlier(sum.oldestWaitingSince, card.waitingSince);
  }
  return { lanes, unassigned };
};
