/** What the reconciles cost and heal, on virtual time: gaps, counts by inbox, days of history, a damaged cache, a server that went back, inboxes that come and go. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sameAssignee } from '../../contract/model.ts';
import { levels, type Level } from '../simulate/model/levels.ts';
import { visibleInbox } from '../simulate/model/lists.ts';
import { liveStatus, standingOf, type Conversation } from '../simulate/model/records.ts';
import { ME, OTHER } from '../simulate/population.ts';
import { clearWeather } from '../simulate/weather.ts';
import { createWorld, type World, type WorldOptions } from './ingest-world.ts';

// A busy machine takes its time; nothing here waits for time to pass.
vi.setConfig({ testTimeout: 120_000 });

const nobody = { user: null, request: null };
const other = { user: OTHER, request: null };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A world with more conversations, all quiet since ten minutes, and the app loaded, with its history. */
const world = async (options: Partial<WorldOptions> & { more?: number }): Promise<World> => {
  const app = await createWorld({ seed: 1, level: '4.14', ...options });
  onTestFinished(app.end);
  for (let i = 0; i < (options.more ?? 0); i += 1) {
    const inbox = [4, 5, 6][i % 3] ?? 4;
    const row = app.server.acts.create(inbox, { id: 5000 + i, name: `More ${i}` }, { status: 'open' });
    if (i % 2 === 0) app.server.acts.assignAgent(row, nobody, 14 + (i % 6));
    if (i % 4 === 3) app.server.acts.setStatus(row, nobody, 'resolved');
  }
  await app.pass(10 * MINUTE);
  app.start();
  expect(await app.live()).toBe(true);
  await app.pass(15 * MINUTE);
  expect(app.differences()).toEqual([]);
  return app;
};

/** Rows of the server that the app should have cached. */
const rowsOf = (app: World, wanted: (row: Conversation) => boolean): Conversation[] => {
  const me = app.server.truth.users.get(ME);
  return [...app.server.truth.conversations.values()].filter(
    (row) => me !== undefined && visibleInbox(app.server.truth, me, row.inbox) && wanted(row),
  );
};
const openRows = (app: World): Conversation[] => rowsOf(app, ({ status }) => status === 'open');

const cut = (app: World): void => {
  app.conditions.weather = { ...clearWeather, requests: { unreachable: 1 }, sockets: { refuse: 1 } };
  app.server.cable.disconnectAll('server_restart', true);
};

/** Paths asked for since a number of requests. */
const pathsSince = (app: World, from: number): string[] =>
  app
    .requests()
    .slice(from)
    .map((event) => (event.kind === 'sent' ? event.path : ''));

/** Ids of the cached rows that the board marks as not confirmed. */
const marked = (app: World): Set<number> => {
  const writer = app.alive().writer();
  const epoch = Number(writer.state('epoch') ?? 0);
  return new Set(epoch === 0 ? [] : writer.unconfirmed(epoch, null));
};

