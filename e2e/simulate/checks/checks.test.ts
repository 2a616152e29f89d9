/** The controls of the checkers: a good trace passes, and each hand-made bad one is caught by the rule it breaks. */
import { describe, expect, it } from 'vitest';
import type { Alert, Card, LaneHead, OutboxEntry } from '../../../contract/model.ts';
import type { Standing } from '../model/records.ts';
import { ME, OTHER } from '../population.ts';
import type { TraceEntry, TraceEvent } from '../trace.ts';
import { checkAlerts, checkArrivals, checkBursts } from './alerts.ts';
import { checkConvergence } from './convergence.ts';
import { checkFresh } from './freshness.ts';
import { checkLive } from './honesty.ts';
import { checkNotes } from './notes.ts';
import { checkAskedAgain, checkConfirmed, checkKept, checkUnblocked } from './outcomes.ts';
import { checkWrites } from './strands.ts';
import { checkGoesOn, couldTell } from './went-back.ts';

const at = (t: number, event: TraceEntry): TraceEvent => ({ t, ...event }) as TraceEvent;
const standing = (agent: number | null, team: number | null, status = 'open'): Standing => ({
  inbox: 4,
  status,
  priority: null,
  assignee: agent === null ? null : { type: 'agent', id: agent },
  team,
});
const base = (agent: number | null, team: number | null) => ({
  assignee: standing(agent, team).assignee,
  team,
  live: true,
});
const tom = { kind: 'assign-agent', agent: 14 } as const;
const entry = (state: OutboxEntry['state'], id = 'c1', conversation = 101): OutboxEntry => ({
  id,
  conversation,
  contact: 'Ivo',
  action: tom,
  base: base(null, null),
  state,
  createdAt: 0,
  settledAt: null,
  result: null,
  now: null,
  reason: null,
  serverWords: null,
});
const stored = (t: number, command = 'c1', conversation = 101) =>
  at(t, { kind: 'stored', command, conversation, action: tom, base: base(null, null) });
const read = (t: number, n: number, shows: Standing | null, conversation = 101): TraceEvent[] => [
  at(t, {
    kind: 'sent',
    n,
    method: 'GET',
    path: `/api/v1/accounts/3/conversations/${conversation}`,
    conversation,
    write: null,
  }),
  at(t + 20, { kind: 'served', n, status: 200, saw: [[conversation, shows]] }),
  at(t + 40, { kind: 'answered', n, status: 200, whole: true }),
];
const write = (
  t: number,
  n: number,
  to: number | null,
  shows: Standing,
  half: 'agent' | 'team' = 'agent',
): TraceEvent[] => [
  at(t, {
    kind: 'sent',
    n,
    method: 'POST',
    path: '/api/v1/accounts/3/conversations/101/assignments',
    conversation: 101,
    write: { half, to },
  }),
  at(t + 20, { kind: 'served', n, status: 200, saw: [[101, shows]] }),
  at(t + 40, { kind: 'answered', n, status: 200, whole: true }),
];
const truth = (t: number, before: Standing | null, after: Standing | null, user: number | null = OTHER) =>
  at(t, { kind: 'truth', change: { conversation: 101, actor: { user, request: null }, before, after } });
const rules = (findings: { rule: string }[]) => findings.map((finding) => finding.rule);
const connection = (t: number, state: string) =>
  at(t, { kind: 'connection', awake: t, state, asOf: null, now: t });
type Restored = Extract<TraceEntry, { kind: 'restored' }>;
const nothingLost: Restored = {
  kind: 'restored',
  gone: [],
  back: [],
  differ: [],
  younger: [],
  notifications: [],
  notes: [],
};
/** The app was live for long enough to hear of whatever was said at -29000. */
const heardOf: TraceEvent[] = [connection(-30_000, 'live'), connection(-1000, 'stale')];
const wentBack = (t: number, lost: Partial<Restored> = {}, said = -29_000) =>
  at(t, { ...nothingLost, differ: [101], younger: [{ conversation: 101, said }], ...lost });

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

