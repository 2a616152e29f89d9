/** The SocketFactory port over Node's own WebSocket. */
import type { SocketFactory } from '../ports.ts';

/** The real sockets. Frames that are not text are ignored: the server sends none. */
export const createSockets = (): SocketFactory => ({
  open: (url, protocols, handlers) => {
    const socket = new WebSocket(url, protocols);
    let ended = false;
    const end = (reason: string) => {
      if (ended) return;
      ended = true;
      handlers.onClose(reason);
    };
    socket.addEventListener('open', () => {
      if (!ended) handlers.onOpen();
    });
    socket.addEventListener('message', (event) => {
      const data: unknown = event.data;
      if (!ended && typeof data === 'string') handlers.onText(data);
    });
    // An error is always followed by a close, which says why as far as anybody knows.
    socket.addEventListener('close', (event) => end(event.reason || `code ${event.code}`));
    return {
      send: (text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      close: () => {
        // A dead peer never answers the closing handshake: for us it is over now.
        queueMicrotask(() => end('closed here'));
        socket.close();
      },
    };
  },
});
