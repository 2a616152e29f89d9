/** How far the history is loaded: newest first by last activity, down to the depth, as a cursor that survives a restart. */

export type History = {
  /** Next page to ask for. */
  page: number;
  /** Oldest last activity reached, server seconds; null = nothing yet. */
  reached: number | null;
  done: boolean;
  /** Depth in days that `done` speaks of. */
  days: number;
  rows: number;
  /** Server seconds when it was done. */
  doneAt: number | null;
};

export const NO_HISTORY: History = { page: 1, reached: null, done: false, days: 0, rows: 0, doneAt: null };

/** Read again this often, where rows cannot be compared by their ids: what was missed or damaged is right within a day. */
const VERIFY_AFTER_S = 20 * 3600;

const isHistory = (value: unknown): value is History =>
  typeof value === 'object' &&
  value !== null &&
  'page' in value &&
  typeof value.page === 'number' &&
  'done' in value &&
  'days' in value &&
  typeof value.days === 'number' &&
  'rows' in value &&
  typeof value.rows === 'number' &&
  'doneAt' in value &&
  'reached' in value;

/**
 * The cursor as stored, made fit for a depth and a moment (server seconds): a deeper one goes on where the
 * last ended, one page earlier in case it was cut off; one that is old begins `again`, where that is wanted.
 */
export const resumeHistory = (stored: unknown, days: number, now: number, again: boolean): History => {
  if (days <= 0) return { ...NO_HISTORY, done: true };
  if (!isHistory(stored)) return { ...NO_HISTORY, days };
  const old = again && stored.doneAt !== null && now - stored.doneAt > VERIFY_AFTER_S;
  if (stored.done && old) return { ...NO_HISTORY, days };
  if (stored.done && stored.days >= days) return { ...stored, days };
  return { ...stored, days, done: false, doneAt: null, page: Math.max(1, stored.page - 1) };
};

/** After a page. `oldest` = oldest last activity on it; `ended` = the list ended there. */
export const readHistoryPage = (
  history: History,
  page: { rows: number; oldest: number | null; ended: boolean },
  now: number,
): History => {
  const reached = page.oldest ?? history.reached;
  const deep = reached !== null && reached < now - history.days * 86_400;
  const done = page.ended || deep;
  return {
    ...history,
    page: history.page + 1,
    reached,
    rows: history.rows + page.rows,
    done,
    doneAt: done ? now : null,
  };
};

/** Rows in all, guessed from how much of the time is covered; null before anything is. */
export const estimateTotal = (history: History, now: number, all: number | null): number | null => {
  if (history.reached === null || history.reached >= now) return all;
  const share = Math.min(1, (now - history.reached) / Math.max(1, history.days * 86_400));
  const guess = Math.max(history.rows, Math.round(history.rows / Math.max(share, 0.001)));
  return all === null ? guess : Math.min(all, guess);
};
