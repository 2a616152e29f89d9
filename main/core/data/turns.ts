/** Whose strand may be worked on while some fail: one that fails rests alone, and only when several fail and none comes through do all wait. Pure. */

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** So many failing conversations, and nobody who comes through, are the server's trouble and not theirs. */
const SEVERAL = 2;

export type Turns = {
  /** Conversations that failed since anybody last came through. */
  failing: ReadonlySet<number>;
  /** Until when (monotonic ms) each of those that failed rests. */
  resting: ReadonlyMap<number, number>;
  /** Nobody begins before this (monotonic ms), except one that may show that the server is well. */
  pausedUntil: number;
  /** That one has been, or may not be: there is no way to the server. */
  proven: boolean;
  /** Pauses of all in a row. */
  pauses: number;
};

export const ALL_WELL: Turns = {
  failing: new Set(),
  resting: new Map(),
  pausedUntil: Number.NEGATIVE_INFINITY,
  proven: true,
  pauses: 0,
};

/** The server answered, though not this conversation, which asks again after `ms`. */
export const failed = (turns: Turns, conversation: number, now: number, ms: number): Turns => {
  const failing = new Set(turns.failing).add(conversation);
  const resting = new Map(turns.resting).set(conversation, now + ms);
  if (failing.size < SEVERAL) return { ...turns, failing, resting };
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(10, turns.pauses));
  return {
    failing,
    resting,
    pausedUntil: Math.max(turns.pausedUntil, now + pause),
    proven: false,
    pauses: turns.pauses + 1,
  };
};

/** Nobody gets through: all wait for `ms`. */
export const cutOff = (turns: Turns, now: number, ms: number): Turns => ({
  ...turns,
  pausedUntil: now + ms,
  proven: true,
});

/** The server answered about this conversation, so it is well; the others that failed still have their rest. */
export const cameThrough = (turns: Turns, conversation: number): Turns => {
  if (turns.failing.size === 0 && turns.resting.size === 0) return turns;
  const resting = new Map(turns.resting);
  resting.delete(conversation);
  return { ...ALL_WELL, resting };
};

/** Whether a conversation may begin now; `busy` = so many others are at work. */
export const mayBegin = (turns: Turns, conversation: number, now: number, busy: number): boolean => {
  if ((turns.resting.get(conversation) ?? now) > now) return false;
  // While it seems that the server fails, one at a time.
  if (turns.failing.size >= SEVERAL && busy > 0) return false;
  return turns.pausedUntil <= now || (!turns.proven && !turns.failing.has(conversation));
};

/**
 * Who is asked in which order, of those in the order they were asked for: while it seems that the server fails, whoever
 * failed last goes last, or one that never comes through would be the only one that is ever tried.
 */
export const inTurn = (turns: Turns, conversations: Iterable<number>): number[] => {
  const all = [...conversations];
  if (turns.failing.size < SEVERAL) return all;
  const restedAt = (conversation: number) => turns.resting.get(conversation) ?? Number.NEGATIVE_INFINITY;
  return all.toSorted((a, b) => compare(restedAt(a), restedAt(b)));
};

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

/** It begins. */
export const begun = (turns: Turns, now: number): Turns =>
  turns.pausedUntil > now ? { ...turns, proven: true } : turns;

/** When somebody who may not begin now may (monotonic ms); null when nobody waits. */
export const nextTurn = (turns: Turns, now: number): number | null => {
  const due = [turns.pausedUntil, ...turns.resting.values()].filter((at) => at > now);
  return due.length === 0 ? null : Math.min(...due);
};
