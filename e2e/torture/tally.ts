/** What `--save` keeps, so that a long run can be split over days: sums for each build of the core, and the chunk at which to go on. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Done } from './crew.ts';
import { addCounts } from './part.ts';

const sumSchema = z.object({
  chunks: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  counts: z.record(z.string(), z.union([z.number(), z.record(z.string(), z.number())])),
  found: z.array(z.string()),
});
const tallySchema = z.object({
  program: z.string(),
  control: z.string().nullable(),
  seed: z.number(),
  /** Index of the next chunk. */
  next: z.number(),
  /** By hash of the core. `seconds` = time of workers, by the clock and by the processor. */
  cores: z.record(z.string(), sumSchema),
});

export type Sum = z.infer<typeof sumSchema>;
export type Tally = z.infer<typeof tallySchema>;

const FOUND_KEPT = 200;

export const emptySum = (): Sum => ({ chunks: 0, seconds: 0, cpuSeconds: 0, counts: {}, found: [] });

/** What was saved, or null when there is no such file. Throws when the file is no tally. */
export const loadTally = (path: string): Tally | null =>
  existsSync(path) ? tallySchema.parse(JSON.parse(readFileSync(path, 'utf8'))) : null;

/** Never half of it: the run may be stopped at any time. */
export const saveTally = (path: string, tally: Tally): void => {
  writeFileSync(`${path}.new`, `${JSON.stringify(tally, null, 2)}\n`);
  renameSync(`${path}.new`, path);
};

export const addDone = (sum: Sum, done: Done): void => {
  sum.chunks++;
  sum.seconds += done.seconds;
  sum.cpuSeconds += done.cpuSeconds;
  addCounts(sum.counts, done.counts);
  sum.found.push(...done.found.slice(0, Math.max(0, FOUND_KEPT - sum.found.length)));
};

/** Of all builds. */
export const total = (tally: Tally): Sum => {
  const all = emptySum();
  for (const sum of Object.values(tally.cores)) {
    all.chunks += sum.chunks;
    all.seconds += sum.seconds;
    all.cpuSeconds += sum.cpuSeconds;
    addCounts(all.counts, sum.counts);
    all.found.push(...sum.found);
  }
  return all;
};
