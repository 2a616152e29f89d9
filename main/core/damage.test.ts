/** Damage of the cache that only reading meets: the half that reads tells the half that writes, and the queue is begun anew. */
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Workspace } from '../../contract/ipc.ts';
import { createData } from './data/create-data.ts';
import { folderOf } from './data/places.ts';
import { createClock } from './host/clock.ts';
import { createMemoryLink } from './memory-link.ts';
import type { Ports } from './ports.ts';
import { conversation, deps, message, messageFact, opened, silentLog } from './store/cache.fixture.ts';
import { openCacheReader } from './store/cache-reader.ts';
import { openCacheWriter } from './store/cache-writer.ts';
import { createIngest } from './sync/engine.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'damage-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const workspace: Workspace = {
  origin: 'https://chat.example.test',
  accountId: 3,
  userId: 1,
  name: 'Account',
  demo: false,
};

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
  const place = folderOf(folder, workspace);
  mkdirSync(place, { recursive: true });
  const before = opened(openCacheWriter(place, deps));
  before.apply([conversation(7), messageFact(7, message(70))], { epoch: 1 });
  before.close();
  // Nothing that opening or a first read of the queue looks at.
  breakTable(join(place, 'cache.db'), 'message');

  const link = createMemoryLink();
  const ports: Ports = {
    clock: createClock(),
    // No answer ever comes: what is shown is what is on the disk.
    http: { request: () => new Promise(() => undefined) },
    sockets: { open: () => ({ send: () => undefined, close: () => undefined }) },
    random: { next: () => 0.5, id: () => 'id' },
    log: silentLog,
    main: {
      call: (name) => Promise.resolve((name === 'secrets.get' ? { value: 'secret' } : {}) as never),
    },
  };
  createIngest(ports, link.ingest, { openCacheWriter });
  const data = createData(ports, link.data, { folder, openCacheReader });
  await data.start(workspace);
  const setAside = () =>
    readdirSync(place).filter((name) => /^cache\.db\.damaged-[^-]+-\d\d-[^-]+-\d\d-\d\dZ$/.test(name));
  expect(setAside()).toEqual([]);

  expect(await data.dispatch('conversation.get', { id: 7 })).toMatchObject({ ok: false });
  await expect
    .poll(() => data.dispatch('notices.get', {}))
    .toMatchObject({
      value: { notices: [{ words: { key: 'files.cache-rebuilt' } }] },
    });
  expect(setAside()).toHaveLength(1);
  expect(await data.dispatch('conversation.get', { id: 7 })).toEqual({ ok: true, value: null });
  await data.stop();
});
