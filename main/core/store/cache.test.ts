/** Proves what applying facts leaves in the cache and what it reports, with real SQLite files. */
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DirectoryFact } from '../facts.ts';
import type { BoardQuery } from './types.ts';
import {
  conversation,
  createCache,
  deps,
  message,
  messageFact,
  NOW,
  NOW_SECONDS,
  opened,
  rest,
  socket,
  type Cache,
} from './cache.fixture.ts';
import { openCacheReader } from './cache-reader.ts';
import { openCacheWriter } from './cache-writer.ts';
import { troubleOf } from '../trouble.ts';

// Real files and many runs: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let cache: Cache;
beforeEach(() => {
  cache = createCache();
});
afterEach(() => cache.close());

const none = new Map();
const query: BoardQuery = {
  grouping: 'queues',
  sort: 'waiting',
  filter: { statuses: ['open'], inboxes: [], labels: [], priorities: [], waitingLongerThan: 0 },
};
const agent = (id: number): { type: 'agent'; id: number } => ({ type: 'agent', id });

describe('apply', () => {
  it('stores facts and state together and shows them to the reader', () => {
    const applied = cache.writer.apply(
      [conversation(5, { assignee: agent(3), team: 2, labels: ['vip', 'refund'], priority: 'high' })],
      { epoch: 1, state: { cursor: { page: 4 }, epoch: 1 } },
    );
    expect(cache.reader.state('cursor')).toEqual({ page: 4 });
    expect(cache.reader.card(5, none)).toMatchObject({
      id: 5,
      contact: 'Ivo Brandt',
      labels: ['vip', 'refund'],
      priority: 'high',
      assignee: agent(3),
      team: 2,
      notAnswered: true,
      unconfirmed: false,
      pending: 'none',
      command: null,
    });
    expect(applied.topics.toSorted()).toEqual([
      'conversation:5',
      'counts',
      'lane:agents:agent:3',
      'lane:queues:agent:3',
      'lane:teams:team:2',
    ]);
    expect(applied.changes).toEqual([{ before: null, after: cache.writer.truth(5) }]);
  });

  it('names both lanes of all three groupings when a conversation moves', () => {
    cache.writer.apply([conversation(5, { assignee: agent(3), team: 2 })], { epoch: 1 });
    const { topics, changes } = cache.writer.apply(
      [conversation(5, { assignee: null, team: 4 }, { heard: rest(2) })],
      { epoch: 1 },
    );
    expect(topics.toSorted()).toEqual([
      'conversation:5',
      'counts',
      'lane:agents:agent:3',
      'lane:agents:unassigned',
      'lane:queues:agent:3',
      'lane:queues:team:4',
      'lane:teams:team:2',
      'lane:teams:team:4',
    ]);
    const asked = { id: 5, status: 'open', live: true, contact: 'Ivo Brandt' };
    expect(changes).toMatchObject([
      { before: { ...asked, assignee: agent(3), team: 2 }, after: { ...asked, assignee: null, team: 4 } },
    ]);
  });

  it('says nothing about a duplicate, and only what is needed about a new message', () => {
    cache.writer.apply([conversation(5)], { epoch: 1 });
    expect(cache.writer.apply([conversation(5)], { epoch: 1 })).toEqual({
      topics: [],
      changes: [],
      refetch: [],
    });
    const heard = cache.writer.apply([messageFact(5, message(9))], { epoch: 1 });
    expect(heard.changes).toEqual([]);
    expect(heard.topics).toContain('conversation:5');
    expect(cache.reader.card(5, none)?.lastMessage).toEqual({
      text: 'Message 9',
      from: 'customer',
      at: NOW_SECONDS - 991,
    });
  });

  it('reports no change of truth for what a bulk batch shows for the first time', () => {
    const { topics, changes } = cache.writer.apply([conversation(5)], { epoch: 1, bulk: true });
    expect(changes).toEqual([]);
    expect(topics).toContain('lane:queues:no-team');
  });

  it('reports a change of truth that a bulk batch finds in what was known', () => {
    cache.writer.apply([conversation(5)], { epoch: 1, bulk: true });
    const { changes } = cache.writer.apply(
      [conversation(5, { team: 4 }, { heard: rest(2) }), conversation(6)],
      { epoch: 1, bulk: true },
    );
    expect(changes.map(({ after }) => [after?.id, after?.team])).toEqual([[5, 4]]);
  });

  it('holds a transaction: nothing is seen before the commit that ends it, which answers for all', () => {
    const hold = { epoch: 1, bulk: true, hold: true };
    const held = cache.writer.apply([conversation(5, { contactName: 'Ada Byron' })], {
      ...hold,
      state: { page: 1 },
    });
    cache.writer.apply([conversation(5, { contactName: 'Ada King' }, { heard: rest(2) }), conversation(6)], {
      ...hold,
      state: { page: 2 },
    });
    expect(held).toEqual({ topics: [], changes: [], refetch: [] });
    expect(cache.reader.card(5, none)).toBeNull();
    const { topics, changes } = cache.writer.apply([conversation(7)], { epoch: 1 });
    expect(changes.map(({ after }) => after?.id)).toEqual([5, 7]);
    expect(topics).toContain('conversation:5');
    expect(cache.reader.state('page')).toBe(2);
    expect(cache.reader.lanes(query, none, NOW_SECONDS).totals.open).toBe(3);
    expect(cache.reader.search('king', 5, none).map(({ id }) => id)).toEqual([5]);
    expect(cache.reader.search('byron', 5, none)).toEqual([]);
  });

  it('undoes all that was held when a part of it fails, and goes on after that', () => {
    const hold = { epoch: 1, bulk: true, hold: true };
    cache.writer.apply([conversation(5)], { ...hold, state: { page: 1 } });
    const broken = conversation(6, { inbox: 'x' as unknown as number });
    expect(() => cache.writer.apply([broken], { ...hold, state: { page: 2 } })).toThrow();
    cache.writer.apply([conversation(7)], { epoch: 1 });
    expect(cache.reader.state('page')).toBeUndefined();
    expect([5, 6, 7].map((id) => cache.reader.card(id, none)?.id ?? null)).toEqual([null, null, 7]);
    expect(cache.reader.lanes(query, none, NOW_SECONDS).totals.open).toBe(1);
  });

  it('commits what is held when it is closed', () => {
    cache.writer.apply([conversation(5)], { epoch: 1, bulk: true, hold: true });
    cache.writer.close();
    expect(cache.reader.card(5, none)?.id).toBe(5);
  });

  it('sums the facts of one conversation in a batch into one change', () => {
    cache.writer.apply([conversation(5)], { epoch: 1 });
    const { changes } = cache.writer.apply(
      [
        conversation(5, { assignee: agent(1) }, { heard: socket(2) }),
        conversation(5, { assignee: agent(2) }, { heard: socket(9000) }),
      ],
      { epoch: 1 },
    );
    expect(changes).toHaveLength(1);
    expect(changes[0]?.before?.assignee).toBe(null);
    expect(changes[0]?.after?.assignee).toEqual(agent(2));
  });

  it('stores nothing at all when one fact of the batch cannot be stored', () => {
    cache.writer.apply([conversation(1)], { epoch: 1 });
    const broken = conversation(3, { inbox: 0.5 });
    expect(() =>
      cache.writer.apply([conversation(2), conversation(1, { team: 4 }, { heard: rest(2) }), broken], {
        epoch: 1,
        state: { cursor: 9 },
      }),
    ).toThrow();
    expect(cache.writer.truth(2)).toBe(null);
    expect(cache.writer.truth(1)?.team).toBe(null);
    expect(cache.writer.state('cursor')).toBe(undefined);
    // What the writer remembers is undone as well: the next batch counts right.
    cache.writer.apply([conversation(2)], { epoch: 1 });
    expect(cache.reader.lanes(query, none, NOW_SECONDS).totals.open).toBe(2);
  });

  it('asks for conversations that only a message mentions, and for those in doubt', () => {
    expect(cache.writer.apply([messageFact(8, message(1))], { epoch: 1 }).refetch).toEqual([8]);
    expect(cache.writer.missing([8])).toEqual([8]);
    cache.writer.apply([conversation(8, {}, { heard: socket(50) })], { epoch: 1 });
    expect(cache.writer.missing([8])).toEqual([]);
    // Sent before the last event: it may be older or newer.
    const doubtful = cache.writer.apply([conversation(8, { team: 3 }, { heard: rest(40) })], { epoch: 1 });
    expect(doubtful.refetch).toEqual([8]);
    expect(cache.writer.truth(8)?.team).toBe(null);
    expect(cache.writer.missing([8])).toEqual([8]);
    // Its card says so until the answer is there.
    expect(doubtful.topics).toContain('conversation:8');
    expect(cache.reader.card(8, none)?.unconfirmed).toBe(true);
    const decided = cache.writer.apply([conversation(8, {}, { heard: rest(60) })], { epoch: 1 });
    expect(decided.topics).toContain('conversation:8');
    expect(cache.reader.card(8, none)?.unconfirmed).toBe(false);
    cache.writer.apply([conversation(8, { team: 3 }, { heard: rest(70) })], { epoch: 1 });
    expect(cache.writer.truth(8)?.team).toBe(3);
    expect(cache.writer.missing([8])).toEqual([]);
  });

  it('takes a conversation off the board when the server says it is gone', () => {
    cache.writer.apply([conversation(5, { team: 2 })], { epoch: 1 });
    const { changes, topics } = cache.writer.apply(
      [{ kind: 'gone', id: 5, heard: rest(2), why: 'invisible' }],
      { epoch: 1 },
    );
    expect(changes).toMatchObject([{ before: { id: 5 }, after: null, gone: 'invisible' }]);
    expect(topics).toContain('lane:queues:team:2');
    expect(cache.reader.card(5, none)).toBe(null);
    expect(cache.reader.truth(5)).toBe(null);
    expect(cache.reader.lanes(query, none, NOW_SECONDS).totals.open).toBe(0);
  });
});

