/** The ingest half of the core against the embedded server, over real HTTP and sockets: what it caches equals what the server holds. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Connection } from '../../contract/model.ts';
import { createClock } from '../../main/core/host/clock.ts';
import { createHttp } from '../../main/core/host/http.ts';
import { createRandom } from '../../main/core/host/random.ts';
import { createSockets } from '../../main/core/host/socket.ts';
import type { IngestAnswer, IngestRequest, ToData, TruthChange } from '../../main/core/link.ts';
import { signIn } from '../../main/core/liveagent/signin.ts';
import { createMemoryLink } from '../../main/core/memory-link.ts';
import type { Http, HttpRequest, Ports, Socket, SocketFactory } from '../../main/core/ports.ts';
import { openCacheWriter } from '../../main/core/store/cache-writer.ts';
import type { CacheWriter } from '../../main/core/store/types.ts';
import { createIngest } from '../../main/core/sync/engine.ts';
import type { Act, Fault } from '../../server/control.ts';
import { levelNames, type Level } from '../../server/levels.ts';
import { startServer, type RunningServer, type ServerOptions } from '../../server/server.ts';

// A busy machine takes its time; nothing here waits for time to pass.
vi.setConfig({ testTimeout: 60_000 });

/** Waits until something holds, looking every few milliseconds. */
const until = async <T>(what: string, look: () => T | null | undefined | false, ms = 20_000): Promise<T> => {
  const end = performance.now() + ms;
  for (;;) {
    const found = look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`not in ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

const server = async (compat: Level, options: ServerOptions = {}): Promise<RunningServer> => {
  const running = await startServer({ compat, conversations: 500, agents: 12, teams: 4, ...options });
  onTestFinished(() => running.stop());
  return running;
};

/** An ingest half with its ports and what it told the data half. */
const startIngest = async (running: { url: string; tokens: { administrator: string } }, folder?: string) => {
  const home = folder ?? mkdtempSync(join(tmpdir(), 'ingest-'));
  if (folder === undefined) onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const requests: HttpRequest[] = [];
  const real = createHttp();
  const sockets = createSockets();
  const wire = { down: false, html: false, socketsDown: false, open: new Set<Socket>() };
  const http: Http = {
    request: (request) => {
      requests.push(request);
      if (wire.down)
        return Promise.resolve({ kind: 'failed', reason: 'unreachable', sent: 'no', detail: 'cut' });
      if (wire.html) {
        return Promise.resolve({
          kind: 'answered',
          status: 200,
          headers: { 'content-type': 'text/html' },
          body: '<html><body>Please sign in to Hotel WiFi</body></html>',
        });
      }
      return real.request(request);
    },
  };
  const factory: SocketFactory = {
    open: (url, protocols, handlers) => {
      if (wire.down || wire.socketsDown) {
        queueMicrotask(() => handlers.onClose('cut'));
        return { send: () => undefined, close: () => undefined };
      }
      const socket = sockets.open(url, protocols, {
        ...handlers,
        onClose: (reason) => {
          wire.open.delete(socket);
          handlers.onClose(reason);
        },
      });
      wire.open.add(socket);
      return socket;
    },
  };
  const clock = createClock();
  const quiet = (): void => undefined;
  const errors: unknown[] = [];
  const ports: Ports = {
    clock,
    http,
    sockets: factory,
    random: createRandom(),
    log: { info: quiet, warn: quiet, error: (what, details) => errors.push([what, details]) },
    main: { call: () => Promise.reject(new Error('not in this test')) },
  };
  const { ingest, data } = createMemoryLink();
  let writer: CacheWriter | null = null;
  createIngest(ports, ingest, {
    openCacheWriter: (...args) => {
      const opened = openCacheWriter(...args);
      if (opened.outcome === 'opened') writer = opened.store;
      return opened;
    },
  });
  const heard: ToData[] = [];
  const changes: TruthChange[] = [];
  const answers = new Map<number, IngestAnswer>();
  let connection: Connection | null = null;
  data.listen((message) => {
    heard.push(message);
    if (message.kind === 'connection') connection = message.connection;
    if (message.kind === 'committed') changes.push(...message.changes);
    if (message.kind === 'answer') answers.set(message.id, message.answer);
  });
  const signed = await signIn({ http: real, clock }, running.url, running.tokens.administrator);
  if (signed.outcome !== 'ok') throw new Error(`sign-in: ${signed.failure} ${signed.detail}`);
  const open = () =>
    data.post({
      kind: 'open',
      workspace: signed.workspace,
      folder: home,
      token: running.tokens.administrator,
      historyDays: 90,
      receiveAutomaticAssignments: false,
    });
  open();
  let asked = 0;
  const close = async (): Promise<void> => {
    const before = heard.length;
    data.post({ kind: 'close', wipe: false });
    await until('closed', () => heard.slice(before).some(({ kind }) => kind === 'closed'));
  };
  onTestFinished(close);
  return {
    requests,
    wire,
    heard,
    changes,
    errors,
    open,
    close,
    home,
    post: data.post,
    connection: () => connection,
    writer: (): CacheWriter => {
      if (writer === null) throw new Error('not open');
      return writer;
    },
    ask: (request: IngestRequest): Promise<IngestAnswer> => {
      asked += 1;
      const id = asked;
      data.post({ kind: 'request', id, request });
      return until('answered', () => answers.get(id));
    },
    cut: () => {
      wire.down = true;
      for (const socket of wire.open) socket.close();
    },
    state: (state: Connection['state'], ms?: number) =>
      until(`connection ${state} (is ${JSON.stringify(connection)})`, () => connection?.state === state, ms),
  };
};

type Ingest = Awaited<ReturnType<typeof startIngest>>;

/** What the server would say of its conversations, from its memory. Only Live Agent still names an assignee who left. */
const truthOf = ({ backend }: RunningServer): { id: number; said: string }[] =>
  [...backend.world.rows.conversation.values()]
    .filter(({ accountId }) => accountId === 1)
    .map((row) => {
      const left =
        backend.level !== 'live-agent' &&
        row.assigneeId !== null &&
        backend.world.membership(1, row.assigneeId)?.deactivated !== false;
      const assignee = left ? null : row.assigneeId;
      const who = row.botId !== null ? `bot:${row.botId}` : assignee === null ? null : `agent:${assignee}`;
      return { id: row.displayId, said: JSON.stringify([row.status, who, row.teamId]) };
    });

/** Where cache and server differ. Finished conversations count only with their history loaded. */
const differences = (running: RunningServer, ingest: Ingest): string[] => {
  const history = historyDone(ingest);
  return truthOf(running).flatMap(({ id, said }) => {
    const cached = ingest.writer().truth(id);
    const who = cached?.assignee ? `${cached.assignee.type}:${cached.assignee.id}` : null;
    const ours = cached === null ? 'nothing' : JSON.stringify([cached.status, who, cached.team]);
    const finished = /^\["(resolved|abandoned|deleted)"/.test(said);
    return ours === said || (cached === null && finished && !history)
      ? []
      : [`#${id}: cached ${ours}, server ${said}`];
  });
};

