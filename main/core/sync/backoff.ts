/** How long to wait before trying again: full jitter, so that many clients never come back in step. */

/** Uniform between nothing and the doubled bound. `random` in [0, 1). */
export const backoffMs = (failures: number, random: number, base = 1000, cap = 60_000): number =>
  Math.round(random * Math.min(cap, base * 2 ** Math.min(failures, 30)));