describe('epochs', () => {
  it('marks what this connection has not confirmed, and lists suspects', () => {
    cache.writer.apply(
      [conversation(1), conversation(2, { status: 'pending' }), conversation(3, { status: 'resolved' })],
      {
        epoch: 1,
      },
    );
    const connected = cache.writer.apply([], { epoch: 2, state: { epoch: 2 } });
    expect(connected.topics.toSorted()).toEqual([
      'lane:agents:unassigned',
      'lane:queues:no-team',
      'lane:teams:no-team',
    ]);
    expect(cache.writer.apply([], { epoch: 2, state: { epoch: 2 } }).topics).toEqual([]);
    expect(cache.reader.card(1, none)?.unconfirmed).toBe(true);
    expect(cache.writer.unconfirmed(2, null)).toEqual([1, 2]);
    expect(cache.writer.unconfirmed(2, 'pending')).toEqual([2]);
    const { topics } = cache.writer.apply([conversation(1, {}, { heard: rest(5) })], { epoch: 2 });
    expect(topics).toEqual(expect.arrayContaining(['lane:queues:no-team', 'conversation:1']));
    expect(cache.reader.card(1, none)?.unconfirmed).toBe(false);
    expect(cache.writer.unconfirmed(2, null)).toEqual([2]);
  });

  it('is not confirmed by a message', () => {
    cache.writer.apply([conversation(1)], { epoch: 1 });
    cache.writer.apply([messageFact(1, message(4))], { epoch: 2, state: { epoch: 2 } });
    expect(cache.reader.card(1, none)?.unconfirmed).toBe(true);
  });

  it('lets nothing that an earlier run heard block this one', () => {
    cache.writer.apply([conversation(1, {}, { heard: socket(1e9) })], { epoch: 1 });
    cache.writer.close();
    const writer = opened(openCacheWriter(cache.folder, deps));
    const { refetch } = writer.apply([conversation(1, { team: 6 }, { heard: rest(3) })], { epoch: 2 });
    expect(refetch).toEqual([]);
    expect(writer.truth(1)?.team).toBe(6);
    writer.close();
    cache.writer = opened(openCacheWriter(cache.folder, deps));
  });
});

