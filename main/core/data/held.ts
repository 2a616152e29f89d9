/** How many conversations each agent holds now, own moves included; counted once for each revision of what is shown. */
import type { Clock } from '../ports.ts';
import type { Overlay } from '../store/types.ts';
import type { Reading } from './reading.ts';

export type Held = {
  /** null = not counted. */
  by: (agent: number) => number | null;
  /** The cache says something else now. */
  forget: () => void;
};

type HeldDeps = {
  clock: Clock;
  reading: Pick<Reading, 'read'>;
  overlay: Overlay;
  revision: () => number;
};

/** A limit counts what is open, wherever it came from. */
const OPEN = { statuses: ['open'], inboxes: [], labels: [], priorities: [], waitingLongerThan: 0 };

export const createHeld = ({ clock, reading, overlay, revision }: HeldDeps): Held => {
  let counted: { at: number; counts: Map<string, number> } | null = null;
  const count = (at: number) => {
    const query = { grouping: 'agents', filter: OPEN, sort: 'waiting' } as const;
    const lanes = reading.read((from) => from.lanes(query, overlay, clock.now() / 1000).lanes, []);
    return { at, counts: new Map(lanes.map((lane) => [lane.key, lane.count])) };
  };
  return {
    by: (agent) => {
      const at = revision();
      if (counted?.at !== at) counted = count(at);
      return counted.counts.get(`agent:${agent}`) ?? null;
    },
    forget: () => {
      counted = null;
    },
  };
};
