/** `npm run torture -- PROGRAM`: breaks the built core on purpose and says, in one JSON line, what it lost. */
import { parseArgs } from 'node:util';
import { openWorkshop } from './bundle.ts';
import { runCorrupt } from './corrupt/run.ts';
import { runIo } from './io/run.ts';
import type { Controls } from './kill9/plan.ts';
import { runKill9 } from './kill9/run.ts';
import { runPowerLoss } from './powerloss/run.ts';
import { hasStrace } from './strace.ts';

const usage = `npm run torture -- kill9 --cycles N [--control early-ack|resend]
npm run torture -- powerloss --states N [--control normal]
npm run torture -- corrupt --mutations N [--control forged]
npm run torture -- io --runs N (of each fault) [--control lying]
All take [--seed S] [--seconds N: stop after so long] [--core FILE: another bundle of the core].`;

const { values: args, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cycles: { type: 'string', default: '200' },
    states: { type: 'string', default: '10000' },
    mutations: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '10' },
    seed: { type: 'string' },
    seconds: { type: 'string' },
    control: { type: 'string' },
    core: { type: 'string' },
  },
});

const wrong = (message: string): never => {
  process.stderr.write(`${message}\n${usage}\n`);
  process.exit(2);
};
const number = (text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise;
  return /^\d+$/.test(text) ? Number(text) : wrong(`Not a number: ${text}`);
};
const control = <T extends string>(known: readonly T[]): T | null => {
  if (args.control === undefined) return null;
  return known.find((name) => name === args.control) ?? wrong(`Not a control: ${args.control}`);
};

const program = positionals[0];
const seed = number(args.seed, Math.floor(Date.now() / 1000) % 1_000_000);
const seconds = number(args.seconds, 1_000_000);
const say = (line: string) => void process.stdout.write(`${line}\n`);
const began = performance.now();
const perMinute = (count: number) => Math.round(count / ((performance.now() - began) / 60_000));
const elapsed = () => Math.round((performance.now() - began) / 100) / 10;

const needStrace = () => {
  if (!hasStrace()) wrong('strace is needed for this: sudo apt-get install strace (Linux only).');
};

const run = async (): Promise<number> => {
  say(`seed ${seed}`);
  const workshop = openWorkshop(args.core ?? null);
  process.once('exit', workshop.remove);
  switch (program) {
    case 'kill9': {
      const options = { cycles: number(args.cycles, 200), seed, seconds, report: say };
      const chosen: Controls = control(['early-ack', 'resend'] as const);
      const { findings, ...rest } = await runKill9({ ...options, control: chosen }, workshop);
      const figures = { program, seed, control: chosen, ...rest, ...findings };
      say(JSON.stringify({ ...figures, seconds: elapsed(), perMinute: perMinute(rest.cycles) }));
      return Object.values(findings).every((count) => count === 0) ? 0 : 1;
    }
    case 'powerloss': {
      needStrace();
      const states = number(args.states, 10_000);
      const chosen = control(['normal'] as const);
      const options = { seed, seconds, report: say };
      const run = await runPowerLoss({ ...options, states, control: chosen }, workshop);
      const figures = {
        program,
        seed,
        control: chosen,
        ...run,
        seconds: elapsed(),
        perMinute: perMinute(run.states),
      };
      // Without a break that it notices, finding nothing means nothing.
      const proof =
        chosen === null
          ? await runPowerLoss(
              { ...options, states: 300, control: 'normal', report: () => undefined },
              workshop,
            )
          : null;
      const noticed = proof === null || proof.lost > 0;
      say(
        JSON.stringify({
          ...figures,
          controlStates: proof?.states ?? 0,
          controlStatesWithLoss: proof?.statesWithLoss ?? 0,
        }),
      );
      if (!noticed) say('The control with synchronous=NORMAL lost nothing: this run proves nothing.');
      return run.lost + run.forgotten + run.torn + run.corrupt === 0 && noticed ? 0 : 1;
    }
    case 'corrupt': {
      const mutations = number(args.mutations, 1000);
      const chosen = control(['forged'] as const);
      const run = await runCorrupt({ mutations, seed, seconds, control: chosen, report: say }, workshop);
      const figures = { program, seed, control: chosen, ...run, seconds: elapsed() };
      say(JSON.stringify({ ...figures, perMinute: perMinute(run.mutations) }));
      return run.lost + run.silent + run.wrong + run.broken === 0 ? 0 : 1;
    }
    case 'io': {
      needStrace();
      const runs = number(args.runs, 10);
      const chosen = control(['lying'] as const);
      const run = await runIo({ runs, seed, seconds, control: chosen, report: say }, workshop);
      const figures = { program, seed, control: chosen, ...run, seconds: elapsed() };
      say(JSON.stringify({ ...figures, perMinute: perMinute(run.runs) }));
      return run.lost + run.notResumed + run.notSettled + run.crashed + run.wrong === 0 ? 0 : 1;
    }
    default:
      return wrong(`Not a program: ${program ?? '(none)'}`);
  }
};

process.exitCode = await run();
