/** The pace by policy that puts no bucket in the way. */
import type { Pace } from '../../main/core/liveagent/buckets.ts';

export const CONNECTIONS = 6;

const boundless = { perSecond: 1e6, burst: 1e6 };

export const LIFTED: Pace = {
  interactive: boundless,
  background: boundless,
  atOnce: { interactive: CONNECTIONS, background: CONNECTIONS },
  spreadMs: 0,
  apartMs: 0,
};
