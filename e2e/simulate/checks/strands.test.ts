/** Controls of the rule of writes: a good trace passes, each bad one is caught. */
import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../trace.ts';
import { checkWrites } from './strands.ts';
import { at, standing, base, tom, stored, read, write, truth, rules } from './hand-made.testing.ts';

describe('writes', () => {
  it('accepts a write on what was seen and read a moment ago', () => {
    expect(
      checkWrites([stored(0), ...read(10, 1, standing(null, null)), ...write(60, 2, 14, standing(14, null))]),
    ).toEqual([]);
  });
  it('asks nothing of a page that was answered when its connection was over', () => {
    const page = (t: number, closes: boolean): TraceEvent[] => [
      at(t, { kind: 'sent', n: 7, method: 'GET', path: '/x', conversation: null, write: null }),
      at(t + 1, { kind: 'served', n: 7, status: 200, saw: [[101, standing(15, null)]] }),
      ...(closes ? [at(t + 2, { kind: 'socket', what: 'closed', n: 0, awake: t + 2 })] : []),
      at(t + 3, { kind: 'answered', n: 7, status: 200, whole: true }),
    ];
    const first = [stored(0), ...read(10, 1, standing(null, null))];
    const then = write(60, 2, 14, standing(14, null));
    expect(checkWrites([...first, ...page(50, true), ...then])).toEqual([]);
    // Nor of the look whether the server went back.
    const look = page(50, false).map((event) =>
      event.kind === 'sent' ? { ...event, path: '/api/v1/accounts/3/conversations/filter?page=1' } : event,
    );
    expect(checkWrites([...first, ...look, ...then])).toEqual([]);
    expect(rules(checkWrites([...first, ...page(50, false), ...then]))).toEqual(['R3 overwrite']);
  });
  it('accepts the race of one round trip', () => {
    const events = [
      stored(0),
      ...read(10, 1, standing(null, null)),
      truth(35, standing(null, null), standing(15, null)),
      ...write(60, 2, 14, standing(14, null)),
    ];
    expect(checkWrites(events)).toEqual([]);
  });
  it.each([
    [
      'a foreign change that the read showed',
      [stored(0), ...read(10, 1, standing(15, null)), ...write(60, 2, 14, standing(14, null))],
      /nobody had seen/,
    ],
    ['no read', [stored(0), ...write(60, 2, 14, standing(14, null))], /without ever/],
    [
      'an old read',
      [stored(0), ...read(10, 1, standing(null, null)), ...write(9000, 2, 14, standing(14, null))],
      /ms old/,
    ],
    [
      'a read that came garbled',
      [
        stored(0),
        ...read(10, 1, standing(null, null)).map((event) =>
          event.kind === 'answered' ? { ...event, whole: false } : event,
        ),
        ...write(60, 2, 14, standing(14, null)),
      ],
      /without ever/,
    ],
    [
      'a resolved conversation',
      [stored(0), ...read(10, 1, standing(null, null, 'resolved')), ...write(60, 2, 14, standing(14, null))],
      /resolved/,
    ],
    [
      'a conversation that is gone',
      [stored(0), ...read(10, 1, null), ...write(60, 2, 14, standing(14, null))],
      /gone/,
    ],
    [
      'what was already so',
      [
        stored(0),
        at(1, { kind: 'stored', command: 'c2', conversation: 101, action: tom, base: base(14, null) }),
        ...read(10, 1, standing(14, null)),
        ...write(60, 2, 14, standing(14, null)),
      ],
      /already so/,
    ],
    [
      'no command',
      [...read(10, 1, standing(null, null)), ...write(60, 2, 14, standing(14, null))],
      /no waiting command/,
    ],
    [
      'a cancelled command',
      [
        stored(0),
        at(5, { kind: 'cancelled-by-hand', command: 'c1' }),
        ...read(10, 1, standing(null, null)),
        ...write(60, 2, 14, standing(14, null)),
      ],
      /no waiting command/,
    ],
  ] as [string, TraceEvent[], RegExp][])('catches a write over %s', (_name, events, words) => {
    const findings = checkWrites(events);
    expect(rules(findings)).toEqual(['R3 overwrite']);
    expect(findings[0]?.what).toMatch(words);
  });
  it('accepts nobody in a team where the answer to the write of that team was lost, and nobody else', () => {
    const restore = at(0, {
      kind: 'stored',
      command: 'c1',
      conversation: 101,
      action: { kind: 'restore', to: { assignee: { type: 'agent', id: 14 }, team: 7 } },
      base: base(15, 8),
    });
    const begin = [
      restore,
      ...read(10, 1, standing(15, 8)),
      // It picked somebody, which nobody heard of.
      ...write(60, 2, 7, standing(16, 7), 'team').map((event) =>
        event.kind === 'answered' ? { ...event, whole: false } : event,
      ),
    ];
    const then = (agent: number | null) => [
      ...read(110, 3, standing(agent, 7)),
      ...write(160, 4, 14, standing(14, 7)),
    ];
    expect(checkWrites([...begin, ...then(null)])).toEqual([]);
    expect(rules(checkWrites([...begin, ...then(17)]))).toEqual(['R3 overwrite']);
  });
  it('accepts what somebody else made of a write without an answer, and nothing else of his', () => {
    const restore = at(0, {
      kind: 'stored',
      command: 'c1',
      conversation: 101,
      action: { kind: 'restore', to: { assignee: { type: 'agent', id: 14 }, team: 7 } },
      base: base(null, 8),
    });
    const [leaves] = write(60, 2, 14, standing(14, 8));
    const begin = [
      restore,
      ...read(10, 1, standing(null, 8)),
      ...(leaves ? [leaves, at(70, { kind: 'failed', n: 2, why: 'lost' })] : []),
    ];
    const then = (agent: number) => [
      ...read(110, 3, standing(agent, 8)),
      ...write(160, 4, 7, standing(agent, 7), 'team'),
    ];
    expect(checkWrites([...begin, ...then(14)])).toEqual([]);
    expect(rules(checkWrites([...begin, ...then(15)]))).toEqual(['R3 overwrite']);
  });
  it('catches taking a card away from whom the server picked', () => {
    const queue = at(0, {
      kind: 'stored',
      command: 'c1',
      conversation: 101,
      action: { kind: 'queue', team: 7 },
      base: base(14, null),
    });
    const events = [
      queue,
      ...read(10, 1, standing(14, null)),
      ...write(60, 2, 7, standing(16, 7), 'team'),
      ...read(110, 3, standing(16, 7)),
      ...write(160, 4, null, standing(null, 7)),
    ];
    expect(rules(checkWrites(events))).toEqual(['R3 overwrite']);
    const still = [
      queue,
      ...read(10, 1, standing(14, null)),
      ...write(60, 2, 7, standing(14, 7), 'team'),
      ...read(110, 3, standing(14, 7)),
      ...write(160, 4, null, standing(null, 7)),
    ];
    expect(checkWrites(still)).toEqual([]);
  });
  it('catches two commands of one conversation in the wrong order', () => {
    const second = at(1, {
      kind: 'stored',
      command: 'c2',
      conversation: 101,
      action: { kind: 'assign-agent', agent: 15 },
      base: base(14, null),
    });
    const events = [
      stored(0),
      second,
      ...read(10, 1, standing(null, null)),
      ...write(60, 2, 15, standing(15, null)),
      ...read(110, 3, standing(15, null)),
      ...write(160, 4, 14, standing(14, null)),
    ];
    expect(rules(checkWrites(events))).toContain('R3 order');
  });
});
