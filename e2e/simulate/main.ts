/** `npm run simulate`: runs seeds of the deterministic simulation and says, in one line each, what failed and how to see it again. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Control } from './controls.ts';
import { controls } from './controls.ts';
import { installGuard } from './guard.ts';
import { forbidReality, loadCore } from './load-core.ts';
import type { Level } from './model/levels.ts';
import { levels } from './model/levels.ts';
import { runSeed } from './run.ts';
import { addRun, emptyTally, loadTally, saveTally, summary } from './tally.ts';

const usage = `npm run simulate -- --seeds N [--from K] [--steps N] [--level ${levels.join('|')}] [--save FILE]
  [--minutes M] [--control ${Object.keys(controls).join('|')}] [--core FILE] [--trace FILE] [--stop-at N]`;

const { values: args } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string' },
    steps: { type: 'string' },
    level: { type: 'string' },
    save: { type: 'string' },
    minutes: { type: 'string' },
    control: { type: 'string' },
    core: { type: 'string' },
    trace: { type: 'string' },
    'stop-at': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const wrong = (message: string): never => {
  process.stderr.write(`${message}\n${usage}\n`);
  process.exit(2);
};
const number = (text: string | undefined): number | null => {
  if (text === undefined) return null;
  return /^\d+$/.test(text) ? Number(text) : wrong(`Not a number: ${text}`);
};
const oneOf = <T extends string>(text: string | undefined, known: readonly T[]): T | null => {
  if (text === undefined) return null;
  return known.find((name) => name === text) ?? wrong(`Not known: ${text}`);
};

if (args.help) wrong('');
const level: Level | null = oneOf(args.level, levels);
const control: Control | null = oneOf(args.control, Object.keys(controls) as Control[]);
const saved = args.save === undefined ? null : loadTally(args.save);
const tally = saved ?? emptyTally(number(args.from) ?? 1);
const from = number(args.from) ?? tally.next;
const seeds = number(args.seeds) ?? 100;
const minutes = number(args.minutes) ?? Number.POSITIVE_INFINITY;
const stopAt = number(args['stop-at']) ?? Number.POSITIVE_INFINITY;

const guard = installGuard();
const createCore = await loadCore(args.core ?? null);
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'simulate-'));
const reality = new Set<string>();
const restore = forbidReality((what) => reality.add(what));
const began = performance.now();
let failed = 0;

for (let seed = from; seed < from + seeds; seed++) {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const run = await runSeed({
    seed,
    steps: number(args.steps),
    level,
    control,
    createCore,
    guard,
    folder: join(folder, 'run'),
  });
  for (const what of reality) run.findings.push({ rule: 'core', t: 0, what });
  reality.clear();
  const { user, system } = process.cpuUsage(cpu);
  addRun(tally, run, (performance.now() - start) / 1000, (user + system) / 1_000_000);
  const first = run.findings[0];
  if (first) {
    failed++;
    const again = [
      `--from ${seed} --seeds 1`,
      ...(level ? [`--level ${level}`] : []),
      ...(args.steps ? [`--steps ${args.steps}`] : []),
      ...(control ? [`--control ${control}`] : []),
    ];
    process.stdout.write(
      `seed ${seed} (${run.level}) failed: ${first.rule} at ${Math.round(first.t)} ms: ${first.what}\n`,
    );
    for (const more of run.findings.slice(1, 4))
      process.stdout.write(`  also ${more.rule} at ${Math.round(more.t)} ms: ${more.what}\n`);
    process.stdout.write(`  again: npm run simulate -- ${again.join(' ')}\n`);
  }
  if (args.trace !== undefined)
    writeFileSync(args.trace, run.trace.map((event) => JSON.stringify(event)).join('\n'));
  if (args.save !== undefined && (seed % 100 === 0 || first)) saveTally(args.save, tally);
  if (failed >= stopAt || performance.now() - began > minutes * 60_000) break;
}

restore();
rmSync(folder, { recursive: true, force: true });
if (args.save !== undefined) saveTally(args.save, tally);
process.stdout.write(`${summary(tally)}\n`);
process.exit(failed > 0 ? 1 : 0);
