/** Undo and redo over the real files: what is written, what is left alone, and what survives a restart. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CallOutput } from '../../../contract/ipc.ts';
import { agentKey, BILLING, SALES, SUPPORT, type Known } from './fake-ingest.testing.ts';
import { open, startData, where, type Rig } from './data-rig.testing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'undo-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const tom = { kind: 'assign-agent', agent: 2 } as const;
const sara = { kind: 'assign-agent', agent: 3 } as const;
type Ran = CallOutput<'undo.run'>;

const start = async (...server: [number, Known][]) => {
  const rig = await startData(folder, server);
  const run = (direction: 'undo' | 'redo', input = {}): Promise<Ran> =>
    rig.call('undo.run', { direction, ...input });
  return { ...rig, undo: (input = {}) => run('undo', input), redo: (input = {}) => run('redo', input) };
};
const served = (rig: Rig, id = 7) => {
  const known = rig.ingest.server.get(id);
  return known && where(known);
};
const offline = async (rig: Rig) => {
  rig.ingest.online(false);
  await rig.pass(10);
};
const keys = (ran: Ran) => ran.left.map((one) => one.words.key);

describe('a confirmed move', () => {
  test('is undone by a write of its own, done again, and undone again', async () => {
    const rig = await start([7, open(null, SUPPORT)]);
    await rig.submit(tom, 7);
    await rig.pass();
    expect((await rig.call('undo.next', {})).undo).toMatchObject({ action: tom, count: 1 });
    const undone = await rig.undo();
    expect(undone).toMatchObject({ stored: [{ conversation: 7 }], cancelled: [], left: [], asks: [] });
    // Shown before it is sent.
    expect(where(await rig.card(7))).toEqual([null, SUPPORT]);
    await rig.pass();
    expect(served(rig)).toEqual([null, SUPPORT]);
    expect(await rig.call('undo.next', {})).toMatchObject({ undo: null, redo: { action: tom, count: 1 } });
    await rig.redo();
    await rig.pass();
    expect(served(rig)).toEqual([2, SUPPORT]);
    await rig.undo();
    await rig.pass();
    expect(served(rig)).toEqual([null, SUPPORT]);
    expect(rig.ingest.writes).toHaveLength(4);
    await rig.end();
  });

  test('is left alone when somebody else has changed it, and the next undo takes the move before', async () => {
    const rig = await start([7, open(null, SUPPORT)], [8, open(null, SUPPORT)]);
    await rig.submit(tom, 7);
    await rig.pass();
    await rig.submit(tom, 8);
    await rig.pass();
    rig.ingest.foreign(8, { assignee: agentKey(3) });
    await rig.pass(50);
    const refused = await rig.undo();
    expect(refused).toMatchObject({
      stored: [],
      left: [{ conversation: 8, words: { key: 'changed.now', params: { agent: 'Sara' } } }],
    });
    await rig.undo();
    await rig.pass();
    expect(served(rig, 7)).toEqual([null, SUPPORT]);
    expect(served(rig, 8)).toEqual([3, SUPPORT]);
    expect(rig.ingest.writes).toHaveLength(3);
    await rig.end();
  });

  test('is a conflict, without a write, when the change of somebody else is only found by the read', async () => {
    const rig = await start([7, open(null, SUPPORT)]);
    await rig.submit(tom, 7);
    await rig.pass();
    rig.ingest.foreign(7, { assignee: agentKey(3) }, false);
    await rig.undo();
    await rig.pass();
    expect((await rig.card(7)).pending).toBe('conflict');
    expect(served(rig)).toEqual([3, SUPPORT]);
    expect(rig.ingest.writes).toHaveLength(1);
    await rig.end();
  });

  test('of a finished conversation is left as it is', async () => {
    const rig = await start([7, open(null, SUPPORT)]);
    await rig.submit(tom, 7);
    await rig.pass();
    rig.ingest.foreign(7, { status: 'resolved' });
    await rig.pass(50);
    expect(keys(await rig.undo())).toEqual(['changed.finished']);
    await rig.end();
  });

  test('that ended a violation is put back, rule or not: team first, then agent', async () => {
    const rig = await start([7, open(2, BILLING)]);
    await rig.submit({ kind: 'queue', team: SUPPORT }, 7);
    await rig.pass();
    expect(served(rig)).toEqual([null, SUPPORT]);
    const before = rig.ingest.writes.length;
    await rig.undo();
    await rig.pass();
    expect(served(rig)).toEqual([2, BILLING]);
    expect(rig.ingest.writes.slice(before).map((one) => one.write)).toEqual([
      { write: 'team', to: BILLING },
      { write: 'agent', to: agentKey(2) },
    ]);
    await rig.end();
  });

  test('whose agent the server chose names him and asks; without an answer nothing is written', async () => {
    const rig = await start([7, open(1, SUPPORT)]);
    await rig.submit({ kind: 'queue', team: SALES }, 7);
    await rig.pass();
    expect(served(rig)).toEqual([2, SALES]);
    const before = rig.ingest.writes.length;
    const asked = await rig.undo();
    expect(asked).toMatchObject({
      stored: [],
      asks: [{ conversation: 7, words: { key: 'undo.chosen', params: { agent: 'Tom' } } }],
    });
    await rig.pass();
    expect(rig.ingest.writes).toHaveLength(before);
    const [ask] = asked.asks;
    await rig.undo({ gesture: asked.gesture?.gesture, declined: [ask?.command] });
    await rig.pass();
    expect(served(rig)).toEqual([2, SALES]);
    await rig.undo({ gesture: asked.gesture?.gesture, agreed: [ask?.command] });
    await rig.pass();
    expect(served(rig)).toEqual([1, SUPPORT]);
    await rig.end();
  });

  test.each([
    ['set somebody', agentKey(3), 3],
    ['unassigned him', null, null],
  ])('after which somebody else %s, before it was confirmed, is left alone', async (_, theirs, agent) => {
    const rig = await start([7, open(1, SUPPORT)]);
    rig.ingest.intercept((write) => {
      rig.ingest.foreign(7, { assignee: theirs });
      return { outcome: 'accepted', named: write };
    });
    await rig.submit(tom, 7);
    await rig.pass();
    rig.ingest.intercept(null);
    const [entry] = (await rig.call('outbox.list', { limit: 5 })).entries;
    expect(entry).toMatchObject({ state: 'confirmed', reason: { key: 'outcome.changedAfter' } });
    expect(keys(await rig.undo())).toEqual(['changed.now']);
    await rig.pass();
    expect(served(rig)).toEqual([agent, SUPPORT]);
    await rig.end();
  });

  test('is undone after a restart, and done again after the next', async () => {
    let rig = await start([7, open(null, SUPPORT)]);
    await rig.submit(tom, 7);
    await rig.pass();
    const server = [...rig.ingest.server];
    await rig.end();
    rig = await start(...server);
    await rig.undo();
    await rig.pass();
    expect(served(rig)).toEqual([null, SUPPORT]);
    const undone = [...rig.ingest.server];
    await rig.end();
    rig = await start(...undone);
    expect((await rig.call('undo.next', {})).undo).toBeNull();
    await rig.redo();
    await rig.pass();
    expect(served(rig)).toEqual([2, SUPPORT]);
    await rig.end();
  });

  test('is too old after a day', async () => {
    const rig = await start([7, open(null, SUPPORT)]);
    await rig.submit(tom, 7);
    await rig.pass(25 * 60 * 60 * 1000);
    expect(await rig.undo()).toMatchObject({ gesture: null, stored: [] });
    await rig.end();
  });
});

describe('a move that has not been sent', () => {
  test('is cancelled, and nothing is ever written', async () => {
    const rig = await start([7, open(null, SUPPORT)]);
    await offline(rig);
    await rig.submit(tom, 7);
    expect(await rig.undo()).toMatchObject({ cancelled: [{ conversation: 7 }], stored: [] });
    expect(where(await rig.card(7))).toEqual([null, SUPPORT]);
    rig.ingest.online(true);
    await rig.pass();
    expect(rig.ingest.writes).toEqual([]);
    const [entry] = (await rig.call('outbox.list', { limit: 5 })).entries;
    expect(entry).toMatchObject({ state: 'cancelled', reason: { key: 'outcome.undone' } });
    await rig.redo();
    await rig.pass();
    expect(served(rig)).toEqual([2, SUPPORT]);
    await rig.end();
  });

  test('as an undo is cancelled by the redo', async () => {
    const rig = await start([7, open(null, SUPPORT)]);
    await rig.submit(tom, 7);
    await rig.pass();
    await offline(rig);
    await rig.undo();
    expect(await rig.redo()).toMatchObject({ cancelled: [{ conversation: 7 }], stored: [] });
    rig.ingest.online(true);
    await rig.pass();
    expect(rig.ingest.writes).toHaveLength(1);
    expect(served(rig)).toEqual([2, SUPPORT]);
    expect((await rig.call('undo.next', {})).undo).toMatchObject({ action: tom });
    await rig.end();
  });

  test('and took the place of another gives way to it: one step at a time', async () => {
    const rig = await start([7, open(null, SUPPORT)]);
    await offline(rig);
    await rig.submit(tom, 7);
    await rig.submit(sara, 7);
    await rig.undo();
    expect(where(await rig.card(7))).toEqual([2, SUPPORT]);
    await rig.undo();
    expect(where(await rig.card(7))).toEqual([null, SUPPORT]);
    expect(await rig.redo()).toMatchObject({ left: [], stored: [{}] });
    expect(where(await rig.card(7))).toEqual([2, SUPPORT]);
    await rig.redo();
    expect(where(await rig.card(7))).toEqual([3, SUPPORT]);
    rig.ingest.online(true);
    await rig.pass();
    expect(rig.ingest.writes).toHaveLength(1);
    expect(served(rig)).toEqual([3, SUPPORT]);
    // Also after both went out as one.
    await rig.undo();
    await rig.pass();
    expect(served(rig)).toEqual([2, SUPPORT]);
    await rig.undo();
    await rig.pass();
    expect(served(rig)).toEqual([null, SUPPORT]);
    await rig.redo();
    await rig.pass();
    await rig.redo();
    await rig.pass();
    expect(served(rig)).toEqual([3, SUPPORT]);
    await rig.end();
  });

  test('cannot be undone from under a later one', async () => {
    const rig = await start([7, open(null, SUPPORT)]);
    await offline(rig);
    const { gesture } = await rig.submit(tom, 7);
    await rig.submit({ kind: 'queue', team: SALES }, 7);
    expect(keys(await rig.undo({ gesture }))).toEqual(['undo.movedAgain']);
    await rig.end();
  });

  test('cancelled by hand is neither undone nor done again', async () => {
    const rig = await start([7, open(null, SUPPORT)]);
    await offline(rig);
    const { stored } = await rig.submit(tom, 7);
    await rig.call('outbox.cancel', { commands: stored.map((one) => one.command) });
    expect(await rig.call('undo.next', {})).toEqual({ undo: null, redo: null });
    await rig.end();
  });
});

describe('a move that is being sent', () => {
  test('is waited for and then undone', async () => {
    const rig = await start([7, open(null, SUPPORT)]);
    rig.ingest.intercept(() => ({ outcome: 'no-answer' }));
    await rig.submit(tom, 7);
    await rig.pass(100);
    expect((await rig.card(7)).pending).toBe('sending');
    expect((await rig.undo()).stored).toHaveLength(1);
    expect(where(await rig.card(7))).toEqual([null, SUPPORT]);
    rig.ingest.intercept(null);
    await rig.pass();
    expect(served(rig)).toEqual([null, SUPPORT]);
    expect(rig.ingest.writes.at(-1)?.write).toEqual({ write: 'agent', to: null });
    await rig.end();
  });

  test('and refused leaves nothing to be put back', async () => {
    const rig = await start([7, open(null, SUPPORT)]);
    rig.ingest.intercept(() => ({ outcome: 'no-answer' }));
    await rig.submit(tom, 7);
    await rig.pass(100);
    await rig.undo();
    rig.ingest.intercept(() => ({ outcome: 'refused', status: 422, serverWords: 'limit' }));
    await rig.pass();
    expect(served(rig)).toEqual([null, SUPPORT]);
    // Two attempts at the move, none at the undo.
    expect(rig.ingest.writes.map((one) => one.write)).toEqual([
      { write: 'agent', to: agentKey(2) },
      { write: 'agent', to: agentKey(2) },
    ]);
    await rig.end();
  });

  test('and overtaken by somebody else is one question about the undo, and no further write', async () => {
    const rig = await start([7, open(null, SUPPORT)]);
    rig.ingest.intercept(() => ({ outcome: 'no-answer' }));
    await rig.submit(tom, 7);
    await rig.pass(100);
    await rig.undo();
    rig.ingest.foreign(7, { assignee: agentKey(3) }, false);
    rig.ingest.intercept(null);
    await rig.pass();
    expect((await rig.card(7)).pending).toBe('conflict');
    expect(served(rig)).toEqual([3, SUPPORT]);
    expect(rig.ingest.writes).toHaveLength(1);
    const { entries, counts } = await rig.call('outbox.list', { limit: 5 });
    expect(counts.conflict).toBe(1);
    expect(entries.find((one) => one.state === 'conflict')?.action.kind).toBe('restore');
    expect(await rig.call('undo.next', {})).toEqual({ undo: null, redo: null });
    await rig.end();
  });
});

describe('a move of many', () => {
  test('is undone as one; what changed meanwhile stays and is named', async () => {
    const rig = await start([7, open(null, SUPPORT)], [8, open(3, SUPPORT)], [9, open(1, SUPPORT)]);
    await rig.submit(tom, 7, 8, 9);
    await rig.pass();
    rig.ingest.foreign(8, { assignee: agentKey(1) });
    await rig.pass(50);
    const ran = await rig.undo();
    expect(ran.stored.map((one) => one.conversation)).toEqual([7, 9]);
    expect(ran.left).toMatchObject([{ conversation: 8, contact: 'Contact 8' }]);
    await rig.pass();
    expect([7, 8, 9].map((id) => served(rig, id))).toEqual([
      [null, SUPPORT],
      [1, SUPPORT],
      [1, SUPPORT],
    ]);
    // What could not be undone is not tried again by the next undo; redo is about the others.
    expect(await rig.call('undo.next', {})).toMatchObject({ undo: null, redo: { count: 2 } });
    await rig.redo();
    await rig.pass();
    expect([7, 8, 9].map((id) => served(rig, id)?.[0])).toEqual([2, 1, 2]);
    await rig.end();
  });

  test('asked for with several calls is one gesture', async () => {
    const rig = await start([7, open(null, SUPPORT)], [8, open(null, BILLING)]);
    const items = (id: number, team: number) => [
      { conversation: id, base: { assignee: null, team, live: true } },
    ];
    const { gesture } = await rig.call('move.submit', { action: tom, items: items(7, SUPPORT) });
    const action = { kind: 'assign-agent-without-team', agent: 2 };
    await rig.call('move.submit', { action, items: items(8, BILLING), gesture });
    await rig.pass();
    expect((await rig.undo()).stored).toHaveLength(2);
    await rig.pass();
    expect([7, 8].map((id) => served(rig, id))).toEqual([
      [null, SUPPORT],
      [null, BILLING],
    ]);
    await rig.end();
  });

  test('of two hundred is undone once each', async () => {
    const many = Array.from({ length: 200 }, (_, n): [number, Known] => [n + 1, open(null, SUPPORT)]);
    const rig = await start(...many);
    await offline(rig);
    const items = many.map(([conversation]) => ({
      conversation,
      base: { assignee: null, team: SUPPORT, live: true },
    }));
    await rig.call('move.submit', { action: tom, items });
    // Two quick ones: the second finds nothing more.
    const [first, second] = await Promise.all([rig.undo(), rig.undo()]);
    expect([first.cancelled.length, second.gesture]).toEqual([200, null]);
    rig.ingest.online(true);
    await rig.pass();
    expect(rig.ingest.writes).toEqual([]);
    await rig.end();
  });
});

test('something new ends what could be done again', async () => {
  const rig = await start([7, open(null, SUPPORT)], [8, open(null, SUPPORT)]);
  await rig.submit(tom, 7);
  await rig.pass();
  await rig.undo();
  await rig.pass();
  await rig.submit(tom, 8);
  expect((await rig.call('undo.next', {})).redo).toBeNull();
  expect(await rig.redo()).toMatchObject({ gesture: null });
  await rig.end();
});

test('a refused undo can be tried again', async () => {
  const rig = await start([7, open(3, SUPPORT)]);
  await rig.submit(tom, 7);
  await rig.pass();
  rig.ingest.intercept(() => ({ outcome: 'refused', status: 422, serverWords: 'limit' }));
  await rig.undo();
  await rig.pass();
  expect((await rig.card(7)).pending).toBe('refused');
  rig.ingest.intercept(null);
  await rig.undo();
  await rig.pass();
  expect(served(rig)).toEqual([3, SUPPORT]);
  expect((await rig.card(7)).pending).toBe('none');
  await rig.end();
});

test('a move asked for again on top of theirs goes back to theirs', async () => {
  const rig = await start([7, open(null, SUPPORT)]);
  await offline(rig);
  await rig.submit(tom, 7);
  rig.ingest.foreign(7, { assignee: agentKey(3) }, false);
  rig.ingest.online(true);
  await rig.pass();
  expect((await rig.call('undo.next', {})).undo).toBeNull();
  const [entry] = (await rig.call('outbox.list', { limit: 5 })).entries;
  await rig.call('outbox.settle', {
    items: [{ command: entry?.id, seen: { assignee: agentKey(3), team: SUPPORT } }],
    choice: 'apply',
  });
  await rig.pass();
  expect(served(rig)).toEqual([2, SUPPORT]);
  await rig.undo();
  await rig.pass();
  expect(served(rig)).toEqual([3, SUPPORT]);
  await rig.end();
});
