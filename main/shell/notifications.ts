/** Shows native notifications, says whether the system let each through, and tells of clicks. */
import type { PortInput, PortOutput } from '../../contract/ipc.ts';
import type { Log } from '../core/ports.ts';
import type { ElectronSlice, NotificationSlice } from './electron.ts';

export type Shown = PortOutput<'notifier.show'>;
export type ToShow = PortInput<'notifier.show'>;

type Options = {
  Notification: ElectronSlice['Notification'];
  /** `conversation` null = nothing to open. */
  onClick: (note: ToShow) => void;
  log: Log;
  /** Calls back after ms; returns how to forget it. */
  after: (ms: number, run: () => void) => () => void;
};

/** Without an answer for this long the system is taken to have swallowed it. */
const ANSWER_MS = 3_000;
/** A notification whose object is collected loses its click: this many newest are held. */
const HELD = 200;

export function createNotifier(options: Options): (note: ToShow) => Promise<Shown> {
  const held = new Map<string, NotificationSlice>();

  function hold(id: string, notification: NotificationSlice): void {
    held.delete(id);
    held.set(id, notification);
    const oldest = held.keys().next().value;
    if (held.size > HELD && oldest !== undefined) held.delete(oldest);
  }

  return (note) => {
    if (!options.Notification.isSupported()) {
      return Promise.resolve({ shown: false, reason: 'This computer offers no notifications.' });
    }
    return new Promise((resolve) => {
      const notification = new options.Notification({ title: note.title, body: note.body });
      hold(note.id, notification);
      const forget = options.after(ANSWER_MS, () =>
        answer({ shown: false, reason: 'The system did not answer.' }),
      );
      const answer = (shown: Shown): void => {
        forget();
        if (!shown.shown)
          options.log.warn('a notification was not shown', { id: note.id, reason: shown.reason });
        resolve(shown);
      };
      notification.on('show', () => answer({ shown: true, reason: null }));
      notification.on('failed', (_event, error) => {
        held.delete(note.id);
        answer({ shown: false, reason: `The system refused it: ${error}` });
      });
      notification.on('click', () => {
        held.delete(note.id);
        options.onClick(note);
      });
      notification.on('close', () => held.delete(note.id));
      notification.show();
    });
  };
}
