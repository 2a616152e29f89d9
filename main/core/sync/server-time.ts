/**
 * The server's clock as far as its answers tell it. Between two answers neither of our own clocks is to be trusted: the
 * wall clock may be set, by any amount, and the monotonic one may stand still in sleep. So a moment has two bounds, which
 * hold as long as one of the two clocks went on as it should.
 */

/** Readings of our two clocks at one moment, in seconds. */
export type OwnClocks = { wall: number; monotonic: number };

/** What the server's clock said (seconds since 1970), and when that was by ours; null = the server never said. */
export type ServerTime = { date: number; at: OwnClocks } | null;

export const UNKNOWN_SERVER_TIME: ServerTime = null;

/**
 * Takes a `Date` header (whole seconds, so half a second is added) between the sending and the answer.
 * All times in seconds; `answered` are our clocks at the answer, `elapsed` how long the request took.
 */
export const heardDate = (date: number, answered: OwnClocks, elapsed: number): ServerTime => ({
  date: date + 0.5,
  at: { wall: answered.wall - elapsed / 2, monotonic: answered.monotonic - elapsed / 2 },
});

/** How long it is since the server told its time, by each of our clocks. */
const sinceHeard = ({ at }: NonNullable<ServerTime>, now: OwnClocks): [number, number] => [
  now.monotonic - at.monotonic,
  now.wall - at.wall,
];

/** The server's seconds since 1970, not too early: for asking how far back. */
export const latestOnServer = (time: ServerTime, now: OwnClocks): number =>
  time === null ? now.wall : time.date + Math.max(...sinceHeard(time, now));

/** The server's seconds since 1970, not too late: for what is known up to then. */
export const earliestOnServer = (time: ServerTime, now: OwnClocks): number =>
  time === null ? now.wall : time.date + Math.max(0, Math.min(...sinceHeard(time, now)));

/** How much earlier to begin a catch-up than the watermark: more where we cannot know the server's clock. */
export const margin = (time: ServerTime): number => (time === null ? 900 : 60);
