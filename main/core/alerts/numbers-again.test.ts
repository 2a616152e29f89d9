/** Arrivals of another conversation under a number that a restored server gives once more. */
import { describe, expect, it } from 'vitest';
import { BILLING, truthIn, createRig } from './desk-rig.testing.ts';

describe('a number that the server gives once more', () => {
  /** One arrival was told, of what began at 1000. */
  const start = async () => {
    const rig = createRig({ team: BILLING });
    rig.desk().review();
    rig.tell(BILLING);
    await rig.pass(5000);
    expect(rig.alerts.map((one) => one.id)).toEqual(['team:5:7:1']);
    /** The cache was begun anew: nobody is told of what it is filled with. */
    const reload = async (createdAt: number) => {
      Object.assign(rig.rig, { known: truthIn(BILLING, createdAt), server: { team: BILLING } });
      Object.assign(rig.rig, { heard: true, catchUp: false });
      for (let load = 0; load < 3; load += 1) {
        rig.desk().review();
        await rig.pass(60_000);
      }
    };
    return { ...rig, reload, ids: () => rig.alerts.map((one) => one.id) };
  };
  const BOTH = ['team:5:7:1', 'team:5:7:2'];

  it('is news after a restore', async () => {
    const { rig, desk, reload, ids } = await start();
    rig.catchUp = true;
    desk().wentBack();
    await reload(2000);
    expect(ids()).toEqual(BOTH);
  });

  it('is no other where the clocks of the server differ', async () => {
    const { rig, desk, reload, ids } = await start();
    rig.catchUp = true;
    desk().wentBack();
    await reload(1008);
    expect(ids()).toHaveLength(1);
  });

  it('is not told from the same one by a server that says of none when it began', async () => {
    const { rig, desk, reload, ids } = await start();
    Object.assign(rig, { catchUp: true, saysBegin: false });
    desk().wentBack();
    // What the cache takes for it is the last activity.
    await reload(9000);
    expect(ids()).toHaveLength(1);
  });

  it('is news also where the restore is told twice', async () => {
    const { rig, desk, reload, ids } = await start();
    rig.catchUp = true;
    desk().wentBack();
    rig.known = null;
    desk().wentBack();
    await reload(2000);
    expect(ids()).toEqual(BOTH);
  });

  it('is news where the first one is known to be gone, with a restore and without', async () => {
    const restored = await start();
    restored.vanish();
    await restored.pass(5000);
    restored.rig.catchUp = true;
    restored.desk().wentBack();
    await restored.reload(2000);
    expect(restored.ids()).toEqual(BOTH);
    const live = await start();
    live.vanish();
    await live.pass(5000);
    live.rig.server = { team: BILLING };
    live.hear(truthIn(BILLING, 2000));
    await live.pass(60_000);
    expect(live.ids()).toEqual(BOTH);
  });

  it('is no other one that comes back into sight', async () => {
    const { rig, tell, vanish, pass, ids } = await start();
    vanish();
    await pass(5000);
    rig.server = { team: BILLING };
    tell(BILLING);
    await pass(5000);
    expect(ids()).toHaveLength(1);
  });

  it('is news where it was still to be looked at where the first one went', async () => {
    const { rig, desk, tell, pass, reload, ids } = await start();
    Object.assign(rig, { server: null, catchUp: true });
    tell(null, false, false);
    await pass(5000);
    desk().wentBack();
    await reload(2000);
    expect(ids()).toEqual(BOTH);
  });

  it('is news where an event tells of it', async () => {
    const { hear, pass, ids } = await start();
    hear(truthIn(BILLING, 2000));
    await pass(5000);
    expect(ids()).toEqual(BOTH);
  });
});
