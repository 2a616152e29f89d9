/** Events of the socket into batched commits; held back while the first fetch of a connection is under way. */
import type { Fact } from '../facts.ts';
import type { Timer } from '../ports.ts';
import { readEvent } from '../liveagent/wire/event.ts';
import type { Session } from './session.ts';
import type { NotificationsTask } from './tasks/notifications.ts';

/** Events that come within this time are one commit. */
const FLUSH_MS = 25;
/** A commit is never larger than this. */
const MOST_FACTS = 2000;
/** Events are held for a fetch this long at most; after that the order of what was heard decides, as it always does. */
const HOLD_MS = 5000;

/** What it needs of the session. */
type FlowSession = Pick<Session, 'commit' | 'post' | 'workspace'> & {
  ports: Pick<Session['ports'], 'clock' | 'log'>;
};

export const createEventFlow = (
  session: FlowSession,
  notifications: Pick<NotificationsTask, 'heard'>,
  onDirectoryChanged: () => void,
) => {
  const { clock, log } = session.ports;
  let facts: Fact[] = [];
  let timer: Timer | null = null;
  let heldUntil = Number.NEGATIVE_INFINITY;
  let unreadable = 0;

  const flush = (): void => {
    timer?.cancel();
    timer = null;
    if (facts.length === 0) return;
    const batch = facts;
    facts = [];
    session.commit(batch);
    // After the commit: what a note became is in the cache before anybody is told.
    for (const fact of batch)
      if (fact.kind === 'message' && fact.echo !== undefined)
        session.post({ kind: 'echo', note: fact.echo, message: fact.message.id });
  };

  const schedule = (): void => {
    timer ??= clock.after(Math.max(FLUSH_MS, heldUntil - clock.monotonic()), flush);
  };

  const add = (fact: Fact): void => {
    facts.push(fact);
    if (facts.length >= MOST_FACTS) flush();
    else schedule();
  };

  return {
    heard: (message: unknown): void => {
      const event = readEvent(message, session.workspace.accountId, {
        via: 'socket',
        since: clock.monotonic(),
      });
      switch (event.kind) {
        case 'conversation':
        case 'message':
        case 'presence':
          add(event.fact);
          break;
        case 'notification':
          // Its conversation first, so that whoever is told finds it.
          flush();
          notifications.heard(event.fact);
          break;
        case 'directory-changed':
          onDirectoryChanged();
          break;
        case 'unreadable':
          unreadable += 1;
          // Once for every power of two: a broken server must not fill the log.
          if ((unreadable & (unreadable - 1)) === 0) {
            log.warn('socket: events that cannot be read', { event: event.event, count: unreadable });
          }
          break;
        case 'ignored':
          break;
      }
    },
    /** From the confirmation of the subscription until `release`, events wait for the fetch. */
    hold: (): void => {
      heldUntil = clock.monotonic() + HOLD_MS;
    },
    release: (): void => {
      heldUntil = Number.NEGATIVE_INFINITY;
      flush();
    },
    flush,
  };
};

export type EventFlow = ReturnType<typeof createEventFlow>;
