/** P16: how many pages are fetched after a gap in which so many conversations changed, at every level of the server. */
import Database from 'better-sqlite3';
import { createControlClient, type ControlClient } from '../../server/control-client.ts';
import { levelNames, type Level } from '../../server/levels.ts';
import { launchServer, type TestServer } from '../fixture/server.ts';
import { newFolder, removeFolder, startBuiltCore, type BuiltCore } from './built-core.ts';
import { LIFTED } from './lifted-pace.ts';
import type { BenchOptions } from './options.ts';
import { PAGE_SIZE } from './page-server-rows.ts';
import { report, type Figure } from './stats.ts';

const CHANGES = [0, 1, 100, 10_000] as const;
/** Enough that the most changes leave some alone. */
const CONVERSATIONS = 10_500;
/** Acts sent to the server at a time. */
const AT_ONCE = 16;
/** Levels that answer what changed since a moment in one request. */
const ONE_REQUEST: readonly Level[] = ['3.11', '4.14'];

const userOf = async (server: TestServer): Promise<number> => {
  const answer = await fetch(`${server.url}/api/v1/profile`, {
    headers: { api_access_token: server.tokens.administrator },
  });
  return ((await answer.json()) as { id: number }).id;
};

/** Customers write in the first so many conversations. */
const change = async (control: ControlClient, ids: readonly number[]): Promise<void> => {
  let next = 0;
  const one = async (): Promise<void> => {
    for (let at = next++; at < ids.length; at = next++) {
      await control.act({ do: 'message', conversation: ids[at] as number, content: 'Is anybody there?' });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  await control.call('jobs.idle', {});
};

/** Rows whose last activity is not before a moment (server seconds). */
const active = (core: BuiltCore, ids: readonly number[], since: number): number => {
  const db = new Database(core.file('cache.db'), { readonly: true });
  try {
    const count = db.prepare<[string, number], number>(
      `SELECT count(*) FROM json_each(?) AS asked JOIN conversation ON conversation.id = asked.value
       WHERE last_activity_at >= ?`,
    );
    return count.pluck().get(JSON.stringify(ids), Math.floor(since)) ?? 0;
  } finally {
    db.close();
  }
};

/**
 * Others with activity in the two minutes before the moment up to which all is known: these are always read once
 * more, since clocks and answers under way may be that far off. A freshly seeded account has hundreds.
 */
const before = (core: BuiltCore, ids: readonly number[]): number => {
  const db = new Database(core.file('cache.db'), { readonly: true });
  try {
    const count = db.prepare<[string], number>(
      `SELECT count(*) FROM conversation
       WHERE last_activity_at >= (SELECT value FROM state WHERE name = 'watermark') - 120
       AND id NOT IN (SELECT value FROM json_each(?))`,
    );
    return count.pluck().get(JSON.stringify(ids)) ?? 0;
  } finally {
    db.close();
  }
};

/** Pages and filters that were asked for after an entry of the log. */
const pagesAfter = async (control: ControlClient, after: number): Promise<number> =>
  (await control.log({ path: '/conversations(\\?|/filter)', after })).length;

type Gap = { changes: number; before: number; pages: number; missed: number; seconds: number };

/** One gap: the line is cut, customers write, the line stands again. */
const gap = async (core: BuiltCore, control: ControlClient, ids: readonly number[]): Promise<Gap> => {
  await control.call('server.pause', {});
  await core.leave('live');
  const since = Date.now() / 1000;
  const margin = before(core, ids);
  await change(control, ids);
  const after = (await control.log()).at(-1)?.n ?? 0;
  await control.call('server.resume', {});
  const begun = Date.now();
  await core.reach('live');
  const pages = await pagesAfter(control, after);
  return {
    changes: ids.length,
    before: margin,
    pages,
    missed: ids.length - active(core, ids, since),
    seconds: (Date.now() - begun) / 1000,
  };
};

const atLevel = async (level: Level, seed: number): Promise<Gap[]> => {
  const server = await launchServer({ conversations: CONVERSATIONS, compat: level, seed });
  const folder = newFolder();
  const control = createControlClient(server.controlUrl);
  const core = startBuiltCore({
    origin: server.url,
    token: server.tokens.administrator,
    accountId: server.accountId,
    userId: await userOf(server),
    historyDays: 90,
    pace: LIFTED,
    folder,
  });
  try {
    // What a gap costs is asked here, not how long its pages take.
    await control.call('features.set', { requestsPerMinute: 1_000_000 });
    await core.reach('live');
    // What the counts of the seed differ by is looked for once: not what a gap costs.
    await gap(core, control, []);
    const gaps: Gap[] = [];
    for (const changes of CHANGES) {
      gaps.push(
        await gap(
          core,
          control,
          Array.from({ length: changes }, (_, index) => index + 1),
        ),
      );
    }
    return gaps;
  } finally {
    await core.stop();
    await server.stop();
    removeFolder(folder);
  }
};

/** Runs the benchmark; answers whether the figures are within their floors. */
export const benchCatchUp = async (options: BenchOptions): Promise<boolean> => {
  const figures: Record<string, Figure> = {};
  const levels: Record<string, Gap[]> = {};
  let missed = 0;
  // The counts are the same at every repeat.
  for (const level of levelNames.filter((name) => options.only.length === 0 || options.only.includes(name))) {
    const gaps = await atLevel(level, options.seed);
    levels[level] = gaps;
    for (const { changes, before: others, pages, missed: notSeen } of gaps) {
      missed += notSeen;
      const least = Math.ceil((changes + others) / PAGE_SIZE);
      figures[`P16 pages at ${level}, ${changes} changed`] = {
        figure: pages,
        floor: least + 10,
        moonshot: ONE_REQUEST.includes(level) ? 1 : least + 2,
      };
    }
  }
  figures['P16 changes not caught up with'] = { figure: missed, floor: 0, moonshot: 0 };
  return report('catchup', figures, { seed: options.seed, conversations: CONVERSATIONS, levels });
};
