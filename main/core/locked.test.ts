/** Another program holds the lock on a file of ours: what waits for it ends, it is said, and all goes on when that program lets go. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { saveQueue, startHalves } from './halves.testing.ts';

// A real lock is really waited for, and a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'locked-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program of its own takes the lock for writing, and keeps it until `release`: no time lets it go. */
const hold = async (path: string): Promise<{ release: () => Promise<void> }> => {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import Database from ${JSON.stringify(import.meta.resolve('better-sqlite3'))};
       const db = new Database(${JSON.stringify(path)});
       db.exec('BEGIN IMMEDIATE');
       process.stdout.write('held');
       process.stdin.once('data', () => { db.exec('COMMIT'); db.close(); process.exit(0); });`,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return {
    release: async () => {
      const ended = once(child, 'exit');
      child.stdin.write('now');
      await ended;
    },
  };
};

it('the outbox: nothing is acknowledged meanwhile, and what is asked for afterwards is', async () => {
  const place = saveQueue(folder);
  const { data, call, notices } = await startHalves(folder);
  const { release } = await hold(join(place, 'outbox.db'));
  const note = { conversation: 7, text: 'Call back' };
  const refused = async (): Promise<number> => {
    const begun = performance.now();
    await expect(call('note.send', note)).rejects.toThrow('busy');
    return performance.now() - begun;
  };
  // While it is held: this would never end if the lock were waited for.
  const first = await refused();
  expect(await notices()).toEqual(['files.busy']);
  // It is known now. The board is read on this thread, and does not wait behind every further try.
  expect(await refused()).toBeLessThan(first / 4);
  expect((await call('conversation.get', { id: 7 }))?.card.contact, 'what is saved can be read').toBe(
    'Ivo Brandt',
  );
  await release();

  await expect.poll(notices, { timeout: 60_000 }).toEqual([]);
  await call('note.send', note);
  expect((await call('outbox.list', { limit: 9 })).notes.map(({ text }) => text)).toEqual(['Call back']);
  await data.stop();
});

it('the cache, already when the app starts: the queue is there as soon as the lock is free', async () => {
  const place = saveQueue(folder);
  const { release } = await hold(join(place, 'cache.db'));
  const { data, call, notices } = await startHalves(folder);
  await expect.poll(notices, { timeout: 60_000 }).toEqual(['files.busy']);
  // The other file is not held.
  await call('note.send', { conversation: 7, text: 'Call back' });
  await release();

  await expect.poll(notices, { timeout: 60_000 }).toEqual([]);
  expect((await call('conversation.get', { id: 7 }))?.card.contact).toBe('Ivo Brandt');
  await data.stop();
});
