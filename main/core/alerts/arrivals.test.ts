/** Arrivals in a team: what a flickering truth and own doings do not tell. */
import { describe, expect, it } from 'vitest';
import { BILLING, truthIn, createRig, commandOf } from './desk-rig.testing.ts';

describe('an arrival in a team', () => {
  it('is told once, whatever late events say for seconds afterwards', async () => {
    const { tell, pass, alerts } = createRig({ team: BILLING });
    tell(BILLING);
    await pass(5000);
    expect(alerts.map((one) => one.id)).toEqual(['team:5:7:1']);
    tell(null);
    await pass(5000);
    tell(BILLING);
    await pass(5000);
    expect(alerts).toHaveLength(1);
  });

  it('is not told on the word of an event that the server does not confirm', async () => {
    const { tell, pass, alerts, rig } = createRig({ team: null });
    tell(BILLING);
    await pass(5000);
    expect(rig.asked).toBe(1);
    expect(alerts).toEqual([]);
  });

  it('is told as soon as the server answers', async () => {
    const { tell, pass, alerts, rig } = createRig(null);
    tell(BILLING);
    await pass(30_000);
    expect(alerts).toEqual([]);
    rig.server = { team: BILLING };
    await pass(10_000);
    expect(alerts).toHaveLength(1);
  });

  it('is told as soon as the connection is back, where the answer was lost with the one before', async () => {
    const { desk, tell, pass, alerts, rig } = createRig({ team: BILLING });
    desk().review();
    rig.silent = true;
    tell(BILLING);
    await pass(5000);
    expect(alerts).toEqual([]);
    rig.silent = false;
    desk().review();
    await pass(2000);
    expect(alerts.map((one) => one.id)).toEqual(['team:5:7:1']);
  });

  it.each([false, true])(
    'is told once the ledger can be written (found by a catch-up: %s)',
    async (catchUp) => {
      const { tell, pass, alerts, disk } = createRig({ team: BILLING });
      disk.full = true;
      tell(BILLING, false, catchUp);
      await pass(30_000);
      expect(alerts).toEqual([]);
      disk.full = false;
      await pass(30_000);
      expect(alerts.filter(({ kind }) => kind !== 'digest').map(({ id }) => id)).toEqual(['team:5:7:1']);
    },
  );

  it('of many at once is summed up once the ledger can be written, and ends nothing before', async () => {
    const { desk, pass, alerts, disk } = createRig({ team: BILLING });
    const conflicts = Array.from({ length: 20 }, (_, n) => ({
      id: `c${n}`,
      conversation: n,
      contact: 'Omar',
      state: 'conflict',
      result: null,
      reason: { key: 'outcome.conflict', params: {} },
      sent: 0,
      plan: { steps: [] },
    }));
    desk().settled(conflicts as never);
    disk.full = true;
    await pass(120_000);
    expect(alerts.filter(({ kind }) => kind === 'digest')).toEqual([]);
    disk.full = false;
    await pass(120_000);
    expect(alerts.filter(({ kind }) => kind === 'digest')).toHaveLength(1);
    desk().settled(conflicts.map((one) => ({ ...one, id: `again ${one.id}` })) as never);
    disk.full = true;
    expect(() => desk().stop()).not.toThrow();
  });

  it('opens what it is about when it is clicked, also where that cannot be written down', async () => {
    const { tell, desk, pass, disk } = createRig({ team: BILLING });
    tell(BILLING);
    await pass(5000);
    disk.full = true;
    expect(desk().clicked('team:5:7:1')).toBe(5);
  });

  it('is mine when my command wrote it, even where it ended in a conflict', async () => {
    const { desk, tell, pass, alerts } = createRig({ team: BILLING });
    const commands = [
      commandOf({
        state: 'conflict',
        result: { assignee: { type: 'agent', id: 9 }, team: BILLING },
        plan: { steps: [{ write: { write: 'team', to: BILLING } }] },
      }),
    ];
    desk().storing(commands);
    desk().settled(commands);
    tell(BILLING);
    await pass(5000);
    expect(alerts.map((one) => one.kind)).toEqual(['command-conflict']);
  });

  it('is mine when it was gone before my command could be read back, and an echo of it comes late', async () => {
    const { desk, tell, pass, alerts } = createRig({ team: BILLING });
    const commands = [
      commandOf({
        state: 'refused',
        base: { assignee: null, team: 8, live: true },
        result: null,
        reason: { key: 'outcome.deleted', params: {} },
        plan: { steps: [{ write: { write: 'team', to: BILLING } }] },
      }),
    ];
    desk().storing(commands);
    desk().settled(commands);
    tell(BILLING);
    await pass(5000);
    expect(alerts.map((one) => one.kind)).toEqual(['command-refused']);
  });

  it('is somebody else’s when my command only took the agent away there', async () => {
    const { desk, tell, pass, alerts } = createRig({ team: BILLING });
    const commands = [
      commandOf({
        state: 'confirmed',
        base: { assignee: { type: 'agent', id: 9 }, team: BILLING, live: true },
        result: { assignee: null, team: BILLING },
        plan: {
          steps: [{ write: { write: 'agent', to: null } }],
          shown: { assignee: null, team: BILLING },
        },
      }),
    ];
    tell(BILLING);
    desk().storing(commands);
    desk().settled(commands);
    await pass(5000);
    expect(alerts.map((one) => one.kind)).toEqual(['assigned-to-team']);
  });

  it('is somebody else’s when they moved it on from the team that my command put it into', async () => {
    const { desk, tell, pass, alerts } = createRig({ team: BILLING });
    const commands = [
      commandOf({
        state: 'confirmed',
        base: { assignee: null, team: null, live: true },
        result: { assignee: null, team: BILLING },
        reason: { key: 'outcome.changedAfter', params: {} },
        plan: {
          steps: [{ write: { write: 'team', to: 8 } }],
          shown: { assignee: null, team: 8 },
        },
      }),
    ];
    tell(BILLING);
    desk().storing(commands);
    desk().settled(commands);
    await pass(5000);
    expect(alerts.map((one) => one.kind)).toEqual(['assigned-to-team']);
  });

  it('is not over because the conversation is out of sight for a while', async () => {
    const { rig, desk, tell, vanish, pass, alerts } = createRig({ team: BILLING });
    tell(BILLING);
    await pass(5000);
    rig.catchUp = true;
    vanish();
    await pass(5000);
    rig.catchUp = false;
    desk().review();
    rig.server = { team: BILLING };
    tell(BILLING);
    desk().review();
    await pass(5000);
    expect(alerts.map((one) => one.id)).toEqual(['team:5:7:1']);
  });

  it('is over because the server lost the conversation, and another under its number is news', async () => {
    const { rig, desk, tell, vanish, pass, alerts } = createRig({ team: BILLING });
    tell(BILLING);
    await pass(5000);
    rig.catchUp = true;
    desk().wentBack();
    vanish();
    await pass(5000);
    rig.catchUp = false;
    desk().review();
    rig.server = { team: BILLING };
    tell(BILLING);
    await pass(5000);
    expect(alerts.map((one) => one.id)).toEqual(['team:5:7:1', 'team:5:7:2']);
  });

  it('is not over because a late event says so about an own move before anybody looked', async () => {
    const { desk, tell, pass, alerts } = createRig({ team: BILLING });
    tell(BILLING);
    desk().storing([
      commandOf({
        state: 'confirmed',
        base: { assignee: null, team: null },
        result: { assignee: null, team: BILLING },
        plan: {
          steps: [{ write: { write: 'team', to: BILLING } }],
          shown: { assignee: null, team: BILLING },
        },
      }),
    ]);
    tell(null);
    await pass(5000);
    tell(BILLING);
    await pass(5000);
    expect(alerts).toEqual([]);
  });

  it('is over when the conversation is somewhere else once it is back in sight', async () => {
    const { rig, tell, vanish, pass, alerts } = createRig({ team: BILLING });
    tell(BILLING);
    await pass(5000);
    rig.catchUp = true;
    vanish();
    await pass(5000);
    rig.server = { team: null };
    tell(null, true);
    await pass(60_000);
    rig.catchUp = false;
    rig.server = { team: BILLING };
    tell(BILLING);
    await pass(5000);
    expect(alerts.map((one) => one.id)).toEqual(['team:5:7:1', 'team:5:7:2']);
  });

  it('is not over because an echo says so while a load ends', async () => {
    const { rig, desk, tell, pass, alerts } = createRig({ team: BILLING });
    rig.touched = true;
    tell(BILLING);
    await pass(5000);
    rig.known = truthIn(null);
    desk().review();
    tell(BILLING);
    await pass(5000);
    expect(alerts).toHaveLength(1);
  });

  it('is not over because a late event says so before a load ends and anybody looked', async () => {
    const { desk, tell, pass, alerts } = createRig({ team: BILLING });
    tell(BILLING);
    await pass(5000);
    tell(null);
    desk().review();
    await pass(5000);
    tell(BILLING);
    await pass(5000);
    expect(alerts.map((one) => one.id)).toEqual(['team:5:7:1']);
  });

  it('is asked for when an event told of it, also while the app catches up', async () => {
    const { rig, tell, pass, alerts } = createRig({ team: null });
    rig.catchUp = true;
    tell(BILLING);
    await pass(5000);
    expect([rig.asked, alerts]).toEqual([1, []]);
    rig.known = truthIn(null);
    tell(BILLING, true);
    await pass(5000);
    expect([rig.asked, alerts.length]).toEqual([1, 1]);
  });
});
