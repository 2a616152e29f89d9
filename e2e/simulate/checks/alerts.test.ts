/** Controls of the rules of alerts: once, not for own doings, in bursts as one. */
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../contract/model.ts';
import { ME } from '../population.ts';
import type { TraceEvent } from '../trace.ts';
import { checkAlerts, checkArrivals, checkBursts } from './alerts.ts';
import { at, standing, base, tom, entry, truth, rules } from './hand-made.testing.ts';

describe('alerts', () => {
  const row = at(5, {
    kind: 'notification',
    row: {
      id: 1,
      user: ME,
      type: 'conversation_assignment',
      conversation: 101,
      dbId: 70_101,
      readAt: null,
      createdAt: 0,
    },
  });
  const baseline = at(1, { kind: 'baseline' });
  const alert = (
    id: string,
    kind: Alert['kind'] = 'assigned-to-me',
    state: Alert['state'] = 'shown',
  ): Alert => ({
    id,
    kind,
    conversation: 101,
    title: { key: 'x', params: {} },
    body: { key: 'x', params: {} },
    at: 0,
    state,
    reason: null,
  });
  const end = (alerts: Alert[]) => [
    at(90, { kind: 'end', healed: 80, converged: true, why: '' }),
    at(99, { kind: 'alerts', alerts }),
    at(99, { kind: 'rows-left', ids: [1] }),
  ];
  const shown = at(6, { kind: 'shown', id: 'a', conversation: 101, title: '', body: '' });
  it('accepts one alert for one assignment', () => {
    expect(checkAlerts([baseline, row, shown, ...end([alert('a')])])).toEqual([]);
  });
  it('catches a double show, a double alert, a missed one and one for an own move', () => {
    expect(rules(checkAlerts([baseline, row, shown, shown, ...end([alert('a')])]))).toEqual(['R5 double']);
    expect(rules(checkAlerts([baseline, row, ...end([alert('a'), alert('b')])]))).toEqual(['R5 double']);
    expect(rules(checkAlerts([baseline, row, ...end([])]))).toEqual(['R5 missed']);
    const own = truth(5, standing(null, null), standing(null, 7), ME);
    expect(rules(checkAlerts([baseline, own, ...end([alert('t', 'assigned-to-team')])]))).toEqual(['R5 own']);
    expect(rules(checkAlerts([baseline, row, ...end([alert('a', 'assigned-to-me', 'suppressed')])]))).toEqual(
      ['R5 reason'],
    );
  });
  it('accepts one for an own write that landed after its command was told as stopped, and no other', () => {
    const write = { half: 'team' as const, to: 7 };
    const sent = at(3, { kind: 'sent', n: 2, method: 'POST', path: '/x', conversation: 101, write });
    const stopped = (t: number) => at(t, { kind: 'settled-event', entry: entry('conflict') });
    const landed = (t: number) =>
      at(t, {
        kind: 'truth',
        change: {
          conversation: 101,
          actor: { user: ME, request: 2 },
          before: standing(null, null),
          after: standing(null, 7),
        },
      });
    const told = end([alert('t', 'assigned-to-team')]);
    const answered = at(5, { kind: 'answered', n: 2, status: 200, whole: true });
    expect(checkAlerts([baseline, sent, stopped(4), landed(5), ...told])).toEqual([]);
    expect(checkAlerts([baseline, sent, landed(4), stopped(5), ...told])).toEqual([]);
    expect(rules(checkAlerts([baseline, sent, landed(4), answered, stopped(6), ...told]))).toEqual([
      'R5 own',
    ]);
    expect(rules(checkAlerts([baseline, stopped(2), sent, landed(5), ...told]))).toEqual(['R5 own']);
  });
  it('asks for no summary before it is due', () => {
    const summed = (ago: number): Alert => ({
      ...alert('a', 'command-refused', 'suppressed'),
      at: 1_000_099 - ago,
      reason: { key: 'silent.digest', params: {} },
    });
    const ping = at(98, { kind: 'connection', awake: 98, state: 'live', asOf: 98, now: 1_000_098 });
    expect(checkAlerts([ping, ...end([summed(9000)])])).toEqual([]);
    expect(rules(checkAlerts([ping, ...end([summed(12_000)])]))).toEqual(['R5 untold']);
  });
  it('catches a summary that never came', () => {
    const summed = (id: string): Alert => ({
      ...alert(id, 'command-refused', 'suppressed'),
      reason: { key: 'silent.digest', params: {} },
    });
    expect(checkAlerts([...end([alert('digest:1', 'digest'), summed('a')])])).toEqual([]);
    expect(rules(checkAlerts([...end([summed('b'), alert('digest:1', 'digest'), summed('a')])]))).toEqual([
      'R5 untold',
    ]);
  });
  it('does not ask for alerts of what was there before the first load', () => {
    expect(checkAlerts([row, baseline, ...end([])])).toEqual([]);
  });
});

