/** What a benchmark may be told on its command line. */
import { parseArgs } from 'node:util';

export type BenchOptions = {
  /** How many conversations; each benchmark has its own usual number. */
  conversations: number | null;
  repeats: number;
  seed: number;
  /** Names of the parts to run; all when empty. */
  only: string[];
};

export const readOptions = (args: readonly string[]): BenchOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      conversations: { type: 'string' },
      repeats: { type: 'string', default: '5' },
      seed: { type: 'string' },
      only: { type: 'string', default: '' },
    },
  });
  return {
    conversations: values.conversations === undefined ? null : Number(values.conversations),
    repeats: Number(values.repeats),
    seed: values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed),
    only: values.only === '' ? [] : values.only.split(','),
  };
};

/** Runs a part unless others were named; its figures are empty then. */
export const part = async <T extends object>(
  { only }: BenchOptions,
  name: string,
  run: () => Promise<T>,
): Promise<Partial<T>> => (only.length === 0 || only.includes(name) ? run() : {});
