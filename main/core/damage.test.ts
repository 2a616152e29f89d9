/** Damage of the cache that only reading meets: the half that reads tells the half that writes, and the queue is begun anew. */
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { saveQueue, startHalves } from './halves.testing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'damage-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The root page of a table becomes something that is no page. */
const breakTable = (path: string, table: string): void => {
  const db = new Database(path);
  db.pragma('wal_checkpoint(TRUNCATE)');
  const root = db
    .prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?')
    .pluck()
    .get(table);
  const size = db.pragma('page_size', { simple: true }) as number;
  db.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(size, 0xff), 0, size, ((root ?? 1) - 1) * size);
  closeSync(file);
};

it('is set aside by the writer, said, and what is asked next is answered from a sound file', async () => {
  const place = saveQueue(folder);
  // Nothing that opening or a first read of the queue looks at.
  breakTable(join(place, 'cache.db'), 'message');
  const { data, call, notices } = await startHalves(folder);
  const setAside = () => readdirSync(place).filter((name) => /^cache\.db\.damaged-.+Z$/.test(name));
  expect(setAside()).toEqual([]);

  await expect(call('conversation.get', { id: 7 })).rejects.toThrow();
  await expect.poll(notices).toEqual(['files.cache-rebuilt']);
  expect(setAside()).toHaveLength(1);
  expect(await call('conversation.get', { id: 7 })).toBeNull();
  await data.stop();
});
