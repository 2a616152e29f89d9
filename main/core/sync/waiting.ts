/** Since when a customer waits: the server's word where it has one, else derived from messages. Pure. */
import { isLive } from '../../../contract/model.ts';

export type LastMessage = { id: number; text: string; from: 'customer' | 'agent' | 'bot'; at: number };

/**
 * What is known of a wait, whatever the status. Times in seconds since 1970.
 * `wire` = the server has sent its own value for this conversation, so nothing is derived any more.
 */
export type Wait = {
  since: number | null;
  /** `since` is a lower bound. */
  atLeast: boolean;
  /** The incoming message that `since` comes from; null = none (created_at, or the wire). */
  message: number | null;
  /** The newest incoming message: who waits when a reply to an earlier one comes late. */
  newest: { id: number; at: number } | null;
  /** Messages up to this id are answered or lie before our time: they start no wait. */
  settled: number;
  wire: boolean;
};

const none = (settled: number): Wait => ({
  since: null,
  atLeast: false,
  message: null,
  newest: null,
  settled,
  wire: false,
});

/** The server's own value replaces whatever was derived. */
export const waitFromWire = (since: number | null): Wait => ({
  since,
  atLeast: false,
  message: null,
  newest: null,
  settled: 0,
  wire: true,
});

/**
 * First sight of a conversation. The newest message, if incoming, gives a lower bound: earlier ones may
 * have waited too. No message and no first reply: the customer waits since the conversation was created.
 * `firstReplyAt` undefined = the server does not say.
 */
export const waitAtFirstSight = (seen: {
  status: string;
  createdAt: number;
  firstReplyAt: number | null | undefined;
  lastMessage: LastMessage | null;
}): Wait => {
  const { lastMessage } = seen;
  if (!isLive(seen.status)) return none(lastMessage?.id ?? 0);
  if (lastMessage?.from === 'customer') {
    const { id, at } = lastMessage;
    return { since: at, atLeast: true, message: id, newest: { id, at }, settled: id - 1, wire: false };
  }
  if (lastMessage !== null) return none(lastMessage.id);
  return seen.firstReplyAt === null ? { ...none(0), since: seen.createdAt } : none(0);
};

/** An incoming message while nobody waits starts a wait; one that is older than what is known moves it back. */
export const waitAfterIncoming = (
  wait: Wait,
  message: { id: number; at: number },
  /** The messages before this one were not heard. */
  atLeast: boolean,
): Wait => {
  if (wait.wire || message.id <= wait.settled) return wait;
  const { id, at } = message;
  const newest = wait.newest !== null && wait.newest.id >= id ? wait.newest : { id, at };
  if (wait.since === null) {
    return { ...none(atLeast ? id - 1 : wait.settled), since: at, atLeast, message: id, newest };
  }
  return at < wait.since ? { ...wait, since: at, message: id, newest } : { ...wait, newest };
};

/** The wait after a reply, which does not answer what was said `later`. */
const afterReply = (settled: number, later: Wait['newest']): Wait =>
  later === null
    ? none(settled)
    : { ...none(settled), since: later.at, atLeast: true, message: later.id, newest: later };

/**
 * A human reply that the customer can see clears the wait, unless the wait began after it
 * (messages may come out of order).
 */
export const waitAfterReply = (wait: Wait, reply: { id: number; at: number }): Wait => {
  if (wait.wire || reply.id <= wait.settled) return wait;
  const settled = { ...wait, settled: reply.id };
  if (wait.since === null) return settled;
  const answered = wait.message === null ? wait.since <= reply.at : wait.message < reply.id;
  if (!answered) return settled;
  return afterReply(reply.id, wait.newest !== null && wait.newest.id > reply.id ? wait.newest : null);
};

/** The server says when the first reply was, though we did not see the message. */
export const waitAfterFirstReply = (wait: Wait, at: number): Wait => {
  if (wait.wire || wait.since === null || wait.since > at) return wait;
  return afterReply(wait.settled, wait.newest !== null && wait.newest.at > at ? wait.newest : null);
};

/** Resolved or abandoned: nobody waits, and nothing said before starts a wait again. */
export const waitAfterFinish = (wait: Wait, lastMessage: LastMessage | null): Wait =>
  wait.wire ? wait : none(Math.max(wait.settled, lastMessage?.id ?? 0));

/** The wait as shown, sorted and alerted by: pending, snoozed and finished conversations show none. */
export const shownWait = (wait: Wait, status: string): { since: number | null; atLeast: boolean } =>
  wait.since === null || status === 'snoozed' || status === 'pending' || !isLive(status)
    ? { since: null, atLeast: false }
    : { since: wait.since, atLeast: wait.atLeast };
