/**
 * The server's clock as far as its answers tell it. Between two answers neither of our own clocks is to be trusted: the
 * wall clock may be set, by any amount, and the monotonic one may stand still in sleep. So a moment has two bounds, which
 * hold as long as one of the two clocks went on as it should.
 */

/** Readings of our two clocks at one moment, in seconds. */
export type OwnClocks = { wall: number; monotonic: number };

/**
 * What the server's clock said (whole seconds since 1970), and our clocks when it was asked and when the answer was
 * dealt with: a sleep may lie between. null = the server never said.
 */
export type ServerTime = { date: number; sent: OwnClocks; answered: OwnClocks } | null;

export const UNKNOWN_SERVER_TIME: ServerTime = null;

/** Takes a `Date` header. One that was asked for before what is known says nothing new. */
export const heardDate = (known: ServerTime, heard: NonNullable<ServerTime>): ServerTime =>
  known !== null && heard.sent.monotonic < known.sent.monotonic ? known : heard;

/** How long it is since a moment, by each of our clocks. */
const since = (then: OwnClocks, now: OwnClocks): [number, number] => [
  now.monotonic - then.monotonic,
  now.wall - then.wall,
];

/** The server's seconds since 1970, not too early: for asking how far back. */
export const latestOnServer = (time: ServerTime, now: OwnClocks): number =>
  time === null ? now.wall : time.date + 1 + Math.max(...since(time.sent, now));

/** The server's seconds since 1970, not too late: for what is known up to then. */
export const earliestOnServer = (time: ServerTime, now: OwnClocks): number =>
  time === null ? now.wall : time.date + Math.max(0, Math.min(...since(time.answered, now)));

/** How much earlier to begin a catch-up than the watermark: more where we cannot know the server's clock. */
export const margin = (time: ServerTime): number => (time === null ? 900 : 60);
