/** P17: the process of the app is killed again and again during its first load, while the list moves under it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { newFolder, removeFolder, workspaceFile } from './built-core.ts';
import type { ChildOptions } from './crash-child.ts';
import type { BenchOptions } from './options.ts';
import { startPageServer } from './page-server-process.ts';
import { ALL_LIVE } from './page-server-rows.ts';
import { median, rounded, type Figure } from './stats.ts';

const CONVERSATIONS = 10_000;
/** Pages between two kills: at least, and at most. */
const PAGES = [20, 100] as const;
const LONGEST_MS = 120_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const ids = (file: string): number[] => {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare<[], number>('SELECT id FROM conversation ORDER BY id').pluck().all();
  } finally {
    db.close();
  }
};

/** One load to its end; answers the kills, the pages that were asked for more than once, and the ids that are missing. */
const load = async (seed: number, bumps: number) => {
  const server = await startPageServer({
    conversations: CONVERSATIONS,
    seed,
    mix: ALL_LIVE,
    delay: 0,
    limit: null,
    bumps,
  });
  const folder = newFolder();
  const options: ChildOptions = { origin: server.origin, folder };
  let turn = seed;
  const between = (): number => {
    turn = (Math.imul(turn, 1_103_515_245) + 12_345) >>> 0;
    return PAGES[0] + (turn % (PAGES[1] - PAGES[0] + 1));
  };
  const started = Date.now();
  let kills = 0;
  try {
    for (;;) {
      const child = fork(join(import.meta.dirname, 'crash-child.ts'), [JSON.stringify(options)]);
      const exited = once(child, 'exit');
      let live = false;
      child.on('message', () => {
        live = true;
      });
      const until = (await server.asked()).pageAt.length + between();
      while (!live && (await server.asked()).pageAt.length < until) {
        if (Date.now() - started > LONGEST_MS) throw new Error('The load did not come to its end.');
        await pause(2);
      }
      if (live) {
        server.setBumps(0);
        // What was heard last is being written.
        await pause(2000);
        child.disconnect();
        await exited;
        break;
      }
      child.kill('SIGKILL');
      kills += 1;
      await exited;
    }
    const { byPage } = await server.asked();
    const twice = Object.values(byPage).reduce((sum, times) => sum + times - 1, 0);
    const have = ids(workspaceFile(folder, 'cache.db'));
    return { kills, twice, missing: CONVERSATIONS - have.length };
  } finally {
    await server.stop();
    removeFolder(folder);
  }
};

export const crashes = async (options: BenchOptions) => {
  const runs: Awaited<ReturnType<typeof load>>[] = [];
  for (let repeat = 0; repeat < options.repeats; repeat += 1) {
    runs.push(await load(options.seed + repeat, CONVERSATIONS / 100));
  }
  const twice: Figure = {
    figure: rounded(median(runs.map((run) => run.twice / Math.max(1, run.kills)))),
    floor: 200,
    moonshot: 100,
  };
  return {
    figures: {
      'P17 pages fetched twice per crash': twice,
      'P17 conversations missing': {
        figure: Math.max(...runs.map(({ missing }) => missing)),
        floor: 0,
        moonshot: 0,
      },
    },
    details: { p17: { conversations: CONVERSATIONS, bumps: CONVERSATIONS / 100, runs } },
  };
};
