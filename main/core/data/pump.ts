/** Sends commands: what their strands ask for is stored, and asked of the server. */
import type { Command } from '../commands/types.ts';
import type { Clock, Log } from '../ports.ts';
import { advance, type StrandContext, type StrandEffect, type StrandEvent } from '../sync/strands.ts';
import type { Book } from './book.ts';
import type { Requests } from './requests.ts';
import type { Runner } from './runner.ts';
import { createSteps } from './steps.ts';

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

type Question = Exclude<StrandEffect, { kind: 'wait' | 'pause' }>;
type Answer = Exclude<StrandEvent, { kind: 'go' }>;

/** Whether the server said something about the conversation: then it is well. */
const isAnswer = (event: Answer): boolean => {
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
  }
};

export const createPump = (deps: PumpDeps): Runner => {
  const { clock, log, book } = deps;
  const { ask } = deps.requests;
  return createSteps<Answer, Question>({
    clock,
    log,
    conversations: () => book.strands.keys(),
    head: (conversation) => book.pendingOf(conversation)[0]?.id,
    isAnswer,
    isRead: (event) => event.kind === 'read',
    step: (conversation, event) => {
      const strand = book.strands.get(conversation);
      if (!strand) return null;
      const next = advance(strand, event, deps.context());
      deps.save(next.save);
      book.put(next.save);
      book.setStrand(conversation, next.strand);
      if (next.save.length > 0) deps.changed(conversation, next.settled);
      return next.effect;
    },
    ask: async (question, conversation) => {
      switch (question.kind) {
        case 'read':
          return { kind: 'read', answer: await ask({ kind: 'read', conversation, thenWrite: true }) };
        case 'write': {
          const { write } = question;
          return { kind: 'written', answer: await ask({ kind: 'write', conversation, write }) };
        }
        case 'members': {
          const { team } = question;
          const answer = await ask({ kind: 'members', team });
          if (answer === 'loaded') deps.membersRead(team);
          return { kind: 'members', answer };
        }
      }
    },
  });
};
