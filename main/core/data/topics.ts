/** Gathers what changed and says it once a frame, with a revision that only grows. */
import { laneOf } from '../../../contract/model.ts';
import type { Assignment, Grouping, Topic } from '../../../contract/model.ts';
import type { Clock, Timer } from '../ports.ts';

const FRAME_MS = 16;
const GROUPINGS: readonly Grouping[] = ['queues', 'agents', 'teams'];

/** The lanes of an assignment in every grouping. */
export const lanesOf = (assignment: Assignment): Topic[] =>
  GROUPINGS.map((grouping): Topic => `lane:${grouping}:${laneOf(grouping, assignment)}`);

export type Topics = {
  add: (topics: Iterable<Topic>) => void;
  /** Of what has been said so far; an answer read after it is at least that new. */
  revision: () => number;
  stop: () => void;
};

/**
 * Starts above every revision of an earlier run in this process, so that a restarted core is not taken for an older
 * one: at the microseconds of the monotonic clock, which nobody sets back and no run outpaces.
 */
export const createTopics = (
  clock: Clock,
  say: (payload: { topics: string[]; revision: number }) => void,
): Topics => {
  let revision = Math.floor(clock.monotonic() * 1000);
  let gathered = new Set<Topic>();
  let timer: Timer | null = null;
  const flush = () => {
    timer = null;
    const topics = [...gathered];
    gathered = new Set();
    say({ topics, revision });
  };
  return {
    add: (topics) => {
      const before = gathered.size;
      for (const topic of topics) gathered.add(topic);
      if (gathered.size === 0) return;
      // Answers read from now on carry the new revision, also before it is said.
      if (gathered.size > before || timer === null) revision += 1;
      timer ??= clock.after(FRAME_MS, flush);
    },
    revision: () => revision,
    stop: () => {
      timer?.cancel();
      timer = null;
    },
  };
};
