/**
 * A fake server for benchmarks, in a process of its own: as cheap as can be, so that the client is what is
 * measured. Pages of 25 conversations of about 71 KB, a fixed delay, a limit a minute, a list that moves, a count of what was
 * asked. It speaks only as much of the wire as a load needs.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { ACCOUNT, USER } from './page-server-people.ts';
import { conversationJson, PAGE_SIZE, statusOf, type Mix } from './page-server-rows.ts';

/** What a run of it is told, as JSON in the first argument. */
export type PageServerOptions = {
  conversations: number;
  seed: number;
  mix: Mix;
  /** ms before every answer. */
  delay: number;
  /** Requests a minute, in fixed windows as the real server counts them; null = none. */
  limit: number | null;
  /** Conversations that get new activity with every page served, whatever their place in the list. */
  bumps: number;
};

/** What was asked so far. */
export type Asked = {
  requests: number;
  /** Pages by status and number, as often as they were asked for. */
  byPage: Record<string, number>;
  /** ms since 1970 of every request, of every page, of every refusal for asking too much. */
  at: number[];
  pageAt: number[];
  throttledAt: number[];
  /** Requests that a client makes in the background: pages beyond what is on screen, inboxes, labels, memberships. */
  backgroundAt: number[];
  /** ms since 1970 when the live updates were confirmed. */
  subscribedAt: number | null;
};

export type ToPageServer = { kind: 'asked' } | { kind: 'bumps'; bumps: number };
export type FromPageServer = { kind: 'listening'; port: number } | { kind: 'asked'; asked: Asked };

const options = JSON.parse(process.argv[2] ?? 'null') as PageServerOptions;
const account = `/api/v1/accounts/${ACCOUNT}`;
const now = Math.floor(Date.now() / 1000);

/** A small generator: the same seed moves the same conversations. */
let seed = options.seed >>> 0;
const random = (): number => {
  seed = (seed + 0x6d2b79f5) >>> 0;
  let t = seed;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

/** Ids in the order of the list, newest activity first: shuffled inside blocks, as a real account is. */
const BLOCK = 4096;
const order = Array.from({ length: options.conversations }, (_, index) => options.conversations - index);
for (let from = 0; from < order.length; from += BLOCK) {
  for (let i = Math.min(BLOCK, order.length - from) - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const a = order[from + i] as number;
    order[from + i] = order[from + j] as number;
    order[from + j] = a;
  }
}
/** Seconds of last activity by id. */
const activity = new Float64Array(options.conversations + 1);
const SPAN_S = 80 * 86_400;
order.forEach((id, place) => {
  activity[id] = now - 600 - Math.floor((place / order.length) * SPAN_S);
});
const byStatus = new Map<string, number[]>([['all', order]]);
for (const status of ['open', 'pending', 'snoozed']) {
  byStatus.set(
    status,
    order.filter((id) => statusOf(id, options.mix) === status),
  );
}

const bump = (): void => {
  const id = Math.floor(random() * options.conversations) + 1;
  activity[id] = Date.now() / 1000;
  for (const status of ['all', statusOf(id, options.mix)]) {
    const list = byStatus.get(status);
    const at = list?.indexOf(id) ?? -1;
    if (list !== undefined && at >= 0) {
      list.splice(at, 1);
      list.unshift(id);
    }
  }
  for (const send of listeners) send(id);
};

const asked: Asked = {
  requests: 0,
  byPage: {},
  at: [],
  pageAt: [],
  throttledAt: [],
  backgroundAt: [],
  subscribedAt: null,
};
const listeners = new Set<(id: number) => void>();

const row = (id: number, none: 'missing' | 'null' = 'missing'): string =>
  conversationJson(id, options.mix, activity[id] ?? now, none);

const pageOf = (url: URL): string => {
  const status = url.searchParams.get('status') ?? 'open';
  const list = byStatus.get(status) ?? [];
  const page = Number(url.searchParams.get('page') ?? 1);
  const within = url.searchParams.get('updated_within');
  let ids: number[];
  if (within === null) {
    ids = list.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
    asked.pageAt.push(Date.now());
    const key = `${status}:${page}`;
    asked.byPage[key] = (asked.byPage[key] ?? 0) + 1;
    for (let i = 0; i < options.bumps; i += 1) bump();
  } else {
    const since = Date.now() / 1000 - Number(within);
    ids = list.filter((id) => (activity[id] ?? 0) > since);
  }
  const unassigned = Math.round(list.length / 3);
  return `{"data":{"meta":{"mine_count":0,"assigned_count":${list.length - unassigned},"unassigned_count":${unassigned},"all_count":${list.length}},"payload":[${ids.map((id) => row(id)).join(',')}]}}`;
};

const people = JSON.stringify(
  Array.from({ length: 40 }, (_, index) => ({
    id: USER + index,
    name: `Agent ${index}`,
    available_name: `Agent ${index}`,
    role: index === 0 ? 'administrator' : 'agent',
    availability_status: 'online',
  })),
);
const fixed: Record<string, string> = {
  '/api': JSON.stringify({ version: '4.14.0' }),
  '/api/v1/profile': JSON.stringify({
    id: USER,
    name: 'Mara Lindqvist',
    available_name: 'Mara',
    email: 'mara@example.test',
    pubsub_token: 'pubsub-of-the-benchmark',
    account_id: ACCOUNT,
    accounts: [
      {
        id: ACCOUNT,
        name: 'Benchmark',
        status: 'active',
        role: 'administrator',
        availability: 'online',
        availability_status: 'online',
        permissions: ['administrator'],
      },
    ],
  }),
  [`${account}/agents`]: people,
  [`${account}/teams`]: JSON.stringify(
    Array.from({ length: 8 }, (_, index) => ({
      id: index + 1,
      name: `team ${index + 1}`,
      allow_auto_assign: false,
      account_id: ACCOUNT,
      is_member: false,
    })),
  ),
  [`${account}/inboxes`]: JSON.stringify({
    payload: [4, 5, 6].map((id) => ({
      id,
      name: `Inbox ${id}`,
      channel_type: 'Channel::Api',
      enable_auto_assignment: false,
    })),
  }),
  [`${account}/labels`]: JSON.stringify({ payload: [{ id: 1, title: 'vip', color: '#ff0000' }] }),
  [`${account}/assignable_agents`]: JSON.stringify({ payload: JSON.parse(people) as unknown }),
  [`${account}/notifications`]: JSON.stringify({
    data: { meta: { unread_count: 0, count: 0, current_page: '1' }, payload: [] },
  }),
};

const bodyOf = (request: IncomingMessage): Promise<string> =>
  new Promise((resolve) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => resolve(body));
  });

