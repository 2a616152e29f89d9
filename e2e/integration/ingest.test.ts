/** The ingest half of the core against the embedded server, over real HTTP and sockets: what it caches equals what the server holds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
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
import { levelNames, type Level } from '../../server/levels.ts';
import { startServer, type RunningServer, type ServerOptions } from '../../server/server.ts';

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
        backend.world.membership(1, row.assigneeId)?.deactivated === true;
      const assignee = left ? null : row.assigneeId;
      const who = row.botId !== null ? `bot:${row.botId}` : assignee === null ? null : `agent:${assignee}`;
      return { id: row.displayId, said: JSON.stringify([row.status, who, row.teamId]) };
    });

const differences = (running: RunningServer, ingest: Ingest): string[] =>
  truthOf(running).flatMap(({ id, said }) => {
    const cached = ingest.writer().truth(id);
    const who = cached?.assignee ? `${cached.assignee.type}:${cached.assignee.id}` : null;
    const ours = cached === null ? 'nothing' : JSON.stringify([cached.status, who, cached.team]);
    return ours === said ? [] : [`#${id}: cached ${ours}, server ${said}`];
  });

describe.each(levelNames)('at the level %s', (level) => {
  it('a first load equals the server', async () => {
    const running = await server(level);
    const ingest = await startIngest(running);
    await ingest.state('live');
    await until(
      'history',
      () => (ingest.writer().state('history') as { done?: boolean } | undefined)?.done,
      60_000,
    );
    expect(differences(running, ingest)).toEqual([]);
    expect(ingest.changes).toEqual([]);
    expect(ingest.errors).toEqual([]);
  });
});
