/** ActionCable as a pure reading of text frames and the one command we send; what to do about a frame is the connection's business. */
import { objectOf, parseJson, textOf } from './wire/json.ts';

/** Offered in the handshake, in this order. */
export const CABLE_PROTOCOLS = ['actioncable-v1-json', 'actioncable-unsupported'];

export type Frame =
  | { kind: 'welcome' }
  | { kind: 'ping' }
  | { kind: 'confirmed' }
  | { kind: 'rejected' }
  | { kind: 'disconnect'; reason: string; reconnect: boolean }
  | { kind: 'data'; message: unknown }
  /** For another subscription, or of a type that is new to us. */
  | { kind: 'other' }
  | { kind: 'unreadable' };

/** `https://host` -> `wss://host/cable`. */
export const cableUrl = (origin: string): string => `${origin.replace(/^http/, 'ws')}/cable`;

/** Identifies our subscription. The server compares it as a string, so it is built once and used verbatim. */
export const identifierOf = (me: { pubsubToken: string; accountId: number; userId: number }): string =>
  JSON.stringify({
    channel: 'RoomChannel',
    pubsub_token: me.pubsubToken,
    account_id: me.accountId,
    user_id: me.userId,
  });

/** The text that subscribes. */
export const subscribeText = (identifier: string): string =>
  JSON.stringify({ command: 'subscribe', identifier });

/** The text that keeps the user online for automatic assignment for another 20 s. */
export const presenceText = (identifier: string): string =>
  JSON.stringify({ command: 'message', identifier, data: JSON.stringify({ action: 'update_presence' }) });

/** Reads one text frame. Never throws. */
export const readFrame = (text: string, identifier: string): Frame => {
  const json = objectOf(parseJson(text));
  if (json === null) return { kind: 'unreadable' };
  switch (json['type']) {
    case 'welcome':
      return { kind: 'welcome' };
    case 'ping':
      return { kind: 'ping' };
    case 'confirm_subscription':
      return { kind: json['identifier'] === identifier ? 'confirmed' : 'other' };
    case 'reject_subscription':
      return { kind: json['identifier'] === identifier ? 'rejected' : 'other' };
    case 'disconnect':
      return {
        kind: 'disconnect',
        reason: textOf(json['reason'], 100) ?? '',
        reconnect: json['reconnect'] !== false,
      };
    case undefined:
      return json['identifier'] === identifier && 'message' in json
        ? { kind: 'data', message: json['message'] }
        : { kind: 'other' };
    default:
      return { kind: 'other' };
  }
};
