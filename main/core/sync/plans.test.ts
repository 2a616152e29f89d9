/** The pure decisions of the sync: how to close a gap, how to walk pages, how far the history is, when something is gone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';
import { differingDays } from './bisect.ts';
import { planCatchUp, type Gap } from './catch-up.ts';
import { estimateTotal, NO_HISTORY, readHistoryPage, resumeHistory } from './history.ts';
import { earliestOnServer, heardDate, latestOnServer, margin, UNKNOWN_SERVER_TIME } from './server-time.ts';
import { dueSuspects, missed, NO_SUSPECTS, RECHECK_MS, seen } from './suspects.ts';
import { beginWalk, nextPages, walked } from './walk.ts';

const gap = (over: Partial<Gap>): Gap => ({
  abilities: { version: '3.11.0', updatedWithin: true, updatedAt: false, createdAt: false },
  watermark: 1000,
  now: 1100,
  margin: 60,
  ...over,
});

describe('a gap', () => {
  it('is closed by one request where the server can, reaching back a little further', () => {
    expect(planCatchUp(gap({}))).toEqual({ kind: 'updated-within', seconds: 160 });
  });
  it('of hours is asked for by inbox, of days page by page', () => {
    expect(planCatchUp(gap({ now: 1000 + 4 * 3600 }))).toMatchObject({ kind: 'by-inbox' });
    expect(planCatchUp(gap({ now: 1000 + 4 * 86_400 }))).toEqual({ kind: 'sweep', back: 880 });
  });
  it('on a server without updated_within is closed by pages of latest activity, after days page by page', () => {
    const abilities = { version: null, updatedWithin: false, updatedAt: false, createdAt: false };
    expect(planCatchUp(gap({ abilities }))).toEqual({ kind: 'by-activity', back: 880 });
    expect(planCatchUp(gap({ abilities, now: 1000 + 4 * 86_400 }))).toEqual({ kind: 'sweep', back: 880 });
  });
  it('before any load is a first load', () => {
    expect(planCatchUp(gap({ watermark: null }))).toEqual({ kind: 'first-load' });
  });
  it('that seems to lie in the future is not believed', () => {
    expect(planCatchUp(gap({ watermark: 90_000 }))).toEqual({ kind: 'sweep', back: 980 });
  });
});

describe('days that count differently', () => {
  const anyCounts = fc.array(fc.nat(50), { minLength: 1, maxLength: 90 });
  const sum = (counts: readonly number[], from: number, to: number): number =>
    counts.slice(from, to + 1).reduce((total, n) => total + n, 0);

  it('are found by halves, with few questions', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyCounts,
        fc.array(fc.tuple(fc.nat(89), fc.integer({ min: 1, max: 9 }))),
        async (theirs, missed) => {
          const ours = [...theirs];
          // Rows that the cache missed, never some too many at the same time: those would hide each other.
          for (const [day, n] of missed) if (day < ours.length) ours[day] = Math.max(0, (ours[day] ?? 0) - n);
          const differ = theirs.flatMap((n, day) => (n === ours[day] ? [] : [day]));
          let asked = 0;
          const last = theirs.length - 1;
          const found = await differingDays(
            { from: 0, to: last },
            sum(theirs, 0, last),
            ({ from, to }) => sum(ours, from, to),
            ({ from, to }) => {
              asked += 1;
              return Promise.resolve(sum(theirs, from, to));
            },
          );
          expect(found).toEqual(differ);
          expect(asked).toBeLessThanOrEqual(differ.length * Math.ceil(Math.log2(theirs.length + 1)));
        },
      ),
    );
  });

  it('are not known when a question has no answer', async () => {
    const ask = () => Promise.resolve(null);
    expect(await differingDays({ from: 0, to: 8 }, 3, () => 4, ask)).toBeNull();
  });
});

describe('walking pages', () => {
  /** A list of ids in pages, `page` beyond the end is empty. */
  const walkAll = (ids: number[], size: number, options: { count: boolean; ignoresPage?: boolean }) => {
    const seenIds = new Set<number>();
    let walk = beginWalk();
    let requests = 0;
    while (!walk.done) {
      for (const page of nextPages(walk, 2)) {
        requests += 1;
        if (walk.done) continue;
        const at = options.ignoresPage === true ? 1 : page;
        const rows = ids.slice((at - 1) * size, at * size);
        const fresh = rows.filter((id) => !seenIds.has(id));
        for (const id of fresh) seenIds.add(id);
        walk = walked(walk, {
          rows: rows.length,
          fresh: fresh.length,
          all: options.count ? ids.length : null,
        });
      }
    }
    return { seenIds, requests };
  };

  it('reads a list that moves down faster than it is read to its end: what never moved is there', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 400 }), fc.integer({ min: 1, max: 40 }), (size, moved) => {
        let list = Array.from({ length: size }, (_, index) => index);
        const still = new Set(list);
        const seenIds = new Set<number>();
        let walk = beginWalk();
        let turn = 0;
        while (!walk.done) {
          const rows = list.slice((walk.page - 1) * 10, walk.page * 10);
          const fresh = rows.filter((id) => !seenIds.has(id)).length;
          for (const id of rows) seenIds.add(id);
          walk = walked(walk, { rows: rows.length, fresh, all: size });
          // As many as that get new activity and go to the top.
          for (let i = 0; i < moved; i += 1) {
            const id = (turn * 7919 + i * 104_729) % size;
            turn += 1;
            still.delete(id);
            list = [id, ...list.filter((other) => other !== id)];
          }
        }
        expect([...still].filter((id) => !seenIds.has(id))).toEqual([]);
      }),
    );
  });

  it('finds everything at any page size, with counts or without', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 60 }), fc.boolean(), (n, size, count) => {
        const ids = Array.from({ length: n }, (_, i) => i + 1);
        const { seenIds, requests } = walkAll(ids, size, { count });
        expect(seenIds.size).toBe(n);
        expect(requests).toBeLessThanOrEqual(Math.ceil(n / size) + 3);
      }),
    );
  });

  it('ends on a server that ignores the page', () => {
    const ids = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(walkAll(ids, 25, { count: true, ignoresPage: true }).requests).toBeLessThan(10);
  });

  it('needs one request for a list that fits on a page', () => {
    expect(walkAll([1, 2, 3], 25, { count: true }).requests).toBe(1);
  });
});

