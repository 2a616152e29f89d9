/** Who may go on while some fail: never held up by one, never a storm when all do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALL_WELL,
  begun,
  cameThrough,
  cutOff,
  failed,
  inTurn,
  mayBegin,
  nextTurn,
  type Turns,
} from './turns.ts';

describe('turns', () => {
  it('one that fails rests alone, however often', () => {
    let turns = ALL_WELL;
    for (let n = 0; n < 20; n += 1) turns = failed(turns, 1, n * 1000, 30_000);
    expect(mayBegin(turns, 1, 20_000, 0)).toBe(false);
    expect(mayBegin(turns, 2, 20_000, 2)).toBe(true);
    expect(nextTurn(turns, 20_000)).toBe(49_000);
    expect(mayBegin(turns, 1, 49_000, 0)).toBe(true);
  });

  it('two that fail and one that comes through: the others go on', () => {
    let turns = failed(failed(ALL_WELL, 1, 0, 1000), 2, 0, 1000);
    expect(mayBegin(turns, 1, 500, 0)).toBe(false);
    // It may show that the server is well.
    expect(mayBegin(turns, 3, 500, 0)).toBe(true);
    turns = begun(turns, 500);
    expect(mayBegin(turns, 4, 500, 0)).toBe(false);
    turns = cameThrough(turns, 3);
    expect(mayBegin(turns, 4, 500, 2)).toBe(true);
    expect(mayBegin(turns, 1, 500, 0)).toBe(false);
  });

  it('nobody begins while there is no way to the server', () => {
    const turns = cutOff(ALL_WELL, 0, 5000);
    expect([mayBegin(turns, 1, 4999, 0), nextTurn(turns, 4999), mayBegin(turns, 1, 5000, 0)]).toEqual([
      false,
      5000,
      true,
    ]);
  });

  it('a failing server is tried ever more rarely, whoever asks; a well one keeps no healthy conversation waiting', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 30 }),
        // The server itself fails until then, and only the sick do from then on.
        fc.constantFrom(0, 100_000),
        (count, sick, wellAt) => {
          let turns: Turns = ALL_WELL;
          let now = 0;
          const done = new Set<number>();
          let tries = 0;
          const all = Array.from({ length: count }, (_, index) => index + 1);
          const ill = all.filter((id) => sick.includes(id));
          // Each failing pause is 30 s at most, so that is room for everybody's turn.
          while (now < 1_200_000) {
            for (const id of inTurn(turns, all)) {
              if (done.has(id) || !mayBegin(turns, id, now, 0)) continue;
              turns = begun(turns, now);
              tries += 1;
              if (now < wellAt || ill.includes(id)) turns = failed(turns, id, now, 30_000);
              else {
                turns = cameThrough(turns, id);
                done.add(id);
              }
            }
            const next = nextTurn(turns, now);
            if (next === null) break;
            expect(next).toBeGreaterThan(now);
            now = next;
          }
          expect([...done].toSorted((a, b) => a - b)).toEqual(all.filter((id) => !ill.includes(id)));
          // In twenty minutes: two for each pause of 30 s, and those before the pauses were that long.
          if (ill.length > 1) expect(tries - done.size).toBeLessThanOrEqual(120 + 2 * count);
        },
      ),
    );
  });
});
