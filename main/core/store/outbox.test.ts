/** outbox.db keeps what it was given, once, and gives back what is sound of a damaged file. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Note } from '../commands/note.ts';
import type { Command } from '../commands/types.ts';
import type { Alert } from '../../../contract/model.ts';
import { openOutbox, type Outbox } from './outbox.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outbox-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const command = (id: string, more: Partial<Command> = {}): Command => ({
  id,
  stamp: null,
  conversation: 7,
  contact: 'Ivo Brandt',
  inbox: 1,
  action: { kind: 'assign-agent', agent: 2 },
  base: { assignee: null, team: null, live: true },
  plan: {
    wish: { accepts: [{ assignee: { type: 'agent', id: 2 }, team: null }], anyMemberOf: null, except: null },
    steps: [],
    shown: { assignee: { type: 'agent', id: 2 }, team: null },
  },
  sure: true,
  state: 'waiting',
  sent: 0,
  answered: 0,
  otherNamed: false,
  gesture: null,
  createdAt: 1000,
  settledAt: null,
  result: null,
  reason: null,
  serverWords: null,
  commit: null,
  ...more,
});
const alert = (id: string): Alert => ({
  id,
  kind: 'assigned-to-me',
  conversation: 7,
  title: { key: 'alert.assignedToMe.title', params: {} },
  body: { key: 'alert.assignedToMe.body', params: { contact: 'Ivo' } },
  at: 5,
  state: 'shown',
  reason: null,
});
const note = (id: string, more: Partial<Note> = {}): Note => ({
  id,
  conversation: 7,
  contact: 'Ivo Brandt',
  text: `Note ${id}`,
  state: 'waiting',
  tries: 0,
  known: null,
  message: null,
  createdAt: 1000,
  settledAt: null,
  reason: null,
  serverWords: null,
  ...more,
});
const open = (): Outbox => {
  const opened = openOutbox(folder, 0);
  if (opened.outcome !== 'opened') throw new Error(opened.outcome);
  return opened.outbox;
};

test('what waits is read in the order in which it was asked for, whatever the ids say', () => {
  const outbox = open();
  outbox.commands.save({ add: [command('z'), command('m'), command('a')] });
  outbox.commands.save({ add: [command('k')] });
  outbox.close();
  const again = open();
  expect(again.commands.open().commands.map((one) => one.id)).toEqual(['z', 'm', 'a', 'k']);
  again.close();
});

test('commands come back in order, and an id is stored once', () => {
  const outbox = open();
  outbox.commands.save({ add: [command('a'), command('b')] });
  expect(() => outbox.commands.save({ add: [command('c'), command('a')] })).toThrow(/UNIQUE/);
  outbox.commands.save({ change: [command('a', { state: 'confirmed', settledAt: 50 })] });
  outbox.close();
  const again = open();
  expect(again.commands.open().commands.map((one) => one.id)).toEqual(['b']);
  expect(again.commands.confirmed(40).map((one) => one.id)).toEqual(['a']);
  expect(again.commands.newest(9).map((one) => one.id)).toEqual(['b', 'a']);
  again.close();
});

test('the file is for its owner only', () => {
  open().close();
  expect(statSync(join(folder, 'outbox.db')).mode & 0o777).toBe(0o600);
});

test('an alert key is used once, also across a restart', () => {
  const first = open();
  expect(first.alerts.addOnce('n:1', () => alert('n:1'))).not.toBeNull();
  first.close();
  const second = open();
  expect(second.alerts.addOnce('n:1', () => alert('n:1'))).toBeNull();
  expect(second.alerts.newest(5)).toMatchObject({ alerts: [{ id: 'n:1' }], unseen: 1 });
  second.alerts.seen(['n:1']);
  expect(second.alerts.newest(5).unseen).toBe(0);
  second.close();
});

test('a stay is alerted once; after it ended the next one is new', () => {
  const outbox = open();
  const stay = { conversation: 7, kind: 'team' as const, target: 'team:3' };
  const raise = () => outbox.alerts.addStay(stay, 1, (n) => alert(`team:${n}`))?.id ?? null;
  expect([raise(), raise()]).toEqual(['team:1', null]);
  expect(outbox.alerts.activeStays()).toEqual([stay]);
  outbox.alerts.endStay(stay, 2);
  expect([raise(), raise()]).toEqual(['team:2', null]);
  outbox.close();
});

test('a flipped bit in a row costs that row only, and is noticed', () => {
  const outbox = open();
  outbox.commands.save({ add: [command('a'), command('b', { contact: 'Rosamunde Q' }), command('c')] });
  outbox.close();
  const path = join(folder, 'outbox.db');
  const bytes = readFileSync(path);
  const at = bytes.indexOf('Rosamunde Q');
  bytes[at] = 'P'.charCodeAt(0);
  writeFileSync(path, bytes);
  const again = openOutbox(folder, 0);
  if (again.outcome !== 'opened') throw new Error(again.outcome);
  expect(again.salvaged).toMatchObject({ kept: 2, lost: 1 });
  expect(again.outbox.commands.open()).toMatchObject({ commands: [{ id: 'a' }, { id: 'c' }], damaged: 0 });
  again.outbox.close();
});

test('a flipped bit in a state hides no command without a word', () => {
  const outbox = open();
  outbox.commands.save({ add: [command('a'), command('b')] });
  outbox.close();
  const path = join(folder, 'outbox.db');
  const bytes = readFileSync(path);
  bytes[bytes.lastIndexOf('waiting{') + 1] = 'b'.charCodeAt(0);
  writeFileSync(path, bytes);
  const again = openOutbox(folder, 0);
  if (again.outcome !== 'opened') throw new Error(again.outcome);
  expect(again.salvaged?.lost).toBeGreaterThan(0);
  again.outbox.close();
});

test('a damaged file is set aside and its sound rows are carried over', () => {
  const outbox = open();
  const many = Array.from({ length: 400 }, (_, n) => command(`c${n}`, { contact: `Contact ${n}` }));
  outbox.commands.save({ add: many });
  outbox.alerts.addOnce('n:1', () => alert('n:1'));
  outbox.close();
  const path = join(folder, 'outbox.db');
  const bytes = readFileSync(path);
  const inside = bytes.indexOf('Contact 200');
  const page = Math.floor(inside / 4096) * 4096;
  bytes.fill(0xff, page, page + 4096);
  writeFileSync(path, bytes);
  const opened = openOutbox(folder, Date.UTC(2026, 0, 2));
  if (opened.outcome !== 'opened') throw new Error(opened.outcome);
  expect(opened.salvaged?.setAside).toContain('2026-01-02');
  const kept = opened.outbox.commands.open().commands.map((one) => one.id);
  expect(kept.length).toBeGreaterThan(380);
  expect(kept.length).toBeLessThan(400);
  expect(new Set(kept).size).toBe(kept.length);
  expect(opened.outbox.alerts.addOnce('n:1', () => alert('n:1'))).toBeNull();
  opened.outbox.close();
});

test('a file that is no database at all is set aside too', () => {
  writeFileSync(join(folder, 'outbox.db'), 'not a database, '.repeat(1000));
  const opened = openOutbox(folder, 0);
  expect(opened.outcome).toBe('opened');
  if (opened.outcome === 'opened') {
    expect(opened.salvaged).toMatchObject({ kept: 0 });
    opened.outbox.close();
  }
});

test.each(['emptied', 'deleted'])('when the file is %s, its rows come back out of its log', (how) => {
  const first = open();
  first.commands.save({ add: [command('a'), command('b')] });
  first.commands.save({ change: [command('a', { state: 'confirmed', settledAt: 5 })] });
  const path = join(folder, 'outbox.db');
  const log = readFileSync(`${path}-wal`);
  first.close();
  rmSync(path);
  if (how === 'emptied') writeFileSync(path, '');
  writeFileSync(`${path}-wal`, log);
  const opened = openOutbox(folder, 0);
  if (opened.outcome !== 'opened') throw new Error(opened.outcome);
  expect(opened.salvaged).toMatchObject({ kept: 2, lost: 0 });
  expect(opened.outbox.commands.newest(9).map(({ id, state }) => [id, state])).toEqual([
    ['b', 'waiting'],
    ['a', 'confirmed'],
  ]);
  opened.outbox.close();
});

test('a damaged file with a log is set aside with it as they were, also when the first try is cut off', () => {
  const first = open();
  first.commands.save({ add: [command('a', { contact: 'Ivo' }), command('b')] });
  const path = join(folder, 'outbox.db');
  const log = readFileSync(`${path}-wal`);
  first.close();
  const bytes = readFileSync(path);
  bytes[bytes.indexOf('"contact":"Ivo') + 11] = 0x4a;
  writeFileSync(path, bytes);
  // Frames that are not of its salt: rows are still found in them, and SQLite would write over them.
  const foreign = Buffer.from(log).fill(7, 16, 24);
  writeFileSync(`${path}-wal`, foreign);
  // Nothing can be made beside it.
  mkdirSync(`${path}.new`);
  writeFileSync(join(`${path}.new`, 'in the way'), '');
  expect(openOutbox(folder, 0).outcome).toBe('unusable');
  expect(readFileSync(`${path}-wal`).equals(foreign)).toBe(true);
  rmSync(`${path}.new`, { recursive: true });
  const opened = openOutbox(folder, 0);
  if (opened.outcome !== 'opened') throw new Error(opened.outcome);
  const aside = String(opened.salvaged?.setAside);
  expect(readFileSync(aside).equals(bytes)).toBe(true);
  expect(readFileSync(`${aside}-wal`).equals(foreign)).toBe(true);
  expect(opened.outbox.commands.open().commands.map(({ id }) => id)).toEqual(['a', 'b']);
  opened.outbox.close();
});

test('an index that lies is damage: a command that it does not know could not be changed', () => {
  const first = open();
  first.commands.save({ add: ['a', 'b', 'c'].map((id) => command(id)) });
  first.close();
  const path = join(folder, 'outbox.db');
  const bytes = readFileSync(path);
  // The id in the index, not the one in the row or in its body.
  const root = ((): number => {
    const reading = new Database(path);
    const name = 'sqlite_autoindex_command_1';
    const page = reading.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(name);
    reading.close();
    return Number(page);
  })();
  bytes[bytes.lastIndexOf('c', root * 4096 - 1)] = 0x64;
  expect(bytes.lastIndexOf('d', root * 4096 - 1)).toBeGreaterThan((root - 1) * 4096);
  writeFileSync(path, bytes);
  const opened = openOutbox(folder, 0);
  if (opened.outcome !== 'opened') throw new Error(opened.outcome);
  expect(opened.salvaged).toMatchObject({ kept: 3, lost: 0 });
  opened.outbox.commands.save({ change: [command('c', { contact: 'Mia' })] });
  expect(opened.outbox.commands.newest(1)).toMatchObject([{ id: 'c', contact: 'Mia' }]);
  opened.outbox.close();
});

/** Nothing leads to the rows of this table any more. */
const cutOff = (table: string): void => {
  const path = join(folder, 'outbox.db');
  const reading = new Database(path);
  const root = Number(
    reading.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(table),
  );
  reading.close();
  const bytes = readFileSync(path);
  bytes.fill(0, (root - 1) * 4096, root * 4096);
  writeFileSync(path, bytes);
};

