/** Starts an embedded Live Agent server: API, cable and control port on the loopback address. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Backend } from './backend.ts';
import { createCable } from './cable/cable.ts';
import { createServerClock } from './clock.ts';
import { createEventBus } from './events.ts';
import { guessesOf } from './guesses.ts';
import type { Switches } from './guesses.ts';
import { saveConversation } from './actions/save.ts';
import { createControlPort } from './control/port.ts';
import { createTraffic } from './control/traffic.ts';
import { createApp } from './http/app.ts';
import { accessToken, userByEmail } from './http/auth.ts';
import { startShift } from './live/shift.ts';
import { openStore } from './store.ts';
import type { Store } from './store.ts';
import { createSessions } from './http/sessions.ts';
import { createJobs } from './jobs.ts';
import { featuresOf } from './levels.ts';
import type { Features, Level } from './levels.ts';
import { createPresence } from './presence.ts';
import { createRandom } from './random.ts';
import { freshenWorld, seedWorld, seededRoles } from './seed/seed.ts';
import { createWorld } from './world.ts';

const host = '127.0.0.1';

/** All optional; what is missing has the value named here. */
export interface ServerOptions {
  /** Port of API and cable; 0 (default) = any free one. */
  port?: number;
  /** Port of the control server; 0 (default) = any free one. */
  controlPort?: number;
  /** SQLite file that keeps everything across restarts; default none. */
  data?: string;
  /** Default 7. */
  seed?: number;
  /** Default 500. */
  conversations?: number;
  /** Agents besides administrator and supervisors; default 12. */
  agents?: number;
  /** Default 4. */
  teams?: number;
  /** Default `live-agent`. */
  compat?: Level;
  /** Simulates a shift; a number is events a minute (default 30). */
  live?: boolean | number;
  /** Unix seconds that count as now at the start; default the machine's time. */
  now?: number;
  /** Milliseconds between a request and its jobs; default 20. */
  jobDelay?: number;
  /** Guesses to be set otherwise. */
  switches?: Partial<Switches>;
  /** Features to be set otherwise, against the level. */
  features?: Partial<Features>;
  /** Most conversations an agent may hold; default none. */
  conversationLimit?: number;
  /** Told about errors inside the server; default stderr. */
  warn?: (text: string) => void;
}

/** The line that the command prints first. */
export interface ServerAddress {
  url: string;
  accountId: number;
  tokens: { administrator: string; supervisor: string; agent: string };
  controlUrl: string;
}

export interface RunningServer extends ServerAddress {
  readonly backend: Backend;
  stop(): Promise<void>;
}

function tokenOf(backend: Backend, email: string): string {
  const users = [...backend.world.rows.user.values()];
  const user = users.find((one) => one.email === email);
  return user?.token ?? '';
}

/** A server whose connections can be cut. */
interface Listener {
  server: Server;
  listen(port: number): Promise<number>;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

function createListener(server: Server): Listener {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  return {
    server,
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The user behind a request's access token or session, for the log. */
function userIdOf(backend: Backend, request: IncomingMessage): number | null {
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const token = accessToken({
    api_access_token: header('api_access_token'),
    'api-access-token': header('api-access-token'),
  });
  if (token !== undefined) return backend.world.userByToken(token)?.id ?? null;
  const uid = header('uid');
  return uid === undefined ? null : (userByEmail(backend, uid)?.id ?? null);
}

function createBackend(options: ServerOptions): Backend {
  const level = options.compat ?? 'live-agent';
  const seed = options.seed ?? 7;
  const warn = options.warn ?? ((text) => process.stderr.write(`${text}\n`));
  const world = createWorld();
  return {
    level,
    features: { ...featuresOf(level), ...options.features },
    switches: { ...guessesOf(level), ...options.switches },
    clock: createServerClock(options.now),
    world,
    random: createRandom(seed),
    presence: createPresence(world, () => performance.now()),
    jobs: createJobs(options.jobDelay ?? 20, (error) =>
      warn(error instanceof Error ? (error.stack ?? '') : String(error)),
    ),
    events: createEventBus(),
    warn,
  };
}

/** Fills the world from the file, or with seeded data. */
async function fillWorld(backend: Backend, options: ServerOptions): Promise<Store | null> {
  const store = options.data === undefined ? null : await openStore(options.data, backend.level);
  const kept = store?.read() ?? null;
  if (kept !== null) {
    backend.world.load(kept);
  } else {
    seedWorld(backend, createRandom((options.seed ?? 7) + 1), {
      conversations: options.conversations ?? 500,
      agents: options.agents ?? 12,
      teams: options.teams ?? 4,
    });
  }
  const account = backend.world.account(1);
  if (options.conversationLimit !== undefined && account !== undefined) {
    account.conversationLimit = options.conversationLimit;
  }
  store?.follow(backend.world);
  // Each day of a kept demo is another day, not the same again.
  if (kept !== null && options.live !== undefined && options.live !== false) {
    freshenWorld(backend, createRandom(Math.floor(backend.clock.now())));
  }
  return store;
}

/** Wakes snoozed conversations whose time has come, as a periodic job does. */
function startWaking(backend: Backend): () => void {
  const timer = setInterval(() => {
    const now = backend.clock.now();
    for (const conversation of backend.world.rows.conversation.values()) {
      if (conversation.status !== 'snoozed' || conversation.snoozedUntil === null) continue;
      if (conversation.snoozedUntil <= now) saveConversation(backend, conversation, { status: 'open' }, null);
    }
  }, 2000);
  timer.unref();
  return () => clearInterval(timer);
}

/** Starts the server and resolves when it listens. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const backend = createBackend(options);
  const store = await fillWorld(backend, options);
  const sessions = createSessions(backend.random);
  const traffic = createTraffic(
    (request) => userIdOf(backend, request),
    () => backend.clock.now(),
  );
  const app = await createApp(backend, sessions, traffic.noteBody);
  const cable = createCable(backend);
  const http = createServer((request, response) =>
    traffic.handle(request, response, () => app.routing(request, response)),
  );
  http.on('upgrade', (request, socket, head) => {
    traffic.noteUpgrade(request);
    cable.upgrade(request, socket, head);
  });
  const listener = createListener(http);
  const port = await listener.listen(options.port ?? 0);
  const control = createControlPort({
    backend,
    cable,
    traffic,
    pause: async () => {
      backend.presence.clear();
      await listener.close();
    },
    resume: async () => {
      await listener.listen(port);
    },
  });
  const controlListener = createListener(control.server);
  const controlPort = await controlListener.listen(options.controlPort ?? 0);
  const stopWaking = startWaking(backend);
  const shift =
    options.live === undefined || options.live === false ? null : startShift(backend, options.live);

  return {
    url: `http://${host}:${port}`,
    accountId: 1,
    tokens: {
      administrator: tokenOf(backend, seededRoles.administrator),
      supervisor: tokenOf(backend, seededRoles.supervisor),
      agent: tokenOf(backend, seededRoles.agent),
    },
    controlUrl: `http://${host}:${controlPort}`,
    backend,
    stop: async () => {
      shift?.stop();
      stopWaking();
      backend.jobs.stop();
      backend.events.stop();
      control.stop();
      traffic.stop();
      cable.stop();
      await Promise.all([listener.close(), controlListener.close()]);
      await app.close();
      store?.close();
    },
  };
}