describe('outcomes', () => {
  it('catches confirmed before the server had it, and not after', () => {
    const confirmed = (t: number) => at(t, { kind: 'settled-event', entry: entry('confirmed') });
    const change = truth(50, standing(null, null), standing(14, null), ME);
    expect(rules(checkConfirmed([stored(0), confirmed(40), change]))).toEqual(['R9 confirmed']);
    expect(checkConfirmed([stored(0), change, confirmed(60)])).toEqual([]);
  });
  it('knows a bot that was put back, also where somebody else changed it at once', () => {
    const bot = { ...standing(null, 8), assignee: { type: 'bot' as const, id: 14 } };
    const action = { kind: 'restore' as const, to: { assignee: bot.assignee, team: null } };
    const kept = { ...entry('confirmed'), action, reason: { key: 'outcome.changedAfter', params: {} } };
    const events = [
      stored(0),
      truth(20, bot, standing(16, 8)),
      truth(30, standing(16, 8), standing(16, null)),
      at(40, { kind: 'settled-event', entry: kept }),
    ];
    expect(checkConfirmed(events)).toEqual([]);
  });
  it('catches a stored command that a restart forgot', () => {
    const look = (entries: OutboxEntry[]) => at(10, { kind: 'outbox', entries });
    expect(rules(checkKept([stored(0), look([])]))).toEqual(['R3 lost']);
    expect(checkKept([stored(0), look([entry('confirmed')])])).toEqual([]);
  });
  it('catches a command that hangs at the end', () => {
    expect(rules(checkKept([stored(0), at(10, { kind: 'outbox', entries: [entry('sending')] })]))).toEqual([
      'R3 hanging',
    ]);
  });
  it('catches a command that waits behind the sick conversation of another', () => {
    const weather = at(0, { kind: 'weather', name: 'clear', clear: true, sick: [102] });
    const late = at(400_000, { kind: 'started' });
    expect(rules(checkUnblocked([weather, stored(1), late]))).toEqual(['R3 blocked']);
    expect(checkUnblocked([weather, stored(1, 'c1', 102), late])).toEqual([]);
    // Nobody waits while no process runs.
    expect(checkUnblocked([weather, stored(1), at(2, { kind: 'crashed' }), late])).toEqual([]);
    expect(
      checkUnblocked([
        at(0, { kind: 'weather', name: 'partition', clear: false, sick: [] }),
        stored(1),
        late,
      ]),
    ).toEqual([]);
  });
});

const card = (id: number, agent: number | null): Card => ({
  id,
  contact: 'Ivo',
  inbox: 4,
  channel: 'Channel::Api',
  status: 'open',
  live: true,
  priority: null,
  labels: [],
  unread: 0,
  assignee: standing(agent, null).assignee,
  team: null,
  createdAt: 0,
  lastActivityAt: 0,
  waitingSince: null,
  waitingAtLeast: false,
  notAnswered: false,
  lastMessage: null,
  violation: false,
  unconfirmed: false,
  pending: 'none',
  command: null,
});

