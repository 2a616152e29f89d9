/** For tests: an ingest half over a model server, with the real cache.db and no network. */
import { join } from 'node:path';
import { sameAssignment } from '../../../contract/model.ts';
import type { AssigneeKey, Assignment } from '../../../contract/model.ts';
import type { Fact, NotificationFact } from '../facts.ts';
import type { IngestAnswer, IngestEnd, IngestRequest, ToData, Truth, Write, WriteOutcome } from '../link.ts';
import { namedBy, serverWrite, type ServerWorld } from '../rules/server-model.ts';
import { conversation, deps, opened } from '../store/cache.fixture.ts';
import { CACHE_FILE, openCacheWriter } from '../store/cache-writer.ts';
import { removeDatabase } from '../store/open.ts';
import type { CacheWriter } from '../store/types.ts';

export type Known = Assignment & { status: string };

const agents = [
  { id: 1, name: 'Mara', role: 'supervisor', presence: 'online' as const, limit: null },
  { id: 2, name: 'Tom', role: 'agent', presence: 'online' as const, limit: null },
  { id: 3, name: 'Sara', role: 'agent', presence: 'away' as const, limit: null },
];
export const SUPPORT = 1;
export const BILLING = 2;
export const SALES = 3;
export const agentKey = (id: number): AssigneeKey => ({ type: 'agent', id });

const firstWorld: ServerWorld = {
  agents: [1, 2, 3],
  teams: [
    { id: SUPPORT, autoAssign: false, members: [1, 2, 3] },
    { id: BILLING, autoAssign: false, members: [3] },
    { id: SALES, autoAssign: true, members: [2] },
  ],
  online: [2],
};

const directory: Fact[] = [
  {
    kind: 'me',
    id: 1,
    name: 'Mara',
    role: 'supervisor',
    accountName: 'Account',
    availability: 'online',
    pubsubToken: 'x',
  },
  { kind: 'agents', agents },
  {
    kind: 'teams',
    teams: [
      { id: SUPPORT, name: 'Support', autoAssign: false, mine: null },
      { id: BILLING, name: 'Billing', autoAssign: false, mine: null },
      { id: SALES, name: 'Sales', autoAssign: true, mine: null },
    ],
  },
  { kind: 'inboxes', inboxes: [{ id: 1, name: 'Website', channel: 'Channel::Api', autoAssign: false }] },
  ...firstWorld.teams.map((team): Fact => ({
    kind: 'team-members',
    team: team.id,
    members: [...team.members],
  })),
];

export type FakeIngest = {
  server: Map<number, Known>;
  writes: { conversation: number; write: Write }[];
  reads: number[];
  /** Reads of these come to nothing, though the server is there. */
  sick: Set<number>;
  /** Private notes on the server, with the ids of their messages. */
  notes: { id: number; conversation: number; text: string }[];
  /** Whether the answer to the next note gets lost. */
  loseNotes: () => boolean;
  confirmed: unknown[];
  /** The newest row that each message says is in the ledger. */
  inLedger: number[];
  seen: { conversations: number[]; teams: number[] }[];
  /** Somebody else changes it on the server; `told` = by an event, at once. */
  foreign: (id: number, change: Partial<Known>, told?: boolean) => void;
  notify: (rows: NotificationFact[], how?: { baseline?: boolean; catchUp?: boolean }) => void;
  /** The first load goes on: rows come in that were there before. */
  loading: (yes: boolean) => void;
  /** A conversation that the cache has not seen, by an event. */
  appear: (id: number, known: Known) => void;
  online: (yes: boolean) => void;
  /** Who is in a team by now; no event tells. */
  members: (team: number, members: number[]) => void;
  /** What the server's own assignment changes right after each write. */
  bounce: (change: (() => Partial<Known>) | null) => void;
  /** Takes the next write's place; null = answer as the server does. */
  intercept: (answer: ((write: Write) => WriteOutcome) | null) => void;
  folder: () => string | null;
  /** At the next opening nothing is known but who is signed in. */
  forgetDirectory: () => void;
  /** Anything else that the ingest half may say. */
  say: (message: ToData) => void;
  close: () => void;
};

