/** The parts that the torture programs judge with: they must notice what they are there for. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDice } from '../simulate/random.ts';
import { holdsRow } from './corrupt/whole.ts';
import { createDisk } from './powerloss/states.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'torture-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = 'outbox.db-wal';
const write = (at: number, text: string) => ({ kind: 'write' as const, path, at, bytes: Buffer.from(text) });
const dice = createDice('disk');
const all = () => true;

test('only what was synced survives the loss of all the rest', () => {
  const disk = createDisk();
  for (const event of [write(0, 'aaaa'), { kind: 'sync' as const, path }, write(2, 'bbbb')])
    disk.follow(event);
  expect(disk.after('lose-all', dice, all).get(path)?.toString()).toBe('aaaa');
  expect(disk.after('all', dice, all).get(path)?.toString()).toBe('aabbbb');
});

test('a file that is cut and grows again holds zeros between', () => {
  const disk = createDisk();
  for (const event of [write(0, 'aaaa'), { kind: 'truncate' as const, path, size: 1 }, write(3, 'b')])
    disk.follow(event);
  expect(disk.after('all', dice, all).get(path)?.toString()).toBe('a\0\0b');
});

test('a torn write loses sectors, never parts of them', () => {
  const disk = createDisk();
  disk.follow(write(0, 'x'.repeat(4096)));
  const seen = new Set<number>();
  for (let i = 0; i < 200; i++) {
    const content = disk.after('torn', dice, all).get(path) ?? Buffer.alloc(0);
    for (let at = 0; at < content.length; at += 512)
      expect(new Set(content.subarray(at, at + 512)).size).toBe(1);
    seen.add(content.toString().replaceAll('\0', '').length);
  }
  expect(seen.size).toBeGreaterThan(3);
});

test('a row is told from what SQLite has freed', () => {
  const bodies = ['first body', 'second body'].map((body) => body.padEnd(500, '.'));
  const file = join(folder, 'rows.db');
  const db = new Database(file);
  db.exec('CREATE TABLE command (seq INTEGER PRIMARY KEY, body TEXT)');
  db.prepare('INSERT INTO command (body) VALUES (?), (?)').run(...bodies);
  db.prepare('DELETE FROM command WHERE body = ?').run(bodies[0]);
  db.close();
  const bytes = readFileSync(file);
  expect(bytes.includes(bodies[0] ?? '-')).toBe(true);
  expect(holdsRow(bytes, Buffer.from(bodies[0] ?? ''), false)).toBe(false);
  expect(holdsRow(bytes, Buffer.from(bodies[1] ?? ''), false)).toBe(true);
});
