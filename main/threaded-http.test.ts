/** Proves that a page read by another thread is what it would be if it were read here, whatever the answer is. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createClock } from './core/host/clock.ts';
import { createHttp } from './core/host/http.ts';
import { createApi } from './core/liveagent/api.ts';
import { createSender } from './core/liveagent/request.ts';
import type { Http } from './core/ports.ts';
import { silentLog } from './core/store/cache.fixture.ts';
import { createThreadedHttp } from './threaded-http.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const row = {
  id: 7,
  inbox_id: 4,
  status: 'open',
  created_at: 1_769_840_000,
  last_activity_at: 1_769_850_000,
  labels: ['vip'],
  meta: { sender: { id: 3, name: 'Ivo Brandt' }, assignee: { id: 12, name: 'Mara' } },
};
const answers: Record<string, { status: number; type?: string; body: string }> = {
  'a page': {
    status: 200,
    body: JSON.stringify({ data: { meta: { all_count: 1, unassigned_count: 0 }, payload: [row] } }),
  },
  'an empty page': { status: 200, body: JSON.stringify({ data: { meta: {}, payload: [] } }) },
  "a portal's page": { status: 200, type: 'text/html', body: '<html>Sign in to the hotel</html>' },
  'something else': { status: 200, body: '{"error":"no"}' },
  nothing: { status: 200, body: '' },
  'too many': { status: 429, type: 'text/plain', body: 'Retry later' },
  'a wrong token': { status: 401, body: '{"errors":["Invalid Access Token"]}' },
  'an error': { status: 502, type: 'text/html', body: '<html>Bad gateway</html>' },
};

let server: Server;
let origin = '';
let current = '';
beforeAll(async () => {
  server = createServer((_, response) => {
    const answer = answers[current] ?? { status: 404, body: '' };
    response.writeHead(answer.status, { 'content-type': answer.type ?? 'application/json' });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const clock = { ...createClock(), monotonic: () => 5 };
const list = (http: Http) =>
  createApi(createSender({ http, clock }, origin, 'token'), 3).list({ status: 'open', page: 1 });

describe('a page fetched and read by a thread of its own', () => {
  const threaded = createThreadedHttp(join(import.meta.dirname, 'pages.ts'), silentLog);

  it.each(Object.keys(answers))('is the same: %s', async (name) => {
    current = name;
    const here = await list(createHttp());
    expect(await list(threaded)).toEqual(here);
    expect(here.outcome).toBe(
      { 'a page': 'answered', 'an empty page': 'answered', 'too many': 'throttled' }[name] ??
        (name === 'a wrong token' ? 'needs-sign-in' : 'unreachable'),
    );
  });

  it('crosses without its body', async () => {
    current = 'a page';
    const request = { method: 'GET' as const, url: origin, headers: {}, timeoutMs: 5000 };
    const answer = await threaded.request({ ...request, reads: { as: 'page', since: 5 } });
    expect(answer).toMatchObject({ kind: 'answered', body: '', read: { value: { rows: 1 } } });
    expect(await threaded.request(request)).toMatchObject({ body: answers['a page']?.body });
  });

  it('is fetched from here when the thread hangs, like everything after it', async () => {
    current = 'a page';
    const due: (() => void)[] = [];
    const after = (_ms: number, run: () => void) => {
      due.push(run);
      return { cancel: () => undefined };
    };
    const silent = join(mkdtempSync(join(tmpdir(), 'pages-')), 'silent.mjs');
    writeFileSync(
      silent,
      `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => {});`,
    );
    const hanging = createThreadedHttp(silent, silentLog, { after });
    const answer = list(hanging);
    await vi.waitFor(() => expect(due).toHaveLength(1));
    for (const run of due) run();
    const here = await list(createHttp());
    expect(await answer).toEqual(here);
    expect(await list(hanging)).toEqual(here);
    rmSync(dirname(silent), { recursive: true });
  });

  it('is fetched from here when the thread cannot begin, and that is written down', async () => {
    current = 'a page';
    const error = vi.fn<() => void>();
    const without = createThreadedHttp(join(import.meta.dirname, 'no-such-thread.ts'), { error });
    const here = await list(createHttp());
    expect(await list(without)).toEqual(here);
    expect(await list(without)).toEqual(here);
    expect(error).toHaveBeenCalledTimes(1);
  });
});
