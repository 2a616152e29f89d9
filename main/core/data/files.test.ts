/** The data half when the disk or the files are not well: what was acknowledged stays, and everything goes on by itself. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NotificationFact } from '../facts.ts';
import type { ToData } from '../link.ts';
import { NOW } from '../store/cache.fixture.ts';
import { openOutbox } from '../store/outbox.ts';
import { open, startData, workspace, type Rig } from './data-rig.testing.ts';
import { agentKey, SUPPORT } from './fake-ingest.testing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const tom = { kind: 'assign-agent', agent: 2 } as const;
const notices = async (rig: Rig): Promise<string[]> =>
  (await rig.call('notices.get', {})).notices.map(
    ({ words, standing }) => `${words.key}${standing ? '!' : ''}`,
  );
const placeOf = (rig: Rig): string => {
  const place = rig.ingest.folder();
  if (place === null) throw new Error('no workspace is open');
  return place;
};
const states = async (rig: Rig): Promise<string[]> =>
  (await rig.call('outbox.list', { limit: 10 })).entries.map((one) => one.state);
const noteStates = async (rig: Rig): Promise<string[]> =>
  (await rig.call('outbox.list', { limit: 10 })).notes.map((one) => one.state);

/** What the schema says is read again by whoever has the outbox open. */
const damage = (rig: Rig): void => {
  const other = new Database(join(placeOf(rig), 'outbox.db')).unsafeMode();
  other.pragma('writable_schema = ON');
  other.exec(`UPDATE sqlite_schema SET sql = 'CREATE TABLE command(' WHERE name = 'command'`);
  other.pragma('schema_version = 77');
  other.close();
};

test('a folder that is deleted while the app runs is made again, with everything that waited', async () => {
  const rig = await startData(folder, [
    [7, open(null, SUPPORT)],
    [8, open(null, SUPPORT)],
  ]);
  rig.ingest.online(false);
  await rig.pass(10);
  await rig.submit(tom, 7);
  rmSync(placeOf(rig), { recursive: true });
  // Nothing was stored of what came too late, and that is the answer.
  await expect(rig.submit(tom, 8)).rejects.toThrow('read-only');
  await rig.pass(10);
  expect(await notices(rig)).toEqual(['files.put-back']);
  await rig.submit(tom, 8);
  await rig.end();

  const again = await startData(folder, [
    [7, open(null, SUPPORT)],
    [8, open(null, SUPPORT)],
  ]);
  await again.pass();
  expect(again.ingest.server.get(7)).toMatchObject({ assignee: agentKey(2) });
  expect(again.ingest.server.get(8)).toMatchObject({ assignee: agentKey(2) });
  expect(again.ingest.writes).toHaveLength(2);
  expect(await states(again)).toEqual(['confirmed', 'confirmed']);
  await again.end();
});

test('also while nobody asks for anything, and a notice goes when it is dismissed', async () => {
  const rig = await startData(folder, [[7, open(null, SUPPORT)]]);
  rmSync(placeOf(rig), { recursive: true });
  await rig.pass(11_000);
  expect(await notices(rig)).toEqual(['files.put-back']);
  await rig.call('notices.dismiss', { id: 'files-put-back' });
  expect(await notices(rig)).toEqual([]);
  await rig.end();
});

test('an outbox that is damaged while it is open keeps what is known in memory, and says what became of it', async () => {
  const rig = await startData(folder, [
    [7, open(null, SUPPORT)],
    [8, open(null, SUPPORT)],
  ]);
  rig.ingest.online(false);
  await rig.pass(10);
  await rig.submit(tom, 7);
  damage(rig);
  await expect(rig.submit(tom, 8)).rejects.toThrow('damaged');
  await rig.pass(10_000);
  expect(await notices(rig)).toEqual(['files.outbox-salvaged']);
  expect(await states(rig)).toContain('waiting');
  rig.ingest.online(true);
  await rig.pass();
  expect(rig.ingest.server.get(7)).toMatchObject({ assignee: agentKey(2) });
  await rig.end();
});

