/** Lets requests through at the pace of the buckets: a small scheduler over the clock, one for each server. */
import type { Clock, Random, Timer } from '../ports.ts';
import {
  commandBackoffMs,
  fullBucket,
  giveBack,
  NO_THROTTLE,
  takeToken,
  throttled,
  type Bucket,
  type BucketName,
  type Pace,
} from './buckets.ts';
import type { Outcome } from './outcome.ts';

/** The beginning of a connection lasts so long. */
const BEGINNING_MS = 3000;

export type GateOptions = {
  /** Before what already waits. */
  first?: boolean;
  /** Takes a second token, for the request that may follow at once from the answer (a command's write after its read). */
  reserve?: boolean;
  /** Uses a token that an earlier one reserved: starts now. */
  reserved?: boolean;
};

type Waiting = { start: () => void; drop: () => void; first: boolean; tokens: number };
type Lane = { bucket: Bucket; waiting: Waiting[]; inFlight: number; timer: Timer | null };

/** Creates the gate. `onThrottle` is told the end of every stop (monotonic ms). */
export const createGate = (
  ports: { clock: Clock; random: Random },
  firstPace: Pace,
  onThrottle: (until: number) => void,
) => {
  const { clock, random } = ports;
  let pace = firstPace;
  let throttle = NO_THROTTLE;
  let closed = false;
  /** When a connection began (monotonic ms), and when the next request that nobody waits for may leave. */
  let beginning = { at: Number.NEGATIVE_INFINITY, next: Number.NEGATIVE_INFINITY };
  const lane = (name: BucketName): Lane => ({
    bucket: fullBucket(pace[name], clock.monotonic()),
    waiting: [],
    inFlight: 0,
    timer: null,
  });
  const lanes: Record<BucketName, Lane> = {
    interactive: lane('interactive'),
    background: lane('background'),
  };

  /** How long the next must wait for other reasons than its tokens. */
  const holdMs = (name: BucketName, next: Waiting, now: number): number => {
    const apart = next.first || now - beginning.at >= BEGINNING_MS ? 0 : beginning.next - now;
    return name === 'background' ? Math.max(apart, throttle.until - now) : apart;
  };

  const pump = (name: BucketName): void => {
    const it = lanes[name];
    it.timer?.cancel();
    it.timer = null;
    for (;;) {
      const next = it.waiting[0];
      if (next === undefined || (!next.first && it.inFlight >= pace.atOnce[name])) return;
      const now = clock.monotonic();
      const stopMs = holdMs(name, next, now);
      const { bucket, waitMs } =
        stopMs > 0
          ? { bucket: it.bucket, waitMs: stopMs }
          : takeToken(it.bucket, pace[name], now, Math.min(next.tokens, pace[name].burst));
      it.bucket = bucket;
      if (waitMs > 0) {
        it.timer = clock.after(waitMs, () => pump(name));
        return;
      }
      beginning.next = now + pace.apartMs;
      it.waiting.shift()?.start();
    }
  };

  return {
    /**
     * Runs a request when its turn comes. A throttled answer carries how long to wait before a second try,
     * and stops the background for everybody.
     */
    run: <T>(
      name: BucketName,
      request: () => Promise<Outcome<T>>,
      { first = false, reserve = false, reserved = false }: GateOptions = {},
    ): Promise<Outcome<T>> =>
      new Promise((resolve) => {
        const it = lanes[name];
        const dropped: Outcome<T> = {
          outcome: 'unreachable',
          reason: 'broken',
          sent: 'no',
          detail: 'closed',
        };
        const settle = (outcome: Outcome<T>) => {
          it.inFlight -= 1;
          if (outcome.outcome === 'throttled') {
            throttle = throttled(throttle, clock.monotonic(), random.next(), outcome.retryAfterMs);
            onThrottle(throttle.until);
            resolve({
              outcome: 'throttled',
              retryAfterMs: commandBackoffMs(random.next(), outcome.retryAfterMs),
            });
          } else resolve(outcome);
          if (!closed) pump(name);
        };
        const entry: Waiting = {
          start: () => {
            it.inFlight += 1;
            request().then(settle, (error: unknown) =>
              settle({ outcome: 'unreachable', reason: 'broken', sent: 'maybe', detail: String(error) }),
            );
          },
          drop: () => resolve(dropped),
          first,
          tokens: reserve ? 2 : 1,
        };
        if (closed) entry.drop();
        else if (reserved) entry.start();
        else {
          // Behind those that also go first: they keep their order.
          const behind = first ? it.waiting.findIndex((other) => !other.first) : -1;
          it.waiting.splice(behind === -1 ? it.waiting.length : behind, 0, entry);
          pump(name);
        }
      }),

    /** A connection to a server that is known begins: what it asks by itself is asked slowly at first. */
    begin: (): void => {
      beginning = { at: clock.monotonic(), next: clock.monotonic() };
    },

    /** A reserved token was not needed. */
    giveBack: (name: BucketName): void => {
      lanes[name].bucket = giveBack(lanes[name].bucket, pace[name]);
      if (!closed) pump(name);
    },

    /** Takes another pace at once; tokens saved so far are kept up to the new burst. */
    setPace: (next: Pace): void => {
      const raised = next.background.burst > pace.background.burst;
      pace = next;
      if (raised) lanes.background.bucket = fullBucket(pace.background, clock.monotonic());
      pump('interactive');
      pump('background');
    },
    pace: (): Pace => pace,
    /** Background stands still until then (monotonic ms). */
    throttledUntil: (): number => throttle.until,
    waiting: (name: BucketName): number => lanes[name].waiting.length + lanes[name].inFlight,
    /** Drops what waits; what is under way runs to its end. */
    close: (): void => {
      closed = true;
      for (const it of Object.values(lanes)) {
        it.timer?.cancel();
        for (const entry of it.waiting.splice(0)) entry.drop();
      }
    },
  };
};

export type Gate = ReturnType<typeof createGate>;
