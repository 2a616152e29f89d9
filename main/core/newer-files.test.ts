/** Files of a newer version of the app: said in a sentence, and not one byte of them is changed. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWords } from '../../contract/words.ts';
import { saveQueue, startHalves } from './halves.testing.ts';

let folder: string;
let place: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'newer-'));
  place = saveQueue(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As a version of the app leaves it that knows one schema more. */
const makeNewer = (file: string): void => {
  const db = new Database(join(place, file));
  db.exec('CREATE TABLE of_tomorrow (x INTEGER); INSERT INTO of_tomorrow VALUES (1)');
  db.pragma(`user_version = ${Number(db.pragma('user_version', { simple: true })) + 1}`);
  db.close();
};
/** Every file that belongs to one, with its bytes. */
const filesOf = (file: string): [string, string][] =>
  readdirSync(place)
    .filter((name) => name.startsWith(file))
    .toSorted()
    .map((name) => [name, readFileSync(join(place, name)).toString('base64')]);
const text = createWords('en');

it('an outbox: nothing is taken on, which is said, and the board is there', async () => {
  makeNewer('outbox.db');
  const before = filesOf('outbox.db');
  const { data, call, notices } = await startHalves(folder);
  expect(await notices()).toEqual(['files.newer']);
  const [notice] = (await call('notices.get', {})).notices;
  expect(notice && text(notice.words)).toMatch(/newer version of this app.*Update the app/);
  await expect(call('note.send', { conversation: 7, text: 'Call back' })).rejects.toThrow(
    'read-only: This workspace was written by a newer version of the app. Please update.',
  );
  expect((await call('conversation.get', { id: 7 }))?.card.contact).toBe('Ivo Brandt');
  await data.stop();
  expect(filesOf('outbox.db')).toEqual(before);
});

it('a cache: the connection says so, and the outbox is there', async () => {
  makeNewer('cache.db');
  const before = filesOf('cache.db');
  const { data, call } = await startHalves(folder);
  await expect.poll(async () => (await call('connection.get', {})).reason.key).toBe('connection.newer-cache');
  const { reason } = await call('connection.get', {});
  expect(text(reason)).toContain('from a newer version of this app. Update the app');
  await call('note.send', { conversation: 7, text: 'Call back' });
  expect((await call('outbox.list', { limit: 9 })).notes).toHaveLength(1);
  await data.stop();
  expect(filesOf('cache.db')).toEqual(before);
});

it('control: files of this version are written to', async () => {
  const before = filesOf('cache.db');
  const { data, call } = await startHalves(folder);
  await call('conversation.get', { id: 7 });
  await data.stop();
  expect(filesOf('cache.db')).not.toEqual(before);
});