describe('freshness', () => {
  const live = (t: number, state = 'live') =>
    at(t, { kind: 'connection', awake: t, state, asOf: null, now: 0 });
  const glance = (t: number, ...cards: Card[]) => at(t, { kind: 'glance', cards, visible: [101, 102] });
  const moved = (t: number, from: number, to: number, silent?: true) =>
    at(t, {
      kind: 'truth',
      change: {
        conversation: 101,
        actor: { user: OTHER, request: null },
        before: standing(from, null),
        after: standing(to, null),
        ...(silent ? { silent } : {}),
      },
    });
  const both = [card(101, 14), card(102, 15)];
  it('accepts what was true a moment ago', () => {
    expect(checkFresh([live(1), moved(20_000, 14, 15), glance(30_000, ...both)])).toEqual([]);
  });
  it('catches an old assignment on a live board', () => {
    expect(rules(checkFresh([live(1), moved(20_000, 14, 15), glance(40_000, ...both)]))).toEqual([
      'R9 fresh',
    ]);
  });
  it('gives one that could not be read the time to be read again, and no more', () => {
    const weather = (t: number, sick: number[]) =>
      at(t, { kind: 'weather', name: 'clear', clear: true, sick });
    const events = [live(1), weather(2, [101]), moved(20_000, 14, 15), weather(60_000, [])];
    expect(checkFresh([...events, glance(61_000, ...both)])).toEqual([]);
    expect(rules(checkFresh([...events, glance(75_001, ...both)]))).toEqual(['R9 fresh']);
  });
  it('gives a row that is marked as not confirmed a while, not for good', () => {
    const marked = both.map((one) => ({ ...one, unconfirmed: true }));
    const events = [moved(20_000, 14, 15), live(40_000)];
    expect(checkFresh([...events, glance(50_000, ...marked)])).toEqual([]);
    expect(rules(checkFresh([...events, glance(50_000, ...both)]))).toEqual(['R9 fresh']);
    expect(rules(checkFresh([...events, glance(101_000, ...marked)]))).toEqual(['R9 fresh']);
    const tells = at(0, { kind: 'server', tellsChanges: true, ordersEvents: true });
    expect(rules(checkFresh([tells, ...events, glance(50_000, ...marked)]))).toEqual(['R9 fresh']);
  });
  it('gives a row in doubt, which says so, a while and no more, where nothing tells the order of events', () => {
    const marked = both.map((one) => ({ ...one, unconfirmed: true }));
    const events = [live(1), moved(100_000, 14, 15)];
    expect(checkFresh([...events, glance(140_000, ...marked)])).toEqual([]);
    expect(rules(checkFresh([...events, glance(140_000, ...both)]))).toEqual(['R9 fresh']);
    expect(rules(checkFresh([...events, glance(161_000, ...marked)]))).toEqual(['R9 fresh']);
    const tells = at(0, { kind: 'server', tellsChanges: false, ordersEvents: true });
    expect(rules(checkFresh([tells, ...events, glance(140_000, ...marked)]))).toEqual(['R9 fresh']);
  });
  it('asks nothing of what was lost while the connection caught up, all of what was lost before', () => {
    const lost = (t: number) => at(t, { kind: 'event-lost' });
    const change = moved(20_000, 14, 15);
    const behind = glance(40_000, ...both);
    expect(checkFresh([live(1, 'catching-up'), change, lost(20_001), live(20_002), behind])).toEqual([]);
    expect(rules(checkFresh([lost(1), live(2, 'catching-up'), live(20_000), change, behind]))).toEqual([
      'R9 fresh',
    ]);
  });
  it('leaves out an inbox that was lost and came back, of which nobody is told', () => {
    const back = at(35_000, { kind: 'inbox-member', inbox: 4, me: true });
    const events = [live(1), glance(10_000, ...both), moved(20_000, 14, 15)];
    expect(checkFresh([...events, back, glance(40_000, ...both)])).toEqual([]);
    expect(checkFresh([live(1), glance(10_000, ...both), back, glance(40_000, card(102, 15))])).toEqual([]);
    const another = at(35_000, { kind: 'inbox-member', inbox: 5, me: true });
    expect(rules(checkFresh([...events, another, glance(40_000, ...both)]))).toEqual(['R9 fresh']);
  });
  it('leaves out one that came back with another inbox, of which nobody is told', () => {
    const there = standing(14, null);
    const moved = at(2, {
      kind: 'truth',
      change: {
        conversation: 101,
        actor: { user: null, request: null },
        before: there,
        after: { ...there, inbox: 6 },
      },
    });
    const gone = [live(1), glance(10_000, ...both), glance(40_000, card(102, 15))];
    expect(rules(checkFresh([moved, ...gone]))).toEqual(['R9 fresh']);
    const back = at(30_000, { kind: 'inbox-member', inbox: 6, me: true });
    expect(checkFresh([moved, ...gone.slice(0, 2), back, ...gone.slice(2)])).toEqual([]);
  });
  it('catches a card that is gone although its conversation is there', () => {
    expect(rules(checkFresh([live(1), glance(20_000, ...both), glance(40_000, card(102, 15))]))).toEqual([
      'R9 fresh',
    ]);
  });
  it('demands nothing of a board that is not called live, of lost events, or of what nobody was told', () => {
    const old = [moved(20_000, 14, 15), glance(40_000, ...both)];
    expect(checkFresh([live(1, 'stale'), ...old])).toEqual([]);
    expect(checkFresh([live(1), at(2, { kind: 'event-lost' }), ...old])).toEqual([]);
    expect(checkFresh([live(1), moved(20_000, 14, 15, true), glance(40_000, ...both)])).toEqual([]);
    const storm = at(2, { kind: 'weather', name: 'rough', clear: false, sick: [] });
    expect(checkFresh([live(1), storm, ...old])).toEqual([]);
  });
});

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

describe('convergence', () => {
  const lane = (key: string, count: number): LaneHead => ({
    key,
    group: 'agents',
    count,
    notAnswered: 0,
    oldestWaitingSince: null,
    target: true,
  });
  const board = (lanes: LaneHead[], cards: Card[], rows: [number, Standing][]) => [
    at(0, { kind: 'board', grouping: 'queues', lanes, cards, lanesComplete: true, truth: rows }),
    at(1, { kind: 'end', healed: 0, converged: true, why: '' }),
  ];
  it('accepts a board equal to the server', () => {
    expect(
      checkConvergence(board([lane('agent:14', 1)], [card(101, 14)], [[101, standing(14, null)]])),
    ).toEqual([]);
  });
  it.each([
    ['a wrong agent', board([lane('agent:14', 1)], [card(101, 15)], [[101, standing(14, null)]])],
    [
      'a card too many',
      board([lane('agent:14', 1)], [card(101, 14), card(102, 14)], [[101, standing(14, null)]]),
    ],
    ['a card too few', board([lane('agent:14', 1)], [], [[101, standing(14, null)]])],
    [
      'a card twice',
      board([lane('agent:14', 1)], [card(101, 14), card(101, 14)], [[101, standing(14, null)]]),
    ],
    ['a wrong count', board([lane('agent:14', 2)], [card(101, 14)], [[101, standing(14, null)]])],
    ['a missing lane', board([], [card(101, 14)], [[101, standing(14, null)]])],
  ])('catches %s', (_name, events) => {
    expect(rules(checkConvergence(events))).toEqual(['R4 board']);
  });
  it('catches a stall', () => {
    expect(
      rules(checkConvergence([at(9, { kind: 'end', healed: 0, converged: false, why: 'offline' })])),
    ).toEqual(['R4 stall']);
    expect(rules(checkConvergence([]))).toEqual(['R4 stall']);
  });
});

