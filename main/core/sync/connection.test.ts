/** The connection machine: its way to live, what silence, refusals and sleep do to it, and that it never storms. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../liveagent/cable.ts';
import {
  DEAD_MS,
  NO_ACCESS_RECHECK_MS,
  SIGNED_OUT,
  STALE_MS,
  step,
  wakeAt,
  type Effect,
  type Input,
  type Machine,
} from './connection.ts';

const frame = (kind: 'welcome' | 'confirmed' | 'ping' | 'rejected'): Input => ({
  kind: 'frame',
  frame: { kind },
});
const disconnect = (reconnect: boolean): Input => ({
  kind: 'frame',
  frame: { kind: 'disconnect', reason: 'unauthorized', reconnect } satisfies Frame,
});

/** A machine with its own time; `feed` answers the kinds of the effects. */
const driver = (random: () => number = () => 0.5) => {
  let machine: Machine = SIGNED_OUT;
  let now = 1000;
  const feed = (input: Input): Effect['kind'][] => {
    const result = step(machine, input, { now, wall: 1e12 + now, random: random() });
    machine = result.machine;
    return result.effects.map(({ kind }) => kind);
  };
  return {
    feed,
    pass: (ms: number) => {
      now += ms;
      return feed({ kind: 'tick' });
    },
    /** Moves to the next wake-up. */
    wake: () => {
      now = Math.max(now, wakeAt(machine) ?? now);
      return feed({ kind: 'tick' });
    },
    machine: () => machine,
    now: () => now,
    live: () => {
      feed({ kind: 'start' });
      feed({ kind: 'profile-read' });
      feed(frame('welcome'));
      return feed(frame('confirmed'));
    },
  };
};

describe('a file that cannot be written', () => {
  it('is waited for without an attempt, and costs the server no more than a few when it comes and goes', () => {
    const { feed, live, wake, machine } = driver();
    live();
    expect(feed({ kind: 'storage-failed' })).toEqual(['ended', 'close-socket']);
    const { failures } = machine();
    for (let round = 0; round < 50; round += 1) expect(feed({ kind: 'storage-failed' })).toEqual([]);
    expect(machine().failures).toBe(failures);
    let attempts = 0;
    for (let round = 0; round < 20; round += 1) {
      if (feed({ kind: 'storage-well' }).includes('read-profile')) attempts += 1;
      feed({ kind: 'storage-failed' });
    }
    expect(attempts).toBe(3);
    expect(wake()).toEqual(['read-profile']);
    feed({ kind: 'profile-read' });
    expect(feed({ kind: 'storage-well' })).toEqual([]);
  });

  it('does not take back that access is lost', () => {
    const { feed, live, machine } = driver();
    live();
    feed({ kind: 'no-access', why: 'removed' });
    expect(feed({ kind: 'storage-failed' })).toEqual([]);
    expect(machine().phase.at).toBe('no-access');
  });
});

describe('a person who does not want to wait', () => {
  it('is heard while the next attempt is waited for, and changes nothing at any other time', () => {
    const { feed, live, machine } = driver();
    live();
    expect(feed({ kind: 'retry' })).toEqual([]);
    feed({ kind: 'socket-closed' });
    expect(machine().phase.at).toBe('retrying');
    expect(feed({ kind: 'retry' })).toEqual(['read-profile']);
    expect(feed({ kind: 'retry' })).toEqual([]);
  });

  it('does not shorten the pause that the server asked for', () => {
    const { feed } = driver();
    feed({ kind: 'start' });
    feed({ kind: 'profile-failed', trouble: 'throttled', retryAfterMs: 60_000 });
    expect(feed({ kind: 'retry' })).toEqual([]);
  });
});

