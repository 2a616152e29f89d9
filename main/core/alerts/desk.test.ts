/** The desk: what a flickering truth and a conflict do not tell. */
import { describe, expect, it } from 'vitest';
import type { Alert, Directory } from '../../../contract/model.ts';
import type { Command } from '../commands/types.ts';
import type { Truth, TruthChange } from '../link.ts';
import type { Clock } from '../ports.ts';
import { createDesk, type Desk, type DeskDeps } from './desk.ts';
import type { Ledger, Stay } from './ledger.ts';

const ME = { type: 'agent', id: 1 } as const;
const BILLING = 7;

const truthIn = (team: number | null, createdAt = 1000): Truth => ({
  id: 5,
  contact: 'Omar',
  status: 'open',
  live: true,
  assignee: null,
  team,
  createdAt,
});

const createLedger = () => {
  const alerts: Alert[] = [];
  const stays = new Map<string, { n: number; active: boolean; stay: Stay }>();
  const keyOf = (stay: Stay) => `${stay.kind} ${stay.conversation} ${stay.target}`;
  const disk = { full: false };
  const ledger: Pick<
    Ledger,
    | 'addStay'
    | 'addKnown'
    | 'endStay'
    | 'activeStays'
    | 'staysOf'
    | 'stayActive'
    | 'addOnce'
    | 'get'
    | 'newest'
    | 'change'
  > = {
    change: () => {
      if (disk.full) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    },
    newest: (limit) => ({ alerts: alerts.toReversed().slice(0, limit), unseen: 0 }),
    addKnown: (some) => {
      for (const stay of some) {
        const known = stays.get(keyOf(stay));
        if (!known?.active) stays.set(keyOf(stay), { n: (known?.n ?? 0) + 1, active: true, stay });
      }
    },
    get: (id) => alerts.find((one) => one.id === id) ?? null,
    addOnce: (_id, make) => {
      if (disk.full) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
      const alert = make();
      alerts.push(alert);
      return alert;
    },
    stayActive: (stay) => stays.get(keyOf(stay))?.active === true,
    addStay: (stay, _at, make) => {
      if (disk.full) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
      const known = stays.get(keyOf(stay));
      if (known?.active) return null;
      const n = (known?.n ?? 0) + 1;
      stays.set(keyOf(stay), { n, active: true, stay });
      const alert = make(n);
      if (alert) alerts.push(alert);
      return alert;
    },
    activeStays: () => [...stays.values()].filter((one) => one.active).map((one) => one.stay),
    staysOf: (conversation) =>
      [...stays.values()]
        .filter((one) => one.active && one.stay.conversation === conversation)
        .map((one) => one.stay),
    endStay: (stay) => {
      const known = stays.get(keyOf(stay));
      if (known) known.active = false;
    },
  };
  return { alerts, disk, ledger: ledger as Ledger };
};

/** A desk whose server says `server` (null = no answer), whose truth is what was last told it. */
const createRig = (server: { team: number | null } | null) => {
  const rig = {
    server,
    known: truthIn(null) as Truth | null,
    /** The server is asked and never answers. */
    silent: false,
    asked: 0,
    touched: false,
    /** The present connection has read it. */
    heard: false,
    catchUp: false,
    /** The server says of each conversation when it began. */
    saysBegin: true,
    shown: [] as string[],
  };
  let waiting: { at: number; run: () => void }[] = [];
  let now = 1_000_000;
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run };
      waiting.push(timer);
      return { cancel: () => (waiting = waiting.filter((one) => one !== timer)) };
    },
  };
  const pass = async (ms: number) => {
    const until = now + ms;
    for (;;) {
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      const due = waiting.filter((one) => one.at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (!due) break;
      waiting = waiting.filter((one) => one !== due);
      now = due.at;
      due.run();
    }
    now = until;
  };
  const { alerts, disk, ledger } = createLedger();
  const directory = {
    me: { id: ME.id },
    teams: [{ id: BILLING, name: 'billing', gone: false, members: [ME.id] as number[] | null, mine: true }],
  };
  const deps: DeskDeps = {
    clock,
    random: { next: () => 0.5, id: () => 'id' },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    main: {
      call: (_name, input) => {
        rig.shown.push((input as { id: string }).id);
        return Promise.resolve({ shown: true, reason: null } as never);
      },
    },
    store: ledger,
    me: ME,
    directory: () => directory as unknown as Directory,
    truth: () => rig.known,
    inTeam: (team) => (rig.known?.team === team ? [rig.known.id] : []),
    isHeard: () => rig.heard,
    complete: () => !rig.catchUp,
    saysBegin: () => rig.saysBegin,
    leadsInto: () => false,
    touched: () => rig.touched,
    confirm: () => {
      rig.asked += 1;
      if (rig.silent) return new Promise(() => undefined);
      return Promise.resolve(rig.server && { truth: truthIn(rig.server.team) });
    },
    changed: () => undefined,
  };
  let desk: Desk = createDesk(deps);
  const hear = (after: Truth, gap = false, catchUp = rig.catchUp) => {
    const change: TruthChange = { before: rig.known, after };
    rig.known = after;
    desk.changes([change], { catchUp, gap });
  };
  const tell = (team: number | null, gap?: boolean, catchUp?: boolean) => hear(truthIn(team), gap, catchUp);
  /** Out of sight, or deleted. */
  const vanish = () => {
    const change: TruthChange = { before: rig.known, after: null };
    rig.known = null;
    rig.server = null;
    desk.changes([change], { catchUp: rig.catchUp, gap: true });
  };
  /** The process dies, what it had in memory with it, and another one begins. */
  const crash = () => {
    waiting = [];
    desk = createDesk(deps);
  };
  return { rig, directory, desk: () => desk, hear, tell, vanish, pass, crash, alerts, disk };
};

/** Of a command on conversation 5 only what the desk reads. */
const commandOf = (over: object): Command =>
  ({ id: 'c', conversation: 5, contact: 'Omar', reason: null, sent: 1, ...over }) as Command;

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
