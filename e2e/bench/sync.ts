/** The first load of the built core: its speed beside a raw insert (P1), on a slow way (P2), until something is to be seen (P3), after crashes (P17). */
import Database from 'better-sqlite3';
import { paceOf } from '../../main/core/liveagent/buckets.ts';
import { crashes } from './crashes.ts';
import { withFresh, type Fresh } from './fresh-core.ts';
import { CONNECTIONS, LIFTED } from './lifted-pace.ts';
import { part, type BenchOptions } from './options.ts';
import { ACCOUNT } from './page-server-people.ts';
import { USUAL } from './page-server-rows.ts';
import { rawInsert } from './raw-insert.ts';
import { median, report, rounded, type Figure } from './stats.ts';

/** The pages of the load proper: what was asked for after the live updates stood. */
const loadOf = async ({ server, liveAt }: Fresh): Promise<{ pages: number; ms: number }> => {
  const { pageAt, subscribedAt } = await server.asked();
  const pages = pageAt.filter((at) => at >= (subscribedAt ?? 0));
  return { pages: pages.length, ms: (liveAt() ?? Number.NaN) - Math.min(...pages) };
};

/** Throws unless the cache holds every conversation, counted and with its cursor. */
const complete = (file: string, conversations: number): void => {
  const db = new Database(file, { readonly: true });
  try {
    const one = <T>(sql: string): T | undefined => db.prepare<[], T>(sql).pluck().get();
    const rows = one<number>('SELECT count(*) FROM conversation');
    const counted = one<number>(`SELECT sum(count) FROM counter WHERE grouping = 'agents'`);
    const live = one<number>('SELECT count(*) FROM conversation WHERE live = 1');
    const load = one<string>(`SELECT value FROM state WHERE name = 'first-load'`) ?? '';
    if (rows !== conversations || counted !== live || !load.includes('"done":true'))
      throw new Error(`The load left ${rows} rows, ${counted} of ${live} counted, of ${conversations}.`);
  } finally {
    db.close();
  }
};

/** P1: rows a second of the load beside those of one raw transaction, in the same run. */
const throughput = async (options: BenchOptions) => {
  const conversations = options.conversations ?? 50_000;
  const runs: { load: number; raw: number }[] = [];
  for (let repeat = 0; repeat < options.repeats; repeat += 1) {
    const server = { conversations, seed: options.seed + repeat, delay: 0, limit: null };
    runs.push(
      await withFresh({ ...server, pace: LIFTED }, async (run) => {
        await run.core.reach('live', 1_800_000);
        const { ms } = await loadOf(run);
        await run.core.stop();
        complete(run.core.file('cache.db'), conversations);
        return { load: (conversations / ms) * 1000, raw: rawInsert(run.core.file('cache.db')).perSecond };
      }),
    );
  }
  const ratio: Figure = {
    figure: rounded(median(runs.map(({ load, raw }) => load / raw))),
    floor: 0.3,
    moonshot: 0.5,
    more: true,
  };
  return {
    figures: { 'P1 load : raw insert': ratio },
    details: {
      p1: {
        conversations,
        rowsPerSecond: runs.map(({ load }) => Math.round(load)),
        rawPerSecond: runs.map(({ raw }) => Math.round(raw)),
      },
    },
  };
};

