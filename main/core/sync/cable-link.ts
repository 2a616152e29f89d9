/** The one socket of a session: opens, subscribes, closes, and lets nothing of a socket that was given up come through. */
import {
  CABLE_PROTOCOLS,
  cableUrl,
  identifierOf,
  presenceText,
  readFrame,
  subscribeText,
  type Frame,
} from '../liveagent/cable.ts';
import type { Socket, SocketFactory } from '../ports.ts';

export type CableLink = {
  open: (pubsubToken: string) => void;
  subscribe: () => void;
  sendPresence: () => void;
  close: () => void;
};

export const createCableLink = (
  sockets: SocketFactory,
  me: { origin: string; accountId: number; userId: number },
  on: { frame: (frame: Frame) => void; closed: () => void },
): CableLink => {
  let current: { socket: Socket; identifier: string } | null = null;

  const close = (): void => {
    const old = current;
    current = null;
    old?.socket.close();
  };

  return {
    open: (pubsubToken) => {
      close();
      const identifier = identifierOf({ pubsubToken, accountId: me.accountId, userId: me.userId });
      // Frames and the end of an older socket are nobody's business any more.
      const mine = (): boolean => current !== null && current.socket === socket;
      const socket: Socket = sockets.open(cableUrl(me.origin), CABLE_PROTOCOLS, {
        onOpen: () => undefined,
        onText: (text) => {
          if (mine()) on.frame(readFrame(text, identifier));
        },
        onClose: () => {
          if (!mine()) return;
          current = null;
          on.closed();
        },
      });
      current = { socket, identifier };
    },
    subscribe: () => current?.socket.send(subscribeText(current.identifier)),
    sendPresence: () => current?.socket.send(presenceText(current.identifier)),
    close,
  };
};