test('rows are found on their pages when nothing leads there any more, long ones too', () => {
  const ids = Array.from({ length: 60 }, (_, i) => `row-${i}`);
  const first = open();
  first.commands.save({
    add: ids.map((id) => command(id, { contact: id === 'row-7' ? 'Ä'.repeat(9000) : 'Ivo' })),
  });
  first.close();
  cutOff('command');
  const opened = openOutbox(folder, 0);
  if (opened.outcome !== 'opened') throw new Error(opened.outcome);
  expect(opened.salvaged).toMatchObject({ kept: 60, lost: 0 });
  expect(opened.outbox.commands.open().commands.map(({ id }) => id)).toEqual(ids);
  opened.outbox.close();
});

test('a file of a newer version is refused and left as it is', () => {
  open().close();
  const path = join(folder, 'outbox.db');
  const db = new Database(path);
  db.pragma('user_version = 99');
  db.close();
  expect(openOutbox(folder, 0)).toEqual({ outcome: 'newer-schema', version: 99 });
  const after = new Database(path, { readonly: true });
  expect(after.pragma('user_version', { simple: true })).toBe(99);
  after.close();
});

test('old settled commands and alerts go by count, never what still waits', () => {
  const outbox = open();
  outbox.commands.save({ add: Array.from({ length: 10 }, (_, n) => command(`c${n}`)) });
  const settled = (id: string) => command(id, { state: 'confirmed', settledAt: 1 });
  outbox.commands.save({ change: ['c1', 'c2', 'c8', 'c9'].map(settled) });
  outbox.commands.forget(3);
  expect(outbox.commands.newest(20).map((one) => one.id)).toEqual([
    'c9',
    'c8',
    'c7',
    'c6',
    'c5',
    'c4',
    'c3',
    'c0',
  ]);
  for (let n = 0; n < 6; n += 1) outbox.alerts.addOnce(`n:${n}`, () => alert(`n:${n}`));
  outbox.alerts.forget(2);
  expect(outbox.alerts.newest(9).alerts.map((one) => one.id)).toEqual(['n:5', 'n:4']);
  outbox.alerts.forget(50);
  expect(outbox.alerts.newest(9).alerts).toHaveLength(2);
  outbox.close();
});

