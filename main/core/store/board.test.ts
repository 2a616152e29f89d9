/** Proves lanes, counts and paging against a naive board: every card put in its place by hand. */
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  isLive,
  laneOf,
  type Assignment,
  type Card,
  type Filter,
  type Grouping,
  type Sort,
} from '../../../contract/model.ts';
import type { ConversationFact, GoneFact } from '../facts.ts';
import { conversation, createCache, NOW_SECONDS, rest, type Cache } from './cache.fixture.ts';
import { GROUPINGS } from './counters.ts';
import { priorityOrder } from './row.ts';
import type { Overlay, PendingMove } from './types.ts';

// Real files and many runs: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SORTS: Sort[] = ['waiting', 'activity', 'created', 'priority'];
const IDS = 24;

let cache: Cache;
beforeEach(() => {
  cache = createCache();
});
afterEach(() => cache.close());

const assignee = fc.option(
  fc.record({ type: fc.constantFrom('agent' as const, 'bot' as const), id: fc.integer({ min: 1, max: 3 }) }),
);
const team = fc.option(fc.integer({ min: 1, max: 2 }));
/** Few different moments, so that many cards are equal in an order. */
const moment = fc.integer({ min: NOW_SECONDS - 3, max: NOW_SECONDS }).map((value) => value - 600);
const status = fc.constantFrom('open', 'open', 'open', 'pending', 'snoozed', 'mystery', 'resolved');

const fact = fc
  .record({
    id: fc.integer({ min: 1, max: IDS }),
    status,
    assignee,
    team,
    inbox: fc.integer({ min: 1, max: 2 }),
    priority: fc.constantFrom('low', 'urgent', 'escalation', 'mystery', null),
    labels: fc.subarray(['vip', 'vi', 'refund']),
    createdAt: moment,
    lastActivityAt: moment,
    firstReplyAt: fc.option(moment),
    wireWaitingSince: fc.option(moment),
  })
  .map(
    ({ id, ...fields }) =>
      (since: number): ConversationFact | GoneFact =>
        conversation(id, fields, { heard: rest(since) }),
  );
const gone = fc.integer({ min: 1, max: IDS }).map((id) => (since: number): ConversationFact | GoneFact => ({
  kind: 'gone',
  id,
  heard: rest(since),
  why: 'deleted',
}));
const batches = fc.array(
  fc.array(fc.oneof({ arbitrary: fact, weight: 9 }, gone), { minLength: 1, maxLength: 25 }),
  {
    minLength: 1,
    maxLength: 4,
  },
);

const overlay: fc.Arbitrary<Overlay> = fc
  .array(
    fc.record({
      conversation: fc.integer({ min: 1, max: IDS + 2 }),
      shown: fc.record({ assignee, team }),
      pending: fc.constantFrom(
        'waiting' as const,
        'sending' as const,
        'refused' as const,
        'conflict' as const,
      ),
    }),
    { maxLength: 8 },
  )
  .map(
    (moves): Overlay =>
      new Map(
        moves.map((move): [number, PendingMove] => [
          move.conversation,
          { ...move, command: `c${move.conversation}` },
        ]),
      ),
  );

const filter: fc.Arbitrary<Filter> = fc.record({
  statuses: fc.oneof(
    { arbitrary: fc.constant<string[]>(['open']), weight: 3 },
    fc.subarray(['open', 'pending', 'snoozed', 'mystery', 'resolved']),
  ),
  inboxes: fc.oneof({ arbitrary: fc.constant<number[]>([]), weight: 3 }, fc.constant<number[]>([2])),
  labels: fc.oneof({ arbitrary: fc.constant<string[]>([]), weight: 3 }, fc.subarray(['vip', 'refund'])),
  priorities: fc.oneof(
    { arbitrary: fc.constant<string[]>([]), weight: 3 },
    fc.subarray(['urgent', 'none', 'mystery']),
  ),
  waitingLongerThan: fc.constantFrom(0, 0, 0, 10),
});

/** Every card of the cache as shown, one by one. */
const everyCard = (moves: Overlay): Card[] => {
  const cards: Card[] = [];
  for (let id = 1; id <= IDS + 2; id += 1) {
    const card = cache.reader.card(id, moves);
    if (card !== null) cards.push(card);
  }
  return cards;
};