describe('alerts', () => {
  const row = at(5, {
    kind: 'notification',
    row: {
      id: 1,
      user: ME,
      type: 'conversation_assignment',
      conversation: 101,
      dbId: 70_101,
      readAt: null,
      createdAt: 0,
    },
  });
  const baseline = at(1, { kind: 'baseline' });
  const alert = (
    id: string,
    kind: Alert['kind'] = 'assigned-to-me',
    state: Alert['state'] = 'shown',
  ): Alert => ({
    id,
    kind,
    conversation: 101,
    title: { key: 'x', params: {} },
    body: { key: 'x', params: {} },
    at: 0,
    state,
    reason: null,
  });
  const end = (alerts: Alert[]) => [
    at(90, { kind: 'end', healed: 80, converged: true, why: '' }),
    at(99, { kind: 'alerts', alerts }),
    at(99, { kind: 'rows-left', ids: [1] }),
  ];
  const shown = at(6, { kind: 'shown', id: 'a', conversation: 101, title: '', body: '' });
  it('accepts one alert for one assignment', () => {
    expect(checkAlerts([baseline, row, shown, ...end([alert('a')])])).toEqual([]);
  });
  it('catches a double show, a double alert, a missed one and one for an own move', () => {
    expect(rules(checkAlerts([baseline, row, shown, shown, ...end([alert('a')])]))).toEqual(['R5 double']);
    expect(rules(checkAlerts([baseline, row, ...end([alert('a'), alert('b')])]))).toEqual(['R5 double']);
    expect(rules(checkAlerts([baseline, row, ...end([])]))).toEqual(['R5 missed']);
    const own = truth(5, standing(null, null), standing(null, 7), ME);
    expect(rules(checkAlerts([baseline, own, ...end([alert('t', 'assigned-to-team')])]))).toEqual(['R5 own']);
    expect(rules(checkAlerts([baseline, row, ...end([alert('a', 'assigned-to-me', 'suppressed')])]))).toEqual(
      ['R5 reason'],
    );
  });
  it('accepts one for an own write that landed after its command was told as stopped, and no other', () => {
    const write = { half: 'team' as const, to: 7 };
    const sent = at(3, { kind: 'sent', n: 2, method: 'POST', path: '/x', conversation: 101, write });
    const stopped = (t: number) => at(t, { kind: 'settled-event', entry: entry('conflict') });
    const landed = (t: number) =>
      at(t, {
        kind: 'truth',
        change: {
          conversation: 101,
          actor: { user: ME, request: 2 },
          before: standing(null, null),
          after: standing(null, 7),
        },
      });
    const told = end([alert('t', 'assigned-to-team')]);
    const answered = at(5, { kind: 'answered', n: 2, status: 200, whole: true });
    expect(checkAlerts([baseline, sent, stopped(4), landed(5), ...told])).toEqual([]);
    expect(checkAlerts([baseline, sent, landed(4), stopped(5), ...told])).toEqual([]);
    expect(rules(checkAlerts([baseline, sent, landed(4), answered, stopped(6), ...told]))).toEqual([
      'R5 own',
    ]);
    expect(rules(checkAlerts([baseline, stopped(2), sent, landed(5), ...told]))).toEqual(['R5 own']);
  });
  it('asks for no summary before it is due', () => {
    const summed = (ago: number): Alert => ({
      ...alert('a', 'command-refused', 'suppressed'),
      at: 1_000_099 - ago,
      reason: { key: 'silent.digest', params: {} },
    });
    const ping = at(98, { kind: 'connection', awake: 98, state: 'live', asOf: 98, now: 1_000_098 });
    expect(checkAlerts([ping, ...end([summed(9000)])])).toEqual([]);
    expect(rules(checkAlerts([ping, ...end([summed(12_000)])]))).toEqual(['R5 untold']);
  });
  it('catches a summary that never came', () => {
    const summed = (id: string): Alert => ({
      ...alert(id, 'command-refused', 'suppressed'),
      reason: { key: 'silent.digest', params: {} },
    });
    expect(checkAlerts([...end([alert('digest:1', 'digest'), summed('a')])])).toEqual([]);
    expect(rules(checkAlerts([...end([summed('b'), alert('digest:1', 'digest'), summed('a')])]))).toEqual([
      'R5 untold',
    ]);
  });
  it('does not ask for alerts of what was there before the first load', () => {
    expect(checkAlerts([row, baseline, ...end([])])).toEqual([]);
  });
});

