/** The ingest half on virtual time: silence, sleep, faults and restarts, each ending with a cache that equals the server. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { levels } from '../simulate/model/levels.ts';
import { visibleInbox } from '../simulate/model/lists.ts';
import { actOfOthers } from '../simulate/others.ts';
import { ME, OTHER } from '../simulate/population.ts';
import { clearWeather, weathers } from '../simulate/weather.ts';
import { createWorld, type World, type WorldOptions } from './ingest-world.ts';

// A busy machine takes its time; nothing here waits for time to pass.
vi.setConfig({ testTimeout: 60_000 });

const world = async (options: Partial<WorldOptions> = {}): Promise<World> => {
  const created = await createWorld({ seed: 1, level: '4.14', ...options });
  onTestFinished(created.end);
  created.start();
  return created;
};

const states = ({ connections }: World): string[] => {
  const seen: string[] = [];
  for (const { connection } of connections) if (seen.at(-1) !== connection.state) seen.push(connection.state);
  return seen;
};

describe('a full disk', () => {
  it('is said at once, asks the server nothing meanwhile, and everything goes on within seconds', async () => {
    const app = await world();
    expect(await app.live()).toBe(true);
    const troubles = () =>
      app.heard.flatMap((one) => (one.kind === 'storage' ? [one.trouble?.kind ?? null] : []));
    const before = troubles().length;
    app.disk.error = Object.assign(new Error('no room'), { code: 'ENOSPC' });
    const full = app.scheduler.time();
    const dice = app.dice.fork('others');
    const said = await app.within(120_000, () => {
      if (troubles().length === before) actOfOthers(app.server, dice, []);
      return troubles().length > before;
    });
    expect(said).toBe(true);
    expect(troubles().slice(before)).toEqual(['full']);
    expect(app.connection()?.state).not.toBe('live');

    await app.pass(10_000);
    const asked = app.requests().length;
    const errors = app.errors.length;
    await app.pass(60 * 60_000);
    expect(app.requests().length - asked, 'requests in an hour of a full disk').toBe(0);
    expect(app.errors.length - errors, 'lines in the log').toBe(0);
    expect(app.scheduler.time() - full).toBeGreaterThan(60 * 60_000);

    app.disk.error = null;
    expect(await app.within(3_000, () => troubles().at(-1) === null)).toBe(true);
    expect(await app.live(30_000)).toBe(true);
    expect(app.differences()).toEqual([]);
  });
});

describe('a sleep that nobody tells of', () => {
  it('in the middle of a catch-up is noticed before the queue is called live', async () => {
    const app = await world();
    expect(await app.live()).toBe(true);
    app.server.cable.disconnectAll('server_restart', true);
    const last = () => {
      const event = app.requests().at(-1);
      return event?.kind === 'sent' ? event.path : '';
    };
    expect(await app.within(30_000, () => last().includes('updated_within'), 1)).toBe(true);
    expect(await app.within(30_000, () => last().includes('/notifications'), 1)).toBe(true);
    expect(app.connection()?.state).toBe('catching-up');
    app.scheduler.sleep();
    app.alive().network.sleep();
    await app.pass(3_600_000);
    const [row] = [...app.server.truth.conversations.values()].filter(({ status }) => status === 'open');
    if (row === undefined) throw new Error('no conversation');
    app.server.acts.assignAgent(row, { user: OTHER, request: null }, row.assignee === 15 ? 16 : 15);
    app.scheduler.wake();
    expect(await app.live(30_000)).toBe(true);
    expect(app.differences()).toEqual([]);
  });
});

describe('a row that moves while pages are read', () => {
  /** As pages do that are served in another order than they were asked for: one row is on none, so many times. */
  const hide = (app: World, times: number) => {
    const viewer = app.server.truth.users.get(ME);
    const open = [...app.server.truth.conversations.values()].filter(
      ({ status, inbox }) => status === 'open' && viewer && visibleInbox(app.server.truth, viewer, inbox),
    );
    // On the third page: the first two are looked at before the load as well.
    const row = open.at(-6);
    if (row === undefined) throw new Error('no open conversation');
    let hidden = 0;
    app.conditions.tamper = (path, answer) => {
      if (!path.endsWith('/conversations') || answer.status !== 200 || hidden >= times) return answer;
      const body = JSON.parse(answer.body) as { data: { payload: { id: number }[] } };
      const { payload } = body.data;
      const at = payload.findIndex(({ id }) => id === row.id);
      const other = payload[at === 0 ? 1 : 0];
      if (at < 0 || other === undefined) return answer;
      hidden += 1;
      payload[at] = other;
      return { ...answer, body: JSON.stringify(body) };
    };
    return { id: row.id, hidden: () => hidden };
  };
  const isCached = (app: World, id: number) => app.alive().writer().truth(id) !== null;

  it('is there when a load in one go is called live', async () => {
    const app = await createWorld({ seed: 1, level: '4.14', pageSize: 2, historyDays: 0 });
    onTestFinished(app.end);
    const row = hide(app, 1);
    app.start();
    expect(await app.within(60_000, () => row.hidden() === 1, 5)).toBe(true);
    expect(isCached(app, row.id)).toBe(false);
    expect(await app.live()).toBe(true);
    expect(app.differences()).toEqual([]);
  });

  it('is there when the app died while it read everything again', async () => {
    const app = await createWorld({ seed: 1, level: '4.14', pageSize: 2, historyDays: 0 });
    onTestFinished(app.end);
    const row = hide(app, 1);
    app.start();
    const loads = () => (app.alive().writer().state('first-load') as { loads?: number } | undefined)?.loads;
    expect(await app.within(60_000, () => loads() === 2, 1)).toBe(true);
    expect([isCached(app, row.id), app.connection()?.state]).toEqual([false, 'catching-up']);
    app.kill();
    app.start();
    expect(await app.live()).toBe(true);
    expect(app.differences()).toEqual([]);
  });

  it('is there when a load that was cut off is called live', async () => {
    const app = await createWorld({ seed: 1, level: '4.14', pageSize: 2, historyDays: 0 });
    onTestFinished(app.end);
    const row = hide(app, 1);
    app.start();
    const cursor = () =>
      (app.alive().writer().state('first-load') as { cursor: { page: number } | null } | undefined)?.cursor;
    // What it goes on with lies behind the row.
    expect(await app.within(60_000, () => row.hidden() === 1 && (cursor()?.page ?? 0) >= 6, 5)).toBe(true);
    app.kill();
    app.start();
    expect(await app.within(60_000, () => row.hidden() === 1 && cursor() === null, 5)).toBe(true);
    expect(await app.live()).toBe(true);
    expect(app.differences()).toEqual([]);
  });
});