describe('the way to live', () => {
  it('reads the profile, opens, subscribes, and begins', () => {
    const { feed } = driver();
    expect(feed({ kind: 'start' })).toEqual(['read-profile']);
    expect(feed({ kind: 'profile-read' })).toEqual(['open-socket']);
    expect(feed(frame('welcome'))).toEqual(['subscribe']);
    expect(feed(frame('confirmed'))).toEqual(['began']);
  });

  it('waits 10 s for the confirmation, since a wrong subscription is met with silence', () => {
    const { feed, pass, machine } = driver();
    feed({ kind: 'start' });
    feed({ kind: 'profile-read' });
    feed(frame('welcome'));
    expect(pass(9999)).toEqual([]);
    expect(pass(1)).toEqual(['close-socket', 'refresh-without-socket']);
    expect(machine()).toMatchObject({ phase: { at: 'retrying' }, trouble: 'no-confirm' });
  });
});

describe('silence', () => {
  it('is stale at 6 s and given up at 7.5 s', () => {
    const { live, pass, machine } = driver();
    live();
    expect(pass(STALE_MS - 1)).toEqual([]);
    expect(machine().phase).toMatchObject({ at: 'subscribed', stale: false });
    pass(1);
    expect(machine().phase).toMatchObject({ at: 'subscribed', stale: true });
    expect(pass(DEAD_MS - STALE_MS)).toEqual(['ended', 'close-socket']);
    expect(machine()).toMatchObject({ phase: { at: 'retrying' }, trouble: 'no-ping' });
  });

  it('ends with the next sign of life', () => {
    const { live, pass, feed, machine } = driver();
    live();
    pass(STALE_MS);
    feed(frame('ping'));
    expect(machine().phase).toMatchObject({ stale: false });
  });
});

describe('refusals', () => {
  it('reconnect:false stops and asks', () => {
    const { live, feed, wake, machine } = driver();
    live();
    expect(feed(disconnect(false))).toEqual(['ended', 'close-socket']);
    expect(machine().phase).toEqual({ at: 'stopped', why: 'server-refused' });
    expect(wake()).toEqual([]);
    expect(feed({ kind: 'socket-closed' })).toEqual([]);
  });

  it('reconnect:true comes back with jitter', () => {
    const { live, feed, wake } = driver();
    live();
    feed(disconnect(true));
    expect(wake()).toEqual(['read-profile']);
  });

  it('a rejected subscription reads the token once more, then stops', () => {
    const { feed, wake, machine } = driver();
    feed({ kind: 'start' });
    for (const last of [false, true]) {
      feed({ kind: 'profile-read' });
      feed(frame('welcome'));
      feed(frame('rejected'));
      expect(machine().phase.at).toBe(last ? 'stopped' : 'retrying');
      if (!last) wake();
    }
  });

  it('a token that is no longer accepted stops, also over a resume', () => {
    const { live, feed, machine } = driver();
    live();
    expect(feed({ kind: 'needs-sign-in' })).toEqual(['ended', 'close-socket']);
    feed({ kind: 'suspend' });
    expect(feed({ kind: 'resume' })).toEqual([]);
    expect(machine().phase).toEqual({ at: 'stopped', why: 'needs-sign-in' });
    expect(feed({ kind: 'start' })).toEqual(['read-profile']);
  });

  it('access is lost for good only by a second answer 10 minutes later', () => {
    const { live, feed, wake, now, machine } = driver();
    live();
    expect(feed({ kind: 'no-access', why: 'removed' })).toEqual(['ended', 'close-socket']);
    const since = now();
    expect(wake()).toEqual(['read-profile']);
    expect(now() - since).toBe(NO_ACCESS_RECHECK_MS);
    expect(feed({ kind: 'no-access', why: 'removed' })).toEqual(['lost-access']);
    wake();
    feed({ kind: 'profile-read' });
    expect(machine().noAccessSince).toBeNull();
  });

  it('a suspended account is never forgotten', () => {
    const { live, feed, wake } = driver();
    live();
    feed({ kind: 'no-access', why: 'suspended' });
    wake();
    expect(feed({ kind: 'no-access', why: 'suspended' })).toEqual([]);
  });
});

describe('sleep', () => {
  it('closes, and comes back at once', () => {
    const { live, feed } = driver();
    live();
    expect(feed({ kind: 'suspend' })).toEqual(['ended', 'close-socket']);
    expect(feed({ kind: 'tick' })).toEqual([]);
    expect(feed({ kind: 'resume' })).toEqual(['read-profile']);
  });

  it('comes back by itself when nobody says that the machine is awake', () => {
    const { live, feed, wake } = driver();
    live();
    feed({ kind: 'suspend' });
    expect(wake()).toEqual(['read-profile']);
  });
});