describe('counts of the server', () => {
  it('are compared by exact status', () => {
    cache.writer.apply(
      [
        conversation(1),
        conversation(2, { assignee: agent(1) }),
        conversation(3, { status: 'mystery' }),
        conversation(4, { status: 'snoozed' }),
        conversation(5, { status: 'resolved' }),
      ],
      { epoch: 1 },
    );
    expect(cache.writer.counts('open', null)).toEqual({ all: 2, unassigned: 1 });
    expect(cache.writer.counts('snoozed', null)).toEqual({ all: 1, unassigned: 1 });
    expect(cache.writer.counts('pending', null)).toEqual({ all: 0, unassigned: 0 });
  });
});

describe('what the reconciles ask', () => {
  const day = 86_400;

  it('rows and ids that are missing, by inbox, status and day', () => {
    const at = (seconds: number, inbox: number, status = 'resolved') => ({
      lastActivityAt: seconds,
      createdAt: seconds,
      inbox,
      status,
    });
    cache.writer.apply(
      [
        conversation(2, at(day, 4)),
        conversation(5, at(2 * day, 4)),
        conversation(6, at(2 * day + 5, 5, 'open')),
        conversation(9, at(3 * day - 1, 4, 'open')),
        conversation(11, at(3 * day, 4)),
      ],
      { epoch: 1 },
    );
    cache.writer.apply([{ kind: 'gone', id: 11, why: 'deleted', heard: rest(9) }], { epoch: 2 });
    cache.writer.apply([conversation(9, at(3 * day - 1, 4, 'open'), { heard: rest(9) })], { epoch: 2 });
    expect(cache.writer.idsAfter(2, 2)).toEqual([5, 6]);
    expect(cache.writer.idsAfter(9, 5)).toEqual([]);
    expect(cache.writer.activeBetween(2 * day, 3 * day)).toEqual(
      new Map([
        [4, 2],
        [5, 1],
      ]),
    );
    expect(cache.writer.unconfirmedBetween(2, 4, 2 * day, 3 * day)).toEqual([5]);
    expect(cache.writer.counts('open', new Set([4]))).toEqual({ all: 1, unassigned: 1 });
    expect(cache.writer.counts('open', new Set())).toEqual({ all: 0, unassigned: 0 });
    expect(cache.writer.outside(new Set([4]))).toEqual([6]);
    expect(cache.writer.outside(new Set())).toEqual([6, 9]);
    expect(cache.writer.unconfirmed(2, 'open', 4)).toEqual([]);
    expect(cache.writer.unconfirmed(2, 'open', 5)).toEqual([6]);
    // The tombstone of 11 is no gap; below the first that is older than asked there is nothing to say.
    expect(cache.writer.gaps(2 * day, 100)).toEqual([10, 8, 7, 4, 3]);
    expect(cache.writer.gaps(3 * day - 1, 100)).toEqual([10, 8, 7]);
    expect(cache.writer.gaps(0, 2)).toEqual([10, 8]);
    // Whatever their status, but not what is gone.
    expect(cache.writer.latest(3)).toEqual([9, 6, 5]);
    expect(cache.writer.stamps([2, 11, 99])).toEqual(
      new Map([[2, { createdAt: day, lastActivityAt: day, updatedAt: null, lastMessage: 0 }]]),
    );
  });
});

