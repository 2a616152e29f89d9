/** A gap is asked for as of the moment each request leaves: however long it had to wait, nothing between is left out. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../liveagent/outcome.ts';
import type { ListQuery } from '../../liveagent/api.ts';
import type { Page } from '../../liveagent/wire/list.ts';
import type { Life } from '../life.ts';
import type { Session, State } from '../session.ts';
import { catchUp, lightReconcile } from './catch-up.ts';
import type { CountsTask } from './counts.ts';
import type { Lookups } from './lookups.ts';

const WATERMARK = 1_000_000;
const MARGIN = 60;

const nothing: Outcome<Page> = {
  outcome: 'answered',
  sentAt: 0,
  value: { facts: [], rows: 0, counts: null },
};
const portal: Outcome<Page> = {
  outcome: 'unreachable',
  reason: 'not-the-server',
  sent: 'no',
  detail: 'HTTP 302',
};

/** A session on a server clock that the test sets: `delay` seconds pass before each request leaves. */
const scene = (options: {
  now: number;
  delays: number[];
  answers?: Outcome<Page>[];
  inboxes?: number[];
  /** Those there are now, where they are other than known. */
  inboxesNow?: number[];
  /** Between our clocks since the server last told the time: one was set, or the other stood still. */
  clocksDiffer?: number;
}) => {
  let now = options.now;
  const delays = [...options.delays];
  const answers = [...(options.answers ?? [])];
  let over = false;
  const state: State = { 'first-load': { done: true, started: 0, cursor: null }, watermark: WATERMARK };
  /** What each request reached back to, server seconds. */
  const reached: number[] = [];
  const asked: ListQuery[] = [];
  const life: Life = {
    over: () => over,
    wait: () => Promise.resolve(!over),
    onEnd: () => () => undefined,
    end: () => {
      over = true;
    },
  };
  const session = {
    ports: {
      clock: { monotonic: () => 0, after: () => ({ cancel: () => undefined }) },
      random: { next: () => 0 },
    },
    abilities: () => ({ version: '4.0.0', updatedWithin: true, updatedAt: true, createdAt: true }),
    inboxes: { ids: new Set(options.inboxes ?? []) },
    serverNow: () => now,
    serverAtLeast: () => now - (options.clocksDiffer ?? 0),
    serverMargin: () => MARGIN,
    historyDays: () => 3,
    state: (name: keyof State) => state[name],
    writer: { room: () => Promise.resolve() },
    onChangedInGap: () => undefined,
    commit: (_facts: unknown, { state: next = {} }: { state?: State } = {}) => {
      Object.assign(state, next);
    },
    api: {
      inboxes: () =>
        Promise.resolve({
          outcome: 'answered',
          sentAt: 0,
          value: (options.inboxesNow ?? options.inboxes ?? []).map((id) => ({ id })),
        }),
      list: (query: ListQuery) => {
        asked.push(query);
        const { updatedWithin = 0 } = query;
        reached.push(now - Math.ceil(updatedWithin));
        return Promise.resolve(answers.shift() ?? nothing);
      },
    },
    ask: (_life: Life, _bucket: string, request: () => Promise<Outcome<Page>>) => {
      now += delays.shift() ?? 0;
      return request();
    },
  };
  // Only what these two read of a session is there.
  return { session: session as unknown as Session, life, reached, asked, state };
};

const parts = { lookups: {} as unknown as Lookups, counts: {} as unknown as CountsTask };

describe('the gap since the watermark', () => {
  it('is asked for in full when the request had to wait', async () => {
    const { session, life, reached, state } = scene({ now: WATERMARK + 100, delays: [400] });
    expect(await catchUp(session, life, parts)).toBe(true);
    expect(reached).toHaveLength(1);
    expect(reached[0]).toBeLessThanOrEqual(WATERMARK - MARGIN);
    expect(state.watermark).toBe(WATERMARK + 100);
  });

  it('is asked for in full after tries that came to nothing', async () => {
    const { session, life, reached } = scene({
      now: WATERMARK + 100,
      delays: [0, 200, 200],
      answers: [portal, portal, nothing],
    });
    expect(await catchUp(session, life, parts)).toBe(true);
    expect(reached).toHaveLength(3);
    for (const back of reached) expect(back).toBeLessThanOrEqual(WATERMARK - MARGIN);
  });

  it('is asked for in full for the last of many inboxes', async () => {
    const { session, life, reached } = scene({
      now: WATERMARK + 4 * 3600,
      delays: [30, 30, 30, 30, 30, 30],
      inboxes: [1, 2, 3, 4, 5],
    });
    expect(await catchUp(session, life, parts)).toBe(true);
    expect(reached).toHaveLength(5);
    for (const back of reached) expect(back).toBeLessThanOrEqual(WATERMARK - MARGIN);
  });

  it('of hours asks the inboxes there are now, also one that is new', async () => {
    const { session, life, asked } = scene({
      now: WATERMARK + 4 * 3600,
      delays: [],
      inboxes: [1, 2],
      inboxesNow: [2, 3],
    });
    expect(await catchUp(session, life, parts)).toBe(true);
    expect(asked.map(({ inbox }) => inbox)).toEqual([2, 3]);
  });

  it('that is too much is split by inbox, an inbox by status, and only the part that failed is read by pages', async () => {
    const cut: Outcome<Page> = {
      outcome: 'unreachable',
      reason: 'server-error',
      sent: 'maybe',
      detail: 'HTTP 503',
    };
    const { session, life, asked, state } = scene({
      now: WATERMARK + 100,
      delays: [],
      inboxes: [1, 2],
      // All; inbox 1; inbox 2 as a whole; its open ones.
      answers: [cut, nothing, cut, cut],
    });
    expect(await catchUp(session, life, parts)).toBe(true);
    expect(
      asked.map(({ inbox, status, updatedWithin }) =>
        [inbox ?? 'all', status, updatedWithin === undefined ? 'page' : 'within'].join(' '),
      ),
    ).toEqual([
      'all all within',
      '1 all within',
      '2 all within',
      '2 open within',
      '2 open page',
      '2 pending within',
      '2 snoozed within',
      '2 resolved within',
    ]);
    // Pages do not tell everything: the rows they did not show are not confirmed.
    expect(state).toMatchObject({ watermark: WATERMARK + 100 });
    expect(state).not.toHaveProperty('epoch');
  });
});

describe('a clock that was set', () => {
  it('lets nothing count as known that may come later', async () => {
    const { session, life, reached, state } = scene({
      now: WATERMARK + 3700,
      delays: [],
      clocksDiffer: 3600,
    });
    expect(await catchUp(session, life, parts)).toBe(true);
    expect(reached[0]).toBeLessThanOrEqual(WATERMARK - MARGIN);
    expect(state.watermark).toBe(WATERMARK + 100);
    await lightReconcile(session, life);
    expect(state.watermark).toBe(WATERMARK + 100);
  });
});

describe('the light reconcile', () => {
  it('leaves nothing out since the last one that came through', async () => {
    const { session, life, reached, state } = scene({ now: WATERMARK + 900, delays: [60] });
    await lightReconcile(session, life);
    expect(reached[0]).toBeLessThanOrEqual(WATERMARK - MARGIN);
    expect(state.watermark).toBe(WATERMARK + 900);
  });

  it('reaches back a minute at least', async () => {
    const { session, life, reached } = scene({ now: WATERMARK + 5, delays: [] });
    await lightReconcile(session, life);
    expect(reached[0]).toBeLessThanOrEqual(WATERMARK + 5 - 60 - MARGIN);
  });
});
