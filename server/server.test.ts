/** The server as a whole: seeds, restarts, faults and switches, over real sockets. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createControlClient } from './control-client.ts';
import { levelNames } from './levels.ts';
import { readOptions } from './options.ts';
import { createRandom } from './random.ts';
import { playOnce } from './live/shift.ts';
import { startServer } from './server.ts';
import type { RunningServer, ServerOptions } from './server.ts';

const running: RunningServer[] = [];

async function start(options: ServerOptions = {}): Promise<RunningServer> {
  const server = await startServer({ conversations: 60, jobDelay: 0, now: 1769850000, ...options });
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

interface ListBody {
  data: { meta: { all_count: number }; payload: { id: number; status: string }[] };
}

async function get(
  server: RunningServer,
  path: string,
  token = server.tokens.administrator,
): Promise<Response> {
  return fetch(`${server.url}/api/v1/accounts/1${path}`, { headers: { api_access_token: token } });
}

async function post(server: RunningServer, path: string, body: unknown): Promise<Response> {
  return fetch(`${server.url}/api/v1/accounts/1${path}`, {
    method: 'POST',
    headers: { api_access_token: server.tokens.administrator, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

describe('seeded data', () => {
  it('is the same for the same seed and another for another', async () => {
    const dumps = [];
    for (const seed of [5, 5, 6]) {
      const server = await start({ seed });
      const dump = server.backend.world.dump();
      dumps.push(
        JSON.stringify(
          dump.conversation.map((row) => [row.displayId, row.status, row.assigneeId, row.teamId, row.uuid]),
        ),
      );
    }
    expect(dumps[0]).toBe(dumps[1]);
    expect(dumps[0]).not.toBe(dumps[2]);
  });

  it.each(levelNames)('has live conversations of every kind at level %s', async (compat) => {
    const server = await start({ compat, conversations: 500 });
    const live = await createControlClient(server.controlUrl).call('conversation.live', {});
    expect(live.length).toBeGreaterThanOrEqual(60);
    expect(live.length).toBeLessThanOrEqual(150);
    const open = live.filter((one) => one.status === 'open');
    expect(open.length).toBeGreaterThan(live.length / 2);
    expect(open.some((one) => one.assigneeId === null && one.teamId !== null)).toBe(true);
    expect(open.some((one) => one.assigneeId === null && one.teamId === null)).toBe(true);
    const { world } = server.backend;
    const violated = (one: (typeof open)[number]): boolean =>
      one.assigneeId !== null &&
      one.teamId !== null &&
      !(world.rows.team.get(one.teamId)?.memberIds.includes(one.assigneeId) ?? true);
    expect(open.some(violated)).toBe(true);
    const waits = open
      .filter((one) => one.waitingSince !== null)
      .map((one) => 1769850000 - (one.waitingSince ?? 0));
    expect(Math.max(...waits)).toBeGreaterThan(10 * 60);
    expect(Math.max(...waits)).toBeLessThan(6 * 3600);
  });

  it('never contradicts itself: who waits spoke last, and messages are in order', async () => {
    const server = await start({ conversations: 300 });
    const { world } = server.backend;
    for (const conversation of world.conversationsOf(1)) {
      const spoken = world
        .messagesOf(conversation.id)
        .filter((message) => message.messageType !== 2 && !message.private);
      if (conversation.waitingSince !== null) expect(spoken.at(-1)?.messageType).toBe(0);
      const times = world.messagesOf(conversation.id).map((message) => message.createdAt);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(conversation.lastActivityAt).toBeLessThanOrEqual(1769850060);
    }
  });
});

describe('a data file', () => {
  it('survives a restart with tokens, ids and changes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'live-agent-'));
    const data = join(folder, 'demo.db');
    const first = await start({ data });
    expect((await post(first, '/conversations/3/assignments', { team_id: 1 })).status).toBe(200);
    const before = first.backend.world.dump();
    const { tokens } = first;
    await running.pop()?.stop();
    const second = await start({ data, conversations: 999 });
    expect(second.tokens).toEqual(tokens);
    const after = second.backend.world.dump();
    expect(after).toEqual(before);
    await running.pop()?.stop();
    await expect(startServer({ data, compat: '4.14' })).rejects.toThrow(/level live-agent/);
    await rm(folder, { recursive: true });
  });
});

describe('a kept demo', () => {
  it('is lively again after days, with nothing that waits since then', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'live-agent-'));
    const data = join(folder, 'demo.db');
    await start({ data, live: true });
    await running.pop()?.stop();
    const later = 1769850000 + 3 * 86400;
    const server = await start({ data, live: 1, now: later });
    const live = await createControlClient(server.controlUrl).call('conversation.live', {});
    expect(live.length).toBeGreaterThan(60);
    for (const one of live) expect(later - (one.waitingSince ?? later)).toBeLessThan(3600);
    await running.pop()?.stop();
    await rm(folder, { recursive: true });
  });
});

describe('faults of the control port', () => {
  it('hit the requests they name and are logged', async () => {
    const server = await start();
    const control = createControlClient(server.controlUrl);
    await control.call('fault.add', { path: '/agents', skip: 1, effect: { kind: 'too-many' } });
    expect((await get(server, '/agents')).status).toBe(200);
    const refused = await get(server, '/agents');
    expect([refused.status, await refused.text(), refused.headers.get('retry-after')]).toEqual([
      429,
      'Retry later\n',
      null,
    ]);
    expect((await get(server, '/agents')).status).toBe(200);
    await control.call('fault.add', { effect: { kind: 'captive-portal' } });
    const portal = await get(server, '/agents');
    expect([portal.status, portal.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const log = await control.log({ path: '/agents' });
    expect(log.map((entry) => [entry.n, entry.status, entry.fault, entry.userId])).toEqual([
      [1, 200, null, 1],
      [2, 429, 'too-many', 1],
      [3, 200, null, 1],
      [4, 200, 'captive-portal', 1],
    ]);
  });

  it('process and lose the answer, or lose the request', async () => {
    const server = await start();
    const control = createControlClient(server.controlUrl);
    const open = (await control.call('conversation.live', {})).find((one) => one.status === 'open');
    if (open === undefined) throw new Error('no open conversation');
    const path = `/conversations/${open.id}/assignments`;
    await control.act({ do: 'assign', conversation: open.id, agent: null });
    await control.call('fault.add', { path: 'assignments', effect: { kind: 'drop-request' } });
    await expect(post(server, path, { assignee_id: 5 })).rejects.toThrow();
    expect((await control.truth(open.id)).assigneeId).toBeNull();
    await control.call('fault.add', { path: 'assignments', effect: { kind: 'drop-response' } });
    await expect(post(server, path, { assignee_id: 5 })).rejects.toThrow();
    expect((await control.truth(open.id)).assigneeId).toBe(5);
  });

  it('pause the server and let it come back on the same port', async () => {
    const server = await start();
    const control = createControlClient(server.controlUrl);
    await control.call('server.pause', {});
    await expect(fetch(`${server.url}/api`)).rejects.toThrow();
    await control.call('server.resume', {});
    expect((await fetch(`${server.url}/api`)).status).toBe(200);
  });

  it('restore the server as from a backup', async () => {
    const server = await start();
    const control = createControlClient(server.controlUrl);
    await control.call('snapshot.take', { name: 'morning' });
    const created = await control.act({ do: 'create-conversation', inbox: 1 });
    await control.call('snapshot.restore', { name: 'morning' });
    expect((await get(server, `/conversations/${created.id}`)).status).toBe(404);
    const again = await control.act({ do: 'create-conversation', inbox: 1 });
    expect(again.id).toBe(created.id);
  });
});

describe('the live-agent level', () => {
  it('refuses manual assignment at the conversation limit, as an error or silently', async () => {
    const server = await start({ conversations: 200, conversationLimit: 1 });
    const control = createControlClient(server.controlUrl);
    const live = await control.call('conversation.live', {});
    const open = live.filter((one) => one.status === 'open' && one.assigneeId === null && one.botId === null);
    const [first, second, third] = open;
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('too few conversations');
    const user = 5;
    await control.call('account.set', {
      conversationLimit: live.filter((one) => one.assigneeId === user && one.status === 'open').length + 1,
    });
    expect((await post(server, `/conversations/${first.id}/assignments`, { assignee_id: user })).status).toBe(
      200,
    );
    const refused = await post(server, `/conversations/${second.id}/assignments`, { assignee_id: user });
    expect(refused.status).toBe(422);
    await control.call('switches.set', { limitRefusal: 'silent' });
    expect(
      await (await post(server, `/conversations/${third.id}/assignments`, { assignee_id: user })).json(),
    ).toBeNull();
    expect((await control.truth(third.id)).assigneeId).toBeNull();
  });

  it('keeps resolved conversations resolved', async () => {
    const server = await start();
    const control = createControlClient(server.controlUrl);
    const [one] = await control.call('conversation.live', {});
    if (one === undefined) throw new Error('nothing live');
    await control.act({ do: 'status', conversation: one.id, status: 'resolved', by: 1 });
    expect((await post(server, `/conversations/${one.id}/toggle_status`, { status: 'open' })).status).toBe(
      422,
    );
    await control.act({ do: 'message', conversation: one.id, content: 'Hello again' });
    expect((await control.truth(one.id)).status).toBe('resolved');
  });

  it('shows who left on what he holds, but not in the list of agents', async () => {
    const server = await start({ conversations: 500 });
    const control = createControlClient(server.controlUrl);
    const left = (await control.call('users', {})).find((user) => user.deactivated);
    const held = (await control.call('conversation.live', {})).find((one) => one.assigneeId === left?.id);
    if (left === undefined || held === undefined) throw new Error('nobody left');
    const shown = (await (await get(server, `/conversations/${held.id}`)).json()) as {
      meta: { assignee: { name: string } };
    };
    expect(shown.meta.assignee.name).toBe('Viktor Hansen');
    const agents = [];
    for (let page = 1; page < 5; page++)
      agents.push(...((await (await get(server, `/agents?page=${page}`)).json()) as { id: number }[]));
    expect(agents.length).toBeGreaterThan(10);
    expect(agents.some((agent) => agent.id === left.id)).toBe(false);
  });
});

describe('rate limits', () => {
  it('answer 429 as plain text, once they are switched on', async () => {
    const server = await start({ features: { requestsPerMinute: 3 } });
    const control = createControlClient(server.controlUrl);
    for (let i = 0; i < 5; i++) expect((await get(server, '/labels')).status).toBe(200);
    await control.call('switches.set', { rateLimits: true });
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await get(server, '/labels')).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });
});

describe('the simulated shift', () => {
  it('plays the same for the same seed, and everything in it happens', async () => {
    const tales = [];
    for (let run = 0; run < 2; run++) {
      const server = await start({ conversations: 200 });
      const random = createRandom(3);
      for (let i = 0; i < 200; i++) playOnce(server.backend, random);
      const rows = server.backend.world.dump().conversation;
      tales.push(JSON.stringify(rows.map((row) => [row.displayId, row.assigneeId, row.teamId, row.status])));
      expect(rows.length).toBeGreaterThan(200);
      expect(rows.some((row) => row.status === 'resolved')).toBe(true);
    }
    expect(tales[0]).toBe(tales[1]);
  });
});

describe('the command line', () => {
  it('reads the documented options and says what is wrong', () => {
    expect(
      readOptions(
        '--port 4600 --data ./demo.db --seed 7 --conversations 500 --agents 12 --teams 4 --live --compat 2.16'.split(
          ' ',
        ),
      ),
    ).toEqual({
      port: 4600,
      data: './demo.db',
      seed: 7,
      conversations: 500,
      agents: 12,
      teams: 4,
      live: true,
      compat: '2.16',
    });
    expect(() => readOptions(['--compat', '9'])).toThrow(/--compat must be one of/);
    expect(() => readOptions(['--port', 'x'])).toThrow(/whole number/);
  });
});

describe('the command', () => {
  it('prints one JSON line first and ends on SIGTERM', async () => {
    const entry = join(import.meta.dirname, 'main.ts');
    const child = spawn(process.execPath, [entry, '--port', '0', '--conversations', '10'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    const address = JSON.parse(chunk.toString('utf8').split('\n')[0] ?? '') as Record<string, unknown>;
    expect(Object.keys(address)).toEqual(['url', 'accountId', 'tokens', 'controlUrl']);
    expect((await fetch(`${String(address['url'])}/api`)).status).toBe(200);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  }, 30_000);
});

describe('the list', () => {
  it('pages to an empty page and counts before assignee_type', async () => {
    const server = await start({ conversations: 130 });
    const sizes: number[] = [];
    const ids = new Set<number>();
    for (let page = 1; ; page++) {
      const { data } = (await (
        await get(server, `/conversations?status=all&page=${page}`)
      ).json()) as ListBody;
      sizes.push(data.payload.length);
      for (const row of data.payload) ids.add(row.id);
      if (data.payload.length === 0) break;
    }
    expect(sizes).toEqual([25, 25, 25, 25, 25, 5, 0]);
    expect(ids.size).toBe(130);
    const mine = (await (await get(server, '/conversations?status=all&assignee_type=me')).json()) as ListBody;
    expect(mine.data.meta.all_count).toBe(130);
  });
});
