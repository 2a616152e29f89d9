/** The data half over the real files: what a supervisor does, what others do meanwhile, restarts and alerts. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NotificationFact } from '../facts.ts';
import { board, open, startData, where, type Rig } from './data-rig.testing.ts';
import { agentKey, BILLING, SALES, SUPPORT, type Known } from './fake-ingest.testing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = (server: [number, Known][], secrets?: Map<string, string>): Promise<Rig> =>
  startData(folder, server, secrets);
const tom = { kind: 'assign-agent', agent: 2 } as const;

describe('a move', () => {
  test('is shown at once, sent, and confirmed', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    rig.ingest.online(false);
    await rig.pass(10);
    const answer = await rig.submit(tom, 7);
    expect(answer.stored).toMatchObject([{ conversation: 7 }]);
    const card = await rig.card(7);
    expect([where(card), card.pending]).toEqual([[2, SUPPORT], 'waiting']);
    const lanes = await rig.call('board.lanes', board);
    expect(lanes.lanes.find((lane) => lane.key === 'agent:2')?.count).toBe(1);
    expect(rig.ingest.writes).toEqual([]);
    rig.ingest.online(true);
    await rig.pass();
    expect(rig.ingest.server.get(7)).toMatchObject({ assignee: agentKey(2), team: SUPPORT });
    expect((await rig.card(7)).pending).toBe('none');
    expect(rig.ingest.writes).toHaveLength(1);
    const settled = rig.events.filter((one) => one.name === 'settled');
    expect(settled).toMatchObject([{ payload: { entry: { state: 'confirmed', conversation: 7 } } }]);
    await rig.end();
  });

  test('of something that is shown otherwise by now is not stored', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    rig.ingest.foreign(7, { assignee: agentKey(3) });
    await rig.pass(50);
    const answer = await rig.call('move.submit', {
      action: tom,
      items: [{ conversation: 7, base: { assignee: null, team: SUPPORT, live: true } }],
    });
    expect(answer).toMatchObject({
      stored: [],
      changed: [
        { conversation: 7, words: { key: 'changed.now', params: { agent: 'Sara', team: 'Support' } } },
      ],
    });
    expect((await rig.call('outbox.list', { limit: 10 })).entries).toEqual([]);
    await rig.end();
  });

  test('of many asks for those that need it and stores the others', async () => {
    const rig = await start([
      [7, open(null, SUPPORT)],
      [8, open(null, BILLING)],
      [9, { ...open(null, null), status: 'resolved' }],
    ]);
    const answer = await rig.submit(tom, 7, 8, 9);
    expect(answer.stored.map((one) => one.conversation)).toEqual([7]);
    expect(answer.asks).toMatchObject([{ conversation: 8, judgement: { outcome: 'asks-first' } }]);
    expect(answer.refused.map((one) => one.conversation)).toEqual([9]);
    await rig.end();
  });

  test('made while away meets somebody else: a conflict, theirs stays, mine can be applied', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    rig.ingest.online(false);
    await rig.pass(10);
    await rig.submit(tom, 7);
    rig.ingest.foreign(7, { assignee: agentKey(3) }, false);
    rig.ingest.online(true);
    await rig.pass();
    const card = await rig.card(7);
    expect([where(card), card.pending]).toEqual([[3, SUPPORT], 'conflict']);
    expect(rig.ingest.writes).toEqual([]);
    const list = await rig.call('outbox.list', { limit: 10 });
    expect(list.counts.conflict).toBe(1);
    const [entry] = list.entries;
    expect(entry).toMatchObject({ state: 'conflict', result: { assignee: agentKey(3) } });
    await rig.settle('apply', entry);
    await rig.pass();
    expect(rig.ingest.server.get(7)).toMatchObject({ assignee: agentKey(2) });
    expect((await rig.call('outbox.list', { limit: 10 })).counts).toEqual({
      waiting: 0,
      sending: 0,
      refused: 0,
      conflict: 0,
    });
    await rig.end();
  });

  test('mine is applied to what the conflict showed; what changed again since is shown instead', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    rig.ingest.online(false);
    await rig.pass(10);
    await rig.submit(tom, 7);
    rig.ingest.foreign(7, { assignee: agentKey(3) }, false);
    rig.ingest.online(true);
    await rig.pass();
    const drawn = (await rig.call('outbox.list', { limit: 10 })).entries[0];
    expect(drawn).toMatchObject({ state: 'conflict', now: { assignee: agentKey(3) } });
    rig.ingest.foreign(7, { assignee: agentKey(1) });
    await rig.pass();
    expect(await rig.settle('apply', drawn)).toMatchObject({
      settled: [],
      stays: [{ conversation: 7, words: { key: 'changed.now', params: { agent: 'Mara', team: 'Support' } } }],
    });
    await rig.pass();
    expect(rig.ingest.writes).toEqual([]);
    const again = (await rig.call('outbox.list', { limit: 10 })).entries[0];
    expect(again).toMatchObject({
      id: drawn?.id,
      state: 'conflict',
      result: { assignee: agentKey(3) },
      now: { assignee: agentKey(1) },
    });
    expect((await rig.settle('apply', again)).settled).toEqual([drawn?.id]);
    await rig.pass();
    expect(rig.ingest.server.get(7)?.assignee).toEqual(agentKey(2));
    await rig.end();
  });

  test('what was refused is not tried again over a change that was not seen; finished stays', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    rig.ingest.intercept(() => ({ outcome: 'refused', status: 422, serverWords: 'Agent is at the limit' }));
    await rig.submit(tom, 7);
    await rig.pass();
    rig.ingest.intercept(null);
    const drawn = (await rig.call('outbox.list', { limit: 10 })).entries[0];
    rig.ingest.foreign(7, { assignee: agentKey(3) });
    await rig.pass();
    expect((await rig.settle('retry', drawn)).stays).toMatchObject([{ words: { key: 'changed.now' } }]);
    rig.ingest.foreign(7, { status: 'resolved' });
    await rig.pass();
    const later = (await rig.call('outbox.list', { limit: 10 })).entries[0];
    expect(later).toMatchObject({ state: 'refused', serverWords: 'Agent is at the limit' });
    expect((await rig.settle('retry', later)).stays).toMatchObject([
      { words: { key: 'changed.finished', params: { context: 'resolved' } } },
    ]);
    await rig.pass();
    expect(rig.ingest.writes).toHaveLength(1);
    await rig.end();
  });

  test('refused by the server keeps its words, and can be taken off', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    rig.ingest.intercept(() => ({ outcome: 'refused', status: 422, serverWords: 'Agent is at the limit' }));
    await rig.submit(tom, 7);
    await rig.pass();
    const [entry] = (await rig.call('outbox.list', { limit: 10 })).entries;
    expect(entry).toMatchObject({ state: 'refused', serverWords: 'Agent is at the limit' });
    expect((await rig.card(7)).pending).toBe('refused');
    await rig.settle('discard', entry);
    expect((await rig.card(7)).pending).toBe('none');
    await rig.end();
  });

  test('can be cancelled before it is sent', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    rig.ingest.online(false);
    await rig.pass(10);
    const { stored } = await rig.submit(tom, 7);
    const { cancelled } = await rig.call('outbox.cancel', { commands: stored.map((one) => one.command) });
    expect(cancelled).toHaveLength(1);
    expect(where(await rig.card(7))).toEqual([null, SUPPORT]);
    rig.ingest.online(true);
    await rig.pass();
    expect(rig.ingest.writes).toEqual([]);
    await rig.end();
  });

  test('replaced by a later one before it was sent makes one write', async () => {
    const rig = await start([[7, open(3, SUPPORT)]]);
    rig.ingest.online(false);
    await rig.pass(10);
    await rig.submit(tom, 7);
    await rig.submit({ kind: 'assign-agent', agent: 1 }, 7);
    rig.ingest.online(true);
    await rig.pass();
    expect(rig.ingest.writes).toEqual([{ conversation: 7, write: { write: 'agent', to: agentKey(1) } }]);
    const states = (await rig.call('outbox.list', { limit: 10 })).entries.map((one) => one.state);
    expect(states).toEqual(['confirmed', 'superseded']);
    await rig.end();
  });

  test('that took a team away offers it again', async () => {
    const rig = await start([[7, open(null, BILLING)]]);
    await rig.submit({ kind: 'assign-agent-without-team', agent: 2 }, 7);
    await rig.pass();
    expect(rig.ingest.server.get(7)).toMatchObject({ assignee: agentKey(2), team: null });
    expect((await rig.call('conversation.get', { id: 7 }))?.removedTeam).toBe(BILLING);
    await rig.pass(11 * 60 * 1000);
    expect((await rig.call('conversation.get', { id: 7 }))?.removedTeam).toBeNull();
    await rig.end();
  });

  test('of a hundred and fifty goes one by one, none twice', async () => {
    const many = Array.from({ length: 150 }, (_, n): [number, Known] => [n + 1, open(null, SUPPORT)]);
    const rig = await start(many);
    const { lanes } = await rig.call('board.lanes', board);
    expect(lanes.find((lane) => lane.key === `team:${SUPPORT}`)?.count).toBe(150);
    const items = many.map(([conversation]) => ({
      conversation,
      base: { assignee: null, team: SUPPORT, live: true },
    }));
    const answer = await rig.call('move.submit', { action: tom, items });
    expect(answer.stored).toHaveLength(150);
    await rig.pass(60_000);
    expect(rig.ingest.writes).toHaveLength(150);
    expect(new Set(rig.ingest.writes.map((one) => one.conversation)).size).toBe(150);
    expect([...rig.ingest.server.values()].every((one) => one.assignee?.id === 2)).toBe(true);
    await rig.end();
  }, 30_000);
});

describe('memberships that change while the server is away', () => {
  test('are read before anything is sent: what would put somebody outside his team is refused', async () => {
    const rig = await start([
      [7, open(null, SUPPORT)],
      [8, open(null, SUPPORT)],
      [9, open(null, null)],
    ]);
    rig.ingest.online(false);
    await rig.pass(10);
    await rig.submit(tom, 7, 9);
    await rig.submit({ kind: 'assign-agent', agent: 3 }, 8);
    rig.ingest.members(SUPPORT, [1, 3]);
    rig.ingest.online(true);
    await rig.pass();
    const { entries } = await rig.call('outbox.list', { limit: 10 });
    expect(entries.find((one) => one.conversation === 7)).toMatchObject({
      state: 'refused',
      reason: { key: 'outcome.asksNow', params: { agent: 'Tom', team: 'Support' } },
    });
    expect(rig.ingest.writes.map((one) => one.conversation).toSorted((x, y) => x - y)).toEqual([8, 9]);
    expect(rig.ingest.server.get(7)).toMatchObject({ assignee: null, team: SUPPORT });
    await rig.end();
  });
});

describe('a server that assigns by itself', () => {
  test('and takes everything away again at once meets one attempt, never a second', async () => {
    const rig = await start([
      [7, open(null, SUPPORT)],
      [8, open(3, SUPPORT)],
      [9, open(2, null)],
    ]);
    rig.ingest.bounce(() => ({ assignee: agentKey(1) }));
    await rig.submit(tom, 7);
    await rig.submit({ kind: 'queue', team: SALES }, 8);
    await rig.submit({ kind: 'unassign-both' }, 9);
    await rig.pass(10 * 60_000);
    const written = rig.ingest.writes.map((one) => one.conversation);
    expect(written.toSorted((x, y) => x - y)).toEqual([7, 8, 9]);
    const { entries, counts } = await rig.call('outbox.list', { limit: 10 });
    expect(counts).toMatchObject({ waiting: 0, sending: 0 });
    for (const entry of entries) expect(entry.result?.assignee).toEqual(agentKey(1));
    // Nor after a restart.
    await rig.end();
    const again = await start([...rig.ingest.server]);
    await again.pass(60_000);
    expect(again.ingest.writes).toEqual([]);
    await again.end();
  });
});

describe('an hour without the server', () => {
  test('twenty moves, five taken by others, one finished: fourteen done, five conflicts, one refused', async () => {
    const server = Array.from({ length: 20 }, (_, n): [number, Known] => [n + 1, open(null, SUPPORT)]);
    const rig = await start(server);
    rig.ingest.online(false);
    await rig.pass(10);
    for (let id = 1; id <= 20; id += 1) await rig.submit(tom, id);
    for (let id = 1; id <= 5; id += 1) rig.ingest.foreign(id, { assignee: agentKey(3) }, false);
    rig.ingest.foreign(6, { status: 'resolved' }, false);
    await rig.pass(60 * 60 * 1000);
    rig.ingest.online(true);
    await rig.pass(60_000);
    const { entries, counts } = await rig.call('outbox.list', { limit: 50 });
    expect(counts).toEqual({ waiting: 0, sending: 0, refused: 1, conflict: 5 });
    expect(entries.filter((one) => one.state === 'confirmed')).toHaveLength(14);
    const written = rig.ingest.writes.map((one) => one.conversation);
    expect(written.toSorted((x, y) => x - y)).toEqual(Array.from({ length: 14 }, (_, n) => n + 7));
    for (const [id, { assignee, team }] of rig.ingest.server)
      expect(where(await rig.card(id))).toEqual([assignee?.id ?? null, team]);
    const theirs = entries.filter((one) => one.state === 'conflict');
    await rig.settle('keep', ...theirs);
    expect((await rig.call('outbox.list', { limit: 50 })).counts.conflict).toBe(0);
    expect(rig.ingest.server.get(1)?.assignee).toEqual(agentKey(3));
    await rig.end();
  });
});

describe('a conversation that the server fails to answer', () => {
  test('keeps nobody else waiting, and is done once it is well', async () => {
    const rig = await start([1, 2, 3, 4].map((id): [number, Known] => [id, open(null, SUPPORT)]));
    rig.ingest.sick.add(1);
    await rig.submit(tom, 1);
    // It has failed often enough for its longest rest.
    await rig.pass(120_000);
    for (const id of [2, 3, 4]) {
      await rig.submit(tom, id);
      await rig.pass(10);
      expect(rig.ingest.server.get(id)).toMatchObject({ assignee: agentKey(2) });
    }
    expect((await rig.card(1)).pending).toBe('waiting');
    rig.ingest.sick.clear();
    await rig.pass(31_000);
    expect(rig.ingest.server.get(1)).toMatchObject({ assignee: agentKey(2) });
    await rig.end();
  });

  test('and all of them: a few reads a minute, no storm, and everything is done once it is well', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => index + 1);
    const rig = await start(ids.map((id): [number, Known] => [id, open(null, SUPPORT)]));
    for (const id of ids) rig.ingest.sick.add(id);
    await rig.submit(tom, ...ids);
    await rig.pass(120_000);
    const before = rig.ingest.reads.length;
    await rig.pass(300_000);
    // Each pause of 30 s lets one through as it ends, and one that may show that the server is well.
    expect(rig.ingest.reads.length - before).toBeLessThanOrEqual(22);
    expect(rig.ingest.reads.length - before).toBeGreaterThan(5);
    rig.ingest.sick.clear();
    await rig.pass(61_000);
    for (const id of ids) expect(rig.ingest.server.get(id)).toMatchObject({ assignee: agentKey(2) });
    await rig.end();
  });
});

describe('quitting', () => {
  test('with changes that wait tells that they are kept; without, nothing', async () => {
    const first = await start([[7, open(null, SUPPORT)]]);
    first.ingest.online(false);
    await first.pass(10);
    await first.submit(tom, 7);
    await first.end();
    expect(first.shown).toMatchObject([
      {
        title: '1 change waits for the server',
        body: 'Saved on this computer and sent when the app is open again',
      },
    ]);
    const second = await start([[7, open(null, SUPPORT)]]);
    await second.pass();
    await second.end();
    expect(second.shown).toEqual([]);
  });
});

describe('a restart', () => {
  test('sends what waited, once, and keeps the truth of what was confirmed', async () => {
    const first = await start([
      [7, open(null, SUPPORT)],
      [8, open(null, SUPPORT)],
    ]);
    await first.submit(tom, 8);
    await first.pass();
    first.ingest.online(false);
    await first.pass(10);
    await first.submit(tom, 7);
    await first.end();
    const second = await start([
      [7, open(null, SUPPORT)],
      [8, open(2, SUPPORT)],
    ]);
    await second.pass();
    expect(second.ingest.writes).toEqual([{ conversation: 7, write: { write: 'agent', to: agentKey(2) } }]);
    expect(second.ingest.confirmed).toMatchObject([{ id: 8, assignee: agentKey(2), team: SUPPORT }]);
    await second.end();
    expect(readdirSync(join(folder, 'workspaces'))).toHaveLength(1);
  });

  test('on a disk that is broken at first: what waited is sent once the disk is well', async () => {
    const first = await start([[7, open(null, SUPPORT)]]);
    first.ingest.online(false);
    await first.pass(10);
    await first.submit(tom, 7);
    await first.end();
    const at = join(folder, 'workspaces', readdirSync(join(folder, 'workspaces'))[0] ?? '', 'outbox.db');
    renameSync(at, `${at}.away`);
    mkdirSync(at);
    const second = await start([[7, open(null, SUPPORT)]]);
    expect(await second.error('outbox.list', { limit: 5 })).toBe('read-only');
    rmSync(at, { recursive: true });
    renameSync(`${at}.away`, at);
    await second.pass(30_000);
    expect(second.ingest.writes).toEqual([{ conversation: 7, write: { write: 'agent', to: agentKey(2) } }]);
    await second.end();
  });

  test('without a token shows what was saved and asks to sign in', async () => {
    const first = await start([[7, open(null, SUPPORT)]]);
    await first.end();
    const second = await start([[7, open(null, SUPPORT)]], new Map());
    expect((await second.call('connection.get', {})).state).toBe('needs-sign-in');
    expect(where(await second.card(7))).toEqual([null, SUPPORT]);
    await second.end();
  });
});

describe('questions', () => {
  test('hints say for every lane what a drop would do', async () => {
    const rig = await start([[7, open(3, SUPPORT)]]);
    const items = [{ conversation: 7, base: { assignee: agentKey(3), team: SUPPORT, live: true } }];
    const { hints } = await rig.call('move.hints', { grouping: 'queues', items });
    expect(
      Object.fromEntries(Object.entries(hints).map(([lane, hint]) => [lane, hint.judgement.outcome])),
    ).toEqual({
      'no-team': 'accepts',
      'team:1': 'accepts',
      'team:2': 'accepts',
      'team:3': 'accepts-but',
      'agent:1': 'accepts',
      'agent:2': 'accepts',
      'agent:3': 'already-here',
    });
    await rig.end();
  });

  test('signed out, unknown or broken ones are answered with a value', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    expect(await rig.error('no.such.call', {})).toBe('unknown-call');
    expect(await rig.error('__proto__', {})).toBe('unknown-call');
    const { outcome } = await rig.call('workspace.signOut', { force: false });
    expect(outcome).toBe('signed-out');
    expect(await rig.error('board.lanes', board)).toBe('signed-out');
    expect(readdirSync(join(folder, 'workspaces'))).toEqual([]);
    await rig.end();
  });

  test('signing out asks when commands wait', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    rig.ingest.online(false);
    await rig.pass(10);
    await rig.submit(tom, 7);
    expect(await rig.call('workspace.signOut', { force: false })).toEqual({
      outcome: 'commands-waiting',
      waiting: 1,
    });
    expect(await rig.call('workspace.signOut', { force: true })).toEqual({
      outcome: 'signed-out',
      waiting: 1,
    });
    await rig.end();
  });

  test('what is on screen is told to the other half', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    await rig.call('board.cards', { ...board, lane: 'team:1', after: null, limit: 50 });
    await rig.pass(300);
    expect(rig.ingest.seen.at(-1)).toMatchObject({ conversations: [7], teams: [SUPPORT] });
    await rig.end();
  });

  test('topics come gathered, with a revision that grows', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    rig.events.length = 0;
    rig.ingest.foreign(7, { assignee: agentKey(2) });
    rig.ingest.foreign(7, { assignee: agentKey(3) });
    await rig.pass(20);
    const topics = rig.events.filter((one) => one.name === 'topics');
    expect(topics).toHaveLength(1);
    expect(topics[0]?.payload).toMatchObject({
      topics: expect.arrayContaining([
        'lane:queues:team:1',
        'lane:queues:agent:2',
        'lane:queues:agent:3',
        'conversation:7',
      ]),
    });
    await rig.end();
  });
});

describe('a private note', () => {
  test('is shown as waiting, listed in the outbox, sent once, and asked about before signing out', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    rig.ingest.online(false);
    await rig.pass(10);
    await rig.call('note.draft', { conversation: 7, text: 'Call b' });
    expect((await rig.call('conversation.get', { id: 7 }))?.draft).toBe('Call b');
    const { note } = await rig.call('note.send', { conversation: 7, text: '  Call back \n' });
    const shown = await rig.call('conversation.get', { id: 7 });
    expect(shown).toMatchObject({
      draft: '',
      notes: [{ id: note, text: 'Call back', state: 'waiting', contact: 'Contact 7' }],
    });
    const list = await rig.call('outbox.list', { limit: 5 });
    expect([list.notes.map((one) => one.id), list.counts.waiting]).toEqual([[note], 1]);
    expect(await rig.call('workspace.signOut', { force: false })).toEqual({
      outcome: 'commands-waiting',
      waiting: 1,
    });
    rig.ingest.loseNotes = () => true;
    rig.ingest.online(true);
    await rig.pass(60_000);
    expect(rig.ingest.notes).toMatchObject([{ conversation: 7, text: 'Call back' }]);
    expect((await rig.call('conversation.get', { id: 7 }))?.notes).toEqual([]);
    expect(rig.events.filter((one) => one.name === 'note-settled')).toMatchObject([
      { payload: { note: { id: note, state: 'sent' } } },
    ]);
    await rig.end();
  });

  test('is independent of moves of the same conversation, and refused with it gone', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    rig.ingest.intercept(() => ({ outcome: 'throttled', retryAfterMs: 600_000 }));
    await rig.submit(tom, 7);
    await rig.call('note.send', { conversation: 7, text: 'Call back' });
    await rig.pass(1_000);
    expect(rig.ingest.notes).toHaveLength(1);
    rig.ingest.server.delete(7);
    await rig.call('note.send', { conversation: 7, text: 'Too late' });
    await rig.pass(1_000);
    expect((await rig.call('conversation.get', { id: 7 }))?.notes).toMatchObject([
      { text: 'Too late', state: 'refused', reason: { key: 'outcome.deleted' } },
    ]);
    await rig.end();
  });
});

describe('alerts', () => {
  const row = (id: number, more: Partial<NotificationFact> = {}): NotificationFact => ({
    kind: 'notification',
    id,
    type: 'conversation_assignment',
    conversation: 7,
    contactName: 'Ivo',
    read: false,
    createdAt: 1,
    assignee: null,
    ...more,
  });

  test('an assignment to me is told once: by event, by list, after a restart', async () => {
    const rig = await start([[7, open(1, SUPPORT)]]);
    rig.ingest.notify([row(50)]);
    rig.ingest.notify([row(50)], { catchUp: true });
    await rig.pass(100);
    expect(rig.shown).toMatchObject([{ title: 'Assigned to you', body: 'Ivo', conversation: 7 }]);
    await rig.end();
    const again = await start([[7, open(1, SUPPORT)]]);
    again.ingest.notify([row(50)], { catchUp: true });
    await again.pass(100);
    expect(again.shown).toEqual([]);
    await again.end();
  });

  test('what was there at the first load, what moved on and what is on screen is silent, with the reason', async () => {
    const rig = await start([
      [7, open(1, SUPPORT)],
      [8, open(3, SUPPORT)],
    ]);
    rig.ingest.notify([row(1)], { baseline: true });
    rig.ingest.notify([row(2, { conversation: 8 })]);
    rig.data.signal({ kind: 'focus', focused: true, conversation: 7 });
    rig.ingest.notify([row(3)]);
    await rig.pass(100);
    expect(rig.shown).toEqual([]);
    const { alerts, unseen } = await rig.call('alerts.list', { limit: 10 });
    expect(alerts.map((one) => one.reason?.key)).toEqual([
      'silent.focused',
      'silent.movedOn',
      'silent.baseline',
    ]);
    expect(unseen).toBe(0);
    await rig.end();
  });

  test('many from the time away come as one; many at once as five and one', async () => {
    const rig = await start([[7, open(1, SUPPORT)]]);
    rig.ingest.notify(
      Array.from({ length: 8 }, (_, n) => row(100 + n)),
      { catchUp: true },
    );
    await rig.pass(100);
    expect(rig.shown.map((one) => one.title)).toEqual(['8 assignments while you were away']);
    await rig.pass(60_000);
    for (let n = 0; n < 9; n += 1) rig.ingest.notify([row(200 + n)]);
    await rig.pass(60_000);
    expect(rig.shown.slice(1).map((one) => one.title)).toEqual([
      ...Array(5).fill('Assigned to you'),
      '4 more alerts',
    ]);
    await rig.end();
  });

  test('a team of mine gets a conversation: told once a stay, never about my own moves', async () => {
    const rig = await start([
      [7, open(null, null)],
      [8, open(null, null)],
    ]);
    rig.ingest.foreign(7, { team: SUPPORT });
    await rig.pass(2_000);
    expect(rig.shown).toMatchObject([{ title: 'New in Support', conversation: 7 }]);
    rig.ingest.foreign(7, { team: BILLING });
    await rig.pass(2_000);
    rig.ingest.foreign(7, { team: SUPPORT });
    await rig.pass(2_000);
    expect(rig.shown).toHaveLength(2);
    await rig.submit({ kind: 'assign-team', team: SUPPORT }, 8);
    await rig.pass();
    expect(rig.ingest.server.get(8)?.team).toBe(SUPPORT);
    expect(rig.shown).toHaveLength(2);
    await rig.end();
  });

  test('a truth that flickers is told once it is quiet', async () => {
    const rig = await start([[7, open(null, null)]]);
    for (const team of [SUPPORT, null, SUPPORT, null]) rig.ingest.foreign(7, { team });
    await rig.pass(3_000);
    expect(rig.shown).toEqual([]);
    for (const team of [SUPPORT, null, SUPPORT]) rig.ingest.foreign(7, { team });
    await rig.pass(3_000);
    expect(rig.shown).toHaveLength(1);
    await rig.end();
  });

  test('what a first load has not come to yet is no news when it is heard of', async () => {
    const rig = await start([[7, open(null, null)]]);
    rig.ingest.loading(true);
    rig.ingest.appear(8, open(null, SUPPORT));
    await rig.pass(2_000);
    expect(rig.shown).toEqual([]);
    // Its last read is heard of when it is done.
    rig.ingest.appear(10, open(null, SUPPORT));
    rig.ingest.loading(false);
    await rig.pass(2_000);
    expect(rig.shown).toEqual([]);
    rig.ingest.loading(true);
    expect(rig.shown).toEqual([]);
    // What has been loaded moves: that is.
    rig.ingest.foreign(7, { team: SUPPORT });
    await rig.pass(2_000);
    expect(rig.shown).toMatchObject([{ title: 'New in Support', conversation: 7 }]);
    rig.ingest.loading(false);
    rig.ingest.appear(9, open(null, SUPPORT));
    await rig.pass(2_000);
    expect(rig.shown.slice(1)).toMatchObject([{ title: 'New in Support', conversation: 9 }]);
    await rig.end();
  });

  test('own moves between teams that nobody asked about cost no further read', async () => {
    const rig = await start([[7, open(null, BILLING)]]);
    await rig.submit({ kind: 'assign-team', team: SALES }, 7);
    await rig.pass(10_000);
    expect(rig.ingest.server.get(7)?.team).toBe(SALES);
    // Before the write and after it.
    expect(rig.ingest.reads).toEqual([7, 7]);
    await rig.end();
  });

  test('watched teams count too', async () => {
    const rig = await start([[7, open(null, null)]]);
    rig.data.signal({
      kind: 'settings',
      historyDays: 3,
      watchedTeams: [SALES],
      receiveAutomaticAssignments: false,
    });
    rig.ingest.foreign(7, { team: SALES });
    await rig.pass(2_000);
    expect(rig.shown).toMatchObject([{ title: 'New in Sales' }]);
    await rig.end();
  });

  test('a command that was refused is told, and a click opens its conversation', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    rig.ingest.intercept(() => ({ outcome: 'refused', status: 422, serverWords: null }));
    await rig.submit(tom, 7);
    await rig.pass();
    expect(rig.shown).toMatchObject([
      { title: 'Not done: Contact 7', body: 'The server refused it (error 422)' },
    ]);
    rig.data.signal({ kind: 'alert-clicked', id: rig.shown[0]?.id ?? '' });
    expect(rig.events.at(-1)).toEqual({ name: 'open', payload: { conversation: 7 } });
    expect((await rig.call('alerts.list', { limit: 5 })).alerts[0]?.state).toBe('clicked');
    await rig.end();
  });

  test('a command that was refused is told, though the app died before it was written down', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    rig.ingest.intercept(() => ({ outcome: 'refused', status: 422, serverWords: null }));
    await rig.submit(tom, 7);
    await rig.pass();
    await rig.end();
    // As if the power had gone between the two.
    const [workspaceFolder = ''] = readdirSync(join(folder, 'workspaces'));
    const db = new Database(join(folder, 'workspaces', workspaceFolder, 'outbox.db'));
    db.exec('DELETE FROM alert');
    db.close();
    const again = await start([[7, open(null, SUPPORT)]]);
    await again.pass(100);
    expect(again.shown).toMatchObject([{ title: 'Not done: Contact 7' }]);
    await again.end();
    const third = await start([[7, open(null, SUPPORT)]]);
    await third.pass(100);
    expect(third.shown).toEqual([]);
    await third.end();
  });
});

describe('a queue that is called live', () => {
  test('is not, once whoever keeps it so is silent; and is again with its next word', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    expect((await rig.call('connection.get', {})).state).toBe('live');
    await rig.pass(14_000);
    rig.ingest.online(true);
    await rig.pass(14_000);
    expect((await rig.call('connection.get', {})).state).toBe('live');
    await rig.pass(2_000);
    expect(await rig.call('connection.get', {})).toMatchObject({
      state: 'stale',
      reason: { key: 'connection.unheard' },
      asOf: 0,
    });
    expect(rig.events.findLast(({ name }) => name === 'connection')?.payload).toMatchObject({
      state: 'stale',
    });
    rig.ingest.online(true);
    await rig.pass(10);
    expect((await rig.call('connection.get', {})).state).toBe('live');
    await rig.end();
  });

  test('offline needs no watching', async () => {
    const rig = await start([[7, open(null, SUPPORT)]]);
    rig.ingest.online(false);
    await rig.pass(60_000);
    expect((await rig.call('connection.get', {})).state).toBe('offline');
    await rig.end();
  });
});