const answer = (request: IncomingMessage, url: URL, body: string): { status: number; body: string } => {
  const path = url.pathname;
  if (path === `${account}/conversations`) return { status: 200, body: pageOf(url) };
  const known = fixed[path];
  if (known !== undefined) return { status: 200, body: known };
  if (path === `${account}/conversations/filter`) {
    const { payload } = JSON.parse(body) as { payload: { values: number[] }[] };
    const ids = payload[0]?.values.filter((id) => id >= 1 && id <= options.conversations) ?? [];
    return {
      status: 200,
      body: `{"meta":{"all_count":${ids.length}},"payload":[${ids
        .slice(0, PAGE_SIZE)
        .map((id) => row(id))
        .join(',')}]}`,
    };
  }
  if (path.endsWith('/team_members')) return { status: 200, body: people };
  const one = /\/conversations\/(\d+)(\/\w+)?$/.exec(path);
  if (one === null) return { status: 404, body: '{"error":"Resource could not be found"}' };
  if (one[2] === '/messages') return { status: 200, body: '{"meta":{},"payload":[]}' };
  if (one[2] === '/assignments') return { status: 200, body: request.method === 'POST' ? '{}' : '' };
  return { status: 200, body: row(Number(one[1])) };
};

/** Whether one more fits into the current minute. */
let window = { minute: 0, count: 0 };
const allowed = (): boolean => {
  if (options.limit === null) return true;
  const minute = Math.floor(Date.now() / 60_000);
  if (window.minute !== minute) window = { minute, count: 0 };
  window.count += 1;
  return window.count <= options.limit;
};

const reply = (response: ServerResponse, status: number, body: string): void => {
  // One byte a character: the rows are ASCII.
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
  });
  response.end(body, 'latin1');
};

const isBackground = ({ pathname, searchParams }: URL): boolean =>
  (pathname === `${account}/conversations` &&
    searchParams.has('page') &&
    (searchParams.get('status') !== 'open' || Number(searchParams.get('page')) > 8)) ||
  /\/(inboxes|labels|team_members|assignable_agents|messages)$/.test(pathname);

const server = createServer((request, response) => {
  asked.requests += 1;
  asked.at.push(Date.now());
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (isBackground(url)) asked.backgroundAt.push(Date.now());
  const give = (body: string): void => {
    if (!allowed()) {
      asked.throttledAt.push(Date.now());
      reply(response, 429, 'Retry later\n');
      return;
    }
    const { status, body: text } = answer(request, url, body);
    reply(response, status, text);
  };
  const later = (body: string): void => {
    if (options.delay > 0) setTimeout(give, options.delay, body);
    else give(body);
  };
  if (request.method === 'GET') later('');
  else void bodyOf(request).then(later);
});
server.keepAliveTimeout = 120_000;

const sockets = new WebSocketServer({
  noServer: true,
  handleProtocols: (offered) => (offered.has('actioncable-v1-json') ? 'actioncable-v1-json' : false),
});
server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
  const accept = (): void =>
    sockets.handleUpgrade(request, socket, head, (client) => {
      const send = (value: unknown): void => client.send(JSON.stringify(value));
      send({ type: 'welcome' });
      const ping = setInterval(() => send({ type: 'ping', message: Math.floor(Date.now() / 1000) }), 3000);
      let identifier = '';
      const event = (id: number): void => {
        client.send(
          `{"identifier":${JSON.stringify(identifier)},"message":{"event":"conversation.updated","data":${row(id, 'null')}}}`,
        );
      };
      client.on('message', (data: Buffer) => {
        const said = JSON.parse(data.toString()) as { command: string; identifier: string };
        if (said.command !== 'subscribe') return;
        setTimeout(() => {
          ({ identifier } = said);
          send({ type: 'confirm_subscription', identifier });
          asked.subscribedAt = Date.now();
          listeners.add(event);
        }, options.delay);
      });
      client.on('error', () => client.terminate());
      client.on('close', () => {
        clearInterval(ping);
        listeners.delete(event);
      });
    });
  setTimeout(accept, options.delay);
});

const say = (message: FromPageServer): void => void process.send?.(message);
process.on('message', (message: ToPageServer) => {
  switch (message.kind) {
    case 'asked':
      say({ kind: 'asked', asked });
      return;
    case 'bumps':
      options.bumps = message.bumps;
      return;
  }
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  say({ kind: 'listening', port: typeof address === 'object' && address !== null ? address.port : 0 });
});
