/** Changes that came while no alert could be written down: one for each conversation, from where it was first to where it came. */
import type { TruthChange } from '../link.ts';

export type Unheard = {
  add: (changes: readonly TruthChange[]) => void;
  /** Empties it. */
  take: () => TruthChange[];
};

export const createUnheard = (): Unheard => {
  const kept = new Map<number, TruthChange>();
  return {
    add: (changes) => {
      for (const change of changes) {
        const id = change.after?.id ?? change.before?.id;
        if (id === undefined) continue;
        const first = kept.get(id);
        kept.set(id, first ? { ...change, before: first.before } : change);
      }
    },
    take: () => {
      const all = [...kept.values()];
      kept.clear();
      return all;
    },
  };
};