describe('messages', () => {
  const ids = (): number[] => cache.reader.details(1, none)?.messages.map(({ id }) => id) ?? [];

  it('keeps the newest twenty of a conversation that nobody opened', () => {
    cache.writer.apply([conversation(1)], { epoch: 1 });
    const facts = Array.from({ length: 25 }, (_, index) => messageFact(1, message(index + 1)));
    cache.writer.apply(facts, { epoch: 1 });
    expect(ids()).toEqual(Array.from({ length: 20 }, (_, index) => index + 6));
    expect(cache.reader.details(1, none)).toMatchObject({ savedAt: null, moreBefore: true });
  });

  it('keeps the whole transcript of an opened one and says when it was read', () => {
    const page = Array.from({ length: 30 }, (_, index) => message(index + 1));
    // The conversation may come with its transcript in one batch.
    cache.writer.apply(
      [
        conversation(1),
        {
          kind: 'transcript',
          conversation: 1,
          heard: rest(2),
          messages: page,
          newest: true,
          moreBefore: false,
          opened: true,
        },
        messageFact(1, message(31)),
      ],
      { epoch: 1 },
    );
    expect(ids()).toHaveLength(31);
    expect(cache.reader.details(1, none)).toMatchObject({ savedAt: NOW, moreBefore: false });
    expect(cache.writer.transcript(1)).toEqual({ oldest: 1, newest: 31, opened: true });
    expect(cache.writer.transcript(2)).toEqual({ oldest: null, newest: null, opened: false });
  });

  it('never leaves a hole in a transcript', () => {
    const transcript = (from: number, to: number, newest: boolean, moreBefore: boolean) => ({
      kind: 'transcript' as const,
      conversation: 1,
      heard: rest(2),
      messages: Array.from({ length: to - from + 1 }, (_, index) => message(from + index)),
      newest,
      moreBefore,
    });
    cache.writer.apply([conversation(1), transcript(10, 12, true, true)], { epoch: 1 });
    cache.writer.apply([transcript(7, 9, false, true)], { epoch: 1 });
    expect(ids()).toEqual([7, 8, 9, 10, 11, 12]);
    // Reaches what is saved: nothing is missing in between, and what lies before stays as it was.
    cache.writer.apply([transcript(12, 14, true, true)], { epoch: 1 });
    expect(ids()).toEqual([7, 8, 9, 10, 11, 12, 13, 14]);
    expect(cache.reader.details(1, none)?.moreBefore).toBe(true);
    cache.writer.apply([transcript(5, 6, false, false)], { epoch: 1 });
    cache.writer.apply([transcript(13, 15, true, true)], { epoch: 1 });
    expect(cache.reader.details(1, none)?.moreBefore).toBe(false);
    // Does not reach it.
    cache.writer.apply([transcript(40, 42, true, true)], { epoch: 1 });
    expect(ids()).toEqual([40, 41, 42]);
    expect(cache.reader.details(1, none)?.moreBefore).toBe(true);
  });

  it('takes an edit', () => {
    cache.writer.apply([conversation(1), messageFact(1, message(3))], { epoch: 1 });
    cache.writer.apply([messageFact(1, message(3, { text: 'Edited', status: 'read' }))], { epoch: 1 });
    expect(cache.reader.details(1, none)?.messages).toMatchObject([
      { id: 3, text: 'Edited', status: 'read' },
    ]);
    expect(cache.reader.card(1, none)?.lastMessage?.text).toBe('Edited');
  });
});