export const createFakeIngest = (end: IngestEnd, start: [number, Known][]): FakeIngest => {
  const server = new Map(start);
  let world = firstWorld;
  let writer: CacheWriter | null = null;
  let folder: string | null = null;
  let online = true;
  let clock = 1;
  let epoch = 1;
  let bounce: (() => Partial<Known>) | null = null;
  let nobodyKnown = false;
  let loading = false;
  let interceptor: ((write: Write) => WriteOutcome) | null = null;

  const fact = (id: number, { assignee, team, status }: Known) =>
    conversation(
      id,
      { assignee, team, status, contactName: `Contact ${id}` },
      { heard: { via: 'rest', since: ++clock } },
    );
  const commit = (facts: readonly Fact[], bulk = false) => {
    const applied = writer?.apply(facts, { epoch, bulk });
    if (applied)
      end.post({
        kind: 'committed',
        topics: applied.topics,
        changes: applied.changes,
        bulk,
        gap: false,
        loading,
      });
  };
  const connection = () =>
    end.post({
      kind: 'connection',
      connection: {
        state: online ? 'live' : 'offline',
        reason: { key: online ? 'connection.live' : 'connection.unreachable', params: {} },
        deadline: null,
        asOf: 0,
        progress: null,
      },
    });
  /** Rows are replaced with every change. */
  const stamps = new Map<Known, string>();
  const stampOf = (known: Known): string => {
    const stamp = stamps.get(known) ?? String(stamps.size);
    stamps.set(known, stamp);
    return stamp;
  };
  const place = (): string => {
    if (folder === null) throw new Error('nothing is open');
    return folder;
  };
  const truthOf = (id: number): Truth | null => writer?.truth(id) ?? null;

  const result: FakeIngest = {
    server,
    writes: [],
    reads: [],
    sick: new Set(),
    notes: [],
    loseNotes: () => false,
    confirmed: [],
    inLedger: [],
    seen: [],
    foreign: (id, change, told = true) => {
      const now = server.get(id);
      if (!now) return;
      server.set(id, { ...now, ...change });
      if (told) commit([fact(id, { ...now, ...change })]);
    },
    notify: (rows, { baseline = false, catchUp = false } = {}) =>
      end.post({ kind: 'notifications', rows, baseline, catchUp }),
    loading: (yes) => {
      loading = yes;
      writer?.apply([], { epoch, state: { 'first-load': { done: !yes, started: 0, cursor: null } } });
    },
    appear: (id, known) => {
      server.set(id, known);
      commit([fact(id, known)]);
    },
    online: (yes) => {
      online = yes;
      if (yes) commit([...server].map(([id, known]) => fact(id, known)));
      connection();
    },
    members: (team, members) => {
      world = {
        ...world,
        teams: world.teams.map((one) => (one.id === team ? { ...one, members } : one)),
      };
    },
    bounce: (change) => {
      bounce = change;
    },
    intercept: (answer) => {
      interceptor = answer;
    },
    folder: () => folder,
    say: end.post,
    forgetDirectory: () => {
      nobodyKnown = true;
    },
    close: () => {
      writer?.close();
      writer = null;
    },
  };

  const answer = (request: IngestRequest): IngestAnswer => {
    switch (request.kind) {
      case 'read': {
        result.reads.push(request.conversation);
        if (!online) return { kind: 'read', answer: { outcome: 'unreachable' } };
        if (result.sick.has(request.conversation)) return { kind: 'read', answer: { outcome: 'failing' } };
        const known = server.get(request.conversation);
        if (!known) return { kind: 'read', answer: { outcome: 'gone', why: 'deleted' } };
        commit([fact(request.conversation, known)]);
        const truth = truthOf(request.conversation);
        return truth
          ? {
              kind: 'read',
              answer: { outcome: 'read', truth, activity: null, stamp: stampOf(known), at: 5, commit: 1 },
            }
          : { kind: 'read', answer: { outcome: 'unreachable' } };
      }
      case 'write': {
        if (!online) return { kind: 'write', answer: { outcome: 'not-sent' } };
        result.writes.push({ conversation: request.conversation, write: request.write });
        if (interceptor) return { kind: 'write', answer: interceptor(request.write) };
        const known = server.get(request.conversation);
        if (!known) return { kind: 'write', answer: { outcome: 'gone', why: 'deleted' } };
        const after = serverWrite(known, request.write, world);
        server.set(request.conversation, { ...known, ...after });
        if (!sameAssignment(known, after)) commit([fact(request.conversation, { ...known, ...after })]);
        const bounced = bounce?.();
        if (bounced) result.foreign(request.conversation, bounced);
        return {
          kind: 'write',
          answer: { outcome: 'accepted', named: namedBy(request.write, after) },
        };
      }
      case 'transcript':
        return { kind: 'transcript', answer: 'loaded' };
      case 'notes': {
        if (!online) return { kind: 'notes', answer: { outcome: 'unreachable' } };
        const written = result.notes.filter((note) => note.conversation === request.conversation);
        const { since } = request;
        return {
          kind: 'notes',
          answer: {
            outcome: 'read',
            newest: written.at(-1)?.id ?? null,
            mine: written
              .filter((note) => since === null || note.id > since)
              .map(({ id, text }) => ({ id, text, deleted: false })),
            complete: true,
          },
        };
      }
      case 'note': {
        if (!online) return { kind: 'note', answer: { outcome: 'not-sent' } };
        const { conversation: about, text } = request;
        if (!server.has(about)) return { kind: 'note', answer: { outcome: 'gone', why: 'deleted' } };
        const message = 1000 + result.notes.length;
        result.notes.push({ id: message, conversation: about, text });
        return {
          kind: 'note',
          answer: result.loseNotes() ? { outcome: 'no-answer' } : { outcome: 'accepted', message },
        };
      }
      case 'members': {
        if (!online) return { kind: 'members', answer: 'unreachable' };
        const { team } = request;
        const members = [...(world.teams.find(({ id }) => id === team)?.members ?? [])];
        commit([{ kind: 'team-members', team, members }]);
        return { kind: 'members', answer: 'loaded' };
      }
      case 'availability':
        return { kind: 'availability', answer: online ? 'set' : 'unreachable' };
      case 'notified':
        result.inLedger.push(request.newest.id);
        return { kind: 'notified', answer: 'kept' };
      case 'confirmed':
        result.confirmed.push(...request.truths);
        return { kind: 'confirmed', answer: 'merged' };
    }
  };

  end.listen((message) => {
    switch (message.kind) {
      case 'begin-anew':
      case 'open': {
        writer?.close();
        if (message.kind === 'open') folder = message.folder;
        else removeDatabase(join(place(), CACHE_FILE));
        writer = opened(openCacheWriter(place(), deps));
        epoch += 1;
        end.post({ kind: 'opening', folder: place() });
        end.post({ kind: 'opened', cache: place(), setAside: null });
        if (online)
          commit(
            [
              ...(nobodyKnown ? directory.slice(0, 1) : directory),
              ...[...server].map(([id, known]) => fact(id, known)),
            ],
            true,
          );
        result.loading(false);
        connection();
        return;
      }
      case 'close':
        writer?.close();
        writer = null;
        end.post({ kind: 'closed' });
        return;
      case 'visible':
        result.seen.push(message);
        return;
      case 'request':
        end.post({ kind: 'answer', id: message.id, answer: answer(message.request) });
        return;
      case 'damaged':
      case 'signal':
      case 'settings':
        return;
    }
  });
  return result;
};
