/** What the cache takes over, and what it survives, on virtual time: own truth after a restart, a disk that fails anywhere, a background that stands still. */
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
    const read = await world.ask({ kind: 'read', conversation: id });
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
