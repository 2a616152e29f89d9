/** A server that went back to a backup, on virtual time: the new cache is begun where the old one cannot be deleted at once, and what came meanwhile is news. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { levels } from '../simulate/model/levels.ts';
import { visibleInbox } from '../simulate/model/lists.ts';
import { ME, OTHER } from '../simulate/population.ts';
import { clearWeather } from '../simulate/weather.ts';
import type * as Open from '../../main/core/store/open.ts';
import { createWorld } from './ingest-world.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Another program holds the file so often. */
const held = vi.hoisted(() => ({ times: 0 }));
vi.mock('../../main/core/store/open.ts', async (original) => {
  const real = await original<typeof Open>();
  return {
    ...real,
    removeDatabase: (path: string) => {
      if (held.times > 0) {
        held.times -= 1;
        throw Object.assign(new Error('EBUSY: resource busy or locked'), { code: 'EBUSY' });
      }
      real.removeDatabase(path);
    },
  };
});

const MINUTE = 60_000;
const other = { user: OTHER, request: null };

it.each(levels)('is loaded anew at the level %s, once the old cache can be deleted', async (level) => {
  const app = await createWorld({ seed: 9, level });
  onTestFinished(app.end);
  await app.pass(10 * MINUTE);
  app.start();
  expect(await app.live()).toBe(true);
  await app.pass(5 * MINUTE);
  const { truth, acts } = app.server;
  const backup = structuredClone([...truth.conversations]);
  const me = truth.users.get(ME);
  const [row, another] = [...truth.conversations.values()].filter(
    ({ status, inbox }) => status === 'open' && me !== undefined && visibleInbox(truth, me, inbox),
  );
  if (row === undefined || another === undefined) return expect.fail('nobody is there');
  acts.incoming(row, 'Only before the restore');
  await app.pass(5 * MINUTE);

  app.conditions.weather = { ...clearWeather, requests: { unreachable: 1 }, sockets: { refuse: 1 } };
  app.server.cable.disconnectAll('server_restart', true);
  await app.pass(MINUTE);
  truth.conversations.clear();
  for (const [id, kept] of backup) truth.conversations.set(id, kept);
  // Assigned to the user while nobody listens.
  const mine = truth.conversations.get(another.id);
  if (mine === undefined) return expect.fail('it was not in the backup');
  acts.assignAgent(mine, other, 14);
  acts.assignAgent(mine, other, ME);
  await app.pass(1000);
  const notification = truth.notifications.findLast(({ user }) => user === ME)?.id;
  expect(notification).toBeDefined();
  const before = app.heard.length;
  held.times = 5;
  app.conditions.weather = clearWeather;
  expect(await app.live()).toBe(true);

  const heard = app.heard.slice(before);
  const said = heard.filter(({ kind }) => kind === 'went-back');
  expect([said.length, held.times]).toEqual([1, 0]);
  expect(app.differences()).toEqual([]);
  const news = heard.flatMap((message) =>
    message.kind === 'notifications' && !message.baseline ? message.rows.map(({ id }) => id) : [],
  );
  expect(news).toContain(notification);
  // Said again, late: the new cache stays.
  app.alive().post({ kind: 'begin-anew' });
  await app.pass(MINUTE);
  expect(app.connection()?.state).toBe('live');
  expect(app.heard.filter(({ kind }) => kind === 'opening')).toHaveLength(2);
});
