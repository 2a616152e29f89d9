/** Controls of the rules of honesty: live and "as of" are never said too early. */
import { describe, expect, it } from 'vitest';
import { checkLive } from './honesty.ts';
import { at, rules } from './hand-made.testing.ts';

describe('honesty', () => {
  const live = (awake: number, state = 'live') =>
    at(awake, { kind: 'connection', awake, state, asOf: null, now: 0 });
  const heard = (awake: number) => at(awake, { kind: 'heard', awake });
  const opened = at(0, { kind: 'socket', what: 'opened', n: 0, awake: 0 });
  it('accepts live with a ping every three seconds, and stale in time', () => {
    expect(
      checkLive([opened, heard(1), live(2), heard(3000), heard(6000), live(12_001, 'stale'), heard(60_000)]),
    ).toEqual([]);
  });
  it('catches live on a silent socket', () => {
    expect(rules(checkLive([opened, heard(1), live(2), heard(3000), live(12_000, 'stale')]))).toEqual([
      'R9 live',
    ]);
  });
  it('tells the socket that was closed from the one that took its place', () => {
    const socket = (t: number, what: 'opened' | 'closed', n: number) =>
      at(t, { kind: 'socket', what, n, awake: t });
    const next = [opened, socket(1, 'opened', 1), socket(2, 'closed', 0), heard(3)];
    expect(checkLive([...next, live(4)])).toEqual([]);
    expect(rules(checkLive([...next, socket(4, 'closed', 1), live(5)]))).toEqual(['R9 live']);
  });
  it('catches live without a socket, and "as of" in the future', () => {
    expect(rules(checkLive([live(2)]))).toEqual(['R9 live']);
    expect(
      rules(
        checkLive([
          opened,
          heard(1),
          at(2, { kind: 'connection', awake: 2, state: 'live', asOf: 5000, now: 1000 }),
        ]),
      ),
    ).toEqual(['R9 as of']);
  });
});

describe('as of', () => {
  const says = (t: number, asOf: number) =>
    at(t, { kind: 'connection', awake: t, state: 'catching-up', asOf, now: 1_000_000 + t });
  it('accepts the moment of the last sign of the server, on whatever clock', () => {
    const good = [at(5000, { kind: 'answered', n: 1, status: 200, whole: true }), says(9000, 1_005_000)];
    expect(checkLive(good)).toEqual([]);
  });
  it('catches a moment at which nobody had heard of the server', () => {
    const bad = [at(5000, { kind: 'answered', n: 1, status: 200, whole: true }), says(9000, 1_008_000)];
    expect(checkLive(bad).map((one) => one.rule)).toEqual(['R9 as of']);
  });
});
