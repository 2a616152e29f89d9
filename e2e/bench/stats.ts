/** Percentiles of samples, and the one JSON line that every benchmark ends with. */

/** The p-th percentile (0-100) by nearest rank; NaN without samples. */
export const percentile = (samples: readonly number[], p: number): number => {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
};

export const median = (samples: readonly number[]): number => percentile(samples, 50);

/** Two decimals are as much as these clocks are worth. */
export const rounded = (value: number): number => Math.round(value * 100) / 100;

/** One measured figure beside its floor (must hold) and moonshot (wanted); `more` = more is better. */
export type Figure = { figure: number; floor: number; moonshot?: number; more?: true };

const within = ({ figure, floor, more }: Figure): boolean => (more ? figure >= floor : figure <= floor);

/** Prints the JSON line; answers whether every figure is within its floor. */
export const report = (
  bench: string,
  figures: Record<string, Figure>,
  details: Record<string, unknown>,
): boolean => {
  const all = Object.values(figures).every(within);
  console.log(JSON.stringify({ bench, within: all, figures, ...details }));
  return all;
};
