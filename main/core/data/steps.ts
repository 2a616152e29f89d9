/** Goes through strands step by step: each step is stored, then its question is asked, and the answer is the next event. */
import { troubleOf } from '../trouble.ts';
import { createRunner, STORE_AGAIN_MS, type Runner, type RunnerDeps } from './runner.ts';

/** What needs no question: a strand goes on later, by itself. */
type Later = { kind: 'wait'; ms: number } | { kind: 'pause'; why: string; ms: number };

export type StepsDeps<Event, Question> = Omit<RunnerDeps, 'work'> & {
  /** Durable when it returns; throws when the file cannot be written. Null = nothing to do for now. */
  step: (conversation: number, event: Event | { kind: 'go' }) => Question | Later | null;
  ask: (question: Question, conversation: number) => Promise<Event>;
  /** What is worked on: the first of the strand. */
  head: (conversation: number) => string | undefined;
  /** Whether the server said something about the conversation: then it is well. */
  isAnswer: (event: Event) => boolean;
  /** Whether it says how things are, which is old after a while. */
  isRead: (event: Event) => boolean;
};

/** An answer that took longer than this says how it was, not how it is: it is asked for again. */
const OLD_READ_MS = 2_500;
/** A server that is always slow is believed in the end. */
const MOST_SLOW_READS = 2;

const isLater = (effect: { kind: string }): effect is Later =>
  effect.kind === 'wait' || effect.kind === 'pause';

export const createSteps = <Event, Question extends { kind: string }>(
  deps: StepsDeps<Event, Question>,
): Runner => {
  const { clock } = deps;

  /** Nothing is done that is not stored: the strand stays where it is and goes on later. */
  const step = (conversation: number, event: Event | { kind: 'go' }): Question | Later | null => {
    try {
      return deps.step(conversation, event);
    } catch (error) {
      if (troubleOf(error) === null) throw error;
      return { kind: 'pause', why: 'unreachable', ms: STORE_AGAIN_MS };
    }
  };

  /** Answers whether to go on now. */
  const later = async (effect: Later, conversation: number): Promise<boolean> => {
    if (effect.kind === 'wait') return runner.wait(conversation, effect.ms);
    if (effect.why === 'failing') runner.failed(conversation, effect.ms);
    else runner.pause(effect.ms);
    return false;
  };

  const work = async (conversation: number): Promise<void> => {
    let event: Event | { kind: 'go' } = { kind: 'go' };
    let slowReads = 0;
    while (!runner.stopped()) {
      const effect = step(conversation, event);
      const head = deps.head(conversation);
      if (!effect) return;
      event = { kind: 'go' };
      if (isLater(effect)) {
        slowReads = 0;
        if (!(await later(effect, conversation))) return;
        continue;
      }
      const asked = clock.monotonic();
      const answer = await deps.ask(effect, conversation);
      if (deps.isAnswer(answer)) runner.cameThrough(conversation);
      const slow = deps.isRead(answer) && clock.monotonic() - asked > OLD_READ_MS;
      slowReads = slow ? slowReads + 1 : 0;
      if (slow && slowReads <= MOST_SLOW_READS) continue;
      // Settled or replaced meanwhile: what came back was about something else.
      if (deps.head(conversation) === head) event = answer;
    }
  };

  const runner = createRunner({ ...deps, work });
  return runner;
};
