/** P13: from the drop until the move is on disk and said to be, idle and during the first load; and the proof that it is on disk. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder, removeFolder } from './built-core.ts';
import { withFresh } from './fresh-core.ts';
import { countSyncs } from './count-syncs.ts';
import { LIFTED } from './lifted-pace.ts';
import { part, type BenchOptions } from './options.ts';
import { sample, untilCards } from './samples.ts';
import { median, percentile, report, rounded, type Figure } from './stats.ts';

const SAMPLES = 2_000;

/** ms of a bare write that the disk keeps: what no outbox can be faster than. */
const bareSyncs = (): { p50: number; p99: number } => {
  const folder = newFolder();
  const file = openSync(join(folder, 'bare'), 'w');
  const bytes = Buffer.alloc(8192, 1);
  const took: number[] = [];
  for (let write = 0; write < SAMPLES; write += 1) {
    const from = performance.now();
    writeSync(file, bytes);
    fdatasyncSync(file);
    took.push(performance.now() - from);
  }
  closeSync(file);
  removeFolder(folder);
  return { p50: rounded(median(took)), p99: rounded(percentile(took, 99)) };
};

const timed = async (options: BenchOptions) => {
  const conversations = options.conversations ?? 200_000;
  const runs: { idle: number; loading: number; samples: number; p50: number }[] = [];
  for (let repeat = 0; repeat < options.repeats; repeat += 1) {
    runs.push(
      await withFresh(
        { conversations, seed: options.seed + repeat, delay: 0, limit: null, pace: LIFTED },
        async ({ core, liveAt }) => {
          await untilCards(core);
          const loading = await sample(core, SAMPLES, () => liveAt() !== null);
          await core.reach('live', 1_800_000);
          const idle = await sample(core, SAMPLES, () => false);
          return {
            idle: percentile(idle.move, 99),
            loading: percentile(loading.move, 99),
            samples: Math.min(idle.move.length, loading.move.length),
            p50: median(idle.move),
          };
        },
      ),
    );
  }
  const middle = (of: (run: (typeof runs)[number]) => number): number => rounded(median(runs.map(of)));
  return {
    figures: {
      'P13 move on disk p99, idle, ms': { figure: middle(({ idle }) => idle), floor: 10, moonshot: 1 },
      'P13 move on disk p99, loading, ms': {
        figure: middle(({ loading }) => loading),
        floor: 50,
        moonshot: 25,
      },
    },
    details: {
      conversations,
      bareSync: bareSyncs(),
      runs: runs.map((run) => ({
        ...run,
        idle: rounded(run.idle),
        loading: rounded(run.loading),
        p50: rounded(run.p50),
      })),
    },
  };
};

/** Every move asks the disk once; with `synchronous = NORMAL` written into a copy of the build, the control, nearly none does. */
const proven = async (options: BenchOptions) => {
  const full = await countSyncs(options.seed, 'FULL');
  const normal = await countSyncs(options.seed, 'NORMAL');
  return {
    figures: {
      'P13 syncs of the outbox a commit': {
        figure: rounded(full.syncs / full.commits),
        floor: 1,
        moonshot: 1,
        more: true,
      } satisfies Figure,
      'P13 control: the same without FULL': {
        figure: rounded(normal.syncs / normal.commits),
        floor: 0.5,
        moonshot: 0.5,
      },
    },
    details: { syncs: { full, normal } },
  };
};

/** Runs the benchmark; answers whether the figures are within their floors. */
export const benchOutbox = async (options: BenchOptions): Promise<boolean> => {
  const parts = [
    await part(options, 'syncs', () => proven(options)),
    await part(options, 'moves', () => timed(options)),
  ];
  return report(
    'outbox',
    Object.assign({}, ...parts.map(({ figures }) => figures)) as Record<string, Figure>,
    {
      seed: options.seed,
      repeats: options.repeats,
      ...Object.assign({}, ...parts.map(({ details }) => details)),
    },
  );
};