test('signing out asks about a note that waits, also while the outbox cannot be opened', async () => {
  const rig = await startData(folder, [[7, open(null, SUPPORT)]]);
  rig.ingest.online(false);
  await rig.pass(10);
  await rig.call('note.send', { conversation: 7, text: 'Call back' });
  // In the way of a new file.
  mkdirSync(join(placeOf(rig), 'outbox.db.new'));
  damage(rig);
  await expect(rig.submit(tom, 7)).rejects.toThrow('damaged');
  await rig.pass(10_000);
  await expect(rig.submit(tom, 7)).rejects.toThrow('read-only');
  expect(await rig.call('workspace.signOut', { force: false })).toEqual({
    outcome: 'commands-waiting',
    waiting: 1,
  });
  await rig.end();
});

test('what arrived in a team of mine while the outbox could not be opened is told once it can', async () => {
  const rig = await startData(folder, [[7, open(null, null)]]);
  await rig.pass();
  const inTheWay = join(placeOf(rig), 'outbox.db.new');
  mkdirSync(inTheWay);
  damage(rig);
  await expect(rig.submit(tom, 7)).rejects.toThrow('damaged');
  await rig.pass(10_000);
  rig.ingest.foreign(7, { team: SUPPORT });
  await rig.pass(10_000);
  expect(rig.shown).toEqual([]);
  rmSync(inTheWay, { recursive: true });
  await rig.pass(20_000);
  const { alerts } = await rig.call('alerts.list', { limit: 10 });
  expect(alerts.map(({ id }) => id)).toContain(`team:7:${SUPPORT}:1`);
  expect(alerts.filter(({ id }) => id.startsWith('team:'))).toHaveLength(1);
  await rig.end();
});

test('trouble of the other half is said in words while it lasts, once for the whole disk', async () => {
  const rig = await startData(folder, [[7, open(null, SUPPORT)]]);
  rig.ingest.say({ kind: 'storage', trouble: { kind: 'full', detail: 'SQLITE_FULL' } });
  await rig.pass(10);
  expect(await notices(rig)).toEqual(['files.full!']);
  await rig.call('notices.dismiss', { id: 'cache-file' });
  expect(await notices(rig)).toEqual(['files.full!']);
  rig.ingest.say({ kind: 'storage', trouble: null });
  await rig.pass(10);
  expect(await notices(rig)).toEqual([]);
  await rig.end();
});

test('a cache that was set aside is said once; what the main process found as well', async () => {
  const rig = await startData(folder, []);
  rig.ingest.say({ kind: 'opened', cache: placeOf(rig), setAside: 'cache.db.damaged' });
  rig.data.signal({
    kind: 'notice',
    id: 'damaged:secrets',
    words: { key: 'files.secrets-damaged', params: {} },
  });
  await rig.pass(10);
  expect((await notices(rig)).toSorted()).toEqual(['files.cache-rebuilt', 'files.secrets-damaged']);
  await rig.end();
});

test('what the ingest half still says of another workspace is not heard', async () => {
  const secrets = [3, 4].map((account) => [`token:${workspace.origin}:${account}:1`, 'secret'] as const);
  const rig = await startData(folder, [[7, open(null, SUPPORT)]], new Map(secrets));
  rig.data.onEvent((name) => {
    // Another one has just been opened: this is still of the one before.
    if (name === 'workspace') rig.ingest.say({ kind: 'storage', trouble: { kind: 'full', detail: '' } });
  });
  await rig.data.start({ ...workspace, accountId: 4 });
  await rig.pass(10);
  expect(await notices(rig)).toEqual([]);
  await rig.end();
});

