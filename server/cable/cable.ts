/** The websocket side: connections, subscriptions, pings, presence, and events to each user's stream. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Backend } from '../backend.ts';
import type { ServerEvent } from '../events.ts';
import {
  confirmed,
  data,
  disconnect,
  ping,
  readAction,
  readClientFrame,
  readIdentifier,
  subprotocols,
  textOf,
  welcome,
} from './frames.ts';

const pingMilliseconds = 3000;

/** What tests may break about the cable. */
export interface CableFaults {
  refuse: boolean;
  stopPings: boolean;
  neverConfirm: boolean;
  neverWelcome: boolean;
  /** Chance of each event to be lost, sent twice, or held back behind the next one. */
  drop: number;
  duplicate: number;
  reorder: number;
  /** Milliseconds that every event is held back. */
  delay: number;
}

export const noCableFaults = (): CableFaults => ({
  refuse: false,
  stopPings: false,
  neverConfirm: false,
  neverWelcome: false,
  drop: 0,
  duplicate: 0,
  reorder: 0,
  delay: 0,
});

interface Subscription {
  identifier: string;
  accountId: number;
  /** Owner of the stream. */
  userId: number;
  confirmed: boolean;
}

interface Connection {
  id: number;
  socket: WebSocket;
  subscriptions: Map<string, Subscription | null>;
}

/** A connected socket as the control port shows it. */
export interface SocketInfo {
  id: number;
  subscriptions: { accountId: number; userId: number; confirmed: boolean }[];
}

export interface Cable {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  faults: CableFaults;
  sockets(): SocketInfo[];
  /** Closes every connection, without a goodbye or with a disconnect frame. @returns how many. */
  closeAll(goodbye?: { reason: string; reconnect: boolean }): number;
  /** Sends a raw frame to every socket. */
  sendRaw(frame: string): void;
  /** Sends an event to the streams, bypassing the bus. */
  deliver(event: ServerEvent): void;
  stop(): void;
}

export function createCable(backend: Backend): Cable {
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => subprotocols.find((protocol) => offered.has(protocol)) ?? false,
  });
  const connections = new Set<Connection>();
  const faults = noCableFaults();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let nextId = 1;
  /** Frames held back by the reorder fault, sent after the next one. */
  let held: (() => void)[] = [];

  const pings = setInterval(() => {
    if (faults.stopPings) return;
    const frame = ping(Math.floor(backend.clock.now()));
    for (const connection of connections) connection.socket.send(frame);
  }, pingMilliseconds);
  pings.unref();

  const later = (milliseconds: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, milliseconds);
    timers.add(timer);
  };

  const sendEvent = (event: ServerEvent): void => {
    const users = new Set(event.recipients);
    let payload: unknown;
    for (const connection of connections) {
      for (const subscription of connection.subscriptions.values()) {
        if (subscription === null || !users.has(subscription.userId)) continue;
        payload ??= event.data();
        connection.socket.send(data(subscription.identifier, event.event, payload));
      }
    }
  };

  const deliver = (event: ServerEvent): void => {
    const send = (): void => {
      sendEvent(event);
      const waiting = held;
      held = [];
      for (const work of waiting) work();
    };
    if (faults.drop > 0 && backend.random.chance(faults.drop)) return;
    if (faults.reorder > 0 && backend.random.chance(faults.reorder)) {
      const frozen = event.data();
      held.push(() => sendEvent({ ...event, data: () => frozen }));
      return;
    }
    if (faults.delay > 0) later(faults.delay, send);
    else send();
    if (faults.duplicate > 0 && backend.random.chance(faults.duplicate)) later(faults.delay, send);
  };
  backend.events.connect(deliver);

  const broadcastPresence = (accountId: number, userId: number): void => {
    backend.presence.stamp(accountId, userId);
    backend.events.publish({
      event: 'presence.update',
      accountId,
      recipients: [userId],
      data: () => ({ account_id: accountId, users: backend.presence.users(accountId), contacts: {} }),
    });
  };

  const subscribe = (connection: Connection, identifier: string): void => {
    // The same identifier again is not answered.
    if (connection.subscriptions.has(identifier)) return;
    const wanted = readIdentifier(identifier);
    if (wanted === null) return;
    const owner = [...backend.world.rows.user.values()].find((user) => user.pubsubToken === wanted.token);
    const membership = owner === undefined ? undefined : backend.world.membership(wanted.accountId, owner.id);
    const valid =
      owner !== undefined &&
      owner.id === wanted.userId &&
      membership !== undefined &&
      !membership.deactivated;
    if (!valid) {
      // Never rejected: the server stays silent. Older ones have attached the stream by then.
      const attached = owner !== undefined && backend.features.streamBeforeChecks;
      connection.subscriptions.set(
        identifier,
        attached ? { identifier, accountId: wanted.accountId, userId: owner.id, confirmed: false } : null,
      );
      return;
    }
    connection.subscriptions.set(identifier, {
      identifier,
      accountId: wanted.accountId,
      userId: owner.id,
      confirmed: !faults.neverConfirm,
    });
    if (!faults.neverConfirm) connection.socket.send(confirmed(identifier));
    broadcastPresence(wanted.accountId, owner.id);
  };

  const receive = (connection: Connection, raw: string): void => {
    const frame = readClientFrame(raw);
    if (frame === null) return;
    switch (frame.command) {
      case 'subscribe':
        subscribe(connection, frame.identifier);
        break;
      case 'unsubscribe':
        connection.subscriptions.delete(frame.identifier);
        break;
      case 'message': {
        const subscription = connection.subscriptions.get(frame.identifier);
        if (subscription === undefined || subscription === null || !subscription.confirmed) return;
        if (readAction(frame.data) === 'update_presence') {
          broadcastPresence(subscription.accountId, subscription.userId);
        }
        break;
      }
    }
  };

  return {
    faults,
    upgrade: (request, socket, head) => {
      const path = (request.url ?? '').split('?')[0];
      if (path !== '/cable' || faults.refuse) {
        socket.end(
          path === '/cable' ? 'HTTP/1.1 503 Service Unavailable\r\n\r\n' : 'HTTP/1.1 404 Not Found\r\n\r\n',
        );
        return;
      }
      server.handleUpgrade(request, socket, head, (webSocket) => {
        const connection: Connection = { id: nextId++, socket: webSocket, subscriptions: new Map() };
        connections.add(connection);
        webSocket.on('close', () => connections.delete(connection));
        webSocket.on('error', () => webSocket.terminate());
        webSocket.on('message', (message) => receive(connection, textOf(message)));
        if (!faults.neverWelcome) webSocket.send(welcome());
      });
    },
    sockets: () =>
      [...connections].map((connection) => ({
        id: connection.id,
        subscriptions: [...connection.subscriptions.values()].flatMap((subscription) =>
          subscription === null
            ? []
            : [
                {
                  accountId: subscription.accountId,
                  userId: subscription.userId,
                  confirmed: subscription.confirmed,
                },
              ],
        ),
      })),
    closeAll: (goodbye) => {
      const count = connections.size;
      for (const connection of connections) {
        if (goodbye === undefined) connection.socket.terminate();
        else {
          connection.socket.send(disconnect(goodbye.reason, goodbye.reconnect));
          connection.socket.close();
        }
      }
      return count;
    },
    sendRaw: (frame) => {
      for (const connection of connections) connection.socket.send(frame);
    },
    deliver,
    stop: () => {
      clearInterval(pings);
      for (const timer of timers) clearTimeout(timer);
      for (const connection of connections) connection.socket.terminate();
      server.close();
    },
  };
}