describe('arrivals in a team', () => {
  const member = (t: number, me: boolean) => at(t, { kind: 'member', team: 7, me });
  const baseline = at(1, { kind: 'baseline' });
  const arrival = truth(2, standing(null, null), standing(null, 7));
  const alert: Alert = {
    id: 'team:101:7:1',
    kind: 'assigned-to-team',
    conversation: 101,
    title: { key: 't', params: {} },
    body: { key: 'b', params: {} },
    at: 0,
    state: 'shown',
    reason: null,
  };
  const end = (alerts: Alert[]) => [
    at(10, { kind: 'end', healed: 9, converged: true, why: '' }),
    at(10, {
      kind: 'board',
      grouping: 'teams',
      lanes: [],
      cards: [],
      lanesComplete: true,
      truth: [[101, standing(null, 7)]],
    }),
    at(10, { kind: 'alerts', alerts }),
  ];
  const found = (...events: TraceEvent[]) => rules(checkArrivals([...events, ...end([])]));
  it('are in the ledger', () => {
    expect(found(member(0, true), baseline, arrival)).toEqual(['R5 missed']);
    expect(checkArrivals([member(0, true), baseline, arrival, ...end([alert])])).toEqual([]);
  });
  it('are of no interest where the supervisor is no member, was not at first, or it was there before', () => {
    expect(found(member(0, false), baseline, arrival)).toEqual([]);
    const start = at(0, { kind: 'started' });
    expect(found(member(0, false), start, baseline, member(1, true), arrival)).toEqual([]);
    expect(found(member(0, false), start, member(0, true), baseline, arrival)).toEqual([]);
    expect(found(member(0, true), start, baseline, arrival)).toEqual(['R5 missed']);
    expect(found(member(0, true), arrival, baseline)).toEqual([]);
    const went = truth(1, standing(null, 7), standing(null, null));
    expect(found(member(0, true), truth(0, null, standing(null, 7)), baseline, went, arrival)).toEqual([]);
  });
  it('are none where the supervisor moved it on from there: he has seen it', () => {
    const moves = (team: number | null) =>
      at(3, { kind: 'asked', ask: 1, action: tom, items: [{ conversation: 101, base: base(null, team) }] });
    expect(found(member(0, true), baseline, arrival, moves(7))).toEqual([]);
    expect(found(member(0, true), baseline, arrival, moves(null))).toEqual(['R5 missed']);
  });
  it('are none when it went on, or when the supervisor wrote that', () => {
    const on = truth(3, standing(null, 7), standing(null, 8));
    expect(found(member(0, true), baseline, arrival, on)).toEqual([]);
    expect(found(member(0, true), baseline, truth(2, standing(null, null), standing(null, 7), 12))).toEqual(
      [],
    );
  });
});

describe('bursts', () => {
  const shown = (t: number, id: string) =>
    at(t, { kind: 'shown', id, conversation: 101, title: '', body: '' });
  const singles = (count: number, apart: number) =>
    Array.from({ length: count }, (_, index) => shown(index * apart, `assigned:${index}`));
  it('accepts five at once with a summary of the rest, and a clock that was set', () => {
    expect(checkBursts([...singles(5, 1), shown(10, 'digest:a')])).toEqual([]);
    expect(checkBursts(singles(20, 2500))).toEqual([]);
    expect(
      checkBursts([...singles(5, 1), at(9, { kind: 'clock-set', by: 5 }), shown(10, 'assigned:9')]),
    ).toEqual([]);
  });
  it('catches a sixth, also after a restart', () => {
    expect(rules(checkBursts(singles(6, 100)))).toEqual(['R5 burst']);
    expect(
      rules(checkBursts([...singles(5, 1), at(9, { kind: 'started' }), shown(10, 'assigned:9')])),
    ).toEqual(['R5 burst']);
  });
});

const noteEntry = (
  id: string,
  state: 'waiting' | 'sent' | 'refused' | 'discarded',
  key: string | null = null,
) => ({
  id,
  conversation: 101,
  contact: 'Ivo',
  text: 'Call back',
  state,
  createdAt: 0,
  settledAt: null,
  reason: key === null ? null : { key, params: {} },
  serverWords: null,
});

