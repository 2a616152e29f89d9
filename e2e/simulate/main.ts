/** `npm run simulate`: runs seeds of the deterministic simulation and says, in one line each, what failed and how to see it again. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildName } from './build-name.ts';
import type { Forcible } from './calamities.ts';
import { forcible } from './calamities.ts';
import type { Control } from './controls.ts';
import { controls } from './controls.ts';
import { builtCore } from './load-core.ts';
import type { Level } from './model/levels.ts';
import { levels } from './model/levels.ts';
import { runDealt, runHere } from './seeds.ts';
import type { Part } from './tally.ts';
import { addRun, loadSaved, resume, save, summary } from './tally.ts';
import type { TraceEvent } from './trace.ts';

const usage = `npm run simulate -- --seeds N [--from K] [--steps N] [--level ${levels.join('|')}] [--save FILE] [--jobs N]
  [--minutes M] [--control ${Object.keys(controls).join('|')}] [--core FILE] [--trace FILE] [--stop-at N]
  [--no-calamities] [--calamity ${forcible.join('|')}]`;

const { values: args } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string' },
    steps: { type: 'string' },
    level: { type: 'string' },
    save: { type: 'string' },
    minutes: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    control: { type: 'string' },
    core: { type: 'string' },
    trace: { type: 'string' },
    'stop-at': { type: 'string' },
    calamity: { type: 'string' },
    'no-calamities': { type: 'boolean', default: false },
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
const forced: Forcible | null = oneOf(args.calamity, forcible);
if (forced && args['no-calamities']) wrong('A calamity and no calamities');
const core = args.core ?? fileURLToPath(builtCore);
const build = buildName(core);
const saved = args.save === undefined ? loadSaved('') : loadSaved(args.save);
const { tally, from } =
  resume(saved, build, number(args.from)) ??
  wrong(`The sum of this build goes on at seed ${saved.builds[build]?.next}: leave --from out`);
const jobs = Math.max(1, number(args.jobs) ?? 1);
const minutes = number(args.minutes) ?? Number.POSITIVE_INFINITY;
const stopAt = number(args['stop-at']) ?? Number.POSITIVE_INFINITY;
/** Between two times that the sum is written (ms): what a kill may lose. */
const SAVE_MS = 2000;
const began = performance.now();
let savedAt = began;
let failed = 0;

const tell = (run: Part) => {
  const [first, ...more] = run.findings;
  if (!first) return;
  failed++;
  const again = [
    `--from ${run.seed} --seeds 1`,
    ...(level ? [`--level ${level}`] : []),
    ...(args.steps ? [`--steps ${args.steps}`] : []),
    ...(control ? [`--control ${control}`] : []),
    ...(forced ? [`--calamity ${forced}`] : []),
    ...(args['no-calamities'] ? ['--no-calamities'] : []),
  ];
  process.stdout.write(
    `seed ${run.seed} (${run.level}) failed: ${first.rule} at ${Math.round(first.t)} ms: ${first.what}\n`,
  );
  for (const other of more.slice(0, 3))
    process.stdout.write(`  also ${other.rule} at ${Math.round(other.t)} ms: ${other.what}\n`);
  process.stdout.write(`  again: npm run simulate -- ${again.join(' ')}\n`);
};

const hear = (run: Part, trace: TraceEvent[] | null): boolean => {
  addRun(tally, run);
  tell(run);
  if (args.trace !== undefined && trace)
    writeFileSync(args.trace, trace.map((event) => JSON.stringify(event)).join('\n'));
  const now = performance.now();
  if (args.save !== undefined && (run.findings.length > 0 || now - savedAt > SAVE_MS)) {
    save(args.save, saved);
    savedAt = now;
  }
  return failed < stopAt && now - began < minutes * 60_000;
};

const plan = {
  from,
  step: 1,
  seeds: number(args.seeds) ?? 100,
  steps: number(args.steps),
  level,
  control,
  calamities: !args['no-calamities'],
  forced,
  core,
};
if (jobs === 1) await runHere(plan, hear);
else await runDealt(plan, jobs, (part) => hear(part, null));

if (args.save !== undefined) save(args.save, saved);
process.stdout.write(`${summary(tally, build, (performance.now() - began) / 1000, saved)}\n`);
process.exit(failed > 0 ? 1 : 0);
