/** Signing out forgets the token whatever the disk does, and says what it could not delete. */
import type * as nodeFs from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { startData } from './data-rig.testing.ts';

const disk = vi.hoisted(() => ({ keeps: false }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof nodeFs>();
  const rmSync: typeof fs.rmSync = (path, options) => {
    if (disk.keeps && options?.recursive === true)
      throw Object.assign(new Error('EIO: i/o error, rm'), { code: 'EIO' });
    fs.rmSync(path, options);
  };
  return { ...fs, rmSync };
});
const { rmSync } = await import('node:fs');

const root = mkdtempSync(join(tmpdir(), 'sign-out-'));
afterEach(() => {
  disk.keeps = false;
  rmSync(root, { recursive: true, force: true });
});

it('a folder that cannot be deleted keeps nobody signed in', async () => {
  const secrets = new Map([['token:https://chat.example.test:3:1', 'secret']]);
  const rig = await startData(root, [], secrets);
  await rig.pass(100);
  disk.keeps = true;
  const leaving = rig.call('workspace.signOut', { force: false });
  await rig.pass(10_000);
  expect(await leaving).toEqual({ outcome: 'signed-out', waiting: 0 });
  expect([...secrets.keys()]).toEqual([]);
  const { notices } = await rig.call('notices.get', {});
  expect(notices.map(({ words }) => words.key)).toEqual(['files.not-deleted']);
  await rig.end();
});
