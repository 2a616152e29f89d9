/** A server that says less than before was restored; one that goes on, however its clocks differ, was not. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ConversationFact } from '../facts.ts';
import { wentBack, type Stamps } from './went-back.ts';

const fact = (
  fields: ConversationFact['fields'],
  serverUpdatedAt: number | null = null,
): ConversationFact => ({
  kind: 'conversation',
  id: 7,
  heard: { via: 'rest', since: 0 },
  serverUpdatedAt,
  fields,
});

const known: Stamps = { createdAt: 1000, lastActivityAt: 5000, updatedAt: 5000.5, lastMessage: 30 };

it('takes a backup from an activity and a change that are both older', () => {
  expect(wentBack(known, fact({ createdAt: 1000, lastActivityAt: 4000 }, 4000.2))).toBe(true);
  // A message changes nothing else.
  const said = { id: 29, text: '', from: 'agent' as const, at: 4000 };
  expect(wentBack(known, fact({ lastActivityAt: 4000, lastMessage: said }, 5000.5))).toBe(true);
  // Servers before 4.0.2 say no change.
  expect(wentBack({ ...known, updatedAt: null }, fact({ lastActivityAt: 4000 }))).toBe(true);
  // There a clock that differs says no more than that.
  expect(wentBack({ ...known, updatedAt: null }, fact({ lastActivityAt: 4945 }))).toBe(false);
});

it('takes it from another conversation under the same number', () => {
  expect(wentBack(known, fact({ createdAt: 5100, lastActivityAt: 5200 }, 5200))).toBe(true);
});

it('takes one number that is wrong in the cache for no backup', () => {
  expect(wentBack({ ...known, lastActivityAt: 999_999 }, fact({ lastActivityAt: 5000 }, 5000.5))).toBe(false);
  expect(wentBack({ ...known, updatedAt: 999_999 }, fact({ lastActivityAt: 5000 }, 5000.5))).toBe(false);
  expect(wentBack({ ...known, createdAt: 4000 }, fact({ createdAt: 1000, lastActivityAt: 5000 }))).toBe(
    false,
  );
});

it('lets a server go on whose clock was set back', () => {
  const said = { id: 31, text: '', from: 'agent' as const, at: 4000 };
  expect(wentBack(known, fact({ lastActivityAt: 4000, lastMessage: said }, 4000))).toBe(false);
  expect(wentBack({ ...known, updatedAt: null }, fact({ lastActivityAt: 4000, lastMessage: said }))).toBe(
    false,
  );
});

it('lets a server go on', () => {
  const seconds = fc.integer({ min: 0, max: 2_000_000_000 });
  const later = fc.integer({ min: -10, max: 1_000_000 });
  fc.assert(
    fc.property(seconds, seconds, fc.boolean(), later, later, (created, active, says, more, changed) => {
      const lastActivityAt = Math.max(created, active);
      const before: Stamps = {
        createdAt: created,
        lastActivityAt,
        updatedAt: says ? lastActivityAt : null,
        lastMessage: 0,
      };
      const now = fact(
        { createdAt: created, lastActivityAt: lastActivityAt + more },
        says ? lastActivityAt + changed : null,
      );
      expect(wentBack(before, now)).toBe(false);
    }),
  );
});
