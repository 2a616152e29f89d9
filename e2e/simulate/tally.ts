/** The running sum of a simulation: what a run prints at its end, and what `--save` keeps so that runs add up. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { RunResult } from './run.ts';

const tallySchema = z.object({
  seeds: z.number(),
  steps: z.number(),
  events: z.number(),
  virtualHours: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  /** The next seed of a resumed run. */
  next: z.number(),
  faults: z.record(z.string(), z.number()),
  failures: z.array(z.object({ seed: z.number(), level: z.string(), rule: z.string(), what: z.string() })),
});

/** Sums over all runs so far; `seconds` and `cpuSeconds` are time spent running seeds, by the clock and by the processor. */
export type Tally = z.infer<typeof tallySchema>;

const FAILURES_KEPT = 1000;

export const emptyTally = (from: number): Tally => ({
  seeds: 0,
  steps: 0,
  events: 0,
  virtualHours: 0,
  seconds: 0,
  cpuSeconds: 0,
  next: from,
  faults: {},
  failures: [],
});

/** What was saved, or null when there is no such file. Throws when the file is no tally. */
export const loadTally = (path: string): Tally | null =>
  existsSync(path) ? tallySchema.parse(JSON.parse(readFileSync(path, 'utf8'))) : null;

export const saveTally = (path: string, tally: Tally): void =>
  writeFileSync(path, `${JSON.stringify(tally, null, 2)}\n`);

/** Adds one run. */
export const addRun = (tally: Tally, run: RunResult, seconds: number, cpuSeconds: number): void => {
  tally.seeds++;
  tally.steps += run.steps;
  tally.events += run.events;
  tally.virtualHours += run.virtualMs / 3_600_000;
  tally.seconds += seconds;
  tally.cpuSeconds += cpuSeconds;
  tally.next = run.seed + 1;
  for (const [kind, count] of Object.entries(run.faults))
    tally.faults[kind] = (tally.faults[kind] ?? 0) + count;
  const first = run.findings[0];
  if (first && tally.failures.length < FAILURES_KEPT)
    tally.failures.push({ seed: run.seed, level: run.level, rule: first.rule, what: first.what });
};

/** The line for a machine. */
export const summary = (tally: Tally): string =>
  JSON.stringify({
    program: 'simulate',
    seeds: tally.seeds,
    steps: tally.steps,
    events: tally.events,
    virtualHours: Math.round(tally.virtualHours * 10) / 10,
    seconds: Math.round(tally.seconds * 10) / 10,
    cpuSeconds: Math.round(tally.cpuSeconds * 10) / 10,
    stepsPerSecond: Math.round(tally.steps / Math.max(tally.seconds, 0.001)),
    eventsPerSecond: Math.round(tally.events / Math.max(tally.seconds, 0.001)),
    seedsPerMinute: Math.round((tally.seeds * 60) / Math.max(tally.seconds, 0.001)),
    seedsPerCpuMinute: Math.round((tally.seeds * 60) / Math.max(tally.cpuSeconds, 0.001)),
    failures: tally.failures.length,
    failedSeeds: tally.failures.map((failure) => failure.seed).slice(0, 50),
    faults: tally.faults,
  });
