/** Numbers of the commits of a cache: they count, and tell the files apart. */

/** So many belong to one second; more run on into numbers that nobody else has. */
const SHARE = 2 ** 21;

/** What a file that begins at a moment (ms since 1970) counts on from. */
export const firstCommit = (now: number): number => Math.max(1, Math.floor(now / 1000)) * SHARE;

/** Whether `commit` was made to the file whose newest one is `newest`, and is not in it any more. */
export const isLost = (commit: number, newest: number): boolean =>
  commit > newest && Math.floor(commit / SHARE) === Math.floor(newest / SHARE);
