/** Lets conversations that have something to send have their turn: a few at a time, in the order they were asked for. */
import type { Clock, Log, Timer } from '../ports.ts';
import { ALL_WELL, begun, cameThrough, cutOff, failed, inTurn, mayBegin, nextTurn } from './turns.ts';

export type Runner = {
  /** Looks for work. */
  kick: () => void;
  /** Whether steps can be stored: without that nothing is done. */
  storable: (yes: boolean) => void;
  /** Whether the server can be reached, as far as known. Coming back ends every pause. */
  reachable: (yes: boolean) => void;
  stop: () => void;
};

/** For the work itself. */
type Hands = {
  /** Answers false when the work is to end instead. */
  wait: (conversation: number, ms: number) => Promise<boolean>;
  /** Nobody else gets through either: one waits for all. */
  pause: (ms: number) => void;
  /** The server is there, but this conversation does not get through. */
  failed: (conversation: number, ms: number) => void;
  cameThrough: (conversation: number) => void;
  stopped: () => boolean;
};

export type RunnerDeps = {
  clock: Clock;
  log: Log;
  /** Those that have something to do, in order. */
  conversations: () => Iterable<number>;
  /** Works on one until it is done, waits for the server, or is stopped. */
  work: (conversation: number) => Promise<void>;
};

/** More would not be faster: the rate is the server's. One is enough to learn that it is not there. */
const AT_ONCE = 3;
/** Before a file that could not be written is tried again. */
export const STORE_AGAIN_MS = 5_000;

export const createRunner = ({ clock, log, conversations, work }: RunnerDeps): Runner & Hands => {
  /** Conversations at work or waiting for a moment of their own. */
  const active = new Map<number, { timer: Timer | null }>();
  let stopped = false;
  let online = false;
  let storable = true;
  let turns = ALL_WELL;
  /** For the next that may begin. */
  let wake: Timer | null = null;

  const pause = (ms: number) => {
    turns = cutOff(turns, clock.monotonic(), ms);
  };

  const release = (conversation: number) => {
    active.get(conversation)?.timer?.cancel();
    active.delete(conversation);
  };

  const run = async (conversation: number): Promise<void> => {
    try {
      await work(conversation);
    } catch (error) {
      log.error('outbox: a strand stopped', { conversation, error: String(error) });
      pause(STORE_AGAIN_MS);
    }
    release(conversation);
    kick();
  };

  const kick = () => {
    if (stopped || !storable) return;
    const now = clock.monotonic();
    const most = online ? AT_ONCE : 1;
    let any = false;
    for (const conversation of inTurn(turns, conversations())) {
      any = true;
      if (active.size >= most) break;
      if (active.has(conversation) || !mayBegin(turns, conversation, now, active.size)) continue;
      turns = begun(turns, now);
      active.set(conversation, { timer: null });
      void run(conversation);
    }
    wake?.cancel();
    const next = any ? nextTurn(turns, now) : null;
    wake = next === null ? null : clock.after(next - now, kick);
  };

  return {
    kick,
    storable: (yes) => {
      storable = yes;
      if (!yes) return;
      turns = ALL_WELL;
      kick();
    },
    reachable: (yes) => {
      const back = yes && !online;
      online = yes;
      if (!back) return;
      turns = ALL_WELL;
      kick();
    },
    wait: (conversation, ms) =>
      new Promise((resolve) => {
        const at = active.get(conversation);
        if (at) at.timer = clock.after(ms, () => resolve(true));
        else resolve(false);
      }),
    pause,
    failed: (conversation, ms) => {
      turns = failed(turns, conversation, clock.monotonic(), ms);
    },
    cameThrough: (conversation) => {
      turns = cameThrough(turns, conversation);
    },
    stopped: () => stopped,
    stop: () => {
      stopped = true;
      wake?.cancel();
      for (const conversation of active.keys()) release(conversation);
    },
  };
};
