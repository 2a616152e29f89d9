/** A gap is asked for as of the moment each request leaves: however long it had to wait, nothing between is left out. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../liveagent/outcome.ts';
import type { ListQuery } from '../../liveagent/api.ts';
import type { Page } from '../../liveagent/wire/list.ts';
import type { Life } from '../life.ts';
import type { Session, State } from '../session.ts';
import { catchUp, lightReconcile } from './catch-up.ts';
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
const scene = (options: { now: number; delays: number[]; answers?: Outcome<Page>[]; inboxes?: number[] }) => {
  let now = options.now;
  const delays = [...options.delays];
  const answers = [...(options.answers ?? [])];
  let over = false;
  const state: State = { 'first-load': { done: true, started: 0, cursor: null }, watermark: WATERMARK };
  /** What each request reached back to, server seconds. */
  const reached: number[] = [];
  const life: Life = {
    over: () => over,
    wait: () => Promise.resolve(!over),
    onEnd: () => undefined,
    end: () => {
      over = true;
    },
  };
  const session = {
    ports: { clock: { monotonic: () => 0 }, random: { next: () => 0 } },
    abilities: () => ({ version: '4.0.0', updatedWithin: true, updatedAt: true }),
    inboxes: { ids: new Set(options.inboxes ?? []) },
    serverNow: () => now,
    serverMargin: () => MARGIN,
    state: (name: keyof State) => state[name],
    onChangedInGap: () => undefined,
    commit: (_facts: unknown, { state: next = {} }: { state?: State } = {}) => {
      Object.assign(state, next);
    },
    api: {
      list: ({ updatedWithin = 0 }: ListQuery) => {
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
  return { session: session as unknown as Session, life, reached, state };
};

const lookups = {} as unknown as Lookups;

describe('the gap since the watermark', () => {
  it('is asked for in full when the request had to wait', async () => {
    const { session, life, reached, state } = scene({ now: WATERMARK + 100, delays: [400] });
    expect(await catchUp(session, life, lookups)).toBe(true);
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
    expect(await catchUp(session, life, lookups)).toBe(true);
    expect(reached).toHaveLength(3);
    for (const back of reached) expect(back).toBeLessThanOrEqual(WATERMARK - MARGIN);
  });

  it('is asked for in full for the last of many inboxes', async () => {
    const { session, life, reached } = scene({
      now: WATERMARK + 4 * 3600,
      delays: [30, 30, 30, 30, 30],
      inboxes: [1, 2, 3, 4, 5],
    });
    expect(await catchUp(session, life, lookups)).toBe(true);
    expect(reached).toHaveLength(5);
    for (const back of reached) expect(back).toBeLessThanOrEqual(WATERMARK - MARGIN);
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
