/** Writes the rows of many pages as they come and commits them together, each with the cursor that describes it. */
import type { Fact } from '../../facts.ts';
import type { Timer } from '../../ports.ts';
import type { Life } from '../life.ts';
import type { Session, State } from '../session.ts';

const MOST_FACTS = 2500;
const LONGEST_MS = 250;

/** `bulk`: what is seen for the first time is nothing to alert about. */
export const createBatch = (session: Session, life: Life, bulk: boolean) => {
  const { clock } = session.ports;
  let facts = 0;
  let timer: Timer | null = null;

  const flush = (): void => {
    timer?.cancel();
    timer = null;
    facts = 0;
    session.commit([], { bulk, gap: !bulk });
  };
  return {
    /** Reads a page once the writer has room for it; null = the connection ended meanwhile. */
    page: async <T>(read: () => Promise<T | null>): Promise<T | null> => {
      if (facts === 0) await session.writer.room();
      return life.over() ? null : read();
    },
    add: (more: readonly Fact[], cursor: State = {}): void => {
      session.commit(more, { state: cursor, bulk, gap: !bulk, hold: true });
      facts += more.length;
      if (facts >= MOST_FACTS) flush();
      else timer ??= clock.after(LONGEST_MS, flush);
    },
    /** Commits what is not yet. */
    flush: (): void => {
      if (timer !== null) flush();
    },
  };
};
