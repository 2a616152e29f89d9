/** Seeded random numbers: one stream per purpose, so that a change in one part does not reshuffle the others. */

export type Dice = {
  /** Uniform in [0, 1). */
  next: () => number;
  /** Uniform integer in [0, limit). */
  below: (limit: number) => number;
  /** Uniform integer in [low, high]. */
  between: (low: number, high: number) => number;
  chance: (probability: number) => boolean;
  /** One of them; throws on an empty list. */
  pick: <T>(from: readonly T[]) => T;
  /** A name, by weight. */
  weighted: <K extends string>(weights: Readonly<Record<K, number>>) => K;
  /** Exponentially distributed with this mean. */
  exponential: (mean: number) => number;
  /** A new stream that depends only on this seed and the name. */
  fork: (name: string) => Dice;
};

const hash = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** The stream of a seed; the same seed gives the same numbers on every machine. */
export const createDice = (seed: string): Dice => {
  let a = hash(`${seed}/a`);
  let b = hash(`${seed}/b`);
  let c = hash(`${seed}/c`);
  let d = 1;
  // sfc32 by Chris Doty-Humphrey, public domain algorithm.
  const raw = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) raw();
  const next = () => raw() / 4294967296;
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (probability) => next() < probability,
    pick: (from) => {
      const index = below(from.length);
      if (index >= from.length) throw new RangeError('nothing to pick from');
      return from[index] as (typeof from)[number];
    },
    weighted: <K extends string>(weights: Readonly<Record<K, number>>): K => {
      const entries = Object.entries(weights) as [K, number][];
      let rest = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of entries) {
        rest -= weight;
        if (rest < 0) return name;
      }
      const last = entries.at(-1);
      if (!last) throw new RangeError('no weights');
      return last[0];
    },
    exponential: (mean) => -mean * Math.log(1 - next()),
    fork: (name) => createDice(`${seed}/${name}`),
  };
};