test('what is removed from a conversation is remembered for a while', () => {
  const outbox = open();
  outbox.activity.put(7, 'removed-team', '3', 100);
  outbox.activity.put(7, 'removed-team', '4', 200);
  expect(outbox.activity.get(7, 'removed-team', 150)).toBe('4');
  expect(outbox.activity.get(7, 'removed-team', 201)).toBeNull();
  outbox.close();
});

test('notes come back in order, refused ones too, and what is over goes by count', () => {
  const outbox = open();
  outbox.notes.save({ add: ['a', 'b', 'c', 'd'].map((id) => note(id)) });
  expect(() => outbox.notes.save({ add: [note('e'), note('a')] })).toThrow(/UNIQUE/);
  outbox.notes.save({
    change: [
      note('a', { state: 'sent', message: 90, settledAt: 5 }),
      note('b', { state: 'refused', serverWords: 'Too many messages', settledAt: 5 }),
    ],
  });
  outbox.close();
  const again = open();
  expect(again.notes.open()).toMatchObject({
    notes: [{ id: 'b', serverWords: 'Too many messages' }, { id: 'c' }, { id: 'd' }],
    damaged: 0,
  });
  again.notes.forget(1);
  expect(again.notes.newest(9).map(({ id }) => id)).toEqual(['d', 'c', 'b']);
  again.close();
});

