/** The server's clock as far as its answers tell it: offsets in seconds against our own, which may be wrong by any amount. */

/** Seconds to add to our clock to get the server's; null = the server never said. */
export type ServerTime = { offset: number | null };

export const UNKNOWN_SERVER_TIME: ServerTime = { offset: null };

/**
 * Takes a `Date` header (whole seconds, so half a second is added) between the sending and the answer.
 * All times in seconds; `wall` is our clock at the answer, `elapsed` how long the request took.
 */
export const heardDate = (date: number, wall: number, elapsed: number): ServerTime => ({
  offset: date + 0.5 - (wall - elapsed / 2),
});

/** The server's seconds since 1970 at a moment of our clock (seconds). */
export const onServer = ({ offset }: ServerTime, wall: number): number => wall + (offset ?? 0);

/** How much earlier to begin a catch-up than the watermark: more where we cannot know the server's clock. */
export const margin = ({ offset }: ServerTime): number => (offset === null ? 900 : 60);
