/** Gathers the rows of many pages into fewer, larger commits, each with the cursor that describes it. */
import type { Fact } from '../../facts.ts';
import type { Session, State } from '../session.ts';

const MOST_FACTS = 1000;
const LONGEST_MS = 250;

/** `bulk` commits carry no changes to alert about. */
export const createBatch = (session: Session, bulk: boolean) => {
  const { clock } = session.ports;
  let facts: Fact[] = [];
  let state: State = {};
  let since = clock.monotonic();

  const flush = (): void => {
    if (facts.length > 0 || Object.keys(state).length > 0) session.commit(facts, { state, bulk });
    facts = [];
    state = {};
    since = clock.monotonic();
  };
  return {
    add: (more: readonly Fact[], cursor: State = {}): void => {
      facts.push(...more);
      state = { ...state, ...cursor };
      if (facts.length >= MOST_FACTS || clock.monotonic() - since >= LONGEST_MS) flush();
    },
    flush,
  };
};
