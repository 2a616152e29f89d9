/** Performs what the strands ask for: stores, reads, writes and waits; a few conversations at a time, in the order they were asked for. */
import type { Command } from '../commands/types.ts';
import type { Clock, Log, Timer } from '../ports.ts';
import { troubleOf } from '../store/trouble.ts';
import { advance, type StrandContext, type StrandEffect, type StrandEvent } from '../sync/strands.ts';
import type { Book } from './book.ts';
import type { Requests } from './requests.ts';
import { ALL_WELL, begun, cameThrough, cutOff, failed, mayBegin, nextTurn } from './turns.ts';

export type Pump = {
  /** Looks for work. */
  kick: () => void;
  /** Whether steps can be stored: without that nothing is done. */
  storable: (yes: boolean) => void;
  /** Whether the server can be reached, as far as known. Coming back ends every pause. */
  reachable: (yes: boolean) => void;
  stop: () => void;
};

export type PumpDeps = {
  clock: Clock;
  log: Log;
  book: Book;
  requests: Pick<Requests, 'ask'>;
  /** Durable when it returns; throws when the file cannot be written. */
  save: (commands: readonly Command[]) => void;
  context: () => StrandContext;
  /** After every stored step. */
  changed: (conversation: number, settled: readonly Command[]) => void;
};

/** More would not be faster: the rate is the server's. One is enough to learn that it is not there. */
const AT_ONCE = 3;
/** A read whose answer took longer than this is made again. */
const OLD_READ_MS = 2_500;
const MOST_SLOW_READS = 2;
/** Before a file that could not be written is tried again. */
const STORE_AGAIN_MS = 5_000;

/** Whether the server said something about the conversation: then it is well. */
const isAnswer = (event: StrandEvent): boolean => {
  switch (event.kind) {
    case 'read':
      return event.answer.outcome === 'read' || event.answer.outcome === 'gone';
    case 'written':
      return (
        event.answer.outcome === 'accepted' ||
        event.answer.outcome === 'refused' ||
        event.answer.outcome === 'gone'
      );
    case 'members':
      return event.answer === 'loaded';
    case 'go':
      return false;
  }
};

export const createPump = (deps: PumpDeps): Pump => {
  const { clock, book } = deps;
  /** Conversations at work or waiting for a moment of their own, with the command it began with. */
  const active = new Map<number, { timer: Timer | null }>();
  let stopped = false;
  let online = false;
  let storable = true;
  let turns = ALL_WELL;
  /** For the next that may begin. */
  let wake: Timer | null = null;

  const pauseAll = (ms: number) => {
    turns = cutOff(turns, clock.monotonic(), ms);
  };

  const release = (conversation: number) => {
    active.get(conversation)?.timer?.cancel();
    active.delete(conversation);
  };

  const perform = async (effect: StrandEffect, conversation: number): Promise<StrandEvent | null> => {
    switch (effect.kind) {
      case 'read':
        return { kind: 'read', answer: await deps.requests.ask({ kind: 'read', conversation }) };
      case 'write':
        return {
          kind: 'written',
          answer: await deps.requests.ask({ kind: 'write', conversation, write: effect.write }),
        };
      case 'members':
        return { kind: 'members', answer: await deps.requests.ask({ kind: 'members', team: effect.team }) };
      case 'wait':
        return new Promise((resolve) => {
          const at = active.get(conversation);
          if (at) at.timer = clock.after(effect.ms, () => resolve({ kind: 'go' }));
          else resolve(null);
        });
      case 'pause':
        // Nobody else gets through either: one waits for all.
        if (effect.why === 'failing') turns = failed(turns, conversation, clock.monotonic(), effect.ms);
        else pauseAll(effect.ms);
        return null;
    }
  };

  /** One event; the effect to perform next, or null when there is nothing more to do for now. */
  const step = (conversation: number, event: StrandEvent): StrandEffect | null => {
    const strand = book.strands.get(conversation);
    if (!strand) return null;
    const next = advance(strand, event, deps.context());
    try {
      deps.save(next.save);
    } catch (error) {
      if (troubleOf(error) === null) throw error;
      // Nothing is done that is not stored. The strand stays where it is and reads the server again later.
      return { kind: 'pause', why: 'unreachable', ms: STORE_AGAIN_MS };
    }
    book.put(next.save);
    book.setStrand(conversation, next.strand);
    if (next.save.length > 0) deps.changed(conversation, next.settled);
    return next.effect;
  };

  const work = async (conversation: number): Promise<void> => {
    let event: StrandEvent | null = { kind: 'go' };
    let slowReads = 0;
    while (event && !stopped) {
      const effect = step(conversation, event);
      const head = book.pendingOf(conversation)[0]?.id;
      if (!effect) break;
      const asked = clock.monotonic();
      event = await perform(effect, conversation);
      // An answer that took long says how it was, not how it is. A server that is always slow is believed in the end.
      if (event && isAnswer(event)) turns = cameThrough(turns, conversation);
      const slow = event?.kind === 'read' && clock.monotonic() - asked > OLD_READ_MS;
      slowReads = slow ? slowReads + 1 : 0;
      if (slow && slowReads <= MOST_SLOW_READS) event = { kind: 'go' };
      // Replaced or cancelled meanwhile: what came back was about another command.
      if (event && book.pendingOf(conversation)[0]?.id !== head) event = { kind: 'go' };
    }
    release(conversation);
    kick();
  };

  const kick = () => {
    if (stopped || !storable) return;
    const now = clock.monotonic();
    const most = online ? AT_ONCE : 1;
    for (const conversation of book.strands.keys()) {
      if (active.size >= most) break;
      if (active.has(conversation) || !mayBegin(turns, conversation, now, active.size)) continue;
      turns = begun(turns, now);
      active.set(conversation, { timer: null });
      work(conversation).catch((error: unknown) => {
        deps.log.error('outbox: a strand stopped', { conversation, error: String(error) });
        release(conversation);
        pauseAll(STORE_AGAIN_MS);
        kick();
      });
    }
    wake?.cancel();
    const next = book.strands.size === 0 ? null : nextTurn(turns, now);
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
    stop: () => {
      stopped = true;
      wake?.cancel();
      for (const conversation of active.keys()) release(conversation);
    },
  };
};
