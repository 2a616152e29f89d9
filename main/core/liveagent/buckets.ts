/** How fast we may ask: token buckets and the rules for "too many requests", as pure state. */

export type Rate = { perSecond: number; burst: number };
export type BucketName = 'interactive' | 'background';

export type Pace = {
  /** Commands, re-reads, what is on screen. */
  interactive: Rate;
  background: Rate;
  /** Requests of a bucket under way at the same time; those that go first are not held up by slow ones. */
  atOnce: Record<BucketName, number>;
  /** Background starts are spread over this many ms, so that an office does not start in step. */
  spreadMs: number;
  /** At the beginning of a connection, requests that nobody waits for leave this many ms apart. */
  apartMs: number;
};

/** More would only queue up at the server: at the pace below, two are under way when answers take half a second. */
const AT_ONCE: Pace['atOnce'] = { interactive: 6, background: 2 };

/**
 * The pace for a server. The limit may be 300 a minute for the whole office's address, agents' browsers
 * included, unless the version says 3,000; never probed upwards. Nobody else shares a loopback address.
 */
export const paceOf = (server: { modern: boolean; loopback: boolean }): Pace => {
  if (server.loopback) {
    const rates = server.modern
      ? { interactive: { perSecond: 20, burst: 40 }, background: { perSecond: 20, burst: 100 } }
      : { interactive: { perSecond: 4, burst: 20 }, background: { perSecond: 2, burst: 60 } };
    return { ...rates, atOnce: AT_ONCE, spreadMs: 0, apartMs: 0 };
  }
  return {
    interactive: { perSecond: 4, burst: 10 },
    background: server.modern ? { perSecond: 4, burst: 4 } : { perSecond: 0.5, burst: 2 },
    atOnce: AT_ONCE,
    spreadMs: 120_000,
    // The profile, the socket and one more in the first second: a thousand clients may come back together.
    apartMs: 500,
  };
};

export type Bucket = { tokens: number; at: number };

/** A full bucket at a moment (monotonic ms). */
export const fullBucket = (rate: Rate, now: number): Bucket => ({ tokens: rate.burst, at: now });

const refilled = (bucket: Bucket, rate: Rate, now: number): number =>
  Math.min(rate.burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * rate.perSecond);

/** Takes tokens (one, if not said otherwise), or says how long until there are that many. */
export const takeToken = (
  bucket: Bucket,
  rate: Rate,
  now: number,
  wanted = 1,
): { bucket: Bucket; waitMs: number } => {
  const tokens = refilled(bucket, rate, now);
  // A hair below is rounding, not scarcity.
  if (tokens >= wanted - 1e-9)
    return { bucket: { tokens: Math.max(0, tokens - wanted), at: now }, waitMs: 0 };
  return {
    bucket: { tokens, at: now },
    waitMs: Math.max(1, Math.ceil(((wanted - tokens) / rate.perSecond) * 1000)),
  };
};

/** Puts a token back that was taken and not used. */
export const giveBack = (bucket: Bucket, rate: Rate): Bucket => ({
  ...bucket,
  tokens: Math.min(rate.burst, bucket.tokens + 1),
});

export type Throttle = {
  /** 429 answers in a row, each after the stop of the one before. */
  strikes: number;
  /** Background stands still until then, monotonic ms. */
  until: number;
};

export const NO_THROTTLE: Throttle = { strikes: 0, until: Number.NEGATIVE_INFINITY };

const STOP_MS = 60_000;
const LONGEST_STOP_MS = 15 * 60_000;
/** After this long without a 429 the next one counts as the first again. */
const FORGIVEN_MS = 10 * 60_000;

/** A 429 stops background for 60 s × 2^n with jitter. Several answers of one burst count once. */
export const throttled = (
  throttle: Throttle,
  now: number,
  random: number,
  retryAfterMs: number | null,
): Throttle => {
  if (now < throttle.until) {
    return retryAfterMs === null
      ? throttle
      : { ...throttle, until: Math.max(throttle.until, now + retryAfterMs) };
  }
  const strikes = now - throttle.until > FORGIVEN_MS ? 0 : throttle.strikes;
  const stop = Math.min(LONGEST_STOP_MS, STOP_MS * 2 ** strikes) * (1 + random * 0.25);
  return { strikes: strikes + 1, until: now + Math.max(stop, retryAfterMs ?? 0) };
};

/** How long one command waits after a 429 before its only second try. */
export const commandBackoffMs = (random: number, retryAfterMs: number | null): number =>
  Math.round(Math.max(retryAfterMs ?? 0, 5000 + random * 5000));