describe('a server that counts in its own way', () => {
  type Meta = { all_count: number; unassigned_count: number };
  /** A change of the counts of open conversations. */
  const miscount = (app: World, change: (meta: Meta) => void) => {
    app.conditions.tamper = (path, answer) => {
      if (!path.endsWith('/conversations') || answer.status !== 200) return answer;
      const body = JSON.parse(answer.body) as { data?: { meta: Meta; payload: { status: string }[] } };
      if (!body.data?.payload.every(({ status }) => status === 'open')) return answer;
      change(body.data.meta);
      return { ...answer, body: JSON.stringify(body) };
    };
  };
  const createOpen = (app: World, count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) app.server.acts.create(4, { id: 5000 + n, name: `Contact ${n}` });
    return app.pass(600_000);
  };
  const pagesOfOpen = (app: World): number =>
    app
      .requests()
      .filter((event) => event.kind === 'sent' && event.path.includes('/conversations?status=open')).length;

  it('is loaded again once, not for ever, where it counts more than it lists', async () => {
    const app = await createWorld({ seed: 1, level: 'live-agent', historyDays: 0 });
    onTestFinished(app.end);
    await createOpen(app, 300);
    miscount(app, (meta) => (meta.all_count += 1));
    app.start();
    expect(await app.live()).toBe(true);
    expect(app.alive().writer().state('first-load')).toMatchObject({ done: true, loads: 2 });
    // Twelve or thirteen pages in a load.
    expect(pagesOfOpen(app)).toBeLessThan(50);
    expect(app.differences()).toEqual([]);
  });

  it.each(['live-agent', '4.14'] as const)(
    'is live in the end although the connection is cut every 30 s, at the level %s',
    async (level) => {
      const app = await createWorld({ seed: 1, level, historyDays: 0 });
      onTestFinished(app.end);
      await createOpen(app, 600);
      miscount(app, (meta) => (meta.unassigned_count -= 1));
      app.start();
      let cutAt = app.scheduler.time();
      const live = await app.within(10 * 60_000, () => {
        if (app.scheduler.time() - cutAt > 30_000) {
          cutAt = app.scheduler.time();
          app.server.cable.disconnectAll('server_restart', true);
        }
        return app.connection()?.state === 'live';
      });
      expect(live).toBe(true);
    },
  );

  it('is not read again and again where its list of inboxes is shorter than that of its conversations', async () => {
    const app = await createWorld({ seed: 1, level: '4.14', pageSize: 5, historyDays: 0 });
    onTestFinished(app.end);
    await createOpen(app, 100);
    app.conditions.tamper = (path, answer) => {
      if (!path.endsWith('/inboxes') || answer.status !== 200) return answer;
      const body = JSON.parse(answer.body) as { payload: { id: number }[] };
      return { ...answer, body: JSON.stringify({ payload: body.payload.filter(({ id }) => id !== 4) }) };
    };
    app.start();
    expect(await app.live()).toBe(true);
    const before = pagesOfOpen(app);
    for (let minute = 0; minute < 30; minute += 1) {
      app.server.acts.create(4, { id: 9000 + minute, name: `Newcomer ${minute}` });
      await app.pass(60_000);
    }
    expect(app.differences()).toEqual([]);
    // The counts are compared fifteen times, with one page each, and a second one where something is under way.
    expect(pagesOfOpen(app) - before).toBeLessThan(40);
  });

  it('is not asked for everything twice when a load ends', async () => {
    const app = await createWorld({ seed: 1, level: '4.14', pageSize: 2 });
    onTestFinished(app.end);
    // As one does where somebody who left the account still counts as an assignee.
    miscount(app, (meta) => (meta.unassigned_count -= 1));
    app.start();
    expect(await app.live()).toBe(true);
    const asked = new Map<string, number>();
    for (const event of app.requests())
      if (event.kind === 'sent' && event.path.includes('/conversations?status=open'))
        asked.set(event.path, (asked.get(event.path) ?? 0) + 1);
    expect(asked.size).toBeGreaterThan(5);
    // The first two pages are looked at before the load as well, and the first says after it how many there are.
    const most = (path: string) => (path.endsWith('page=1') ? 3 : path.endsWith('page=2') ? 2 : 1);
    const often = [...asked].filter(([path, times]) => times > most(path));
    expect(often).toEqual([]);
  });
});

