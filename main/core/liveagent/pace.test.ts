/** The pace: buckets, what a 429 does, and that the gate keeps both whatever is asked of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../ports.ts';
import { fullBucket, NO_THROTTLE, paceOf, takeToken, throttled, type Pace } from './buckets.ts';
import { createGate, type GateOptions } from './gate.ts';
import type { Outcome } from './outcome.ts';

/** A clock that stands still until it is moved; `run` lets promise reactions follow each timer. */
const fakeClock = () => {
  let now = 0;
  const timers: { at: number; run: () => void; off: boolean }[] = [];
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run, off: false };
      timers.push(timer);
      return {
        cancel: () => {
          timer.off = true;
        },
      };
    },
  };
  const turn = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };
  return {
    clock,
    pass: async (ms: number): Promise<void> => {
      const end = now + ms;
      await turn();
      for (;;) {
        timers.sort((a, b) => a.at - b.at);
        const next = timers[0];
        if (next === undefined || next.at > end) break;
        timers.shift();
        now = Math.max(now, next.at);
        if (!next.off) next.run();
        await turn();
      }
      now = end;
    },
  };
};

const pace: Pace = {
  interactive: { perSecond: 4, burst: 10 },
  background: { perSecond: 0.5, burst: 2 },
  atOnce: { interactive: 6, background: 2 },
  spreadMs: 0,
  apartMs: 0,
};
const random = { next: () => 0, id: () => 'x' };
const answered = (at: number): Outcome<number> => ({ outcome: 'answered', value: at, sentAt: at });

describe('a bucket', () => {
  it('gives its burst, then its rate, in any window', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3000), { maxLength: 200 }), (gaps) => {
        const rate = { perSecond: 4, burst: 10 };
        let bucket = fullBucket(rate, 0);
        let now = 0;
        const taken: number[] = [];
        for (const gap of gaps) {
          now += gap;
          const result = takeToken(bucket, rate, now);
          bucket = result.bucket;
          if (result.waitMs === 0) taken.push(now);
          else {
            // Waiting as long as it says is enough.
            expect(takeToken(bucket, rate, now + result.waitMs).waitMs).toBe(0);
          }
        }
        for (const [i, from] of taken.entries()) {
          for (const [j, to] of taken.entries()) {
            if (j > i) expect(j - i + 1).toBeLessThanOrEqual(10 + ((to - from) / 1000) * 4 + 1e-6);
          }
        }
      }),
    );
  });

  it('is small where the server may be old, larger where it says it is not, and never spread on loopback', () => {
    expect(paceOf({ modern: false, loopback: false })).toEqual({ ...pace, spreadMs: 120_000, apartMs: 500 });
    expect(paceOf({ modern: true, loopback: false })).toEqual({
      interactive: { perSecond: 4, burst: 10 },
      background: { perSecond: 4, burst: 4 },
      atOnce: pace.atOnce,
      spreadMs: 120_000,
      apartMs: 500,
    });
    expect(paceOf({ modern: false, loopback: true }).spreadMs).toBe(0);
  });
});

describe('too many requests', () => {
  it('stops the background for 60 s, doubling, and a burst of answers counts once', () => {
    const first = throttled(NO_THROTTLE, 0, 0, null);
    expect(first.until).toBe(60_000);
    expect(throttled(first, 1000, 0, null)).toEqual(first);
    const second = throttled(first, 61_000, 0, null);
    expect(second.until - 61_000).toBe(120_000);
    const later = second.until + 11 * 60_000;
    expect(throttled(second, later, 0, null).until - later).toBe(60_000);
  });
  it('obeys Retry-After and adds jitter', () => {
    expect(throttled(NO_THROTTLE, 0, 0, 300_000).until).toBe(300_000);
    expect(throttled(NO_THROTTLE, 0, 0.999, null).until).toBeGreaterThan(70_000);
  });
});

