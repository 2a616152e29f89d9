/** Whether a program caught a mutant: it must pass on the whole core, and fail on the mutant for the reason that the patch names. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Mutant } from './patch.ts';
import type { Made } from './scratch.ts';

const entries = {
  simulate: fileURLToPath(new URL('../simulate/main.ts', import.meta.url)),
  torture: fileURLToPath(new URL('../torture/main.ts', import.meta.url)),
} as const;
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const unitConfig = fileURLToPath(new URL('unit.config.ts', import.meta.url));

/** What a process is started with. */
type Command = { args: string[]; cwd?: string; env?: NodeJS.ProcessEnv };

/** What a program runs on. */
export type Ground = Exclude<Made, { refused: string }>;

const commandOf = ({ at, sources }: Ground, program: Mutant['program'], args: readonly string[]): Command => {
  switch (program) {
    case 'simulate':
      return { args: [entries.simulate, ...args, '--core', at] };
    case 'torture':
      return { args: [entries.torture, ...args, '--core', at, '--sources', sources] };
    case 'unit': {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { seed: { type: 'string' } },
      });
      return {
        args: [vitest, 'run', '--root', at, '--config', unitConfig, ...positionals],
        cwd: at,
        env: { ...process.env, NO_COLOR: '1', PROPERTY_SEED: values.seed },
      };
    }
  }
};

export type Ended = { code: number; output: string };

/** Runs a program of ours to its end. */
export const runOn = (ground: Ground, program: Mutant['program'], args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const { args: all, ...options } = commandOf(ground, program, args);
    const child = spawn(process.execPath, all, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    child.once('error', (error) => resolve({ code: 2, output: String(error) }));
    child.once('close', (code) => resolve({ code: code ?? 2, output }));
  });

export type Verdict =
  | { outcome: 'caught'; how: string }
  | { outcome: 'missed'; why: string }
  /** The patch, its program or its seed is no good: it proves nothing. */
  | { outcome: 'void'; why: string };

/** The line of the output that says what the patch promises, or null. */
const saying = (output: string, notices: string): string | null =>
  output.split('\n').find((line) => new RegExp(notices).test(line)) ?? null;

/** Pure: what two runs of one command, on the whole core and on the mutant, mean. */
export const judge = (mutant: Pick<Mutant, 'notices'>, whole: Ended, broken: Ended): Verdict => {
  if (whole.code !== 0)
    return { outcome: 'void', why: `The whole core fails it too: ${whole.output.trim().slice(-400)}` };
  if (broken.code === 0) return { outcome: 'missed', why: 'The program found nothing.' };
  const line = saying(broken.output, mutant.notices);
  if (broken.code !== 1 || line === null)
    return {
      outcome: 'missed',
      why: `It ended with ${broken.code} and did not say "${mutant.notices}": ${broken.output.trim().slice(-600)}`,
    };
  return { outcome: 'caught', how: line.trim().slice(0, 160) };
};
