/** `npm run torture -- PROGRAM`: breaks the built core on purpose and says, in one JSON line, what it lost. */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { hashOf, openWorkshop } from './bundle.ts';
import { runControls, runCrew } from './crew.ts';
import { countOf, faultsIn } from './part.ts';
import { programs } from './programs.ts';
import type { ProgramName } from './programs.ts';
import { hasStrace } from './strace.ts';
import { addDone, emptySum, loadTally, saveTally, total } from './tally.ts';
import type { Sum, Tally } from './tally.ts';

const usage = `npm run torture -- ${Object.entries(programs)
  .map(([name, { unit, controls }]) => `${name} [--${unit} N] [--control ${Object.keys(controls).join('|')}]`)
  .join('\nnpm run torture -- ')}
All take [--jobs N] [--seed S] [--seconds N: stop after so long] [--save FILE: go on where the last run ended, and add up]
  [--core FILE: another bundle of the core] [--sources FOLDER: with main/core and contract that this bundle was made from] [--from K: the first chunk] [--no-controls].`;

const { values: args, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cycles: { type: 'string' },
    states: { type: 'string' },
    mutations: { type: 'string' },
    runs: { type: 'string' },
    jobs: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string' },
    seconds: { type: 'string' },
    control: { type: 'string' },
    core: { type: 'string' },
    sources: { type: 'string' },
    save: { type: 'string' },
    'no-controls': { type: 'boolean', default: false },
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
const say = (line: string) => void process.stdout.write(`${line}\n`);
const round = (value: number) => Math.round(value * 10) / 10;

const name = positionals[0] ?? '';
if (!Object.hasOwn(programs, name)) wrong(`Not a program: ${name}`);
const program = name as ProgramName;
const { unit, usual, controls, bundles, needsStrace, faults, isVoid } = programs[program];
if (needsStrace && !hasStrace())
  wrong('strace is needed for this: sudo apt-get install strace (Linux only).');
const control = args.control ?? null;
if (control !== null && !Object.hasOwn(controls, control)) wrong(`Not a control: ${control}`);

const saved = args.save === undefined ? null : loadTally(args.save);
if (saved && (saved.program !== program || saved.control !== control))
  wrong(`${String(args.save)} is of another program or control.`);
const tally: Tally = saved ?? {
  program,
  control,
  seed: number(args.seed) ?? Math.floor(Date.now() / 1000) % 1_000_000,
  next: 0,
  cores: {},
};
if (saved && args.seed !== undefined && Number(args.seed) !== saved.seed)
  wrong(`The saved run has the seed ${saved.seed}.`);

/** For a machine: the counts of this run or of all of them. */
const figures = (sum: Sum) => ({
  ...sum.counts,
  chunks: sum.chunks,
  workerSeconds: round(sum.seconds),
  cpuSeconds: round(sum.cpuSeconds),
  perMinuteAWorker: Math.round((countOf(sum.counts, unit) * 60) / Math.max(sum.seconds, 0.001)),
  perCpuMinute: Math.round((countOf(sum.counts, unit) * 60) / Math.max(sum.cpuSeconds, 0.001)),
});

const run = async (): Promise<number> => {
  const { seed } = tally;
  say(`seed ${seed}`);
  const workshop = await openWorkshop(args.core ?? null, args.sources ?? null, bundles);
  process.once('exit', () => rmSync(workshop.folder, { recursive: true, force: true }));
  const core = hashOf(workshop);
  const until = Date.now() + (number(args.seconds) ?? 1_000_000) * 1000;
  const began = performance.now();
  const cheats =
    control !== null || args['no-controls']
      ? null
      : await runControls({ program, seed, until: Date.now() + 120_000 }, workshop);
  const sum = emptySum();
  const saving = (tally.cores[core] ??= emptySum());
  await runCrew(
    {
      program,
      units: number(args[unit]) ?? usual,
      jobs: Math.max(1, number(args.jobs) ?? 1),
      seed,
      from: number(args.from) ?? tally.next,
      until,
      control,
      onDone: (done) => {
        for (const line of done.found.slice(0, Math.max(0, 30 - sum.found.length))) say(line);
        addDone(sum, done);
        addDone(saving, done);
        tally.next = Math.max(tally.next, done.chunk.index + 1);
        if (args.save !== undefined) saveTally(args.save, tally);
      },
    },
    workshop,
  );
  const seconds = (performance.now() - began) / 1000;
  say(
    JSON.stringify({
      program,
      seed,
      core,
      control,
      ...figures(sum),
      seconds: round(seconds),
      perMinute: Math.round((countOf(sum.counts, unit) * 60) / seconds),
      controls: cheats?.found ?? null,
    }),
  );
  if (args.save !== undefined) {
    say(JSON.stringify({ program, seed, core, saved: figures(saving) }));
    say(JSON.stringify({ program, seed, allCores: Object.keys(tally.cores), saved: figures(total(tally)) }));
  }
  for (const cheat of cheats?.unnoticed ?? [])
    say(`The control ${cheat} was not found out: this run proves nothing.`);
  const why = isVoid(sum.counts);
  if (why !== null) say(`${why} This run proves nothing.`);
  return faultsIn(sum.counts, faults) === 0 && (cheats?.unnoticed.length ?? 0) === 0 && why === null ? 0 : 1;
};

process.exitCode = await run();
