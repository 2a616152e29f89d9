/** How to close a gap, decided: by one request where the server can, by inbox when that is too much, else page by page. */
import type { Abilities } from '../liveagent/probe.ts';

/** Longer gaps are asked for by inbox from the beginning. */
const SPLIT_AFTER_S = 3 * 3600;
/** Beyond this even one inbox may be too much for the server's 15 s. */
const SWEEP_AFTER_S = 3 * 24 * 3600;

export type CatchUpPlan =
  /** Nothing is known yet. */
  | { kind: 'first-load' }
  /** Everything changed in the last so many seconds, in one answer. */
  | { kind: 'updated-within'; seconds: number }
  | { kind: 'by-inbox'; seconds: number }
  /** All pages of the live statuses, then pages by activity until they are older than `back` (server seconds). */
  | { kind: 'sweep'; back: number };

export type Gap = {
  abilities: Abilities;
  /** Server seconds of the last moment up to which everything is known; null = never. */
  watermark: number | null;
  /** Server seconds now. */
  now: number;
  /** Seconds to reach back further than the watermark. */
  margin: number;
  /** Inboxes are needed to ask by inbox. */
  inboxes: number;
};

/** The cheapest plan that cannot miss a change the server can tell. */
export const planCatchUp = ({ abilities, watermark, now, margin, inboxes }: Gap): CatchUpPlan => {
  if (watermark === null) return { kind: 'first-load' };
  const seconds = Math.max(1, now - watermark) + margin;
  // A watermark in the future: one of the clocks jumped, so nothing can be said about the gap.
  const sane = watermark <= now + margin;
  if (!abilities.updatedWithin || !sane || seconds > SWEEP_AFTER_S) {
    return { kind: 'sweep', back: Math.min(watermark, now) - 120 };
  }
  return seconds > SPLIT_AFTER_S && inboxes > 1
    ? { kind: 'by-inbox', seconds }
    : { kind: 'updated-within', seconds };
};

/** The next plan when one was too much for the server (timeout, 5xx, more than 10 s). */
export const nextPlan = (plan: CatchUpPlan, gap: Gap): CatchUpPlan => {
  const back = Math.min(gap.watermark ?? gap.now, gap.now) - 120;
  switch (plan.kind) {
    case 'updated-within':
      return gap.inboxes > 1 ? { kind: 'by-inbox', seconds: plan.seconds } : { kind: 'sweep', back };
    case 'by-inbox':
      return { kind: 'sweep', back };
    case 'sweep':
    case 'first-load':
      return plan;
  }
};