const historyDone = (ingest: Ingest): boolean =>
  (ingest.writer().state('history') as { done?: boolean } | undefined)?.done === true;

describe.each(levelNames)('at the level %s', (level) => {
  it('a first load equals the server', async () => {
    const running = await server(level);
    const ingest = await startIngest(running);
    await ingest.state('live');
    await until('history', () => historyDone(ingest), 60_000);
    expect(differences(running, ingest)).toEqual([]);
    expect(ingest.changes).toEqual([]);
    expect(ingest.errors).toEqual([]);
  });
});

/** Does something as another user or the system. */
const act = async ({ controlUrl }: RunningServer, what: Act): Promise<void> => {
  const answer = await fetch(`${controlUrl}/act`, { method: 'POST', body: JSON.stringify(what) });
  if (!answer.ok) throw new Error(await answer.text());
};

const fault = async ({ controlUrl }: RunningServer, what: Fault): Promise<void> => {
  const answer = await fetch(`${controlUrl}/fault.add`, { method: 'POST', body: JSON.stringify(what) });
  if (!answer.ok) throw new Error(await answer.text());
};

/** An open conversation that an agent holds, and an agent who does not. */
const pick = (running: RunningServer) => {
  const { rows } = running.backend.world;
  const row = [...rows.conversation.values()].find(
    ({ accountId, status, assigneeId, teamId }) =>
      accountId === 1 && status === 'open' && assigneeId !== null && teamId !== null,
  );
  const other = [...rows.membership.values()].find(
    ({ accountId, userId, deactivated }) => accountId === 1 && !deactivated && userId !== row?.assigneeId,
  );
  if (row === undefined || other === undefined) throw new Error('the seed has no such conversation');
  return { row, id: row.displayId, agent: other.userId };
};