describe('arrivals in a team', () => {
  const member = (t: number, me: boolean) => at(t, { kind: 'member', team: 7, me });
  const baseline = at(1, { kind: 'baseline' });
  const arrival = truth(2, standing(null, null), standing(null, 7));
  const alert: Alert = {
    id: 'team:101:7:1',
    kind: 'assigned-to-team',
    conversation: 101,
    title: { key: 't', params: {} },
    body: { key: 'b', params: {} },
    at: 0,
    state: 'shown',
    reason: null,
  };
  const end = (alerts: Alert[]) => [
    at(10, { kind: 'end', healed: 9, converged: true, why: '' }),
    at(10, {
      kind: 'board',
      grouping: 'teams',
      lanes: [],
      cards: [],
      lanesComplete: true,
      truth: [[101, standing(null, 7)]],
    }),
    at(10, { kind: 'alerts', alerts }),
  ];
  const found = (...events: TraceEvent[]) => rules(checkArrivals([...events, ...end([])]));
  it('are in the ledger', () => {
    expect(found(member(0, true), baseline, arrival)).toEqual(['R5 missed']);
    expect(checkArrivals([member(0, true), baseline, arrival, ...end([alert])])).toEqual([]);
  });
  it('are of no interest where the supervisor is no member, was not at first, or it was there before', () => {
    expect(found(member(0, false), baseline, arrival)).toEqual([]);
    const start = at(0, { kind: 'started' });
    expect(found(member(0, false), start, baseline, member(1, true), arrival)).toEqual([]);
    expect(found(member(0, false), start, member(0, true), baseline, arrival)).toEqual([]);
    expect(found(member(0, true), start, baseline, arrival)).toEqual(['R5 missed']);
    expect(found(member(0, true), arrival, baseline)).toEqual([]);
    const went = truth(1, standing(null, 7), standing(null, null));
    expect(found(member(0, true), truth(0, null, standing(null, 7)), baseline, went, arrival)).toEqual([]);
  });
  it('are none where the supervisor moved it on from there: he has seen it', () => {
    const moves = (team: number | null) =>
      at(3, { kind: 'asked', ask: 1, action: tom, items: [{ conversation: 101, base: base(null, team) }] });
    expect(found(member(0, true), baseline, arrival, moves(7))).toEqual([]);
    expect(found(member(0, true), baseline, arrival, moves(null))).toEqual(['R5 missed']);
  });
  it('are none when it went on, or when the supervisor wrote that', () => {
    const on = truth(3, standing(null, 7), standing(null, 8));
    expect(found(member(0, true), baseline, arrival, on)).toEqual([]);
    expect(found(member(0, true), baseline, truth(2, standing(null, null), standing(null, 7), 12))).toEqual(
      [],
    );
  });
});

describe('bursts', () => {
  const shown = (t: number, id: string) =>
    at(t, { kind: 'shown', id, conversation: 101, title: '', body: '' });
  const singles = (count: number, apart: number) =>
    Array.from({ length: count }, (_, index) => shown(index * apart, `assigned:${index}`));
  it('accepts five at once with a summary of the rest, and a clock that was set', () => {
    expect(checkBursts([...singles(5, 1), shown(10, 'digest:a')])).toEqual([]);
    expect(checkBursts(singles(20, 2500))).toEqual([]);
    expect(
      checkBursts([...singles(5, 1), at(9, { kind: 'clock-set', by: 5 }), shown(10, 'assigned:9')]),
    ).toEqual([]);
  });
  it('catches a sixth, also after a restart', () => {
    expect(rules(checkBursts(singles(6, 100)))).toEqual(['R5 burst']);
    expect(
      rules(checkBursts([...singles(5, 1), at(9, { kind: 'started' }), shown(10, 'assigned:9')])),
    ).toEqual(['R5 burst']);
  });
});
