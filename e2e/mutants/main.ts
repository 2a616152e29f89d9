/** `npm run mutants`: builds the core with each patch of a plausible bug and demands that the program it names catches it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { judge, runOn, type Ended, type Ground, type Verdict } from './judge.ts';
import { readMutants, type Mutant } from './patch.ts';
import { makeMutant, type Made } from './scratch.ts';

const usage = `npm run mutants -- [NAME ...: only those whose name contains one of these] [--program simulate|torture|unit]
  [--every N --offset K: every Nth, from the Kth] [--jobs N]
  [--find N: where the seed of a simulation is no good any more, look through N seeds and write the first good one down]`;

const { values: args, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    program: { type: 'string' },
    every: { type: 'string', default: '1' },
    offset: { type: 'string', default: '0' },
    find: { type: 'string' },
    jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    help: { type: 'boolean', default: false },
  },
});
if (args.help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}

const folder = fileURLToPath(new URL('patches', import.meta.url));
const chosen = readMutants(folder)
  .filter(({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)))
  .filter(({ program }) => args.program === undefined || program === args.program)
  .filter((_, index) => index % Number(args.every) === Number(args.offset) % Number(args.every));

const began = performance.now();
const counts: Record<Verdict['outcome'], number> = { caught: 0, missed: 0, void: 0 };

/** Once of each kind. */
const bases = new Map<boolean, Promise<Made>>();
const base = async (program: Mutant['program']): Promise<Ground> => {
  const known = bases.get(program === 'unit') ?? makeMutant(program, 'none', null);
  bases.set(program === 'unit', known);
  const made = await known;
  if ('refused' in made) throw new Error(made.refused);
  return made;
};
/** Several mutants name the same command. */
const wholes = new Map<string, Promise<Ended>>();
const whole = ({ program, arguments: args }: Mutant): Promise<Ended> => {
  const key = [program, ...args].join(' ');
  const known = wholes.get(key) ?? base(program).then((ground) => runOn(ground, program, args));
  wholes.set(key, known);
  return known;
};

const judgeOn = async (ground: Ground, mutant: Mutant): Promise<Verdict> =>
  judge(mutant, await whole(mutant), await runOn(ground, mutant.program, mutant.arguments));

/** Seeds of the simulation whose findings say what the mutant is to be noticed by, in their order. */
const fittingSeeds = (output: string, notices: string): string[] => {
  const seeds: string[] = [];
  for (const part of output.split(/^(?=seed \d+ )/m)) {
    const [, seed] = /^seed (\d+) /.exec(part) ?? [];
    if (seed !== undefined && new RegExp(notices, 'm').test(part)) seeds.push(seed);
  }
  return seeds;
};

/** Looks through so many seeds for one that catches it, and writes it into its file; null = none does. */
const findSeed = async (ground: Ground, mutant: Mutant, seeds: string): Promise<Verdict | null> => {
  const { output } = await runOn(ground, 'simulate', ['--from', '1', '--seeds', seeds, '--stop-at', '4']);
  for (const seed of fittingSeeds(output, mutant.notices)) {
    const other = { ...mutant, arguments: ['--seeds', '1', '--from', seed] };
    const verdict = await judgeOn(ground, other);
    if (verdict.outcome !== 'caught') continue;
    const text = readFileSync(mutant.file, 'utf8');
    const line = `Caught by: simulate ${other.arguments.join(' ')}`;
    writeFileSync(mutant.file, text.replace(/^Caught by: .*$/m, line));
    return verdict;
  }
  return null;
};

const look = async (mutant: Mutant): Promise<Verdict> => {
  const made = await makeMutant(mutant.program, mutant.name, mutant.file);
  if ('refused' in made) return { outcome: 'void', why: made.refused };
  const verdict = await judgeOn(made, mutant);
  if (verdict.outcome === 'caught' || args.find === undefined || mutant.program !== 'simulate')
    return verdict;
  return (await findSeed(made, mutant, args.find)) ?? verdict;
};

const queue = [...chosen];
const work = async (): Promise<void> => {
  for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
    const verdict = await look(mutant);
    counts[verdict.outcome] += 1;
    const detail = verdict.outcome === 'caught' ? verdict.how : verdict.why;
    process.stdout.write(
      `${verdict.outcome.padEnd(6)} ${mutant.name}: ${mutant.bug}\n       ${mutant.program} ${mutant.arguments.join(' ')}: ${detail}\n`,
    );
  }
};
await Promise.all(Array.from({ length: Math.max(1, Number(args.jobs)) }, work));

const { caught } = counts;
const escaped = counts.missed + counts.void;
const seconds = Math.round((performance.now() - began) / 100) / 10;
process.stdout.write(
  `${JSON.stringify({ program: 'mutants', mutants: chosen.length, ...counts, seconds })}\n`,
);
process.stdout.write(`${caught} passed, ${escaped} failed\n`);
process.exit(escaped === 0 && caught > 0 ? 0 : 1);
