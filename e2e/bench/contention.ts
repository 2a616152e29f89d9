/** P4: while the first load runs, what a read of a lane and a move wait for, how long the writing thread is held up, how large its log grows. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { longestBlock } from './blocks.ts';
import { withFresh } from './fresh-core.ts';
import { LIFTED } from './lifted-pace.ts';
import type { BenchOptions } from './options.ts';
import { sample, untilCards, type Samples } from './samples.ts';
import { median, percentile, report, rounded } from './stats.ts';

const SAMPLES = 2_000;
const MIB = 1024 * 1024;

type Run = { idle: Samples; loading: Samples; block: number; wal: number; seconds: number };

const once = async (conversations: number, seed: number, probe: string): Promise<Run> =>
  withFresh({ conversations, seed, delay: 0, limit: null, pace: LIFTED }, async ({ core, liveAt }) => {
    await untilCards(core);
    const from = Date.now();
    let wal = 0;
    const watch = setInterval(() => {
      wal = Math.max(wal, statSync(`${core.file('cache.db')}-wal`, { throwIfNoEntry: false })?.size ?? 0);
    }, 20);
    const loading = await sample(core, SAMPLES, () => liveAt() !== null);
    await core.reach('live', 1_800_000);
    const to = Date.now();
    clearInterval(watch);
    const idle = await sample(core, SAMPLES, () => false);
    return {
      idle,
      loading,
      block: longestBlock(probe, 'ingest', from, to),
      wal: wal / MIB,
      seconds: (to - from) / 1000,
    };
  });

/** Runs the benchmark; answers whether the figures are within their floors. */
export const benchContention = async (options: BenchOptions): Promise<boolean> => {
  const conversations = options.conversations ?? 200_000;
  const folder = mkdtempSync(join(tmpdir(), 'supervisor-probe-'));
  const probe = join(folder, 'blocks.jsonl');
  process.env['BLOCK_PROBE_FILE'] = probe;
  const runs: Run[] = [];
  try {
    for (let repeat = 0; repeat < options.repeats; repeat += 1) {
      runs.push(await once(conversations, options.seed + repeat, probe));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const p99 = (samples: readonly number[]): number => percentile(samples, 99);
  const middle = (of: (run: Run) => number): number => rounded(median(runs.map(of)));
  return report(
    'contention',
    {
      'P4 lane read p99, loading : idle': {
        figure: middle(({ loading, idle }) => p99(loading.read) / p99(idle.read)),
        floor: 3,
        moonshot: 2,
      },
      'P4 move p99 while loading, ms': {
        figure: middle(({ loading }) => p99(loading.move)),
        floor: 50,
        moonshot: 25,
      },
      'P4 longest block of the writing thread, ms': {
        figure: middle(({ block }) => block),
        floor: 100,
        moonshot: 33,
      },
      'P4 largest log of the cache, MiB': { figure: middle(({ wal }) => wal), floor: 128, moonshot: 64 },
    },
    {
      seed: options.seed,
      repeats: options.repeats,
      conversations,
      runs: runs.map(({ idle, loading, block, wal, seconds }) => ({
        seconds: rounded(seconds),
        samples: { idle: idle.move.length, loading: loading.move.length },
        read: { idle: rounded(p99(idle.read)), loading: rounded(p99(loading.read)) },
        move: { idle: rounded(p99(idle.move)), loading: rounded(p99(loading.move)) },
        block: rounded(block),
        wal: rounded(wal),
      })),
    },
  );
};