const shownUnder = (card: Card, wanted: Filter): boolean => {
  if (!card.live) return false;
  const known = ['open', 'pending', 'snoozed'].includes(card.status);
  const { statuses } = wanted;
  if (statuses.length > 0 && !statuses.includes(card.status) && (known || !statuses.includes('open')))
    return false;
  if (wanted.inboxes.length > 0 && !wanted.inboxes.includes(card.inbox)) return false;
  if (wanted.priorities.length > 0 && !wanted.priorities.includes(card.priority ?? 'none')) return false;
  if (wanted.labels.length > 0 && !card.labels.some((label) => wanted.labels.includes(label))) return false;
  const { waitingLongerThan } = wanted;
  return (
    waitingLongerThan === 0 ||
    (card.waitingSince !== null && card.waitingSince <= NOW_SECONDS - waitingLongerThan * 60)
  );
};

const compare: Record<Sort, (a: Card, b: Card) => number> = {
  waiting: (a, b) => (a.waitingSince ?? Infinity) - (b.waitingSince ?? Infinity) || a.id - b.id,
  activity: (a, b) => b.lastActivityAt - a.lastActivityAt || b.id - a.id,
  created: (a, b) => a.createdAt - b.createdAt || a.id - b.id,
  priority: (a, b) => priorityOrder(a.priority) - priorityOrder(b.priority) || compare.waiting(a, b),
};
// Infinity - Infinity is not a number, which `||` passes over as wished.

const naiveLanes = (cards: Card[], grouping: Grouping): Map<string, Card[]> => {
  const lanes = new Map<string, Card[]>();
  for (const card of cards) {
    const lane = laneOf(grouping, card);
    lanes.set(lane, [...(lanes.get(lane) ?? []), card]);
  }
  return lanes;
};

const oldest = (cards: Card[]): number | null =>
  cards.reduce<number | null>(
    (least, { waitingSince }) =>
      waitingSince !== null && (least === null || waitingSince < least) ? waitingSince : least,
    null,
  );

const fill = (list: ((since: number) => ConversationFact | GoneFact)[][]): void => {
  let since = 0;
  for (const batch of list)
    cache.writer.apply(
      batch.map((make) => make((since += 1))),
      { epoch: 1, state: { epoch: 1 } },
    );
};