describe('the directory', () => {
  const me = {
    kind: 'me' as const,
    id: 1,
    name: 'Mara',
    role: 'administrator',
    accountId: 3,
    accountName: 'Example',
    availability: 'online' as const,
    pubsubToken: 'secret-token',
  };
  const people = (ids: number[]) => ({
    kind: 'agents' as const,
    agents: ids.map((id) => ({ id, name: `Agent ${id}`, role: 'agent', presence: null, limit: null })),
  });

  it('is null until the profile is known, and never holds the token of the socket', () => {
    expect(cache.reader.directory()).toBe(null);
    cache.writer.apply([me], { epoch: 1 });
    expect(cache.reader.directory()?.account).toEqual({ id: 3, name: 'Example' });
    expect(JSON.stringify(cache.reader.state('me'))).not.toContain('secret');
  });

  it('marks who left and which teams are gone, and keeps their names', () => {
    cache.writer.apply(
      [
        me,
        people([1, 2, 3]),
        { kind: 'teams', teams: [{ id: 4, name: 'Billing', autoAssign: true, mine: null }] },
      ],
      {
        epoch: 1,
      },
    );
    cache.writer.apply([people([1, 3]), { kind: 'teams', teams: [] }], { epoch: 1 });
    const directory = cache.reader.directory();
    expect(directory?.agents.map(({ id, left }) => [id, left])).toEqual([
      [1, false],
      [2, true],
      [3, false],
    ]);
    expect(directory?.teams).toEqual([
      { id: 4, name: 'Billing', autoAssign: true, members: null, mine: null, gone: true },
    ]);
  });

  it('knows which rows the present connection has heard of', () => {
    cache.writer.apply([me, conversation(1, {}), conversation(2, {})], {
      epoch: 1,
      state: { connections: 1, epoch: 0 },
    });
    cache.writer.apply([conversation(1, { status: 'pending' })], { epoch: 2, state: { connections: 2 } });
    const heard = [1, 2, 3].map((id) => cache.reader.isOfThisConnection(id));
    expect(heard).toEqual([true, false, false]);
  });

  it('knows from the list of teams which ones the user is in, whatever is known of their members', () => {
    const teams = (mine: boolean | null): DirectoryFact => ({
      kind: 'teams',
      teams: [{ id: 4, name: 'Billing', autoAssign: true, mine }],
    });
    const team = () => cache.reader.directory()?.teams[0];
    cache.writer.apply([me, people([1, 2]), teams(null)], { epoch: 1 });
    expect(team()).toMatchObject({ members: null, mine: null });
    cache.writer.apply([teams(true)], { epoch: 1 });
    expect(team()).toMatchObject({ members: null, mine: true });
    cache.writer.apply([teams(false)], { epoch: 1 });
    expect(team()).toMatchObject({ members: null, mine: false });
    // A list of members may be cut into pages: what is said of the user goes first.
    cache.writer.apply([teams(true), { kind: 'team-members', team: 4, members: [2] }], { epoch: 1 });
    expect(team()).toMatchObject({ members: [2], mine: true });
    cache.writer.apply([teams(null)], { epoch: 1 });
    expect(team()).toMatchObject({ members: [2], mine: false });
    cache.writer.apply([{ kind: 'team-members', team: 4, members: [1, 2] }], { epoch: 1 });
    expect(team()).toMatchObject({ mine: true });
  });

  it('learns names that only conversations mention', () => {
    cache.writer.apply(
      [
        me,
        people([1]),
        conversation(1, { assignee: agent(9), assigneeName: 'Former', team: 8, teamName: 'Old team' }),
        conversation(2, { assignee: { type: 'bot', id: 9 }, assigneeName: 'Robo' }),
        conversation(3, { assignee: agent(1), assigneeName: 'Masked' }),
      ],
      { epoch: 1 },
    );
    const directory = cache.reader.directory();
    expect(directory?.agents.map(({ id, name, left }) => [id, name, left])).toEqual([
      [1, 'Agent 1', false],
      [9, 'Former', true],
    ]);
    expect(directory?.bots).toEqual([{ id: 9, name: 'Robo' }]);
    expect(directory?.teams).toMatchObject([{ id: 8, name: 'Old team', gone: true }]);
    const { lanes } = cache.reader.lanes(query, none, NOW_SECONDS);
    expect(lanes.map(({ key, group, target, count }) => [key, group, target, count])).toEqual([
      ['no-team', 'unassigned', true, 0],
      ['agent:1', 'agents', true, 1],
      ['agent:9', 'agents', false, 1],
      ['bot:9', 'agents', false, 1],
    ]);
  });

  it('shows a violation only when memberships are known, and says which lanes to read again', () => {
    cache.writer.apply(
      [
        me,
        people([1, 2]),
        { kind: 'teams', teams: [{ id: 4, name: 'Billing', autoAssign: false, mine: null }] },
      ],
      { epoch: 1 },
    );
    cache.writer.apply([conversation(1, { assignee: agent(2), team: 4 })], { epoch: 1 });
    expect(cache.reader.card(1, none)?.violation).toBe(false);
    const known = cache.writer.apply([{ kind: 'team-members', team: 4, members: [1] }], { epoch: 1 });
    expect(known.topics).toEqual(
      expect.arrayContaining(['directory', 'lane:queues:agent:2', 'lane:teams:team:4']),
    );
    expect(cache.reader.card(1, none)?.violation).toBe(true);
    const joined = cache.writer.apply([{ kind: 'team-members', team: 4, members: [1, 2] }], { epoch: 1 });
    expect(joined.topics).toContain('lane:agents:agent:2');
    expect(cache.reader.card(1, none)?.violation).toBe(false);
    expect(
      cache.writer.apply([{ kind: 'team-members', team: 4, members: [2, 1] }], { epoch: 1 }).topics,
    ).toEqual([]);
    // A pending command is judged by where it shows the card.
    const overlay = new Map([
      [
        1,
        {
          conversation: 1,
          command: 'c',
          shown: { assignee: agent(7), team: 4 },
          pending: 'waiting' as const,
        },
      ],
    ]);
    expect(cache.reader.card(1, overlay)).toMatchObject({
      violation: true,
      pending: 'waiting',
      command: 'c',
    });
  });

  it('stores presence, inboxes, who may take them, and labels', () => {
    cache.writer.apply(
      [
        me,
        people([1, 2]),
        { kind: 'presence', agents: { 1: 'busy', 77: 'online' } },
        {
          kind: 'inboxes',
          inboxes: [
            { id: 1, name: 'Web', channel: 'Channel::WebWidget', autoAssign: true },
            { id: 2, name: 'Mail', channel: 'Channel::Email', autoAssign: false },
          ],
        },
        { kind: 'assignable', inbox: 1, agents: [2] },
        { kind: 'labels', labels: [{ title: 'vip', color: '#fff' }] },
      ],
      { epoch: 1 },
    );
    // A list of agents without presence keeps what is known.
    cache.writer.apply([people([1, 2])], { epoch: 1 });
    const directory = cache.reader.directory();
    expect(directory?.agents.map(({ presence }) => presence)).toEqual(['busy', 'unknown']);
    expect(directory?.inboxes.map(({ id, assignable }) => [id, assignable])).toEqual([
      [2, null],
      [1, [2]],
    ]);
    expect(directory?.labels).toEqual([{ title: 'vip', color: '#fff' }]);
    expect(cache.writer.apply([{ kind: 'presence', agents: { 1: 'busy' } }], { epoch: 1 }).topics).toEqual(
      [],
    );
  });
});

