/** Finds the days on which two sides count differently, by halves. Pure but for the question, which is asked by the caller. */

/** Days since 1970, both included. */
export type Days = { from: number; to: number };

/** The part of some days that is asked for next, and the rest. */
const halves = ({ from, to }: Days): [Days, Days] => {
  const middle = from + Math.floor((to - from) / 2);
  return [
    { from, to: middle },
    { from: middle + 1, to },
  ];
};

/**
 * The days that differ; null when a question had no answer. `theirs` is what the other side counted on all of
 * `days`: one question tells both halves.
 */
export const differingDays = async (
  days: Days,
  theirs: number,
  ours: (days: Days) => number,
  ask: (days: Days) => Promise<number | null>,
): Promise<number[] | null> => {
  if (ours(days) === theirs) return [];
  if (days.from >= days.to) return [days.from];
  const [early, late] = halves(days);
  const counted = await ask(early);
  if (counted === null) return null;
  const first = await differingDays(early, counted, ours, ask);
  const second = first === null ? null : await differingDays(late, theirs - counted, ours, ask);
  return first === null || second === null ? null : [...first, ...second];
};