const agree = (running: RunningServer, ingest: Ingest, ms?: number) =>
  until('the cache to equal the server', () => differences(running, ingest).length === 0, ms).catch(() => {
    expect(differences(running, ingest)).toEqual([]);
  });

describe.each(levelNames)('live at the level %s', (level) => {
  it("somebody else's assignment appears by the socket, with no request for a list", async () => {
    const running = await server(level);
    const ingest = await startIngest(running);
    await ingest.state('live');
    const { id, agent } = pick(running);
    const asked = ingest.requests.length;
    await act(running, { do: 'assign', conversation: id, agent, by: null });
    await until('the change', () =>
      ingest.changes.find(({ after }) => after?.id === id && after.assignee?.id === agent),
    );
    const lists = ingest.requests.slice(asked).filter(({ url }) => /conversations\?status=open/.test(url));
    expect(lists).toEqual([]);
  });

  it('a new conversation appears', async () => {
    const running = await server(level);
    const ingest = await startIngest(running);
    await ingest.state('live');
    const inbox = [...running.backend.world.rows.inbox.values()][0]?.id ?? 1;
    await act(running, { do: 'create-conversation', inbox, content: 'Anybody there?' });
    await agree(running, ingest);
  });

  it('what happened while the line was cut is caught up with', async () => {
    const running = await server(level);
    const ingest = await startIngest(running);
    await ingest.state('live');
    const { id, agent } = pick(running);
    ingest.cut();
    await until('not live', () => ingest.connection()?.state !== 'live');
    await act(running, { do: 'assign', conversation: id, agent, by: null });
    const open = truthOf(running).filter(({ said }) => said.startsWith('["open"'));
    const [, , third, fourth] = open;
    await act(running, { do: 'status', conversation: third?.id ?? 0, status: 'resolved', by: null });
    await act(running, { do: 'message', conversation: fourth?.id ?? 0, content: 'Hello?', from: 'customer' });
    const inbox = [...running.backend.world.rows.inbox.values()][0]?.id ?? 1;
    await act(running, { do: 'create-conversation', inbox, content: 'Is this thing on?' });
    await until('offline', () => ingest.connection()?.state === 'offline');
    ingest.wire.down = false;
    ingest.post({ kind: 'signal', signal: 'resume' });
    await ingest.state('live', 30_000);
    // Some servers tell of no change that left no message: what is not known to be right is marked until it is.
    const epoch = Number(ingest.writer().state('epoch'));
    const marked = epoch === 0 ? [] : ingest.writer().unconfirmed(epoch, null);
    const wrong = differences(running, ingest);
    expect(wrong.filter((line) => !marked.includes(Number(/^#(\d+)/.exec(line)?.[1])))).toEqual([]);
    await agree(running, ingest);
    // The writer sees its own rows before they are committed; they are told with the commit.
    await until('the change', () =>
      ingest.changes.some(({ after }) => after?.id === id && after.assignee?.id === agent),
    );
    expect(ingest.errors).toEqual([]);
  });
});

describe('requests of the data half', () => {
  it('a write is accepted and a read sees it', async () => {
    const running = await server('live-agent');
    const ingest = await startIngest(running);
    await ingest.state('live');
    const { id, agent } = pick(running);
    const key = { type: 'agent' as const, id: agent };
    expect(await ingest.ask({ kind: 'write', conversation: id, write: { write: 'agent', to: key } })).toEqual(
      {
        kind: 'write',
        answer: { outcome: 'accepted', named: { write: 'agent', to: key } },
      },
    );
    expect(await ingest.ask({ kind: 'read', conversation: id, thenWrite: true })).toMatchObject({
      kind: 'read',
      answer: { outcome: 'read', truth: { id, assignee: key, live: true } },
    });
    expect(
      await ingest.ask({ kind: 'write', conversation: id, write: { write: 'agent', to: null } }),
    ).toEqual({
      kind: 'write',
      answer: { outcome: 'accepted', named: { write: 'agent', to: null } },
    });
    expect(
      await ingest.ask({ kind: 'write', conversation: id, write: { write: 'team', to: null } }),
    ).toMatchObject({
      answer: { outcome: 'accepted', named: { write: 'team', to: null } },
    });
    expect(await ingest.ask({ kind: 'read', conversation: 99_999, thenWrite: true })).toEqual({
      kind: 'read',
      answer: { outcome: 'gone', why: 'deleted' },
    });
  });

  it('says whether the server may have acted', async () => {
    const running = await server('4.14');
    const ingest = await startIngest(running);
    await ingest.state('live');
    const { id, agent } = pick(running);
    const write: IngestRequest = {
      kind: 'write',
      conversation: id,
      write: { write: 'agent', to: { type: 'agent', id: agent } },
    };
    await fault(running, { path: '/assignments', effect: { kind: 'drop-response' } });
    expect(await ingest.ask(write)).toEqual({ kind: 'write', answer: { outcome: 'no-answer' } });
    await fault(running, { path: '/assignments', effect: { kind: 'too-many' } });
    expect(await ingest.ask(write)).toMatchObject({ answer: { outcome: 'throttled' } });
    await ingest.state('throttled');
    await fault(running, {
      path: '/assignments',
      effect: { kind: 'answer', status: 422, body: { error: 'Limit reached' } },
    });
    expect(await ingest.ask(write)).toEqual({
      kind: 'write',
      answer: { outcome: 'refused', status: 422, serverWords: 'Limit reached' },
    });
    ingest.wire.down = true;
    expect(await ingest.ask(write)).toEqual({ kind: 'write', answer: { outcome: 'not-sent' } });
  });

  it('loads a transcript, newest first and older on demand', async () => {
    const running = await server('2.16');
    const ingest = await startIngest(running);
    await ingest.state('live');
    const { id } = pick(running);
    expect(await ingest.ask({ kind: 'transcript', conversation: id, older: false })).toEqual({
      kind: 'transcript',
      answer: 'loaded',
    });
    expect(ingest.writer().transcript(id).oldest).toBeGreaterThan(0);
    expect(await ingest.ask({ kind: 'transcript', conversation: id, older: true })).toMatchObject({
      answer: 'loaded',
    });
    expect(await ingest.ask({ kind: 'transcript', conversation: 99_999, older: false })).toMatchObject({
      answer: 'gone',
    });
  });
});

describe('without a network', () => {
  it('the newest messages of every live conversation are there, also those said while nobody listened', async () => {
    const running = await server('4.14', { conversations: 60 });
    const ingest = await startIngest(running);
    await ingest.state('live');
    await until('every transcript', () => ingest.writer().unsaved(1).length === 0, 40_000);
    const { row, id } = pick(running);
    const newest = (): number =>
      Math.max(
        ...[...running.backend.world.rows.message.values()]
          .filter(({ conversationId }) => conversationId === row.id)
          .map((message) => message.id),
      );
    ingest.cut();
    await until('not live', () => ingest.connection()?.state !== 'live');
    await act(running, { do: 'message', conversation: id, content: 'Hello? Anybody?', from: 'customer' });
    ingest.wire.down = false;
    await ingest.state('live');
    const said = newest();
    const asked = new RegExp(`/conversations/${id}/messages$`);
    const before = ingest.requests.length;
    await until('the transcript again', () =>
      ingest.requests.slice(before - 5).some(({ url }) => asked.test(url)),
    );
    expect(said).toBeGreaterThan(ingest.writer().transcript(id).oldest ?? 0);
  });

  it('one that arrives while connected can soon be read too', async () => {
    const running = await server('4.14', { conversations: 5 });
    const ingest = await startIngest(running);
    await ingest.state('live');
    await until('every transcript', () => ingest.writer().unsaved(1).length === 0, 40_000);
    const { row } = pick(running);
    const before = new Set([...running.backend.world.rows.conversation.values()].map((one) => one.displayId));
    await act(running, { do: 'create-conversation', inbox: row.inboxId });
    const arrived = () =>
      [...running.backend.world.rows.conversation.values()].find((one) => !before.has(one.displayId));
    await until('it is known', () => ingest.writer().truth(arrived()?.displayId ?? 0) !== null);
    // Well before the next look at everything a minute later.
    await until('its transcript', () => ingest.writer().unsaved(1).length === 0, 10_000);
    expect(ingest.writer().transcript(arrived()?.displayId ?? 0).newest).toBeGreaterThan(0);
  });

  it('a long gap of one that somebody looked at is filled without losing what he loaded', async () => {
    const running = await server('3.11', { conversations: 5 });
    const ingest = await startIngest(running);
    await ingest.state('live');
    const { id } = pick(running);
    await ingest.ask({ kind: 'transcript', conversation: id, older: false });
    const { oldest } = ingest.writer().transcript(id);
    ingest.cut();
    await until('not live', () => ingest.connection()?.state !== 'live');
    for (let n = 0; n < 130; n += 1)
      await act(running, { do: 'message', conversation: id, content: `Line ${n}`, from: 'customer' });
    const asked = ingest.requests.length;
    ingest.wire.down = false;
    await ingest.state('live');
    await until('all of it', () =>
      ingest.requests.slice(asked).some(({ url }) => url.includes(`/conversations/${id}/messages?after=`)),
    );
    await until('nothing missing', () => ingest.writer().unsaved(9).length === 0, 40_000);
    expect(ingest.writer().transcript(id)).toMatchObject({ oldest, opened: true });
  });
});

describe('what is never believed', () => {
  it('a captive portal is not an empty account', async () => {
    const running = await server('3.11');
    const ingest = await startIngest(running);
    await ingest.state('live');
    const known = ingest.writer().counts('open', null);
    ingest.cut();
    ingest.wire.down = false;
    ingest.wire.html = true;
    await until('offline', () => ingest.connection()?.state === 'offline');
    expect(ingest.connection()?.reason.key).toBe('connection.not-the-server');
    expect(ingest.writer().counts('open', null)).toEqual(known);
    ingest.wire.html = false;
    await ingest.state('live');
    expect(differences(running, ingest)).toEqual([]);
  });

  it('a portal in the middle of a catch-up', async () => {
    const running = await server('4.14');
    const ingest = await startIngest(running);
    await ingest.state('live');
    ingest.cut();
    await until('not live', () => ingest.connection()?.state !== 'live');
    const { id, agent } = pick(running);
    await act(running, { do: 'assign', conversation: id, agent, by: null });
    await fault(running, { path: 'updated_within', times: 1, effect: { kind: 'captive-portal' } });
    ingest.wire.down = false;
    await ingest.state('live');
    expect(differences(running, ingest)).toEqual([]);
  });

  it('a token that is no longer accepted stops everything and deletes nothing', async () => {
    const running = await server('live-agent');
    const ingest = await startIngest(running);
    await ingest.state('live');
    const known = ingest.writer().counts('open', null);
    await fault(running, {
      path: '/profile',
      times: null,
      effect: { kind: 'answer', status: 401, body: { error: 'Invalid Access Token' } },
    });
    for (const socket of ingest.wire.open) socket.close();
    await ingest.state('needs-sign-in');
    expect(ingest.writer().counts('open', null)).toEqual(known);
    const asked = ingest.requests.length;
    expect(await ingest.ask({ kind: 'read', conversation: 1, thenWrite: true })).toEqual({
      kind: 'read',
      answer: { outcome: 'needs-sign-in' },
    });
    expect(ingest.requests.length).toBe(asked);
  });
});

describe('a restart', () => {
  it('goes on from the cache with one request for what changed', async () => {
    const running = await server('4.14');
    const first = await startIngest(running);
    await first.state('live');
    await until('history', () => historyDone(first));
    const keep = mkdtempSync(join(tmpdir(), 'ingest-again-'));
    onTestFinished(() => rmSync(keep, { recursive: true, force: true }));
    await first.close();
    cpSync(first.home, keep, { recursive: true });
    const { id, agent } = pick(running);
    await act(running, { do: 'assign', conversation: id, agent, by: null });
    const second = await startIngest(running, keep);
    await second.state('live');
    expect(differences(running, second)).toEqual([]);
    const before = second.requests.findIndex(({ url }) => url.includes('/notifications'));
    const asked = second.requests.slice(0, before).filter(({ url }) => url.includes('/conversations'));
    // And one whether the server went back to a backup.
    expect(asked.map(({ url }) => /filter|updated_within/.exec(url)?.[0])).toEqual([
      'filter',
      'updated_within',
    ]);
  });
});
