/** Frames of the ActionCable protocol, as the server writes and reads them. */
import { isRecord } from '../http/params.ts';

export const subprotocols = ['actioncable-v1-json', 'actioncable-unsupported'] as const;

export const welcome = (): string => JSON.stringify({ type: 'welcome' });
/** @param seconds whole unix seconds. */
export const ping = (seconds: number): string => JSON.stringify({ type: 'ping', message: seconds });
/** The identifier comes back exactly as it was sent. */
export const confirmed = (identifier: string): string =>
  JSON.stringify({ identifier, type: 'confirm_subscription' });
export const disconnect = (reason: string, reconnect: boolean): string =>
  JSON.stringify({ type: 'disconnect', reason, reconnect });
export const data = (identifier: string, event: string, payload: unknown): string =>
  JSON.stringify({ identifier, message: { event, data: payload } });

/** What a client can say; anything else is null and has no answer. */
export type ClientFrame =
  | { command: 'subscribe'; identifier: string }
  | { command: 'unsubscribe'; identifier: string }
  | { command: 'message'; identifier: string; data: string };

export function readClientFrame(raw: string): ClientFrame | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(raw);
  } catch {
    return null;
  }
  if (!isRecord(parsed) || typeof parsed['identifier'] !== 'string') return null;
  const { identifier } = parsed as { identifier: string };
  switch (parsed['command']) {
    case 'subscribe':
    case 'unsubscribe':
      return { command: parsed['command'], identifier };
    case 'message':
      return typeof parsed['data'] === 'string'
        ? { command: 'message', identifier, data: parsed['data'] }
        : null;
    default:
      return null;
  }
}

/** The parts of a RoomChannel identifier; null when it is none. */
export function readIdentifier(
  identifier: string,
): { token: string; accountId: number; userId: number | null } | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(identifier);
  } catch {
    return null;
  }
  if (!isRecord(parsed) || parsed['channel'] !== 'RoomChannel' || typeof parsed['pubsub_token'] !== 'string')
    return null;
  const userId = parsed['user_id'];
  return {
    token: parsed['pubsub_token'],
    accountId: Number(parsed['account_id']),
    userId: userId === undefined || userId === null ? null : Number(userId),
  };
}

/** The action inside the data of a `message` command. */
export function readAction(text: string): string | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) && typeof parsed['action'] === 'string' ? parsed['action'] : null;
  } catch {
    return null;
  }
}

/** Text of a received websocket message. */
export function textOf(message: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(message)) return Buffer.concat(message).toString('utf8');
  return (Buffer.isBuffer(message) ? message : Buffer.from(message)).toString('utf8');
}