const anyInput: fc.Arbitrary<Input> = fc.oneof(
  fc.constantFrom<Input[]>(
    { kind: 'start' },
    { kind: 'stop' },
    { kind: 'profile-read' },
    { kind: 'needs-sign-in' },
    { kind: 'unsupported' },
    { kind: 'socket-closed' },
    { kind: 'storage-failed' },
    { kind: 'suspend' },
    { kind: 'resume' },
    frame('welcome'),
    frame('confirmed'),
    frame('ping'),
    frame('rejected'),
    disconnect(true),
    disconnect(false),
    { kind: 'no-access', why: 'removed' },
    { kind: 'no-access', why: 'suspended' },
    { kind: 'profile-failed', trouble: 'unreachable' },
    { kind: 'profile-failed', trouble: 'throttled', retryAfterMs: 30_000 },
  ),
  fc.constant<Input>({ kind: 'tick' }),
);

describe('whatever happens', () => {
  it('there is never more than one socket, and an epoch ends before the next begins', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyInput, fc.nat(20_000), fc.double({ min: 0, max: 0.999, noNaN: true }))),
        (story) => {
          let machine: Machine = SIGNED_OUT;
          let now = 0;
          let sockets = 0;
          let epochs = 0;
          for (const [input, ms, random] of story) {
            now += ms;
            const result = step(machine, input, { now, wall: now, random });
            machine = result.machine;
            for (const { kind } of result.effects) {
              if (kind === 'open-socket') sockets += 1;
              // The engine's socket may have closed by itself; closing again is allowed, opening twice is not.
              if (kind === 'close-socket') sockets = 0;
              if (kind === 'began') epochs += 1;
              if (kind === 'ended') epochs -= 1;
            }
            expect(sockets).toBeLessThanOrEqual(1);
            expect(epochs).toBeGreaterThanOrEqual(0);
            expect(epochs).toBeLessThanOrEqual(1);
            expect(machine.phase.at === 'subscribed').toBe(epochs === 1);
            const due = wakeAt(machine);
            if (machine.phase.at === 'retrying') expect(due).not.toBeNull();
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('once the network is good it becomes live within about a minute, unless a person must act', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyInput, fc.nat(20_000))),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (story, random) => {
          const it = driver(() => random);
          for (const [input, ms] of story) {
            it.pass(ms);
            it.feed(input);
          }
          const from = it.now();
          for (let i = 0; i < 50 && it.machine().phase.at !== 'subscribed'; i++) {
            const { phase } = it.machine();
            if (phase.at === 'signed-out' || phase.at === 'stopped' || phase.at === 'no-access') return;
            if (phase.at === 'profile') it.feed({ kind: 'profile-read' });
            else if (phase.at === 'opening') it.feed(frame('welcome'));
            else if (phase.at === 'subscribing') it.feed(frame('confirmed'));
            else it.wake();
          }
          expect(it.machine().phase.at).toBe('subscribed');
          expect(it.now() - from).toBeLessThanOrEqual(61_000);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('a flapping server is not stormed: a connection lost at once is tried ever more rarely', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 1 }), (upMs, seed) => {
        // Evenly spread, as real chance is; a generator would try all zeros.
        let at = seed;
        const it = driver(() => {
          at = (Math.imul(at, 1_664_525) + 1_013_904_223) >>> 0;
          return at / 2 ** 32;
        });
        it.live();
        const end = it.now() + 3_600_000;
        let reads = 0;
        while (it.now() < end) {
          it.pass(Math.min(upMs, STALE_MS - 1));
          it.feed({ kind: 'socket-closed' });
          if (it.wake().includes('read-profile')) reads += 1;
          it.feed({ kind: 'profile-read' });
          it.feed(frame('welcome'));
          it.feed(frame('confirmed'));
        }
        // Full jitter up to a minute: half a minute on average, about 120 in an hour.
        expect(reads).toBeLessThan(220);
      }),
      { numRuns: 60 },
    );
  });
});