describe('private notes', () => {
  const ended = (entries: ReturnType<typeof noteEntry>[], times: number, known = [101]): TraceEvent[] => [
    at(1, { kind: 'note-stored', note: 'n1', conversation: 101, text: 'Call back' }),
    at(9, {
      kind: 'notes',
      entries,
      there: Array.from({ length: times }, () => ({ conversation: 101, text: 'Call back' })),
      known,
    }),
  ];
  const rules = (events: TraceEvent[]) => checkNotes(events).map(({ rule }) => rule);

  it.each([
    ['two of the same on purpose', ended([noteEntry('n1', 'sent'), noteEntry('n2', 'sent')], 2)],
    ['one that was refused', ended([noteEntry('n1', 'refused', 'outcome.refusedByServer')], 0)],
    ['one that nobody can tell of', ended([noteEntry('n1', 'refused', 'outcome.noAnswer')], 1)],
    ['a conversation that is gone', ended([noteEntry('n1', 'sent')], 0, [])],
  ])('pass: %s', (_what, events) => expect(rules(events)).toEqual([]));

  it.each([
    ['there twice', ended([noteEntry('n1', 'sent')], 2)],
    ['said to be there', ended([noteEntry('n1', 'sent')], 0)],
    ['refused, but there', ended([noteEntry('n1', 'refused', 'outcome.refusedByServer')], 1)],
    ['lost', ended([], 0)],
    ['left waiting', ended([noteEntry('n1', 'waiting')], 0)],
    ['refused without a word', ended([noteEntry('n1', 'refused')], 0)],
  ])('fail: %s', (_what, events) => expect(rules(events)).toEqual(['R3 note']));
});

