/** The running sum of a simulation: what a run prints at its end, and what `--save` keeps so that runs add up, a sum for each build. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { RunResult } from './run.ts';

const tallySchema = z.object({
  seeds: z.number(),
  steps: z.number(),
  events: z.number(),
  virtualHours: z.number(),
  cpuSeconds: z.number(),
  /** The next seed of a resumed run. */
  next: z.number(),
  faults: z.record(z.string(), z.number()),
  /** Seeds that failed, by the first rule that they broke. */
  rules: z.record(z.string(), z.number()),
  failures: z.array(z.object({ seed: z.number(), level: z.string(), rule: z.string(), what: z.string() })),
});

/** Sums over runs of one build; `cpuSeconds` = time of all processors spent running seeds. */
export type Tally = z.infer<typeof tallySchema>;

const savedSchema = z.object({ program: z.literal('simulate'), builds: z.record(z.string(), tallySchema) });
/** Builds with their sums: the core and this program as they were. */
export type Saved = z.infer<typeof savedSchema>;

/** What of a run goes into the sum. */
export type Part = Omit<RunResult, 'trace'> & { cpuSeconds: number };

const FAILURES_KEPT = 1000;

const emptyTally = (from: number): Tally => ({
  seeds: 0,
  steps: 0,
  events: 0,
  virtualHours: 0,
  cpuSeconds: 0,
  next: from,
  faults: {},
  rules: {},
  failures: [],
});

/** What was saved; nothing when there is no such file. Throws when the file is something else. */
export const loadSaved = (path: string): Saved =>
  existsSync(path)
    ? savedSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
    : { program: 'simulate', builds: {} };

/** Written beside and renamed: whoever kills the program finds the old sum or the new one. */
export const save = (path: string, saved: Saved): void => {
  writeFileSync(`${path}.new`, `${JSON.stringify(saved, null, 2)}\n`);
  renameSync(`${path}.new`, path);
};

/** Where a build begins that has no sum yet: behind all seeds of the others. */
const firstSeed = (saved: Saved): number =>
  Math.max(1, ...Object.values(saved.builds).map((tally) => tally.next));

/**
 * The sum that a run of a build adds to, and the first seed of the run. A sum goes on where it ended: null where `from`
 * says otherwise, as a seed would count twice or be left out.
 */
export const resume = (
  saved: Saved,
  build: string,
  from: number | null,
): { tally: Tally; from: number } | null => {
  const known = saved.builds[build];
  const tally = known ?? emptyTally(from ?? firstSeed(saved));
  if (from !== null && from !== tally.next) return null;
  saved.builds[build] = tally;
  return { tally, from: tally.next };
};

/** Adds one run. */
export const addRun = (tally: Tally, run: Part): void => {
  tally.seeds++;
  tally.steps += run.steps;
  tally.events += run.events;
  tally.virtualHours += run.virtualMs / 3_600_000;
  tally.cpuSeconds += run.cpuSeconds;
  tally.next = run.seed + 1;
  for (const [kind, count] of Object.entries(run.faults))
    tally.faults[kind] = (tally.faults[kind] ?? 0) + count;
  const first = run.findings[0];
  if (!first) return;
  tally.rules[first.rule] = (tally.rules[first.rule] ?? 0) + 1;
  if (tally.failures.length < FAILURES_KEPT)
    tally.failures.push({ seed: run.seed, level: run.level, rule: first.rule, what: first.what });
};

/** The line for a machine. @param seconds by the clock, of this run alone */
export const summary = (tally: Tally, build: string, seconds: number, saved: Saved): string => {
  const others = Object.entries(saved.builds).filter(([name]) => name !== build);
  const failures = Object.values(tally.rules).reduce((sum, count) => sum + count, 0);
  return JSON.stringify({
    program: 'simulate',
    build,
    seeds: tally.seeds,
    steps: tally.steps,
    failures,
    rules: tally.rules,
    failedSeeds: tally.failures.map((failure) => failure.seed).slice(0, 50),
    cpuSeconds: Math.round(tally.cpuSeconds * 10) / 10,
    seedsPerCpuMinute: Math.round((tally.seeds * 60) / Math.max(tally.cpuSeconds, 0.001)),
    seconds: Math.round(seconds * 10) / 10,
    next: tally.next,
    events: tally.events,
    virtualHours: Math.round(tally.virtualHours * 10) / 10,
    // Sums of other builds in the same file: of another program, so never added to this one.
    otherBuilds: Object.fromEntries(others.map(([name, { seeds, rules }]) => [name, { seeds, rules }])),
    faults: tally.faults,
  });
};
