/** The desk: what a crash does not lose, and bursts that are told as one. */
import { describe, expect, it } from 'vitest';
import { ME, BILLING, truthIn, createRig } from './desk-rig.testing.ts';

describe('a crash', () => {
  it('loses no arrival that was not told yet', async () => {
    const { desk, tell, pass, crash, alerts } = createRig({ team: BILLING });
    desk().review();
    tell(BILLING);
    crash();
    await pass(5000);
    expect(alerts).toEqual([]);
    desk().review();
    await pass(5000);
    expect(alerts.map((one) => one.id)).toEqual(['team:5:7:1']);
    crash();
    desk().review();
    await pass(5000);
    expect(alerts).toHaveLength(1);
  });

  it('loses no arrival in a team of mine whose members could not be loaded yet', async () => {
    const { directory, desk, tell, pass, crash, alerts } = createRig({ team: BILLING });
    const [team] = directory.teams;
    if (team) team.members = null;
    desk().review();
    tell(BILLING);
    crash();
    desk().review();
    if (team) team.members = [ME.id];
    desk().interests();
    await pass(5000);
    expect(alerts.map((one) => one.id)).toEqual(['team:5:7:1']);
  });

  it('makes no news of what only an earlier run believed to be in a team', async () => {
    const { rig, desk, pass, crash, alerts } = createRig({ team: null });
    desk().review();
    // A late event said so, of a conversation that was deleted before anybody could ask.
    rig.known = truthIn(BILLING);
    crash();
    desk().review();
    await pass(5000);
    expect([rig.asked, alerts]).toEqual([1, []]);
  });

  it('asks for nothing that this connection has read', async () => {
    const { rig, desk, pass, crash, alerts } = createRig({ team: null });
    desk().review();
    rig.known = truthIn(BILLING);
    rig.heard = true;
    crash();
    desk().review();
    await pass(5000);
    expect([rig.asked, alerts.map((one) => one.id)]).toEqual([0, ['team:5:7:1']]);
  });

  it('loses no arrival about which the server has no answer', async () => {
    const { rig, desk, pass, crash, alerts } = createRig(null);
    desk().review();
    rig.known = truthIn(BILLING);
    crash();
    desk().review();
    await pass(60_000);
    expect([rig.asked, alerts.map((one) => one.id)]).toEqual([3, ['team:5:7:1']]);
  });

  it('makes no news of what was there at the first load', async () => {
    const { rig, desk, pass, crash, alerts } = createRig({ team: BILLING });
    rig.known = truthIn(BILLING);
    rig.catchUp = true;
    desk().review();
    rig.catchUp = false;
    desk().review();
    crash();
    desk().review();
    await pass(5000);
    expect(alerts).toEqual([]);
  });

  it('makes no news of what was in a team before it was watched', async () => {
    const { rig, desk, pass, crash, tell, alerts } = createRig({ team: 9 });
    desk().review();
    tell(9);
    await pass(5000);
    desk().watch([9]);
    crash();
    desk().watch([9]);
    desk().review();
    await pass(5000);
    expect([rig.asked, alerts]).toEqual([0, []]);
  });

  it('loses no arrival in a team since it is watched', async () => {
    const { desk, pass, crash, tell, alerts } = createRig({ team: 9 });
    desk().review();
    desk().watch([9]);
    tell(9);
    crash();
    desk().watch([9]);
    desk().review();
    await pass(5000);
    expect(alerts.map((one) => one.id)).toEqual(['team:5:9:1']);
  });

  it('leaves a burst one burst', async () => {
    const { rig, desk, pass, crash } = createRig(null);
    const row = (id: number) =>
      ({
        id,
        type: 'conversation_assignment',
        conversation: id,
        read: false,
        contactName: 'Omar',
        assignee: ME,
      }) as never;
    const rows = (from: number) => Array.from({ length: 4 }, (_, index) => row(from + index));
    desk().notifications(rows(1), { baseline: false, catchUp: false });
    await pass(1000);
    crash();
    desk().notifications(rows(11), { baseline: false, catchUp: false });
    await pass(1000);
    expect(rig.shown).toHaveLength(5);
  });
});

describe('a summary', () => {
  const six = [1, 2, 3, 4, 5, 6].map((n) => ({
    id: `c${n}`,
    conversation: n,
    contact: `Omar ${n}`,
    state: 'refused',
    base: { assignee: null, team: 8, live: true },
    result: { assignee: null, team: 8 },
    reason: { key: 'outcome.notApplied', params: {} },
    sent: 0,
    plan: { steps: [] },
  })) as never[];

  it('that the app died before is told by the next one, once', async () => {
    const { desk, pass, crash, alerts, rig } = createRig(null);
    desk().settled(six);
    await pass(1000);
    expect(rig.shown).toHaveLength(5);
    crash();
    await pass(20_000);
    expect(rig.shown).toHaveLength(6);
    expect(alerts.at(-1)).toMatchObject({
      kind: 'digest',
      title: { key: 'alert.summary.title', params: { count: 1 } },
      state: 'shown',
    });
    crash();
    await pass(20_000);
    expect(rig.shown).toHaveLength(6);
  });

  it('under way takes what a catch-up brings with it', async () => {
    const { desk, pass, crash, alerts, rig } = createRig(null);
    desk().settled(six);
    const rows = [11, 12, 13, 14, 15, 16].map((n) => ({
      kind: 'notification',
      id: n,
      type: 'conversation_assignment',
      conversation: n,
      contactName: `Ana ${n}`,
      read: false,
      createdAt: 1,
      assignee: ME,
    })) as never[];
    desk().notifications(rows, { baseline: false, catchUp: true });
    await pass(500);
    crash();
    await pass(20_000);
    expect(rig.shown).toHaveLength(6);
    expect(alerts.at(-1)).toMatchObject({ title: { params: { count: 7 } } });
  });
});
