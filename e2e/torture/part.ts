/** What a program and its workers give each other: numbered chunks of work, and counts that add up over workers, sessions and builds. */
import type { Entry, Workshop } from './bundle.ts';

/** Sums by name, or by name and kind. A name that begins with `slowest` is the highest one seen. */
export type Counts = Record<string, number | Record<string, number>>;

export type Part = {
  counts: Counts;
  /** What was found, in words, with the way to see it again. */
  found: string[];
};

export type Chunk = {
  /** The same seed and index give the same work. */
  seed: number;
  index: number;
  /** At most so many units. */
  most: number;
  control: string | null;
  /** Ms since 1970 at which it stops early. */
  until: number;
};

/** Does chunks one after another in a process of its own. */
export type Worker = { chunk: (chunk: Chunk) => Promise<Part>; close: () => void };

export type Program = {
  /** The count that the option of the same name limits. */
  unit: 'cycles' | 'states' | 'mutations' | 'runs';
  /** Units when nothing is said. */
  usual: number;
  /** Units in one chunk. */
  chunk: number;
  /** Cheats that must be found out, with so many units: a run is void in which one is not. */
  controls: Readonly<Record<string, number>>;
  needsStrace: boolean;
  /** Our own entries that must be bundled. */
  bundles: readonly Entry[];
  open: (workshop: Workshop) => Promise<Worker>;
  /** Counts that must be 0. */
  faults: readonly string[];
  /** Why a run with these counts proves nothing; null = it does. */
  isVoid: (counts: Counts) => string | null;
};

/** Adds `more` to `sum`. */
export const addCounts = (sum: Counts, more: Counts): void => {
  for (const [name, value] of Object.entries(more)) {
    const before = sum[name];
    if (typeof value === 'number') {
      const number = typeof before === 'number' ? before : 0;
      sum[name] = name.startsWith('slowest') ? Math.max(number, value) : number + value;
      continue;
    }
    const kinds = typeof before === 'object' ? before : {};
    for (const [kind, count] of Object.entries(value)) kinds[kind] = (kinds[kind] ?? 0) + count;
    sum[name] = kinds;
  }
};

export const countOf = (counts: Counts, name: string): number => {
  const value = counts[name] ?? 0;
  return typeof value === 'number' ? value : Object.values(value).reduce((sum, one) => sum + one, 0);
};

/** Of several counts, what must not be. */
export const faultsIn = (counts: Counts, names: readonly string[]): number =>
  names.reduce((sum, name) => sum + countOf(counts, name), 0);
