/** Controls of the rules of outcomes: each command says rightly what became of it. */
import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../../../contract/model.ts';
import { ME } from '../population.ts';
import { checkConfirmed, checkKept, checkUnblocked } from './outcomes.ts';
import { at, standing, entry, stored, truth, rules } from './hand-made.testing.ts';

describe('outcomes', () => {
  it('catches confirmed before the server had it, and not after', () => {
    const confirmed = (t: number) => at(t, { kind: 'settled-event', entry: entry('confirmed') });
    const change = truth(50, standing(null, null), standing(14, null), ME);
    expect(rules(checkConfirmed([stored(0), confirmed(40), change]))).toEqual(['R9 confirmed']);
    expect(checkConfirmed([stored(0), change, confirmed(60)])).toEqual([]);
  });
  it('knows a bot that was put back, also where somebody else changed it at once', () => {
    const bot = { ...standing(null, 8), assignee: { type: 'bot' as const, id: 14 } };
    const action = { kind: 'restore' as const, to: { assignee: bot.assignee, team: null } };
    const kept = { ...entry('confirmed'), action, reason: { key: 'outcome.changedAfter', params: {} } };
    const events = [
      stored(0),
      truth(20, bot, standing(16, 8)),
      truth(30, standing(16, 8), standing(16, null)),
      at(40, { kind: 'settled-event', entry: kept }),
    ];
    expect(checkConfirmed(events)).toEqual([]);
  });
  it('catches a stored command that a restart forgot', () => {
    const look = (entries: OutboxEntry[]) => at(10, { kind: 'outbox', entries });
    expect(rules(checkKept([stored(0), look([])]))).toEqual(['R3 lost']);
    expect(checkKept([stored(0), look([entry('confirmed')])])).toEqual([]);
  });
  it('catches a command that hangs at the end', () => {
    expect(rules(checkKept([stored(0), at(10, { kind: 'outbox', entries: [entry('sending')] })]))).toEqual([
      'R3 hanging',
    ]);
  });
  it('catches a command that waits behind the sick conversation of another', () => {
    const weather = at(0, { kind: 'weather', name: 'clear', clear: true, sick: [102] });
    const late = at(400_000, { kind: 'started' });
    expect(rules(checkUnblocked([weather, stored(1), late]))).toEqual(['R3 blocked']);
    expect(checkUnblocked([weather, stored(1, 'c1', 102), late])).toEqual([]);
    // Nobody waits while no process runs.
    expect(checkUnblocked([weather, stored(1), at(2, { kind: 'crashed' }), late])).toEqual([]);
    expect(
      checkUnblocked([
        at(0, { kind: 'weather', name: 'partition', clear: false, sick: [] }),
        stored(1),
        late,
      ]),
    ).toEqual([]);
  });
});
