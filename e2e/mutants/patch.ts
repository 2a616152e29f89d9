/** Reads mutants: patch files of plausible bugs, each with the program and seed that must catch it. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export type Mutant = {
  /** File name without `.patch`. */
  name: string;
  file: string;
  /** What is wrong with it, for a person. */
  bug: string;
  /** `unit` = the unit tests beside the core, for bugs whose harm is over before a whole app can be looked at. */
  program: 'simulate' | 'torture' | 'unit';
  /** Arguments of the program: what to run and from which seed. */
  arguments: string[];
  /** What its output must say: the rule or the count that notices, so that a program that merely breaks does not count. */
  notices: string;
};

const programs = ['simulate', 'torture', 'unit'] as const;

const field = (header: string, name: string, file: string): string => {
  const [, value] = new RegExp(`^${name}: (.+)$`, 'm').exec(header) ?? [];
  if (value === undefined) throw new Error(`${file} has no line "${name}: ...".`);
  return value.trim();
};

/** Throws a sentence when the head of the file is not as it must be. */
export const readMutant = (file: string, text: string): Mutant => {
  const begin = text.indexOf('diff --git ');
  if (begin < 0) throw new Error(`${file} holds no patch.`);
  const header = text.slice(0, begin);
  const [name, ...rest] = field(header, 'Caught by', file).split(/\s+/);
  const program = programs.find((one) => one === name);
  if (program === undefined) throw new Error(`${file}: not a program: ${String(name)}`);
  if (!rest.includes('--seed') && !rest.includes('--from')) throw new Error(`${file} names no seed.`);
  return {
    name: basename(file, '.patch'),
    file,
    bug: field(header, 'Bug', file),
    program,
    arguments: rest,
    notices: field(header, 'Notices', file),
  };
};

/** All of a folder, by name. */
export const readMutants = (folder: string): Mutant[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.patch'))
    .toSorted()
    .map((name) => readMutant(join(folder, name), readFileSync(join(folder, name), 'utf8')));
