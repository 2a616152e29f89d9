/** Controls of the rule of convergence: in the end the board is the server's. */
import { describe, expect, it } from 'vitest';
import type { Card, LaneHead } from '../../../contract/model.ts';
import type { Standing } from '../model/records.ts';
import { checkConvergence } from './convergence.ts';
import { at, standing, rules, card } from './hand-made.testing.ts';

describe('convergence', () => {
  const lane = (key: string, count: number): LaneHead => ({
    key,
    group: 'agents',
    count,
    notAnswered: 0,
    oldestWaitingSince: null,
    target: true,
  });
  const board = (lanes: LaneHead[], cards: Card[], rows: [number, Standing][]) => [
    at(0, { kind: 'board', grouping: 'queues', lanes, cards, lanesComplete: true, truth: rows }),
    at(1, { kind: 'end', healed: 0, converged: true, why: '' }),
  ];
  it('accepts a board equal to the server', () => {
    expect(
      checkConvergence(board([lane('agent:14', 1)], [card(101, 14)], [[101, standing(14, null)]])),
    ).toEqual([]);
  });
  it.each([
    ['a wrong agent', board([lane('agent:14', 1)], [card(101, 15)], [[101, standing(14, null)]])],
    [
      'a card too many',
      board([lane('agent:14', 1)], [card(101, 14), card(102, 14)], [[101, standing(14, null)]]),
    ],
    ['a card too few', board([lane('agent:14', 1)], [], [[101, standing(14, null)]])],
    [
      'a card twice',
      board([lane('agent:14', 1)], [card(101, 14), card(101, 14)], [[101, standing(14, null)]]),
    ],
    ['a wrong count', board([lane('agent:14', 2)], [card(101, 14)], [[101, standing(14, null)]])],
    ['a missing lane', board([], [card(101, 14)], [[101, standing(14, null)]])],
  ])('catches %s', (_name, events) => {
    expect(rules(checkConvergence(events))).toEqual(['R4 board']);
  });
  it('catches a stall', () => {
    expect(
      rules(checkConvergence([at(9, { kind: 'end', healed: 0, converged: false, why: 'offline' })])),
    ).toEqual(['R4 stall']);
    expect(rules(checkConvergence([]))).toEqual(['R4 stall']);
  });
});