describe('silence', () => {
  it('on an open socket is stale within 6 s, given up at 7.5 s, and healed', async () => {
    const app = await world();
    expect(await app.live()).toBe(true);
    app.alive().network.sleep();
    const silent = app.scheduler.time();
    // The last ping may have been heard just before.
    expect(await app.within(6000, () => app.connection()?.state === 'stale')).toBe(true);
    expect(app.connection()?.reason.key).toBe('connection.no-ping');
    const asOf = app.connection()?.asOf ?? 0;
    expect(asOf).toBeLessThanOrEqual(app.alive().clock.clock.now());
    await app.within(2000, () => app.connection()?.reason.key === 'connection.reconnecting');
    expect(app.scheduler.time() - silent).toBeLessThan(7700);
    expect(app.connection()?.asOf).toBe(asOf);
    expect(await app.live(30_000)).toBe(true);
    expect(app.differences()).toEqual([]);
  });

  it('of a subscription that is never confirmed does not stop the data from coming', async () => {
    const app = await createWorld({ seed: 2, level: '4.14' });
    onTestFinished(app.end);
    const receive = app.server.cable.connect;
    // Pings, but no confirmation: as the server answers a wrong subscription.
    app.server.cable.connect = (text, close) => ({ ...receive(text, close), receive: () => undefined });
    app.start();
    expect(await app.within(60_000, () => app.differences().length === 0)).toBe(true);
    await app.pass(120_000);
    expect(app.connection()?.state).toBe('stale');
    expect(app.connection()?.reason.key).toBe('connection.no-live-updates');
    expect(states(app)).not.toContain('live');
    const profiles = app
      .requests()
      .filter((event) => event.kind === 'sent' && event.path.includes('/profile'));
    // Backoff, not a loop.
    expect(profiles.length).toBeLessThan(20);
    app.server.cable.connect = receive;
    expect(await app.live()).toBe(true);
  });
});

describe('conversations that go', () => {
  it.each(levels)('deleted at the level %s leave after two checks', async (level) => {
    const app = await world({ level, seed: 3 });
    expect(await app.live()).toBe(true);
    const row = [...app.server.truth.conversations.values()].find(
      ({ id, status }) => status === 'open' && app.alive().writer().truth(id) !== null,
    );
    if (row === undefined) throw new Error('nothing is open');
    app.server.acts.remove(row, { user: null, request: null });
    const first = await app.ask({ kind: 'read', conversation: row.id, thenWrite: true });
    expect(first).toMatchObject({ kind: 'read', answer: { outcome: 'gone' } });
    await app.pass(50_000);
    expect(app.alive().writer().truth(row.id)).not.toBeNull();
    expect(await app.within(40_000, () => app.alive().writer().truth(row.id) === null)).toBe(true);
    expect(
      app.changes.some(
        ({ before, after, gone }) => before?.id === row.id && after === null && gone === 'deleted',
      ),
    ).toBe(true);
  });
});

