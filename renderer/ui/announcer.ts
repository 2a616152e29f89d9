/** Says things to screen readers. What is said close together is read together, nothing is swallowed. */
import { announce } from '@atlaskit/pragmatic-drag-and-drop-live-region';

export type Announcer = {
  /** Polite: read when the reader is idle. Of messages with the same `replaces` only the newest is read. */
  say: (text: string, replaces?: string) => void;
  /** Assertive, for what cannot wait: assigned or escalated to me, a refusal. */
  warn: (text: string) => void;
};

/** How long a message may be replaced by the live region before it is read. */
const READ_AFTER_MS = 1000;

export const createAnnouncer = (): Announcer => {
  let recent: { text: string; at: number; replaces: string | undefined }[] = [];
  let alert: HTMLElement | null = null;
  return {
    say: (text, replaces) => {
      const at = Date.now();
      const kept = recent.filter(
        (one) =>
          at - one.at < READ_AFTER_MS &&
          one.text !== text &&
          (replaces === undefined || one.replaces !== replaces),
      );
      recent = [...kept, { text, at, replaces }];
      announce(recent.map((one) => one.text).join(' '));
    },
    warn: (text) => {
      if (!alert) {
        alert = document.createElement('div');
        alert.setAttribute('role', 'alert');
        alert.className = 'visually-hidden';
        document.body.append(alert);
      }
      alert.textContent = text;
    },
  };
};
