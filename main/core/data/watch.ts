/** Watches that the ingest half goes on saying that the queue is live: a thread that hangs cannot say that it does. */
import type { Connection } from '../../../contract/model.ts';
import type { Clock, Timer } from '../ports.ts';
import { words } from '../rules/names.ts';

/** A live queue is said to be live about every three seconds, with every ping of the server. */
const SILENT_MS = 15_000;

const claimsLive = ({ state, reason }: Connection): boolean =>
  state === 'live' || (state === 'throttled' && reason.key === 'connection.throttled-live');

/** `onSilence` gets the connection as it is to be shown until the ingest half speaks again. */
export const createWatch = (clock: Pick<Clock, 'after'>, onSilence: (connection: Connection) => void) => {
  let timer: Timer | null = null;
  return {
    heard: (connection: Connection): void => {
      timer?.cancel();
      timer = claimsLive(connection)
        ? clock.after(SILENT_MS, () =>
            onSilence({ ...connection, state: 'stale', reason: words('connection.unheard'), deadline: null }),
          )
        : null;
    },
    stop: (): void => timer?.cancel(),
  };
};
