/** Controls of the rule of freshness: what is called live is not old. */
import { describe, expect, it } from 'vitest';
import type { Card } from '../../../contract/model.ts';
import { OTHER } from '../population.ts';
import { checkFresh } from './freshness.ts';
import { at, standing, rules, card } from './hand-made.testing.ts';

describe('freshness', () => {
  const live = (t: number, state = 'live') =>
    at(t, { kind: 'connection', awake: t, state, asOf: null, now: 0 });
  const glance = (t: number, ...cards: Card[]) => at(t, { kind: 'glance', cards, visible: [101, 102] });
  const moved = (t: number, from: number, to: number, silent?: true) =>
    at(t, {
      kind: 'truth',
      change: {
        conversation: 101,
        actor: { user: OTHER, request: null },
        before: standing(from, null),
        after: standing(to, null),
        ...(silent ? { silent } : {}),
      },
    });
  const both = [card(101, 14), card(102, 15)];
  it('accepts what was true a moment ago', () => {
    expect(checkFresh([live(1), moved(20_000, 14, 15), glance(30_000, ...both)])).toEqual([]);
  });
  it('catches an old assignment on a live board', () => {
    expect(rules(checkFresh([live(1), moved(20_000, 14, 15), glance(40_000, ...both)]))).toEqual([
      'R9 fresh',
    ]);
  });
  it('gives one that could not be read the time to be read again, and no more', () => {
    const weather = (t: number, sick: number[]) =>
      at(t, { kind: 'weather', name: 'clear', clear: true, sick });
    const events = [live(1), weather(2, [101]), moved(20_000, 14, 15), weather(60_000, [])];
    expect(checkFresh([...events, glance(61_000, ...both)])).toEqual([]);
    expect(rules(checkFresh([...events, glance(75_001, ...both)]))).toEqual(['R9 fresh']);
  });
  it('gives a row that is marked as not confirmed a while, not for good', () => {
    const marked = both.map((one) => ({ ...one, unconfirmed: true }));
    const events = [moved(20_000, 14, 15), live(40_000)];
    expect(checkFresh([...events, glance(50_000, ...marked)])).toEqual([]);
    expect(rules(checkFresh([...events, glance(50_000, ...both)]))).toEqual(['R9 fresh']);
    expect(rules(checkFresh([...events, glance(101_000, ...marked)]))).toEqual(['R9 fresh']);
    const tells = at(0, { kind: 'server', tellsChanges: true, ordersEvents: true });
    expect(rules(checkFresh([tells, ...events, glance(50_000, ...marked)]))).toEqual(['R9 fresh']);
  });
  it('gives a row in doubt, which says so, a while and no more, where nothing tells the order of events', () => {
    const marked = both.map((one) => ({ ...one, unconfirmed: true }));
    const events = [live(1), moved(100_000, 14, 15)];
    expect(checkFresh([...events, glance(140_000, ...marked)])).toEqual([]);
    expect(rules(checkFresh([...events, glance(140_000, ...both)]))).toEqual(['R9 fresh']);
    expect(rules(checkFresh([...events, glance(161_000, ...marked)]))).toEqual(['R9 fresh']);
    const tells = at(0, { kind: 'server', tellsChanges: false, ordersEvents: true });
    expect(rules(checkFresh([tells, ...events, glance(140_000, ...marked)]))).toEqual(['R9 fresh']);
  });
  it('asks nothing of what was lost while the connection caught up, all of what was lost before', () => {
    const lost = (t: number) => at(t, { kind: 'event-lost' });
    const change = moved(20_000, 14, 15);
    const behind = glance(40_000, ...both);
    expect(checkFresh([live(1, 'catching-up'), change, lost(20_001), live(20_002), behind])).toEqual([]);
    expect(rules(checkFresh([lost(1), live(2, 'catching-up'), live(20_000), change, behind]))).toEqual([
      'R9 fresh',
    ]);
  });
  it('leaves out an inbox that was lost and came back, of which nobody is told', () => {
    const back = at(35_000, { kind: 'inbox-member', inbox: 4, me: true });
    const events = [live(1), glance(10_000, ...both), moved(20_000, 14, 15)];
    expect(checkFresh([...events, back, glance(40_000, ...both)])).toEqual([]);
    expect(checkFresh([live(1), glance(10_000, ...both), back, glance(40_000, card(102, 15))])).toEqual([]);
    const another = at(35_000, { kind: 'inbox-member', inbox: 5, me: true });
    expect(rules(checkFresh([...events, another, glance(40_000, ...both)]))).toEqual(['R9 fresh']);
  });
  it('leaves out one that came back with another inbox, of which nobody is told', () => {
    const there = standing(14, null);
    const moved = at(2, {
      kind: 'truth',
      change: {
        conversation: 101,
        actor: { user: null, request: null },
        before: there,
        after: { ...there, inbox: 6 },
      },
    });
    const gone = [live(1), glance(10_000, ...both), glance(40_000, card(102, 15))];
    expect(rules(checkFresh([moved, ...gone]))).toEqual(['R9 fresh']);
    const back = at(30_000, { kind: 'inbox-member', inbox: 6, me: true });
    expect(checkFresh([moved, ...gone.slice(0, 2), back, ...gone.slice(2)])).toEqual([]);
  });
  it('catches a card that is gone although its conversation is there', () => {
    expect(rules(checkFresh([live(1), glance(20_000, ...both), glance(40_000, card(102, 15))]))).toEqual([
      'R9 fresh',
    ]);
  });
  it('demands nothing of a board that is not called live, of lost events, or of what nobody was told', () => {
    const old = [moved(20_000, 14, 15), glance(40_000, ...both)];
    expect(checkFresh([live(1, 'stale'), ...old])).toEqual([]);
    expect(checkFresh([live(1), at(2, { kind: 'event-lost' }), ...old])).toEqual([]);
    expect(checkFresh([live(1), moved(20_000, 14, 15, true), glance(40_000, ...both)])).toEqual([]);
    const storm = at(2, { kind: 'weather', name: 'rough', clear: false, sick: [] });
    expect(checkFresh([live(1), storm, ...old])).toEqual([]);
  });
});
