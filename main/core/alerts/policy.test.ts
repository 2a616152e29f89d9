/** Whether an alert is shown, for every reason there is to stay silent. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { words } from '../rules/names.ts';
import { BURST_WINDOW_MS, decideAlerts, MOST_AT_ONCE, type Candidate, type PolicyContext } from './policy.ts';

const candidate = (more: Partial<Candidate> = {}): Candidate => ({
  kind: 'assigned-to-me',
  conversation: 7,
  title: words('alert.assignedToMe.title'),
  body: words('alert.assignedToMe.body', { contact: 'Ivo' }),
  silent: null,
  ...more,
});
const context = (more: Partial<PolicyContext> = {}): PolicyContext => ({
  focus: { focused: false, conversation: null },
  catchUp: false,
  shownAt: [],
  now: 1_000_000,
  ...more,
});
const many = (count: number) => Array.from({ length: count }, () => candidate());
const reasons = (candidates: Candidate[], how: PolicyContext) =>
  decideAlerts(candidates, how).map((one) => (one.show ? 'shown' : one.reason.key));

test('shown, when nothing speaks against it', () => {
  expect(reasons([candidate()], context())).toEqual(['shown']);
});

test('silent about the conversation in front, not about others, and not when the window is behind', () => {
  const looking = { focused: true, conversation: 7 };
  expect(reasons([candidate(), candidate({ conversation: 8 })], context({ focus: looking }))).toEqual([
    'silent.focused',
    'shown',
  ]);
  expect(reasons([candidate()], context({ focus: { focused: false, conversation: 7 } }))).toEqual(['shown']);
});

test('a reason of its own goes before everything else', () => {
  const moved = candidate({ silent: words('silent.movedOn') });
  expect(reasons([moved], context({ focus: { focused: true, conversation: 7 } }))).toEqual([
    'silent.movedOn',
  ]);
});

test('from the time away: up to five by themselves, more as one digest', () => {
  expect(reasons(many(5), context({ catchUp: true }))).toEqual(many(5).map(() => 'shown'));
  expect(reasons(many(6), context({ catchUp: true }))).toEqual(many(6).map(() => 'silent.digest'));
});

test('at once: five, the rest in a summary; what was shown long ago does not count', () => {
  expect(reasons(many(7), context())).toEqual([
    ...many(5).map(() => 'shown'),
    'silent.digest',
    'silent.digest',
  ]);
  const now = 1_000_000;
  const lately = [now - 1, now - 2, now - 3, now - BURST_WINDOW_MS];
  expect(reasons(many(3), context({ shownAt: lately, now }))).toEqual(['shown', 'shown', 'silent.digest']);
});

test('never more than five within the window, and every silence has a reason', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ conversation: fc.option(fc.nat(3)), quiet: fc.boolean() }), { maxLength: 20 }),
      fc.boolean(),
      fc.boolean(),
      fc.array(fc.nat(20_000), { maxLength: 8 }),
      (some, catchUp, focused, ago) => {
        const now = 1_000_000;
        const shownAt = ago.map((one) => now - one);
        const decisions = decideAlerts(
          some.map(({ conversation, quiet }) =>
            candidate({ conversation, silent: quiet ? words('silent.read') : null }),
          ),
          context({ catchUp, focus: { focused, conversation: 1 }, shownAt, now }),
        );
        expect(decisions).toHaveLength(some.length);
        const before = shownAt.filter((at) => now - at < BURST_WINDOW_MS).length;
        const shown = decisions.filter((one) => one.show).length;
        expect(shown).toBeLessThanOrEqual(Math.max(0, MOST_AT_ONCE - before));
        for (const one of decisions) if (!one.show) expect(one.reason.key).toMatch(/^silent\./);
      },
    ),
  );
});
