/** The steps of the one test command: what each runs, and how its counts are read. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './computer.ts';

export type Counts = { passed: number; failed: number };
export type Outcome = Counts & { name: string; seconds: number; output: string };

export type Step = {
  name: string;
  /** Arguments of this Node. */
  command: string[];
  /** Null when the runner left no counts: then the step counts as one. */
  counts?: (output: string) => Counts | null;
};

const tool = (path: string, ...args: string[]): string[] => [join(root, 'node_modules', path), ...args];
const report = (name: string): string => join(root, 'test-results', name);

function readJson(file: string): unknown {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as unknown) : null;
}

/** Vitest's JSON report. */
export function vitestCounts(content: unknown): Counts | null {
  const { numPassedTests: passed, numFailedTests: failed } = (content ?? {}) as Record<
    string,
    number | undefined
  >;
  return passed === undefined || failed === undefined ? null : { passed, failed };
}

/**
 * Playwright's JSON report. A test that was skipped has neither passed nor failed; one that passed only when it was
 * tried again (CI tries once more) has passed, and is named by `flakyTests`.
 */
export function playwrightCounts(content: unknown): Counts | null {
  const { stats } = (content ?? {}) as { stats?: { expected: number; unexpected: number; flaky: number } };
  return stats ? { passed: stats.expected + stats.flaky, failed: stats.unexpected } : null;
}

type Suite = { title: string; suites?: Suite[]; specs?: { title: string; tests: { status: string }[] }[] };

/** Names of the end-to-end tests that passed only when they were tried again: each is a bug of today. */
export function flakyTests(content: unknown = readJson(e2eReport)): string[] {
  const inside = (suite: Suite): string[] => [
    ...(suite.specs ?? [])
      .filter((spec) => spec.tests.some((one) => one.status === 'flaky'))
      .map((spec) => `${suite.title} › ${spec.title}`),
    ...(suite.suites ?? []).flatMap(inside),
  ];
  return ((content ?? {}) as { suites?: Suite[] }).suites?.flatMap(inside) ?? [];
}

/** The last line of the form `N passed, N failed`. */
export function lastLineCounts(output: string): Counts | null {
  const [, passed, failed] = [...output.matchAll(/(\d+) passed, (\d+) failed/g)].at(-1) ?? [];
  return passed === undefined || failed === undefined
    ? null
    : { passed: Number(passed), failed: Number(failed) };
}

/** The simulation's JSON line: each seed is one check. */
export function simulateCounts(output: string): Counts | null {
  const [line] = /^\{"program":"simulate".*$/m.exec(output) ?? [];
  if (line === undefined) return null;
  const { seeds, failures } = JSON.parse(line) as { seeds: number; failures: number };
  return { passed: seeds - failures, failed: failures };
}

const unitReport = report('unit.json');
const e2eReport = report('report.json');

export const steps = {
  format: { name: 'format', command: tool('oxfmt/bin/oxfmt', '--check', '.') },
  lint: { name: 'lint', command: tool('oxlint/bin/oxlint', '--type-aware', '--deny-warnings') },
  types: { name: 'types', command: tool('typescript/bin/tsc', '-b') },
  dead: { name: 'dead code', command: tool('knip/bin/knip.js') },
  build: { name: 'build', command: [join(root, 'scripts', 'build.ts')] },
  pack: {
    name: 'pack',
    command: [join(root, 'scripts', 'check-pack.ts')],
    counts: lastLineCounts,
  },
  unit: {
    name: 'unit',
    command: tool(
      'vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${unitReport}`,
    ),
    counts: () => vitestCounts(readJson(unitReport)),
  },
  simulate: {
    name: 'simulate',
    command: [join(root, 'e2e', 'simulate', 'main.ts'), '--seeds', '60', '--jobs', '2'],
    counts: simulateCounts,
  },
  mutants: {
    name: 'mutants',
    // One in six, another six each day; `npm run mutants` plays all.
    command: [
      join(root, 'e2e', 'mutants', 'main.ts'),
      '--program',
      'simulate',
      '--every',
      '6',
      '--offset',
      String(Math.floor(Date.now() / 86_400_000) % 6),
    ],
    counts: lastLineCounts,
  },
  conformance: {
    name: 'conformance',
    command: [join(root, 'server', 'conformance', 'main.ts'), '--all-levels'],
    counts: lastLineCounts,
  },
  torture: {
    name: 'torture',
    command: [join(root, 'e2e', 'torture', 'short.ts')],
    counts: lastLineCounts,
  },
  e2e: {
    name: 'end to end',
    command: [join(root, 'scripts', 'e2e.ts')],
    counts: () => playwrightCounts(readJson(e2eReport)),
  },
} satisfies Record<string, Step>;

/** Old reports must not speak for new runs. */
export function forgetReports(): void {
  for (const file of [unitReport, e2eReport]) rmSync(file, { force: true });
}

/** Runs one step to its end; a runner that fails without a failed test counts as one failure. */
export async function runStep(step: Step): Promise<Outcome> {
  const began = performance.now();
  const child = spawn(process.execPath, step.command, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FORCE_COLOR: '0' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (ended) => resolve(ended ?? 1));
  });
  const counted = step.counts?.(output) ?? null;
  return {
    name: step.name,
    output,
    seconds: (performance.now() - began) / 1000,
    ...judge(code === 0, counted),
  };
}

/** Counts of a step from how it ended and what it counted. */
export function judge(succeeded: boolean, counted: Counts | null): Counts {
  if (counted === null || counted.passed + counted.failed === 0) {
    // A runner that found no tests has proved nothing, unless it does not count at all.
    const passed = succeeded && counted === null;
    return { passed: passed ? 1 : 0, failed: passed ? 0 : 1 };
  }
  return !succeeded && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
}