describe('a server that went back to a backup', () => {
  const last = (events: TraceEvent[]) => {
    const restored = events.find(({ kind }) => kind === 'restored');
    return restored?.kind === 'restored' && couldTell(events, restored);
  };
  it('can be told by what the app has heard and the server lacks', () => {
    expect(last([...heardOf, wentBack(0)])).toBe(true);
    // Also what was said before it was live.
    expect(last([connection(-30_000, 'live'), wentBack(0, {}, -90_000)])).toBe(true);
    // Also where more is said once it has looked.
    const later = [connection(20, 'live'), at(30, { kind: 'activity', conversation: 101 })];
    expect(last([...heardOf, wentBack(0), ...later])).toBe(true);
    // Or once it has read that one, as before a write that says something there.
    const own = [...read(10, 1, standing(null, null)), at(60, { kind: 'activity', conversation: 101 })];
    expect(last([...heardOf, wentBack(0), ...own, connection(70, 'live')])).toBe(true);
  });
  it.each([
    ['said as the connection ended', [...heardOf, wentBack(0, {}, -2000)]],
    ['said while there was none', [wentBack(0)]],
    ['nothing that shows it', [...heardOf, wentBack(0, { younger: [] })]],
    [
      'an event that was lost',
      [...heardOf.toSpliced(1, 0, at(-29_500, { kind: 'event-lost' })), wentBack(0)],
    ],
    [
      'a conversation that could not be read',
      [at(-40_000, { kind: 'weather', name: 'clear', clear: true, sick: [101] }), ...heardOf, wentBack(0)],
    ],
    [
      'a conversation in which more was said before it looked',
      [
        ...heardOf,
        wentBack(0),
        at(10, { kind: 'activity', conversation: 101 }),
        connection(20, 'catching-up'),
        connection(30, 'live'),
      ],
    ],
  ])('cannot be told by %s', (_what, events) => expect(last(events)).toBe(false));

  const then = [...read(10, 1, standing(null, null)), ...write(60, 2, 14, standing(14, null))];
  it('gets nothing that waited, unless it is asked for again', () => {
    expect(rules(checkWrites([...heardOf, stored(-20), wentBack(0), ...then]))).toEqual(['R3 went back']);
    expect(checkWrites([...heardOf, stored(-20), wentBack(0), stored(1, 'c2'), ...then])).toEqual([]);
    const parked = at(5, { kind: 'outbox', entries: [entry('conflict')] });
    expect(checkWrites([...heardOf, stored(-20), wentBack(0), parked, stored(6, 'c2'), ...then])).toEqual([]);
    // What nobody can tell is a gap like any other.
    expect(checkWrites([stored(-20), wentBack(0), ...then])).toEqual([]);
    // Another conversation went back: this one is what it was when it was asked for.
    const other = wentBack(0, { younger: [{ conversation: 102, said: -20_000 }] });
    expect(checkWrites([...heardOf, stored(-20), other, ...then])).toEqual([]);
  });
  it('gets no move whose answer was still to come', () => {
    const asks = (t: number) =>
      at(t, { kind: 'asked', ask: 1, action: tom, items: [{ conversation: 101, base: base(null, null) }] });
    expect(rules(checkWrites([...heardOf, asks(-20), wentBack(0), ...then]))).toEqual(['R3 went back']);
    expect(checkWrites([...heardOf, wentBack(0), asks(1), ...then])).toEqual([]);
  });

  const ended = (state: OutboxEntry['state'], key: string | null): TraceEvent =>
    at(80, {
      kind: 'settled-event',
      entry: { ...entry(state), reason: key === null ? null : { key, params: {} } },
    });
  const answered = at(50, { kind: 'answered', n: 9, status: 200, whole: true });
  const waited = [...heardOf, stored(-20), wentBack(0)];
  it('has what waited asked again', () => {
    expect(checkAskedAgain([...waited, answered, ended('conflict', 'outcome.wentBack')])).toEqual([]);
    expect(checkAskedAgain([...waited, answered, ended('superseded', 'outcome.replaced')])).toEqual([]);
    // Found out by the read before the write.
    expect(checkAskedAgain([...waited, answered, ended('conflict', 'outcome.conflict')])).toEqual([]);
    expect(checkAskedAgain([...waited, answered, ended('refused', 'outcome.deleted')])).toEqual([]);
    const done = ended('confirmed', null);
    expect(rules(checkAskedAgain([...waited, answered, done]))).toEqual(['R3 went back']);
    // Somebody changed it since: then nothing tells that it had gone back.
    expect(checkAskedAgain([...waited, truth(40, null, standing(null, 7)), answered, done])).toEqual([]);
  });
  it('has nothing asked again that had ended, came later, or that nobody can tell of', () => {
    const confirmed = ended('confirmed', null);
    expect(checkAskedAgain([...heardOf, stored(-20), { ...confirmed, t: -10 }, wentBack(0)])).toEqual([]);
    expect(checkAskedAgain([...heardOf, wentBack(0), stored(1), answered, confirmed])).toEqual([]);
    expect(checkAskedAgain([stored(-20), wentBack(0), answered, confirmed])).toEqual([]);
    // It died as it ended: the server has not answered since.
    expect(checkAskedAgain([...waited, confirmed])).toEqual([]);
  });
  it('leaves nothing waiting that is not parked', () => {
    const live = (t: number) => connection(t, 'live');
    expect(checkUnblocked([stored(-20), wentBack(0), live(10), live(300_000)])).toEqual([]);
    expect(rules(checkUnblocked([wentBack(0), live(10), stored(20), live(300_000)]))).toEqual(['R3 blocked']);
    expect(rules(checkUnblocked([stored(-20), live(10), live(300_000)]))).toEqual(['R3 blocked']);
  });

  const noteStored = (t: number) =>
    at(t, { kind: 'note-stored', note: 'n1', conversation: 101, text: 'Call back' });
  const posted = at(60, {
    kind: 'sent',
    n: 7,
    method: 'POST',
    path: '/api/v1/accounts/3/conversations/101/messages',
    conversation: 101,
    write: null,
  });
  const notes = (state: 'sent' | 'refused', key: string | null, there: number): TraceEvent =>
    at(90, {
      kind: 'notes',
      entries: [noteEntry('n1', state, key)],
      there: Array.from({ length: there }, () => ({ conversation: 101, text: 'Call back' })),
      known: [101],
    });
  it('gets no note under a number that it gave once more, unless it is asked for again', () => {
    const before = [...heardOf, noteStored(-20), wentBack(0, { gone: [101] })];
    const after = [posted, notes('sent', null, 1)];
    expect(rules(checkNotes([...before, ...after]))).toEqual(['R3 went back']);
    expect(checkNotes([...before, at(5, { kind: 'note-asked-again', note: 'n1' }), ...after])).toEqual([]);
    expect(checkNotes([...before, noteStored(5), ...after])).toEqual([]);
    // On a conversation that is still there it was asked for.
    expect(checkNotes([...heardOf, noteStored(-20), wentBack(0), ...after])).toEqual([]);
  });
  it('may have lost a note, and only one that it had', () => {
    const lost = [{ conversation: 101, text: 'Call back' }];
    expect(checkNotes([noteStored(-20), wentBack(0, { notes: lost }), notes('sent', null, 0)])).toEqual([]);
    expect(rules(checkNotes([noteStored(-20), wentBack(0), notes('sent', null, 0)]))).toEqual(['R3 note']);
    expect(checkNotes([wentBack(0), notes('refused', 'outcome.wentBack', 1)])).toEqual([]);
    expect(rules(checkNotes([wentBack(0), notes('refused', 'outcome.wentBack', 2)]))).toEqual(['R3 note']);
  });

  const back = (t: number): TraceEvent =>
    at(t, {
      kind: 'truth',
      change: {
        conversation: 101,
        actor: { user: null, request: null },
        before: standing(14, 7),
        after: standing(null, 7),
        restored: true,
      },
    });
  const clear = at(-90_000, { kind: 'weather', name: 'clear', clear: true, sick: [] });
  const shows = (t: number, agent: number | null): TraceEvent =>
    at(t, {
      kind: 'glance',
      cards: [{ ...standing(agent, 7), id: 101, pending: 'none', unconfirmed: false } as unknown as Card],
      visible: [101],
    });
  it('is shown as it is now once it is called live, where that can be told', () => {
    const live = connection(20_000, 'live');
    const told = [clear, ...heardOf, back(0), wentBack(0), live];
    expect(checkFresh([...told, shows(30_000, null)])).toEqual([]);
    expect(rules(checkFresh([...told, shows(30_000, 14)]))).toEqual(['R9 fresh']);
    expect(checkFresh([clear, back(0), wentBack(0), live, shows(30_000, 14)])).toEqual([]);
  });

  const row = (t: number, id: number, conversation: number): TraceEvent =>
    at(t, {
      kind: 'notification',
      row: {
        id,
        user: ME,
        type: 'conversation_assignment',
        conversation,
        dbId: conversation,
        readAt: null,
        createdAt: t,
      },
    });
  const alertOf = (id: string, kind: Alert['kind'], conversation: number): Alert => ({
    id,
    kind,
    conversation,
    title: { key: 'x', params: {} },
    body: { key: 'x', params: {} },
    at: 0,
    state: 'shown',
    reason: null,
  });
  const mine = (id: string, conversation: number) => alertOf(id, 'assigned-to-me', conversation);
  const ledger = (t: number, alerts: Alert[]) => at(t, { kind: 'alerts', alerts });
  const baseline = at(-80, { kind: 'baseline' });
  const end = at(90, { kind: 'end', healed: 80, converged: true, why: '' });
  const [OLD, NEW] = ['assigned:1:-60', 'assigned:1:10'];
  const shown = (t: number, id = NEW) => at(t, { kind: 'shown', id, conversation: 101, title: '', body: '' });
  it('gives ids of notifications once more: what they name is told once', () => {
    const first = [baseline, row(-60, 1, 101), shown(-50, OLD), ledger(-10, [mine(OLD, 101)])];
    const lost = wentBack(0, { notifications: [1] });
    const left = at(99, { kind: 'rows-left', ids: [1] });
    const both = ledger(99, [mine(NEW, 101), mine(OLD, 101)]);
    expect(checkAlerts([...first, lost, row(10, 1, 101), shown(20), end, both, left])).toEqual([]);
    // Only the first was told.
    const one = ledger(99, [mine(OLD, 101)]);
    expect(rules(checkAlerts([...first, lost, row(10, 1, 101), end, one, left]))).toEqual(['R5 missed']);
    // Told again without a new one, and told twice of the new one.
    expect(rules(checkAlerts([...first, lost, shown(20, OLD), end, one, left]))).toEqual(['R5 double']);
    const thrice = [...first, lost, row(10, 1, 101), shown(20), shown(21), end, both, left];
    expect(rules(checkAlerts(thrice))).toEqual(['R5 double']);
    // The row is still there: it is not told again under another id.
    expect(rules(checkAlerts([...first, wentBack(0), end, both, left]))).toEqual(['R5 double']);
    // The number of an assignment that is gone names another kind of row by now.
    const other = row(10, 1, 102);
    if (other.kind === 'notification') other.row.type = 'assigned_conversation_new_message';
    expect(checkAlerts([baseline, row(-60, 1, 101), lost, other, end, ledger(99, []), left])).toEqual([]);
  });
  it('is said to have gone back only where it did', () => {
    const note = { ...mine('note:1', 101), title: { key: 'trouble.wentBack.title', params: {} } };
    expect(rules(checkGoesOn([ledger(99, [note])]))).toEqual(['R9 went back']);
    expect(checkGoesOn([wentBack(0), ledger(99, [note])])).toEqual([]);
    expect(checkGoesOn([ledger(99, [mine(OLD, 101)])])).toEqual([]);
  });
  it('gives ids of conversations once more: another one that comes to a team is told', () => {
    const member = at(-90, { kind: 'member', team: 7, me: true });
    const team = (n: number) => alertOf(`team:101:7:${n}`, 'assigned-to-team', 101);
    const board = at(95, {
      kind: 'board',
      grouping: 'teams',
      lanes: [],
      cards: [],
      lanesComplete: true,
      truth: [[101, standing(null, 7)]],
    });
    const found = (lost: TraceEvent, arrival: TraceEvent, alerts: Alert[]) =>
      rules(
        checkArrivals([
          member,
          baseline,
          truth(-60, null, standing(null, 7)),
          ledger(-10, [team(1)]),
          lost,
          arrival,
          end,
          board,
          ledger(99, alerts),
        ]),
      );
    const another = truth(10, null, standing(null, 7));
    const gone = wentBack(0, { gone: [101] });
    expect(found(gone, another, [team(1), team(2)])).toEqual([]);
    expect(found(gone, another, [team(1)])).toEqual(['R5 missed']);
    // What the backup itself puts there is no arrival.
    const putBack = at(0, {
      kind: 'truth',
      change: {
        conversation: 101,
        actor: { user: null, request: null },
        before: null,
        after: standing(null, 7),
        restored: true,
      },
    });
    expect(found(gone, putBack, [team(1)])).toEqual([]);
  });
});