describe('what the server does without a word', () => {
  it.each(levels)(
    'a team that is deleted at the level %s is found out, and the reconciles go on',
    async (level) => {
      const app = await world({ level, seed: 6 });
      expect(await app.live()).toBe(true);
      await app.pass(10 * 60_000);
      const team = [...app.server.truth.conversations.values()].find(
        ({ id, status, team: t }) =>
          status === 'open' && t !== null && app.alive().writer().truth(id) !== null,
      )?.team;
      if (team === undefined || team === null) throw new Error('no open conversation is in a team');
      app.server.acts.deleteTeam(team);
      expect(app.differences().length).toBeGreaterThan(0);
      expect(await app.within(12 * 60_000, () => app.differences().length === 0)).toBe(true);
      const asked = app.requests().length;
      await app.pass(3 * 60_000);
      const reconciles = app
        .requests()
        .slice(asked)
        .filter((event) => event.kind === 'sent' && event.path.includes('status=all'));
      expect(reconciles.length).toBeGreaterThan(1);
    },
  );
});

describe('two changes in one moment', () => {
  it.each(levels)(
    'at the level %s are told apart by another read, however their events arrive',
    async (level) => {
      const app = await world({ level, seed: 4 });
      expect(await app.live()).toBe(true);
      await app.pass(10 * 60_000);
      const other = { user: 13, request: null };
      const wrong: string[] = [];
      for (let round = 0; round < 40; round += 1) {
        for (const row of app.server.truth.conversations.values()) {
          if (row.status !== 'open') continue;
          app.server.acts.assignAgent(row, other, 14);
          app.server.acts.assignAgent(row, other, 15 + (round % 2));
          break;
        }
        // Shorter than the pauses of whatever would mend it later.
        await app.pass(10_000);
        wrong.push(...app.differences());
      }
      expect(wrong).toEqual([]);
    },
  );
});

describe('events lost on an open connection', () => {
  it.each(levels)('are healed within minutes at the level %s', async (level) => {
    const app = await world({ level, seed: 5, pageSize: 3 });
    expect(await app.live()).toBe(true);
    // All of the first load, memberships and history.
    await app.pass(10 * 60_000);
    app.conditions.weather = { ...clearWeather, sockets: { eventLost: 1 } };
    const open = [...app.server.truth.conversations.values()].filter(
      ({ id, status }) => status === 'open' && app.alive().writer().truth(id) !== null,
    );
    const [first, second, third] = open;
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('too few are open');
    const other = { user: 13, request: null };
    const nobody = { user: null, request: null };
    app.server.acts.assignAgent(first, other, first.assignee === 14 ? 15 : 14);
    app.server.acts.setStatus(second, other, 'resolved');
    // By nobody: no activity message tells of it.
    app.server.acts.assignAgent(third, nobody, third.assignee === 14 ? 15 : 14);
    expect(app.differences().length).toBeGreaterThan(0);
    expect(app.connection()?.state).toBe('live');
    expect(await app.within(16 * 60_000, () => app.differences().length === 0)).toBe(true);
    expect(states(app).filter((state) => state === 'stale')).toEqual([]);
  });
});

describe.each(levels)('other people at work under every kind of weather at the level %s', (level) => {
  it.each(Array.from({ length: 2 }, (_, seed) => seed + 1))('seed %i converges', async (seed) => {
    const app = await world({ level, seed: seed * 17, pageSize: 5, skew: seed === 2 ? 86_400_000 : 0 });
    const dice = app.dice.fork('steps');
    for (let step = 0; step < 25; step++) {
      for (let i = dice.between(1, 3); i > 0; i--) actOfOthers(app.server, dice, []);
      if (dice.chance(0.3))
        app.conditions.weather = weathers[dice.pick(Object.keys(weathers))] ?? clearWeather;
      if (dice.chance(0.1)) app.server.cable.disconnectAll('server_restart', true);
      if (dice.chance(0.06)) {
        app.kill();
        await app.pass(dice.between(0, 120_000));
        app.start();
      }
      if (dice.chance(0.06)) {
        app.scheduler.sleep();
        app.alive().network.sleep();
        await app.pass(dice.pick([5000, 60_000, 8 * 3_600_000]));
        actOfOthers(app.server, dice, []);
        app.scheduler.wake();
      }
      await app.pass(dice.exponential(8000));
    }
    app.conditions.weather = clearWeather;
    expect(await app.live(20 * 60_000)).toBe(true);
    await app.within(20 * 60_000, () => app.differences().length === 0);
    expect(app.differences()).toEqual([]);
    expect(app.errors).toEqual([]);
  });
});
