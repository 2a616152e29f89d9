/** Proves how pending commands change pages and lane sums, without a database. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { laneOf, type Assignment } from '../../../contract/model.ts';
import {
  compareKeys,
  mergePage,
  overlaySums,
  sortKey,
  type LaneSum,
  type MovedCard,
  type SortKey,
} from './overlay.ts';

// Many runs: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const place = (key: SortKey): { key: SortKey; card: number } => ({ key, card: key.at(-1) ?? 0 });

describe('sortKey', () => {
  const card = { id: 7, waitingSince: null, lastActivityAt: 50, createdAt: 40, priorityOrder: 2 };

  it('puts those who do not wait last and the most urgent first', () => {
    const waits = { ...card, id: 9, waitingSince: 30 };
    for (const sort of ['waiting', 'priority'] as const) {
      expect(compareKeys(sortKey(sort, waits), sortKey(sort, card))).toBeLessThan(0);
    }
    const urgent = { ...card, id: 9, priorityOrder: 0 };
    expect(compareKeys(sortKey('priority', urgent), sortKey('priority', waits))).toBeLessThan(0);
  });

  it('puts the newest activity and the oldest creation first', () => {
    const later = { ...card, id: 8, lastActivityAt: 60, createdAt: 60 };
    expect(compareKeys(sortKey('activity', later), sortKey('activity', card))).toBeLessThan(0);
    expect(compareKeys(sortKey('created', later), sortKey('created', card))).toBeGreaterThan(0);
  });
});

describe('mergePage', () => {
  it('pages as if all cards were in one list', () => {
    const keys = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 30 })), {
      selector: ([, id]) => id,
      maxLength: 20,
    });
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 4 }), fc.func(fc.boolean()), (all, limit, isMoved) => {
        const sorted = all.map(place).toSorted((a, b) => compareKeys(a.key, b.key));
        const moved = sorted.filter(({ card }) => isMoved(card));
        const truth = sorted.filter(({ card }) => !isMoved(card));
        const pageAfter = (after: SortKey | null): number[] => {
          const rest = truth.filter(({ key }) => after === null || compareKeys(key, after) > 0);
          const { page, more } = mergePage(rest.slice(0, limit + 1), moved, { after, limit });
          const cards = page.map(({ card }) => card);
          return more ? [...cards, ...pageAfter(page.at(-1)?.key ?? null)] : cards;
        };
        const paged = pageAfter(null);
        expect(paged).toEqual(sorted.map(({ card }) => card));
      }),
    );
  });
});

describe('overlaySums', () => {
  const agent = (id: number): Assignment => ({ assignee: { type: 'agent', id }, team: null });
  const sum = (count: number, notAnswered: number, oldestWaitingSince: number | null): LaneSum => ({
    count,
    notAnswered,
    oldestWaitingSince,
  });
  const moved = (fields: Partial<MovedCard>): MovedCard => ({
    id: 1,
    truth: { assignee: null, team: null },
    shown: agent(1),
    waitingSince: 10,
    firstReplyAt: null,
    ...fields,
  });

  it('moves count, not answered and the oldest wait, and asks only where the oldest left', () => {
    const asked: string[] = [];
    const truth = {
      lanes: new Map([
        ['no-team', sum(3, 0, 10)],
        ['agent:1', sum(1, 1, 40)],
      ]),
      unassigned: 3,
    };
    const shown = overlaySums(
      'queues',
      truth,
      [moved({}), moved({ id: 2, waitingSince: 30 })],
      (lane, without) => {
        asked.push(`${lane} ${[...without].join()}`);
        return 20;
      },
    );
    expect(Object.fromEntries(shown.lanes)).toEqual({ 'no-team': sum(1, 0, 20), 'agent:1': sum(3, 3, 10) });
    expect(shown.unassigned).toBe(1);
    expect(asked).toEqual(['no-team 1,2']);
    expect(truth.lanes.get('no-team')).toEqual(sum(3, 0, 10));
  });

  it('counts anew in a lane that the card does not leave', () => {
    const truth = { lanes: new Map([['team:4', sum(1, 0, 10)]]), unassigned: 1 };
    const card = moved({ truth: { assignee: null, team: 4 }, shown: { ...agent(1), team: 4 } });
    expect(laneOf('teams', card.shown)).toBe('team:4');
    const shown = overlaySums('teams', truth, [card], () => null);
    expect(shown.lanes.get('team:4')).toEqual(sum(1, 1, 10));
    expect(shown.unassigned).toBe(0);
  });
});