describe('history', () => {
  const now = 1_000_000_000;
  it('ends at the depth or at the end of the list', () => {
    const begun = resumeHistory(undefined, 3, now, true);
    const within = readHistoryPage(begun, { rows: 25, oldest: now - 86_400, ended: false }, now);
    expect(within).toMatchObject({ page: 2, done: false, rows: 25 });
    expect(readHistoryPage(within, { rows: 25, oldest: now - 4 * 86_400, ended: false }, now).done).toBe(
      true,
    );
    expect(readHistoryPage(within, { rows: 3, oldest: now - 86_400, ended: true }, now).done).toBe(true);
  });
  it('goes on one page earlier after a cut, and deeper when asked', () => {
    const stored = { ...NO_HISTORY, page: 7, days: 3, rows: 150, reached: now - 86_400 };
    expect(resumeHistory(stored, 3, now, true)).toMatchObject({ page: 6, done: false });
    expect(resumeHistory({ ...stored, done: true }, 3, now, true).done).toBe(true);
    expect(resumeHistory({ ...stored, done: true }, 30, now, true)).toMatchObject({ done: false, days: 30 });
    expect(resumeHistory('nonsense', 3, now, true)).toMatchObject({ page: 1, done: false });
    expect(resumeHistory(stored, 0, now, true).done).toBe(true);
  });
  it('is read again after a day', () => {
    const done = { ...NO_HISTORY, page: 7, days: 3, done: true, doneAt: now - 86_400 };
    expect(resumeHistory(done, 3, now, true)).toMatchObject({ page: 1, done: false });
    expect(resumeHistory({ ...done, doneAt: now - 3600 }, 3, now, true).done).toBe(true);
  });
  it('guesses the total from the time covered', () => {
    const half = { ...NO_HISTORY, days: 2, rows: 100, reached: now - 86_400 };
    expect(estimateTotal(half, now, null)).toBe(200);
    expect(estimateTotal(half, now, 150)).toBe(150);
    expect(estimateTotal(NO_HISTORY, now, 40)).toBe(40);
  });
});

