/** The modelled server's websocket: welcome, ping every three seconds, one stream per user, silence on a bad subscription. */
import type { Surroundings, Truth } from './records.ts';
import type { Level } from './levels.ts';

/** One connection as the server sees it. */
export type CableConnection = {
  receive: (text: string) => void;
  /** Time passed: sends a ping. The run calls it every three seconds. */
  ping: () => void;
  closed: () => void;
};

export type Cable = {
  connect: (send: (text: string) => void, close: () => void) => CableConnection;
  /** Puts an event on a user's stream now. */
  deliver: (user: number, event: string, data: Record<string, unknown>) => void;
  /** Closes every connection, as a server restart does. */
  disconnectAll: (reason: string, reconnect: boolean) => void;
};

const PRESENCE_SECONDS = 20;

/** @param level newer servers attach the stream only after their checks */
export const createCable = (truth: Truth, around: Surroundings, level: Level): Cable => {
  type Live = { send: (text: string) => void; close: () => void; user: number | null; identifier: string };
  const open = new Set<Live>();

  const presence = (): Record<string, string> => {
    const users: Record<string, string> = {};
    for (const user of truth.users.values())
      if (user.present || (truth.presence.get(user.id) ?? 0) > around.now())
        users[String(user.id)] = user.availability;
    return users;
  };

  const deliverTo = (connection: Live, event: string, data: Record<string, unknown>) =>
    connection.send(
      JSON.stringify({
        identifier: connection.identifier,
        message: { event, data: { ...data, account_id: truth.accountId } },
      }),
    );

  const stamp = (connection: Live, user: number) => {
    truth.presence.set(user, around.now() + PRESENCE_SECONDS);
    deliverTo(connection, 'presence.update', { users: presence(), contacts: {} });
  };

  const subscribe = (connection: Live, identifier: string) => {
    let wanted: { channel?: unknown; pubsub_token?: unknown; account_id?: unknown; user_id?: unknown };
    try {
      wanted = JSON.parse(identifier) as typeof wanted;
    } catch {
      return;
    }
    const user = [...truth.users.values()].find((u) => u.pubsub === wanted.pubsub_token && !u.left);
    const right = user && wanted.user_id === user.id && wanted.account_id === truth.accountId;
    // Before 4.x the stream is attached before the checks: events without a confirmation.
    if (user && (right || level !== '4.14')) {
      connection.user = user.id;
      connection.identifier = identifier;
    }
    if (!user || !right || wanted.channel !== 'RoomChannel') return;
    connection.send(JSON.stringify({ identifier, type: 'confirm_subscription' }));
    stamp(connection, user.id);
  };

  return {
    connect: (send, close) => {
      const connection: Live = { send, close, user: null, identifier: '' };
      open.add(connection);
      send(JSON.stringify({ type: 'welcome' }));
      return {
        receive: (text) => {
          const message = JSON.parse(text) as { command?: string; identifier?: string; data?: string };
          if (message.command === 'subscribe' && message.identifier !== undefined)
            subscribe(connection, message.identifier);
          if (
            message.command === 'message' &&
            message.identifier === connection.identifier &&
            connection.user !== null
          )
            if (message.data?.includes('update_presence')) stamp(connection, connection.user);
        },
        ping: () => send(JSON.stringify({ type: 'ping', message: Math.floor(around.now()) })),
        closed: () => {
          open.delete(connection);
        },
      };
    },
    deliver: (user, event, data) => {
      for (const connection of open) if (connection.user === user) deliverTo(connection, event, data);
    },
    disconnectAll: (reason, reconnect) => {
      for (const connection of open) {
        connection.send(JSON.stringify({ type: 'disconnect', reason, reconnect }));
        connection.close();
      }
      open.clear();
    },
  };
};
