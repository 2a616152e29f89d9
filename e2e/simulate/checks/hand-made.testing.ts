/** Traces made by hand, for the controls of the checkers: the events that most of them need. */
import type { Card, OutboxEntry } from '../../../contract/model.ts';
import type { Standing } from '../model/records.ts';
import { OTHER } from '../population.ts';
import type { TraceEntry, TraceEvent } from '../trace.ts';

export const at = (t: number, event: TraceEntry): TraceEvent => ({ t, ...event }) as TraceEvent;
export const standing = (agent: number | null, team: number | null, status = 'open'): Standing => ({
  inbox: 4,
  status,
  priority: null,
  assignee: agent === null ? null : { type: 'agent', id: agent },
  team,
});
export const base = (agent: number | null, team: number | null) => ({
  assignee: standing(agent, team).assignee,
  team,
  live: true,
});
export const tom = { kind: 'assign-agent', agent: 14 } as const;
export const entry = (state: OutboxEntry['state'], id = 'c1', conversation = 101): OutboxEntry => ({
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
export const stored = (t: number, command = 'c1', conversation = 101) =>
  at(t, { kind: 'stored', command, conversation, action: tom, base: base(null, null) });
export const read = (t: number, n: number, shows: Standing | null, conversation = 101): TraceEvent[] => [
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
export const write = (
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
export const truth = (
  t: number,
  before: Standing | null,
  after: Standing | null,
  user: number | null = OTHER,
) => at(t, { kind: 'truth', change: { conversation: 101, actor: { user, request: null }, before, after } });
export const rules = (findings: { rule: string }[]) => findings.map((finding) => finding.rule);
export const connection = (t: number, state: string) =>
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
export const heardOf: TraceEvent[] = [connection(-30_000, 'live'), connection(-1000, 'stale')];
export const wentBack = (t: number, lost: Partial<Restored> = {}, said = -29_000) =>
  at(t, { ...nothingLost, differ: [101], younger: [{ conversation: 101, said }], ...lost });

export const card = (id: number, agent: number | null): Card => ({
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

export const noteEntry = (
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
