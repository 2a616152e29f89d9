/** Reads what the block probe wrote: how long a thread was held up. */
import { readFileSync } from 'node:fs';

type Block = { thread: string; at: number; max: number };

/** ms of the longest block of a thread between two moments (ms since 1970); NaN when nothing was seen. */
export const longestBlock = (file: string, thread: string, from: number, to: number): number => {
  const blocks = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Block)
    .filter((block) => block.thread === thread && block.at >= from && block.at <= to);
  return blocks.length === 0 ? Number.NaN : Math.max(...blocks.map(({ max }) => max));
};