describe.each(levels)('a gap at the level %s', (level: Level) => {
  it.each([0, 1, 60])('with %i changed conversations is closed by few pages', async (k) => {
    const app = await world({ level, more: 150, seed: 4 });
    cut(app);
    await app.pass(5 * MINUTE);
    for (const row of openRows(app).slice(0, k)) app.server.acts.setStatus(row, other, 'snoozed');
    await app.pass(5 * MINUTE);
    const from = app.requests().length;
    app.conditions.weather = clearWeather;
    expect(await app.live()).toBe(true);
    const pages = pathsSince(app, from).filter((path) => path.includes('/conversations?'));
    const { updatedWithin } = app.server.truth.abilities;
    process.stdout.write(`${JSON.stringify({ program: 'catch-up', level, k, pages: pages.length })}\n`);
    expect(pages.length).toBeLessThanOrEqual(updatedWithin ? 1 : Math.ceil(k / 25) + 2);
    expect(app.differences()).toEqual([]);
  });

  it('in which something changed without a trace: what is wrong is marked, and soon right', async () => {
    const app = await world({ level, more: 90, seed: 5, pageSize: 5 });
    cut(app);
    await app.pass(5 * MINUTE);
    const silent = openRows(app)
      .filter(({ assignee }) => assignee !== null)
      .slice(3, 20);
    for (const row of silent) app.server.acts.assignAgent(row, nobody, row.assignee === 14 ? 15 : 14);
    app.conditions.weather = clearWeather;
    expect(await app.live()).toBe(true);
    const wrong = app.differences().map((line) => Number(/^#(\d+)/.exec(line)?.[1]));
    const unconfirmed = marked(app);
    expect(wrong.filter((id) => !unconfirmed.has(id))).toEqual([]);
    expect(await app.within(3 * MINUTE, () => marked(app).size === 0)).toBe(true);
    expect(app.differences()).toEqual([]);
    expect(app.alive().writer().state('epoch')).toBe(0);
  });
});

describe('a difference of counts', () => {
  it('is found by the counts of the inboxes and costs the pages of one', async () => {
    const app = await world({ level: '2.16', more: 200, seed: 3, pageSize: 5 });
    const open = openRows(app);
    const [row] = open.filter(({ inbox }) => inbox === 4);
    if (row === undefined) throw new Error('nothing is open there');
    const pages = (rows: number): number => Math.ceil(rows / 5);
    const sweep = pages(open.length);
    app.server.acts.remove(row, nobody);
    const from = app.requests().length;
    expect(await app.within(10 * MINUTE, () => app.alive().writer().truth(row.id) === null)).toBe(true);
    const asked = pathsSince(app, from).filter((path) => path.includes('status=open'));
    const byInbox = asked.filter((path) => path.includes('inbox_id='));
    process.stdout.write(
      `${JSON.stringify({ program: 'counts', open: open.length, bisect: byInbox.length, sweep })}\n`,
    );
    expect(byInbox.length).toBeLessThanOrEqual(3 + pages(open.filter(({ inbox }) => inbox === 4).length));
    expect(byInbox.length).toBeLessThan(sweep / 2);
    // No other page of all inboxes than the first, which brings the counts.
    expect(asked.filter((path) => !path.includes('inbox_id=') && !path.includes('page=1'))).toEqual([]);
    expect(app.differences()).toEqual([]);
  });
});

/** How the cache's finished rows differ from the server's, also by rows that nobody has. */
const finishedDifferences = (app: World): string[] => {
  const writer = app.alive().writer();
  const found: string[] = [];
  for (const row of rowsOf(app, ({ status }) => !liveStatus(status))) {
    const cached = writer.truth(row.id);
    const { assignee, team, status } = standingOf(row);
    if (cached === null) found.push(`#${row.id} is not cached`);
    else if (cached.status !== status || cached.team !== team || !sameAssignee(cached.assignee, assignee))
      found.push(`#${row.id} differs`);
  }
  for (let id = 0; ;) {
    const ids = writer.idsAfter(id, 500);
    for (const one of ids) if (!app.server.truth.conversations.has(one)) found.push(`#${one} is not there`);
    const last = ids.at(-1);
    if (last === undefined) return found;
    id = last;
  }
};

describe.each(['2.16', '4.14'] as const)('a damaged cache at the level %s', (level) => {
  it('is right again within a day, finished conversations too', async () => {
    const app = await world({ level, more: 200, seed: 8 });
    const finished = rowsOf(app, ({ status }) => status === 'resolved').map(({ id }) => id);
    const live = openRows(app).map(({ id }) => id);
    expect(finished.length).toBeGreaterThan(30);
    expect(finishedDifferences(app)).toEqual([]);
    const file = new Database(join(app.folder, 'cache.db'));
    // Bits of one page that turned: another team, another agent, another id, a row that is lost.
    file.prepare('UPDATE conversation SET team_id = 8 WHERE id IN (?, ?)').run(finished[0], live[0]);
    file
      .prepare("UPDATE conversation SET assignee_type = 'agent', assignee_id = 19 WHERE id IN (?, ?)")
      .run(finished[1], live[1]);
    file
      .prepare('UPDATE conversation SET server_updated_at = 1e12, team_id = 7 WHERE id = ?')
      .run(finished[2]);
    file.prepare('UPDATE conversation SET id = 4000 WHERE id = ?').run(finished[3]);
    file.prepare('DELETE FROM conversation WHERE id = ?').run(finished[4]);
    file.close();
    expect(finishedDifferences(app).length).toBeGreaterThanOrEqual(5);
    await app.within(
      24 * HOUR,
      () => finishedDifferences(app).length + app.differences().length === 0,
      10 * MINUTE,
    );
    expect(finishedDifferences(app)).toEqual([]);
    expect(app.differences()).toEqual([]);
  });
});

describe.each(levels)('a server that went back to a backup at the level %s', (level) => {
  it('is believed: what was lost there leaves, what is older there is shown', async () => {
    const app = await world({ level, more: 60, seed: 9 });
    const { truth, acts } = app.server;
    const backup = structuredClone([...truth.conversations]);
    for (const row of openRows(app).slice(0, 12)) acts.assignAgent(row, other, row.assignee === 14 ? 15 : 14);
    for (const row of openRows(app).slice(12, 16)) acts.setStatus(row, other, 'resolved');
    const lost = [1, 2, 3].map((n) =>
      acts.create(5, { id: 8000 + n, name: `Lost ${n}` }, { status: 'open' }),
    );
    await app.pass(3 * MINUTE);
    expect(app.differences()).toEqual([]);
    cut(app);
    await app.pass(MINUTE);
    truth.conversations.clear();
    for (const [id, row] of backup) truth.conversations.set(id, row);
    app.conditions.weather = clearWeather;
    // Found out by the look at the begin of the connection, and loaded anew.
    expect(await app.live()).toBe(true);
    expect(app.heard.map(({ kind }) => kind)).toContain('went-back');
    expect(app.differences()).toEqual([]);
    for (const { id } of lost) expect(app.alive().writer().truth(id)).toBeNull();
  });

  it('is believed also where the connection outlived it: in turn, within the hour', async () => {
    const app = await world({ level, more: 60, seed: 9 });
    const { truth, acts } = app.server;
    const backup = structuredClone([...truth.conversations]);
    for (const row of openRows(app).slice(0, 12)) acts.assignAgent(row, other, row.assignee === 14 ? 15 : 14);
    const lost = acts.create(5, { id: 8001, name: 'Lost' }, { status: 'open' });
    await app.pass(3 * MINUTE);
    expect(app.differences()).toEqual([]);
    truth.conversations.clear();
    for (const [id, row] of backup) truth.conversations.set(id, row);
    expect(await app.within(75 * MINUTE, () => app.differences().length === 0, 5000)).toBe(true);
    expect(app.alive().writer().truth(lost.id)).toBeNull();
  });
});

describe.each(levels)('an inbox at the level %s', (level) => {
  const viewer = async (options: Partial<WorldOptions> = {}): Promise<World> => {
    for (let seed = 10; ; seed += 1) {
      const app = await createWorld({ seed, level });
      const me = app.server.truth.users.get(ME);
      app.end();
      if (me?.role !== 'administrator') return world({ level, seed, more: 60, ...options });
    }
  };

  it('that becomes ours is found without a word', async () => {
    const app = await viewer();
    app.server.truth.inboxes.get(6)?.members.push(ME);
    expect(app.differences().length).toBeGreaterThan(5);
    expect(await app.within(8 * MINUTE, () => app.differences().length === 0, 2000)).toBe(true);
  });

  it('that becomes ours is found also where its counts are equal by chance', async () => {
    const app = await viewer({ pageSize: 5 });
    const { acts, truth } = app.server;
    const [heard, unheard, ...others] = [...truth.conversations.values()].filter(({ inbox }) => inbox === 6);
    if (heard === undefined || unheard === undefined) throw new Error('too few conversations');
    for (const row of others) acts.remove(row, other);
    for (const row of [heard, unheard]) {
      acts.setStatus(row, nobody, 'open');
      acts.assignAgent(row, nobody, 14);
    }
    await app.pass(10 * MINUTE);
    // The first page, which is read with the counts, is full of others.
    for (const row of openRows(app).slice(0, 10)) acts.incoming(row, 'Hello?');
    truth.inboxes.get(6)?.members.push(ME);
    acts.assignAgent(heard, other, 15);
    await app.pass(MINUTE);
    expect(app.alive().writer().truth(heard.id)).not.toBeNull();
    acts.remove(heard, other);
    expect(await app.within(12 * MINUTE, () => app.differences().length === 0, 2000)).toBe(true);
  });

  it('that is taken from us: its conversations leave as invisible, not as deleted, after two checks', async () => {
    const app = await viewer();
    const inbox = app.server.truth.inboxes.get(5);
    const before = openRows(app).filter((row) => row.inbox === 5);
    if (inbox === undefined) throw new Error('no such inbox');
    inbox.members = inbox.members.filter((id) => id !== ME);
    const taken = app.scheduler.time();
    expect(before.length).toBeGreaterThan(5);
    const left = () => app.changes.filter(({ before: row, gone }) => gone === 'invisible' && row !== null);
    await app.within(10 * MINUTE, () => left().length > 0);
    expect(app.scheduler.time() - taken).toBeGreaterThanOrEqual(MINUTE);
    expect(await app.within(12 * MINUTE, () => app.differences().length === 0, 2000)).toBe(true);
    expect(app.changes.filter(({ gone }) => gone === 'deleted')).toEqual([]);
  });
});