describe('suspects', () => {
  it('are gone after two agreeing checks a minute apart', () => {
    const first = missed(NO_SUSPECTS, 5, 'deleted', 0);
    expect(first.gone).toBeNull();
    const early = missed(first.suspects, 5, 'deleted', RECHECK_MS - 1);
    expect(early.gone).toBeNull();
    expect(dueSuspects(early.suspects, RECHECK_MS)).toEqual({ due: [5], next: null });
    expect(missed(early.suspects, 5, 'deleted', RECHECK_MS).gone).toEqual({ id: 5, why: 'deleted' });
  });
  it('begin anew when the reason changes or they are seen', () => {
    const first = missed(NO_SUSPECTS, 5, 'deleted', 0).suspects;
    const other = missed(first, 5, 'invisible', RECHECK_MS);
    expect(other.gone).toBeNull();
    expect(dueSuspects(other.suspects, RECHECK_MS).next).toBe(2 * RECHECK_MS);
    expect(seen(other.suspects, 5).size).toBe(0);
  });
});

describe("the server's clock", () => {
  const server = 1_769_850_100;
  it('is found from the Date header, however wrong ours is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -4e8, max: 4e8 }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        (wrongBy, elapsed) => {
          const ours = (at: number) => ({ wall: at + wrongBy, monotonic: at - 1_000_000 });
          const asked = { date: server, sent: ours(server), answered: ours(server + elapsed) };
          const time = heardDate(UNKNOWN_SERVER_TIME, asked);
          const now = server + elapsed + 100;
          expect(earliestOnServer(time, ours(now))).toBeGreaterThanOrEqual(now - elapsed - 0.01);
          expect(latestOnServer(time, ours(now))).toBeLessThanOrEqual(now + 1.01);
          expect(margin(time)).toBe(60);
        },
      ),
    );
  });
  it('is bounded from both sides while one of ours is set, or stands still in sleep, whenever that happens', () => {
    const stretch = fc.record({
      lasts: fc.integer({ min: 0, max: 40_000 }),
      set: fc.integer({ min: -4e7, max: 4e7 }),
      asleep: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.boolean(), fc.array(stretch, { minLength: 3, maxLength: 3 }), (isSet, stretches) => {
        // Until the server says its time, until that is dealt with, until now.
        const moments = [{ server, wall: 500, monotonic: 7 }];
        for (const { lasts, set, asleep } of stretches) {
          const last = moments.at(-1) ?? { server, wall: 0, monotonic: 0 };
          moments.push({
            server: last.server + lasts,
            wall: last.wall + lasts + (isSet ? set : 0),
            monotonic: last.monotonic + lasts * (isSet ? 1 : 1 - asleep),
          });
        }
        const [sent, said, answered, now] = moments;
        if (!sent || !said || !answered || !now) throw new Error('too few moments');
        const time = heardDate(UNKNOWN_SERVER_TIME, { date: Math.floor(said.server), sent, answered });
        expect(earliestOnServer(time, now)).toBeLessThanOrEqual(now.server + 0.001);
        expect(earliestOnServer(time, now)).toBeGreaterThanOrEqual(said.server);
        expect(latestOnServer(time, now)).toBeGreaterThanOrEqual(now.server);
      }),
    );
  });
  it('is not put back by an answer that was overtaken', () => {
    const at = (wall: number) => ({ wall, monotonic: wall });
    const known = heardDate(UNKNOWN_SERVER_TIME, { date: server, sent: at(10), answered: at(11) });
    expect(heardDate(known, { date: server - 9, sent: at(1), answered: at(20) })).toBe(known);
  });
  it('unknown asks for more', () => {
    expect(margin(UNKNOWN_SERVER_TIME)).toBeGreaterThan(60);
  });
});

describe('backoff', () => {
  it('is full jitter below a doubling bound with a cap', () => {
    expect(backoffMs(0, 0.999)).toBeLessThanOrEqual(1000);
    expect(backoffMs(3, 0.5)).toBe(4000);
    expect(backoffMs(50, 0.999)).toBeLessThanOrEqual(60_000);
    expect(backoffMs(50, 0)).toBe(0);
  });
});