describe('the board', () => {
  it('equals a naive board in every grouping, sort, filter and overlay, page by page', () => {
    let since = 1000;
    fc.assert(
      fc.property(batches, overlay, filter, fc.integer({ min: 1, max: 5 }), (list, moves, wanted, limit) => {
        // What the runs before left is replaced: every fact is newer.
        for (const batch of list)
          cache.writer.apply(
            batch.map((make) => make((since += 1))),
            { epoch: 1 },
          );
        const visible = everyCard(moves).filter((card) => shownUnder(card, wanted));
        for (const grouping of GROUPINGS) {
          const naive = naiveLanes(visible, grouping);
          const board = cache.reader.lanes({ grouping, filter: wanted, sort: 'waiting' }, moves, NOW_SECONDS);
          expect(board.totals).toEqual({
            open: visible.length,
            unassigned: visible.filter((card) => card.assignee === null).length,
            notAnswered: visible.filter((card) => card.notAnswered).length,
            oldestWaitingSince: oldest(visible),
          });
          for (const lane of board.lanes) {
            const cards = naive.get(lane.key) ?? [];
            expect(lane).toMatchObject({
              count: cards.length,
              notAnswered: cards.filter((card) => card.notAnswered).length,
              oldestWaitingSince: oldest(cards),
            });
          }
          expect([...naive.keys()].filter((key) => !board.lanes.some((lane) => lane.key === key))).toEqual(
            [],
          );
          for (const sort of SORTS) {
            for (const [lane, cards] of naive) {
              const paged: Card[] = [];
              let after: string | null = null;
              do {
                const page = cache.reader.cards(
                  { grouping, sort, filter: wanted, lane, after, limit },
                  moves,
                  NOW_SECONDS,
                );
                expect(page.cards.length).toBeLessThanOrEqual(limit);
                expect(page.next === null || page.cards.length === limit).toBe(true);
                paged.push(...page.cards);
                after = page.next;
              } while (after !== null);
              expect(paged).toEqual(cards.toSorted(compare[sort]));
            }
          }
        }
      }),
      { numRuns: 120 },
    );
  });

  it('has counters that equal a recount after any facts', () => {
    let since = 1;
    const db = new Database(join(cache.folder, 'cache.db'), { readonly: true });
    fc.assert(
      fc.property(batches, (list) => {
        for (const batch of list)
          cache.writer.apply(
            batch.map((make) => make((since += 1))),
            { epoch: 1 },
          );
        for (const grouping of GROUPINGS) {
          const kept = db
            .prepare(
              'SELECT lane, bucket, count, not_answered, oldest FROM counter WHERE grouping = ? ORDER BY lane, bucket',
            )
            .all(grouping);
          const counted = db
            .prepare(
              `SELECT lane_${grouping} AS lane, bucket, count(*) AS count,
                 sum(ifnull(assignee_type = 'agent' AND first_reply_at IS NULL, 0)) AS not_answered,
                 min(waiting_since) AS oldest
               FROM conversation WHERE live = 1 GROUP BY 1, 2 ORDER BY 1, 2`,
            )
            .all();
          expect(kept).toEqual(counted);
        }
      }),
      { numRuns: 300 },
    );
    db.close();
  });

  it('reports a topic for every lane whose head or cards changed', () => {
    let since = 1;
    const read = (): Map<string, string> => {
      const all = new Map<string, string>();
      for (const grouping of GROUPINGS) {
        const query = {
          grouping,
          sort: 'waiting' as const,
          filter: { statuses: [], inboxes: [], labels: [], priorities: [], waitingLongerThan: 0 },
        };
        for (const head of cache.reader.lanes(query, new Map(), NOW_SECONDS).lanes) {
          const { cards } = cache.reader.cards(
            { ...query, lane: head.key, after: null, limit: 100 },
            new Map(),
            NOW_SECONDS,
          );
          all.set(`lane:${grouping}:${head.key}`, JSON.stringify({ head, cards }));
        }
      }
      return all;
    };
    fc.assert(
      fc.property(batches, (list) => {
        for (const batch of list) {
          const before = read();
          const { topics } = cache.writer.apply(
            batch.map((make) => make((since += 1))),
            { epoch: 1 },
          );
          const after = read();
          const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
            (key) => (before.get(key) ?? null) !== (after.get(key) ?? null),
          );
          expect(changed.filter((key) => !topics.some((topic) => topic === key))).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('cards', () => {
  const base: Assignment = { assignee: null, team: null };
  const page = {
    grouping: 'queues' as const,
    sort: 'waiting' as const,
    lane: 'no-team',
    after: null,
    limit: 50,
  };
  const open: Filter = { statuses: ['open'], inboxes: [], labels: [], priorities: [], waitingLongerThan: 0 };

  it('show a status nobody knows under the default filter, and nothing that is final', () => {
    fill([
      [1, 2, 3, 4].map(
        (id, index) => () =>
          conversation(id, { status: ['open', 'mystery', 'resolved', 'pending'][index] ?? '' }),
      ),
    ]);
    const { cards } = cache.reader.cards({ ...page, filter: open }, new Map(), NOW_SECONDS);
    expect(cards.map(({ id, status: shown }) => [id, shown])).toEqual([
      [1, 'open'],
      [2, 'mystery'],
    ]);
    expect(isLive('mystery')).toBe(true);
  });

  it('stand where their command shows them, with its state', () => {
    fill([[() => conversation(1), () => conversation(2, { team: 5 })]]);
    const moves: Overlay = new Map([
      [1, { conversation: 1, command: 'a', shown: base, pending: 'conflict' }],
      [2, { conversation: 2, command: 'b', shown: base, pending: 'waiting' }],
    ]);
    const { cards } = cache.reader.cards({ ...page, filter: open }, moves, NOW_SECONDS);
    expect(cards.map(({ id, pending, command }) => [id, pending, command])).toEqual([
      [1, 'conflict', 'a'],
      [2, 'waiting', 'b'],
    ]);
  });

  it('begin at the top for a cursor that is not one', () => {
    fill([[() => conversation(1)]]);
    const { cards } = cache.reader.cards(
      { ...page, filter: open, after: 'nonsense' },
      new Map(),
      NOW_SECONDS,
    );
    expect(cards).toHaveLength(1);
  });
});
