/** Performs what the strands ask for: stores, reads, writes and waits. */
import type { Command } from '../commands/types.ts';
import type { Clock, Log } from '../ports.ts';
import { troubleOf } from '../store/trouble.ts';
import { advance, type StrandContext, type StrandEffect, type StrandEvent } from '../sync/strands.ts';
import type { Book } from './book.ts';
import type { Requests } from './requests.ts';
import { createRunner, STORE_AGAIN_MS, type Runner } from './runner.ts';

export type PumpDeps = {
  clock: Clock;
  log: Log;
  book: Book;
  requests: Pick<Requests, 'ask'>;
  /** Durable when it returns; throws when the file cannot be written. */
  save: (commands: readonly Command[]) => void;
  context: () => StrandContext;
  /** The members of this team are known anew. */
  membersRead: (team: number) => void;
  /** After every stored step. */
  changed: (conversation: number, settled: readonly Command[]) => void;
};

/** A read whose answer took longer than this is made again. */
const OLD_READ_MS = 2_500;
const MOST_SLOW_READS = 2;

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

export const createPump = (deps: PumpDeps): Runner => {
  const { clock, book } = deps;

  const perform = async (effect: StrandEffect, conversation: number): Promise<StrandEvent | null> => {
    switch (effect.kind) {
      case 'read':
        return { kind: 'read', answer: await deps.requests.ask({ kind: 'read', conversation }) };
      case 'write':
        return {
          kind: 'written',
          answer: await deps.requests.ask({ kind: 'write', conversation, write: effect.write }),
        };
      case 'members': {
        const { team } = effect;
        const answer = await deps.requests.ask({ kind: 'members', team });
        if (answer === 'loaded') deps.membersRead(team);
        return { kind: 'members', answer };
      }
      case 'wait':
        return (await runner.wait(conversation, effect.ms)) ? { kind: 'go' } : null;
      case 'pause':
        if (effect.why === 'failing') runner.failed(conversation, effect.ms);
        else runner.pause(effect.ms);
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
    while (event && !runner.stopped()) {
      const effect = step(conversation, event);
      const head = book.pendingOf(conversation)[0]?.id;
      if (!effect) break;
      const asked = clock.monotonic();
      event = await perform(effect, conversation);
      // An answer that took long says how it was, not how it is. A server that is always slow is believed in the end.
      if (event && isAnswer(event)) runner.cameThrough(conversation);
      const slow = event?.kind === 'read' && clock.monotonic() - asked > OLD_READ_MS;
      slowReads = slow ? slowReads + 1 : 0;
      if (slow && slowReads <= MOST_SLOW_READS) event = { kind: 'go' };
      // Replaced or cancelled meanwhile: what came back was about another command.
      if (event && book.pendingOf(conversation)[0]?.id !== head) event = { kind: 'go' };
    }
  };

  const runner = createRunner({ clock, log: deps.log, conversations: () => book.strands.keys(), work });
  return runner;
};