/** Beside P1, only when named: an account of which most is finished, its history included. */
const account = async (options: BenchOptions) => {
  const conversations = options.conversations ?? 50_000;
  const server = { conversations, seed: options.seed, delay: 0, limit: null, mix: USUAL, historyDays: 90 };
  const [perSecond, raw] = await withFresh({ ...server, pace: LIFTED }, async (run) => {
    await run.core.reach('live', 1_800_000);
    const file = run.core.file('cache.db');
    const db = new Database(file, { readonly: true });
    const history = db
      .prepare<[], string>(`SELECT value FROM state WHERE name = 'history' AND value LIKE '%"done":true%'`)
      .pluck();
    while (history.get() === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
    db.close();
    const { pageAt } = await run.server.asked();
    const seconds = (Date.now() - Math.min(...pageAt)) / 1000;
    await run.core.stop();
    complete(file, conversations);
    return [conversations / seconds, rawInsert(file).perSecond] as const;
  });
  return {
    figures: {},
    details: {
      account: {
        conversations,
        rowsPerSecond: Math.round(perSecond),
        rawPerSecond: Math.round(raw),
        ratio: rounded(perSecond / raw),
      },
    },
  };
};

/** What one bare page takes on this way, ms: the answer's delay, and what this machine adds to it. */
const roundTrip = async (origin: string): Promise<number> => {
  const took: number[] = [];
  for (let page = 1; page <= 20; page += 1) {
    const from = performance.now();
    const answer = await fetch(`${origin}/api/v1/accounts/${ACCOUNT}/conversations?status=open&page=${page}`);
    await answer.text();
    took.push(performance.now() - from);
  }
  return median(took);
};

/** P2: what a server that takes its time leaves of it; the wall clock beside what the way itself takes. */
const networkBound = async (options: BenchOptions) => {
  const conversations = Math.min(options.conversations ?? 20_000, 100_000);
  const DELAY = 50;
  const ratios: number[] = [];
  const trips: number[] = [];
  let all = 0;
  for (let repeat = 0; repeat < options.repeats; repeat += 1) {
    const server = { conversations, seed: options.seed + repeat, delay: DELAY, limit: null };
    const [{ pages, ms }, trip] = await withFresh({ ...server, pace: LIFTED }, async (run) => {
      await run.core.reach('live', 600_000);
      return [await loadOf(run), await roundTrip(run.server.origin)] as const;
    });
    all = pages;
    trips.push(trip);
    ratios.push(ms / ((pages * trip) / CONNECTIONS));
  }
  const ratio: Figure = { figure: rounded(median(ratios)), floor: 1.15, moonshot: 1.05 };
  return {
    figures: { 'P2 wall : way, 50 ms': ratio },
    details: {
      p2: {
        conversations,
        pages: all,
        connections: CONNECTIONS,
        roundTrip: trips.map(rounded),
        ratios: ratios.map(rounded),
      },
    },
  };
};

/** P2 again, at the pace of the app on the internet: the share of our own allowance that is used, and never a refusal. */
const atOurPace = async (options: BenchOptions) => {
  const SECONDS = 20;
  const pace = paceOf({ modern: true, loopback: false });
  const { perSecond, burst } = pace.background;
  const server = { conversations: 10_000, seed: options.seed, delay: 50, limit: 300 };
  const asked = await withFresh({ ...server, pace: pace }, async (run) => {
    await new Promise((resolve) => setTimeout(resolve, (SECONDS + 10) * 1000));
    return run.server.asked();
  });
  const from = asked.backgroundAt[0] ?? Number.NaN;
  const used = asked.backgroundAt.filter((at) => at >= from && at < from + SECONDS * 1000).length;
  // What was saved up before, and what grows.
  const allowance = burst + perSecond * SECONDS;
  const share: Figure = {
    figure: rounded(used / allowance),
    floor: 0.95,
    moonshot: 0.99,
    more: true,
  };
  return {
    figures: {
      'P2 share of our allowance': share,
      'P2 not above our allowance': { figure: share.figure, floor: 1, moonshot: 1 },
      'P2 refusals below the limit': { figure: asked.throttledAt.length, floor: 0, moonshot: 0 },
    },
    details: { p2Pace: { seconds: SECONDS, background: used, allowance, requests: asked.requests } },
  };
};

/** P2 once more, where the whole office has used up the limit: after the refusals of one moment there are no others. */
const refused = async (options: BenchOptions) => {
  const pace = paceOf({ modern: true, loopback: false });
  const server = { conversations: 10_000, seed: options.seed, delay: 50, limit: 60 };
  const asked = await withFresh({ ...server, pace: pace }, async (run) => {
    await new Promise((resolve) => setTimeout(resolve, 85_000));
    return run.server.asked();
  });
  const first = asked.throttledAt[0] ?? Number.NaN;
  const later = asked.throttledAt.filter((at) => at > first + 1000);
  return {
    figures: {
      'P2 refusals after the first': {
        figure: Number.isNaN(first) ? Number.NaN : later.length,
        floor: 0,
        moonshot: 0,
      },
    },
    details: {
      p2Refused: {
        refusals: asked.throttledAt.length,
        requestsAfter: asked.at.filter((at) => at > first + 1000).length,
      },
    },
  };
};

/** P3: from the first request of an empty cache until 50 cards of open conversations can be drawn. */
const firstCards = async (options: BenchOptions) => {
  const RTT = 100;
  const timed = async (conversations: number, seed: number): Promise<number> =>
    withFresh({ conversations, seed, delay: RTT, limit: null, pace: LIFTED }, async ({ core, server }) => {
      const board = {
        grouping: 'agents' as const,
        filter: {
          statuses: ['open' as const],
          inboxes: [],
          labels: [],
          priorities: [],
          waitingLongerThan: 0,
        },
        sort: 'waiting' as const,
      };
      for (;;) {
        const { lanes } = await core.call('board.lanes', board).catch(() => ({ lanes: [] }));
        let cards = 0;
        for (const lane of lanes.filter(({ count }) => count > 0).slice(0, 50)) {
          const page = await core.call('board.cards', { ...board, lane: lane.key, after: null, limit: 50 });
          cards += page.cards.length;
          if (cards >= 50) return Date.now() - Math.min(...(await server.asked()).at);
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
  const small: number[] = [];
  const large: number[] = [];
  for (let repeat = 0; repeat < options.repeats; repeat += 1) {
    small.push(await timed(10_000, options.seed + repeat));
    large.push(await timed(1_000_000, options.seed + repeat));
  }
  return {
    figures: {
      'P3 first 50 cards, ms': { figure: median(small), floor: 3 * RTT + 200, moonshot: 2 * RTT + 100 },
      'P3 1M : 10k': {
        figure: rounded(median(large) / median(small)),
        floor: 1.1,
        moonshot: 1.1,
      },
    },
    details: { p3: { rtt: RTT, small, large } },
  };
};

/** Runs the benchmark; answers whether the figures are within their floors. */
export const benchSync = async (options: BenchOptions): Promise<boolean> => {
  const parts = [
    await part(options, 'throughput', () => throughput(options)),
    options.only.includes('account') ? await account(options) : {},
    await part(options, 'network', () => networkBound(options)),
    await part(options, 'first-cards', () => firstCards(options)),
    ...(await Promise.all([
      // These wait most of the time.
      part(options, 'pace', () => atOurPace(options)),
      part(options, 'refused', () => refused(options)),
      part(options, 'crashes', () => crashes(options)),
    ])),
  ];
  return report('sync', Object.assign({}, ...parts.map(({ figures }) => figures)) as Record<string, Figure>, {
    seed: options.seed,
    repeats: options.repeats,
    ...Object.assign({}, ...parts.map(({ details }) => details)),
  });
};