describe('opening', () => {
  it('sets a damaged cache aside, begins a new one, and says so', () => {
    cache.writer.apply([conversation(1)], { epoch: 1 });
    cache.reader.close();
    cache.writer.close();
    writeFileSync(join(cache.folder, 'cache.db'), 'no database at all'.repeat(500));
    expect(openCacheReader(cache.folder, deps).outcome).toBe('unusable');
    const outcome = openCacheWriter(cache.folder, deps);
    expect(outcome).toMatchObject({
      outcome: 'opened',
      setAside: join(cache.folder, 'cache.db.damaged-2026-05-12T12-00-00Z'),
    });
    cache.writer = opened(outcome);
    cache.reader = opened(openCacheReader(cache.folder, deps));
    expect(cache.writer.truth(1)).toBe(null);
    expect(readdirSync(cache.folder).some((name) => name.includes('damaged'))).toBe(true);
  });

  it('sets a cache aside whose schema no longer fits its number', () => {
    cache.reader.close();
    cache.writer.close();
    const path = join(cache.folder, 'cache.db');
    const bytes = readFileSync(path);
    // The name of a column, in the text of the schema.
    for (let at = bytes.indexOf('waiting_at_least'); at >= 0; at = bytes.indexOf('waiting_at_least'))
      bytes[at] = 'v'.charCodeAt(0);
    writeFileSync(path, bytes);
    const outcome = openCacheWriter(cache.folder, deps);
    expect(outcome).toMatchObject({ outcome: 'opened', setAside: expect.stringContaining('damaged') });
    cache.writer = opened(outcome);
    cache.reader = opened(openCacheReader(cache.folder, deps));
  });

  it('names damage found while reading, and can discard the file', () => {
    const facts = Array.from({ length: 3000 }, (_, index) => conversation(index + 1));
    cache.writer.apply(facts, { epoch: 1, bulk: true });
    cache.reader.close();
    cache.writer.close();
    const path = join(cache.folder, 'cache.db');
    // The first pages (header and schema) stay; everything behind is overwritten.
    const bytes = Buffer.alloc(400_000, 0xa5);
    const file = openSync(path, 'r+');
    writeSync(file, bytes, 0, bytes.length, 4096 * 60);
    closeSync(file);
    const reader = opened(openCacheReader(cache.folder, deps));
    let found: unknown = null;
    try {
      for (let id = 1; id <= 3000; id += 1) reader.card(id, none);
    } catch (error) {
      found = troubleOf(error)?.kind;
    }
    expect(found).toBe('damaged');
    reader.close();
    cache.writer = opened(openCacheWriter(cache.folder, deps, { discard: true }));
    cache.reader = opened(openCacheReader(cache.folder, deps));
    expect(cache.writer.truth(1)).toBe(null);
    expect(existsSync(`${path}.damaged-2026-05-12T12-00-00Z`)).toBe(true);
  });
});
