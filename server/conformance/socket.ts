/** A cable connection of the conformance suite: keeps every frame and waits for those that fit. */
import { WebSocket } from 'ws';
import { textOf } from '../cable/frames.ts';
import { Failure, at, isObject } from './check.ts';

export interface Frame {
  /** Milliseconds since the connection was asked for. */
  at: number;
  raw: string;
  value: Record<string, unknown>;
}

export interface Event {
  event: string;
  data: Record<string, unknown>;
}

export interface Socket {
  readonly protocol: string;
  readonly frames: readonly Frame[];
  send(value: unknown): void;
  /** First frame that fits, also one that came before; fails after the patience. */
  frame(fits: (frame: Frame) => boolean, what: string, patience?: number): Promise<Frame>;
  /** Events received so far. */
  events(name?: string): Event[];
  /** First event of a name that fits. */
  event(name: string, fits: (data: Record<string, unknown>) => boolean, what?: string): Promise<Event>;
  /** Forgets what came so far. */
  forget(): void;
  close(): Promise<void>;
}

/** The identifier as the official client writes it. */
export function identifierOf(pubsubToken: string, accountId: number, userId: number): string {
  return JSON.stringify({
    channel: 'RoomChannel',
    pubsub_token: pubsubToken,
    account_id: accountId,
    user_id: userId,
  });
}

/** Connects without subscribing. */
export function connect(origin: string, patience: number): Promise<Socket> {
  const url = `${origin.replace(/^http/, 'ws').replace(/\/+$/, '')}/cable`;
  const socket = new WebSocket(url, ['actioncable-v1-json', 'actioncable-unsupported']);
  const start = performance.now();
  let frames: Frame[] = [];
  let watchers: (() => void)[] = [];
  socket.on('message', (message) => {
    const raw = textOf(message);
    const parsed: unknown = JSON.parse(raw);
    frames.push({ at: performance.now() - start, raw, value: isObject(parsed) ? parsed : {} });
    for (const watch of watchers) watch();
  });

  const frame: Socket['frame'] = (fits, what, limit = patience) =>
    new Promise((resolve, reject) => {
      const look = (): boolean => {
        const found = frames.find(fits);
        if (found === undefined) return false;
        clearTimeout(timer);
        watchers = watchers.filter((one) => one !== look);
        resolve(found);
        return true;
      };
      const timer = setTimeout(() => {
        watchers = watchers.filter((one) => one !== look);
        reject(new Failure(`no ${what} within ${limit} ms`));
      }, limit);
      if (!look()) watchers.push(look);
    });

  const eventOf = (one: Frame): Event | null => {
    const message = one.value['message'];
    if (!isObject(message) || typeof message['event'] !== 'string') return null;
    const data = message['data'];
    return { event: message['event'], data: isObject(data) ? data : {} };
  };

  const events: Socket['events'] = (name) =>
    frames.flatMap((one) => {
      const event = eventOf(one);
      return event !== null && (name === undefined || event.event === name) ? [event] : [];
    });

  const open: Socket = {
    get protocol() {
      return socket.protocol;
    },
    get frames() {
      return frames;
    },
    send: (value) => socket.send(JSON.stringify(value)),
    frame,
    events,
    event: async (name, fits, what) => {
      const found = await frame((one) => {
        const event = eventOf(one);
        return event !== null && event.event === name && fits(event.data);
      }, what ?? name);
      return eventOf(found) ?? { event: name, data: {} };
    },
    forget: () => {
      frames = [];
    },
    close: () =>
      new Promise((resolve) => {
        if (socket.readyState === WebSocket.CLOSED) return resolve();
        socket.on('close', () => resolve());
        socket.close();
      }),
  };
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(open));
    socket.on('error', (error) => reject(new Failure(`cannot connect to ${url}: ${error.message}`)));
  });
}

/** Connects and waits for the confirmed subscription. */
export async function subscribe(origin: string, identifier: string, patience: number): Promise<Socket> {
  const socket = await connect(origin, patience);
  await socket.frame((frame) => frame.value['type'] === 'welcome', 'welcome');
  socket.send({ command: 'subscribe', identifier });
  await socket.frame(
    (frame) => frame.value['type'] === 'confirm_subscription' && at(frame.value, 'identifier') === identifier,
    'confirm_subscription',
  );
  return socket;
}