test('a draft is the newest one of its conversation, and goes with its note', () => {
  const outbox = open();
  outbox.drafts.put(7, 'Call', 100);
  outbox.drafts.put(7, 'Call back', 200);
  outbox.drafts.put(8, 'VIP', 100);
  outbox.close();
  const again = open();
  expect([again.drafts.get(7), again.drafts.get(8), again.drafts.get(9)]).toEqual(['Call back', 'VIP', '']);
  // Together or not at all.
  expect(() =>
    again.atOnce(() => {
      again.notes.save({ add: [note('a')] });
      again.drafts.put(7, '', 300);
      throw new Error('power');
    }),
  ).toThrow('power');
  expect([again.drafts.get(7), again.notes.newest(9)]).toEqual(['Call back', []]);
  again.drafts.put(7, '', 300);
  again.drafts.forget(200);
  expect([again.drafts.get(7), again.drafts.get(8)]).toEqual(['', '']);
  again.close();
});

test('notes and drafts are carried over from a damaged file, out of its pages too', () => {
  const first = open();
  first.notes.save({ add: Array.from({ length: 60 }, (_, n) => note(`n${n}`)) });
  first.drafts.put(7, 'Call back', 100);
  first.close();
  cutOff('note');
  const opened = openOutbox(folder, 0);
  if (opened.outcome !== 'opened') throw new Error(opened.outcome);
  expect(opened.salvaged).toMatchObject({ kept: 61, lost: 0 });
  expect(opened.outbox.notes.open().notes).toHaveLength(60);
  expect(opened.outbox.drafts.get(7)).toBe('Call back');
  opened.outbox.close();
});

test('a salvage that comes to nothing leaves everything for the next one', () => {
  const outbox = open();
  outbox.commands.save({ add: [command('a'), command('b', { contact: 'Rosamunde Q' })] });
  outbox.notes.save({ add: [note('n')] });
  outbox.close();
  const path = join(folder, 'outbox.db');
  const bytes = readFileSync(path);
  bytes[bytes.indexOf('Rosamunde Q')] = 'P'.charCodeAt(0);
  writeFileSync(path, bytes);
  // No new file can be made.
  mkdirSync(`${path}.new`);
  expect(openOutbox(folder, 0).outcome).toBe('unusable');
  rmSync(`${path}.new`, { recursive: true });
  const again = openOutbox(folder, 0);
  if (again.outcome !== 'opened') throw new Error(again.outcome);
  expect(again.outbox.commands.open().commands.map(({ id }) => id)).toEqual(['a']);
  expect(again.outbox.notes.open().notes.map(({ id }) => id)).toEqual(['n']);
  again.outbox.close();
});

test('a salvage that was cut off before its file got its name is ended by the next start', () => {
  const outbox = open();
  outbox.commands.save({ add: [command('a')] });
  outbox.close();
  const path = join(folder, 'outbox.db');
  renameSync(path, `${path}.salvaged`);
  // As after each of its steps: the damaged file stands there still, with its log; only its log; nothing.
  for (const left of [['', '-wal'], ['-wal'], []]) {
    for (const suffix of left) writeFileSync(path + suffix, 'damaged');
    const again = open();
    expect(again.commands.open().commands.map(({ id }) => id)).toEqual(['a']);
    again.close();
    renameSync(path, `${path}.salvaged`);
  }
});
