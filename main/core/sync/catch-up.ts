/** How to close a gap, decided: by one request where the server can, by inbox when that is too much, else by the pages of latest activity. */
import type { Abilities } from '../liveagent/probe.ts';

/** Longer gaps are asked for by inbox from the beginning. */
const SPLIT_AFTER_S = 3 * 3600;
/** Beyond this even one inbox may be too much for the server's 15 s, and pages by activity are more than all that is live. */
const SWEEP_AFTER_S = 3 * 24 * 3600;

export type CatchUpPlan =
  /** Nothing is known yet. */
  | { kind: 'first-load' }
  /** Everything changed in the last so many seconds, in one answer. */
  | { kind: 'updated-within'; seconds: number }
  | { kind: 'by-inbox'; seconds: number }
  /**
   * Pages by activity until they are older than `back` (server seconds), and the count of open ones. Tells every
   * change that somebody made; rows it did not show stay marked until they are confirmed one by one.
   */
  | { kind: 'by-activity'; back: number }
  /** All pages of the live statuses as well. */
  | { kind: 'sweep'; back: number };

export type Gap = {
  abilities: Abilities;
  /** Server seconds of the last moment up to which everything is known; null = never. */
  watermark: number | null;
  /** Server seconds now. */
  now: number;
  /** Seconds to reach back further than the watermark. */
  margin: number;
};

/** How far pages by activity must reach back. */
export const backOf = (gap: Gap): number => Math.min(gap.watermark ?? gap.now, gap.now) - 120;

/** The cheapest plan that cannot miss a change the server can tell. */
export const planCatchUp = (gap: Gap): CatchUpPlan => {
  const { abilities, watermark, now, margin } = gap;
  if (watermark === null) return { kind: 'first-load' };
  const seconds = Math.max(1, now - watermark) + margin;
  // A watermark in the future: one of the clocks jumped, so nothing can be said about the gap.
  const sane = watermark <= now + margin;
  if (!sane || seconds > SWEEP_AFTER_S) return { kind: 'sweep', back: backOf(gap) };
  if (!abilities.updatedWithin) return { kind: 'by-activity', back: backOf(gap) };
  return seconds > SPLIT_AFTER_S ? { kind: 'by-inbox', seconds } : { kind: 'updated-within', seconds };
};
