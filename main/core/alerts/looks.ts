/** Looks where conversations are that moved, once all is quiet: asks the server, and again where it gives no answer. */
import type { Truth } from '../link.ts';
import type { Clock, Log, Timer } from '../ports.ts';
import { troubleOf, troubleOn } from '../trouble.ts';
import type { News, Teller } from './teller.ts';

/** From which team a conversation went on, before the first of several changes. */
export type Move = {
  /** null = from none. */
  from: number | null;
  /** Something of it came while nobody listened. */
  catchUp: boolean;
  /** All of it was read, none was heard of. */
  gap: boolean;
  /** It is not the conversation that stays somewhere under this number. */
  another: boolean;
  /** Of what an earlier run has left: how often the server was asked in vain. null = any other. */
  vain: number | null;
};

export type LooksDeps = {
  clock: Clock;
  log: Log;
  truth: (conversation: number) => Truth | null;
  /** Whether the cache is what the server has, but for what is heard from now on. */
  complete: () => boolean;
  /** Asks the server where it is; null = no answer. */
  confirm: (conversation: number) => Promise<{ truth: Truth | null } | null>;
  /** Whether what the cache says does for this one, so that nobody need be asked. */
  believes: (conversation: number, move: Move, known: Truth | null) => boolean;
  /** What a move means; `truth` is where it is now. May throw where the ledger cannot be written. */
  consider: (conversation: number, move: Move, truth: Truth | null) => News | null;
  tell: Teller['tell'];
};

export type Looks = {
  /** To be looked at. Of several moves before that, where the first one came from counts. */
  add: (conversation: number, move: Move) => void;
  /** Whether it will be looked at, or is. */
  has: (conversation: number) => boolean;
  /** When all has been quiet for a moment. */
  whenQuiet: () => void;
  /** The server answers again: what was asked before may never be answered, and is asked anew. */
  anew: () => void;
  stop: () => void;
};

/** How long a conversation must have been quiet in a team before that is told. */
const SETTLE_MS = 1_000;
/** Before the server is asked again where a conversation is, when it did not answer. */
const ASK_AGAIN_MS = 10_000;
/** So often is asked about what an earlier run has left; then the cache is believed. */
const MOST_VAIN = 3;

/** Two moves of one conversation as one: from where the first came, or nowhere when the second is of another one. */
const merged = (first: Move, second: Move): Move => ({
  from: second.another ? second.from : first.from,
  catchUp: first.catchUp || second.catchUp,
  gap: first.gap && second.gap,
  another: first.another || second.another,
  vain: second.vain,
});

export const createLooks = (deps: LooksDeps): Looks => {
  const { clock } = deps;
  const moved = new Map<number, Move>();
  /** Being looked at, with how to wait no longer for the answer: what comes about them meanwhile waits. */
  const looking = new Map<number, () => void>();
  let settling: Timer | null = null;
  let stopped = false;

  /** No answer, or no room in the ledger: what is not written down is not told yet. */
  const lookLater = (id: number, move: Move): void => {
    const newer = moved.get(id);
    moved.set(id, newer ? { ...merged(move, newer), gap: move.gap, vain: move.vain } : move);
    if (!stopped) settling ??= clock.after(ASK_AGAIN_MS, lookNow);
  };

  /** Late and repeated events make a truth flicker, for seconds: what counts is where the server says it is. */
  const lookAt = async (id: number, move: Move): Promise<News | null> => {
    const known = deps.truth(id);
    if (deps.believes(id, move, known)) return deps.consider(id, move, known);
    const givenUp = new Promise<'given-up'>((resolve) => looking.set(id, () => resolve('given-up')));
    const answer = await Promise.race([deps.confirm(id), givenUp]).finally(() => looking.delete(id));
    if (stopped) return null;
    if (answer !== null && answer !== 'given-up') return deps.consider(id, move, answer.truth);
    // Only a server that is there and says nothing of this one was asked in vain.
    const inVain = move.vain === null ? null : move.vain + (answer === null && deps.complete() ? 1 : 0);
    if (inVain !== null && inVain >= MOST_VAIN) return deps.consider(id, move, deps.truth(id));
    lookLater(id, { ...move, gap: false, vain: inVain });
    return null;
  };

  const lookAtMoved = async (): Promise<void> => {
    settling = null;
    const all = [...moved].filter(([id]) => !looking.has(id));
    for (const [id] of all) moved.delete(id);
    if (moved.size > 0) settling = clock.after(SETTLE_MS, lookNow);
    const missed: { id: number; move: Move; found: News }[] = [];
    const written = (work: () => void, moves: readonly [number, Move][]): void => {
      if (stopped || troubleOn(work) === null) return;
      // What stayed there under another's number is over: it was ended when this was found.
      for (const [id, move] of moves) lookLater(id, { ...move, another: false });
    };
    const look = async ([id, move]: [number, Move]) => {
      const found = await lookAt(id, move).catch((error: unknown) => {
        if (troubleOf(error) === null) throw error;
        lookLater(id, move);
        return null;
      });
      if (!found) return;
      if (move.catchUp) missed.push({ id, move, found });
      else written(() => deps.tell([found], false), [[id, move]]);
    };
    await Promise.all(all.map(look));
    written(
      () =>
        deps.tell(
          missed.map(({ found }) => found),
          true,
        ),
      missed.map(({ id, move }) => [id, move]),
    );
  };
  const lookNow = () => {
    lookAtMoved().catch((error: unknown) =>
      deps.log.error('alerts: a look failed', { error: String(error) }),
    );
  };

  return {
    add: (id, move) => {
      const known = moved.get(id);
      moved.set(id, known ? merged(known, move) : move);
    },
    has: (id) => moved.has(id) || looking.has(id),
    whenQuiet: () => {
      if (moved.size > 0) settling ??= clock.after(SETTLE_MS, lookNow);
    },
    anew: () => {
      if (stopped || moved.size + looking.size === 0) return;
      for (const giveUp of looking.values()) giveUp();
      settling?.cancel();
      settling = clock.after(SETTLE_MS, lookNow);
    },
    stop: () => {
      stopped = true;
      settling?.cancel();
    },
  };
};
