/** What the cache takes over, and what it survives, on virtual time: own truth after a restart, a disk that fails anywhere, a background that stands still. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createWorld, type World } from './ingest-world.ts';

vi.setConfig({ testTimeout: 120_000 });

const ofMine = (world: World): number => {
  const found = [...world.server.truth.conversations.values()].find(
    ({ id, status }) => status === 'open' && world.alive().writer().truth(id)?.live === true,
  );
  if (!found) throw new Error('nothing is open');
  return found.id;
};

it('a cache that was begun anew takes nothing over that a command left in the one before it', async () => {
  const world = await createWorld({ seed: 3, level: '4.14' });
  try {
    world.start();
    expect(await world.live()).toBe(true);
    await world.pass(60_000);
    const id = ofMine(world);
    const read = await world.ask({ kind: 'read', conversation: id, thenWrite: true });
    if (read?.kind !== 'read' || read.answer.outcome !== 'read') throw new Error('not read');
    const { truth, commit } = read.answer;
    expect(commit).toBeGreaterThan(0);
    world.alive().post({ kind: 'damaged' });
    await world.pass(5000);
    expect(await world.live()).toBe(true);
    // Somebody else takes it, and is seen. Much later the app is started again, and its outbox tells what it knows.
    const theirs = world.alive().writer().truth(id);
    await world.pass(10_000);
    world.kill();
    await world.pass(60_000);
    world.start();
    await world.ask({
      kind: 'confirmed',
      truths: [
        {
          id,
          assignee: truth.assignee === null ? { type: 'agent', id: 99 } : null,
          team: truth.team,
          commit: commit ?? 0,
        },
      ],
    });
    expect(await world.live()).toBe(true);
    expect(world.differences()).toEqual([]);
    expect(world.alive().writer().truth(id)).toEqual(theirs);
  } finally {
    world.end();
  }
});

const broken = (): Error => Object.assign(new Error('disk I/O error'), { code: 'EIO' });

it.each(Array.from({ length: 6 }, (_, n) => n + 1))(
  'a disk that fails reads and writes takes nothing down with it, and all is right after it (%i)',
  async (seed) => {
    const world = await createWorld({ seed, level: seed % 2 ? '4.14' : '2.16' });
    try {
      world.start();
      const { below } = world.dice;
      for (let round = 0; round < 12; round += 1) {
        await world.pass(below(round < 6 ? 3000 : 200_000));
        world.disk.error = broken();
        world.disk.reads = true;
        const ids = [...world.server.truth.conversations.keys()];
        for (let asked = 0; asked < 5; asked += 1) {
          const conversation = ids[below(ids.length)] ?? 1;
          world.alive().post({
            kind: 'request',
            id: 10_000 + round * 10 + asked,
            request: { kind: 'read', conversation, thenWrite: true },
          });
          await world.pass(below(1500));
        }
        world.server.cable.disconnectAll('server_restart', true);
        await world.pass(below(20_000));
        world.disk.error = null;
        world.disk.reads = false;
      }
      // What is only logged is no harm; what comes out of a timer ends the process.
      expect(world.errors.filter((error) => error instanceof Error).map((error) => error.stack)).toEqual([]);
      expect(await world.live()).toBe(true);
      await world.pass(180_000);
      expect(world.differences()).toEqual([]);
    } finally {
      world.end();
    }
  },
);

it('signing out is answered although something of the cache cannot be deleted', async () => {
  const world = await createWorld({ seed: 5, level: '4.14' });
  try {
    world.start();
    expect(await world.live()).toBe(true);
    const aside = join(world.folder, 'cache.db.damaged-2026-03-01T00-00-00Z');
    writeFileSync(aside, '');
    mkdirSync(`${aside}-wal`);
    world.alive().post({ kind: 'close', wipe: true });
    await world.pass(1000);
    expect(world.errors.filter((error) => error instanceof Error)).toEqual([]);
    expect(world.heard.at(-1)).toEqual({ kind: 'closed' });
    expect(existsSync(join(world.folder, 'cache.db'))).toBe(false);
  } finally {
    world.end();
  }
});

it('what waits for a server that asked for a pause does not hold up the next connection', async () => {
  const world = await createWorld({ seed: 6, level: '4.14' });
  try {
    world.start();
    expect(await world.live()).toBe(true);
    await world.pass(5 * 60_000);
    let told = 0;
    world.conditions.tamper = (path, answer) => {
      if (told > 0 || !path.endsWith('/conversations')) return answer;
      told += 1;
      return { ...answer, status: 429, headers: { ...answer.headers, 'retry-after': '600' } };
    };
    const key = () => world.connection()?.reason.key;
    expect(await world.within(120_000, () => key() === 'connection.throttled-live')).toBe(true);
    await world.pass(5000);
    world.server.cable.disconnectAll('server_restart', true);
    await world.within(20_000, () => key() !== 'connection.throttled-live');
    expect(await world.within(30_000, () => key() === 'connection.throttled-live')).toBe(true);
  } finally {
    world.end();
  }
});