describe('the gate', () => {
  it('lets the burst through at once and the rest at the rate', async () => {
    const { clock, pass } = fakeClock();
    const gate = createGate({ clock, random }, pace, () => undefined);
    const starts: number[] = [];
    for (let i = 0; i < 20; i++) {
      void gate.run('interactive', () => {
        starts.push(clock.monotonic());
        return Promise.resolve(answered(clock.monotonic()));
      });
    }
    await pass(0);
    expect(starts.length).toBe(10);
    await pass(1000);
    expect(starts.length).toBe(14);
    await pass(10_000);
    expect(starts.length).toBe(20);
  });

  it('begins a connection slowly, but not for what somebody waits for', async () => {
    const { clock, pass } = fakeClock();
    const gate = createGate({ clock, random }, { ...pace, apartMs: 500 }, () => undefined);
    const starts: string[] = [];
    const ask = (name: string, options?: GateOptions): void =>
      void gate.run(
        'interactive',
        () => {
          starts.push(`${name} ${clock.monotonic()}`);
          return Promise.resolve(answered(clock.monotonic()));
        },
        options,
      );
    await pass(10_000);
    gate.begin();
    ask('profile', { first: true });
    for (const name of ['a', 'b', 'c']) ask(name);
    await pass(600);
    ask('command', { first: true });
    await pass(10_000);
    expect(starts).toEqual(['profile 10000', 'a 10500', 'command 10600', 'b 11100', 'c 11600']);
    // Later as always.
    for (const name of ['d', 'e']) ask(name);
    await pass(0);
    expect(starts.slice(5)).toEqual(['d 20600', 'e 20600']);
  });

  it('a 429 stops the background for everybody and tells the caller how long to wait', async () => {
    const { clock, pass } = fakeClock();
    const stops: number[] = [];
    const gate = createGate({ clock, random }, pace, (until) => stops.push(until));
    let outcome: Outcome<number> | null = null;
    void gate
      .run<number>('interactive', () => Promise.resolve({ outcome: 'throttled', retryAfterMs: null }))
      .then((result) => {
        outcome = result;
      });
    await pass(10);
    expect(outcome).toEqual({ outcome: 'throttled', retryAfterMs: 5000 });
    expect(stops).toEqual([60_000]);
    const started: number[] = [];
    void gate.run('background', () => {
      started.push(clock.monotonic());
      return Promise.resolve(answered(0));
    });
    void gate.run('interactive', () => {
      started.push(clock.monotonic());
      return Promise.resolve(answered(0));
    });
    await pass(59_000);
    expect(started).toEqual([10]);
    await pass(2000);
    expect(started.length).toBe(2);
  });

  it('commands go first, and nothing is left hanging when it closes', async () => {
    const { clock, pass } = fakeClock();
    const gate = createGate(
      { clock, random },
      { ...pace, interactive: { perSecond: 1, burst: 1 } },
      () => undefined,
    );
    const order: string[] = [];
    const ask = (name: string, first = false) =>
      gate.run(
        'interactive',
        () => {
          order.push(name);
          return Promise.resolve(answered(0));
        },
        { first },
      );
    void ask('taken at once');
    void ask('read');
    void ask('command', true);
    const last = ask('never');
    await pass(2000);
    expect(order).toEqual(['taken at once', 'command', 'read']);
    gate.close();
    await expect(last).resolves.toMatchObject({ outcome: 'unreachable', sent: 'no' });
    await expect(ask('after')).resolves.toMatchObject({ outcome: 'unreachable', sent: 'no' });
  });

  it('lets a write follow its read at once, and takes no more than the rate in all', async () => {
    const { clock, pass } = fakeClock();
    const gate = createGate(
      { clock, random },
      { ...pace, interactive: { perSecond: 1, burst: 4 } },
      () => undefined,
    );
    const starts: [string, number][] = [];
    const ask = (name: string, options: GateOptions) =>
      gate.run(
        'interactive',
        () => {
          starts.push([name, clock.monotonic()]);
          return Promise.resolve(answered(0));
        },
        { first: true, ...options },
      );
    for (const name of ['a', 'b', 'c']) {
      void ask(`read ${name}`, { reserve: true }).then(() => ask(`write ${name}`, { reserved: true }));
    }
    await pass(5000);
    expect(starts).toEqual([
      ['read a', 0],
      ['read b', 0],
      ['write a', 0],
      ['write b', 0],
      ['read c', 2000],
      ['write c', 2000],
    ]);
    void ask('read d', { reserve: true });
    await pass(0);
    gate.giveBack('interactive');
    void ask('read e', { reserve: false });
    await pass(0);
    expect(starts.slice(-2).map(([name]) => name)).toEqual(['read d', 'read e']);
  });

  it('holds up no command behind slow requests', async () => {
    const { clock, pass } = fakeClock();
    const gate = createGate(
      { clock, random },
      { ...pace, interactive: { perSecond: 10, burst: 20 } },
      () => undefined,
    );
    for (let i = 0; i < 10; i++) void gate.run<number>('interactive', () => new Promise(() => undefined));
    let started = false;
    void gate.run(
      'interactive',
      () => {
        started = true;
        return Promise.resolve(answered(0));
      },
      { first: true },
    );
    await pass(0);
    expect(started).toBe(true);
  });

  it('never has more than two background requests under way', async () => {
    const { clock, pass } = fakeClock();
    const gate = createGate(
      { clock, random },
      { ...pace, background: { perSecond: 100, burst: 100 } },
      () => undefined,
    );
    let open = 0;
    let most = 0;
    for (let i = 0; i < 10; i++) {
      void gate.run('background', async () => {
        open += 1;
        most = Math.max(most, open);
        await new Promise<void>((resolve) => clock.after(50, resolve));
        open -= 1;
        return answered(0);
      });
    }
    await pass(1000);
    expect(most).toBe(2);
    expect(gate.waiting('background')).toBe(0);
  });
});