test('a queue that is loaded anew knows nobody at first: what waits is not refused for it', async () => {
  const secrets = [3, 4].map((account) => [`token:${workspace.origin}:${account}:1`, 'secret'] as const);
  const rig = await startData(folder, [[7, open(null, SUPPORT)]], new Map(secrets));
  const place = placeOf(rig);
  rig.ingest.online(false);
  await rig.pass(10);
  await rig.submit(tom, 7);
  await rig.data.start({ ...workspace, accountId: 4 });
  await rig.pass(10);
  rig.ingest.online(true);
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(place, `cache.db${suffix}`), { force: true });
  rig.ingest.forgetDirectory();
  await rig.data.start(workspace);
  await rig.pass();
  expect(await states(rig)).toEqual(['confirmed']);
  expect(rig.ingest.server.get(7)).toMatchObject({ assignee: agentKey(2) });
  await rig.end();
});

test('when access is lost what waits is a list to be read, for a week, and is never sent', async () => {
  const rig = await startData(folder, [[7, open(null, SUPPORT)]]);
  rig.ingest.online(false);
  await rig.pass(10);
  await rig.submit(tom, 7);
  await rig.call('note.send', { conversation: 7, text: 'Call back' });
  const place = placeOf(rig);
  rig.ingest.say({ kind: 'closed' });
  await rig.pass(10);
  const { entries, notes, counts } = await rig.call('outbox.list', { limit: 10 });
  const lost = ['refused', 'outcome.accessLost'];
  expect(entries.map(({ state, reason }) => [state, reason?.key])).toEqual([lost]);
  expect(notes.map(({ text, state, reason }) => [text, state, reason?.key])).toEqual([
    ['Call back', ...lost],
  ]);
  expect(counts).toMatchObject({ waiting: 0, sending: 0, refused: 2 });
  rig.ingest.online(true);
  await rig.pass();
  expect([rig.ingest.writes, rig.ingest.notes]).toEqual([[], []]);
  await rig.end();

  const again = await startData(folder, [[7, open(null, SUPPORT)]]);
  await again.pass();
  expect([await states(again), await noteStates(again)]).toEqual([['refused'], ['refused']]);
  expect([again.ingest.writes, again.ingest.notes]).toEqual([[], []]);
  await again.end();
  const answer = openOutbox(place, NOW);
  if (answer.outcome !== 'opened') throw new Error(answer.outcome);
  const { commands, notes: written, close } = answer.outbox;
  const settledAt = NOW - 7 * 24 * 60 * 60_000 - 1000;
  commands.save({ change: commands.newest(1).map((one) => ({ ...one, settledAt })) });
  written.save({ change: written.newest(1).map((one) => ({ ...one, settledAt })) });
  close();
  const later = await startData(folder, [[7, open(null, SUPPORT)]]);
  expect([await states(later), await noteStates(later)]).toEqual([[], []]);
  await later.end();
});

test('rows that the ledger could not take are not said to be in it, and are told when they come again', async () => {
  const rig = await startData(folder, [[7, open(1, SUPPORT)]]);
  const row: NotificationFact = {
    kind: 'notification',
    id: 50,
    type: 'conversation_assignment',
    conversation: 7,
    contactName: 'Ivo',
    read: false,
    createdAt: 1,
    assignee: null,
  };
  const rows: ToData = {
    kind: 'notifications',
    rows: [row],
    baseline: false,
    catchUp: false,
    newest: { id: 50, at: 0 },
  };
  const disk = new Database(join(placeOf(rig), 'outbox.db'));
  disk.exec(`CREATE TRIGGER full BEFORE INSERT ON alert BEGIN SELECT RAISE(ABORT, 'full'); END`);
  rig.ingest.say(rows);
  await rig.pass(100);
  expect([rig.ingest.inLedger, rig.shown]).toEqual([[], []]);
  disk.exec('DROP TRIGGER full');
  disk.close();
  rig.ingest.say(rows);
  await rig.pass(100);
  expect(rig.ingest.inLedger).toEqual([50]);
  expect(rig.shown).toHaveLength(1);
  await rig.end();
});
