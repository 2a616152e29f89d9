/** Watches over cache.db: from the first trouble on it is tried again and again until it can be written. */
import type { Clock, Timer } from '../ports.ts';
import { troubleOn, type Trouble } from '../trouble.ts';

export type CacheHealth = {
  /** The file was not to be read or written. */
  failed: (trouble: Trouble) => void;
  /** Whether it could not be written when it was last tried. */
  ill: () => boolean;
  stop: () => void;
};

type CacheHealthDeps = {
  clock: Clock;
  /** The workspace is closed. */
  over: () => boolean;
  /** One small write. */
  probe: () => void;
  /** What is wrong with the file; null = nothing any more. */
  say: (trouble: Trouble | null) => void;
  /** What was heard since may be missing: begin again once the file is well. Until then the server is not asked. */
  fellIll: () => void;
  well: () => void;
};

/** Between two tries of a file that could not be written. */
const AGAIN_MS = 2_000;

export const createCacheHealth = (deps: CacheHealthDeps): CacheHealth => {
  let next: Timer | null = null;

  const failed = (trouble: Trouble): void => {
    if (deps.over()) return;
    deps.say(trouble);
    deps.fellIll();
    next ??= deps.clock.after(AGAIN_MS, again);
  };

  const again = (): void => {
    next = null;
    if (deps.over()) return;
    const trouble = troubleOn(deps.probe);
    if (trouble) {
      failed(trouble);
      return;
    }
    deps.say(null);
    deps.well();
  };

  return { failed, ill: () => next !== null, stop: () => next?.cancel() };
};
