/** What is done with the cache as long as it is open, connected or not: it is looked through for damage, old rows go, and leave nothing behind. */
import type { Topic } from '../../../contract/model.ts';
import type { Clock, Log } from '../ports.ts';
import { troubleOf } from '../trouble.ts';
import type { CacheWriter } from '../store/types.ts';
import type { Life } from './life.ts';

/** After the opening: the first look at the board goes before. */
const FIRST_MS = 10_000;
const EVERY_MS = 60 * 60_000;
/** What goes bad while it is open is found within a day. */
const INSPECT_MS = 12 * EVERY_MS;
/** Between two slices, for others. */
const BREATH_MS = 50;

export type HousekeepingDeps = {
  clock: Clock;
  log: Log;
  life: Life;
  writer: Pick<CacheWriter, 'inspectSlice' | 'prune' | 'scrub' | 'checkpoint'>;
  historyDays: () => number;
  pruned: (topics: Topic[]) => void;
};

export type Housekeeping = {
  /** Now as well, e.g. because less is to be kept. */
  soon: () => void;
};

export const keepHouse = (deps: HousekeepingDeps): Housekeeping => {
  const { clock, life, writer } = deps;
  let atWork = false;
  let again = false;
  let inspectedAt = Number.NEGATIVE_INFINITY;

  /** Trouble with the file has been heard of by whoever watches over it; the next round is another try. */
  const inSlices = async (slice: () => boolean): Promise<void> => {
    try {
      while (slice()) if (!(await life.wait(BREATH_MS))) return;
    } catch (error) {
      if (troubleOf(error) === null) throw error;
    }
  };

  const round = async (): Promise<void> => {
    // First: by an index that lies the wrong rows would be deleted.
    if (clock.monotonic() - inspectedAt >= INSPECT_MS) {
      inspectedAt = clock.monotonic();
      await inSlices(writer.inspectSlice);
      if (life.over()) return;
    }
    await inSlices(() => {
      const { topics, more } = writer.prune({ historyDays: deps.historyDays(), now: clock.now() });
      if (topics.length > 0) deps.pruned(topics);
      return more;
    });
    if (life.over()) return;
    await inSlices(() => writer.scrub(clock.now()));
    if (!life.over()) writer.checkpoint();
  };

  const soon = (): void => {
    again = true;
    if (atWork || life.over()) return;
    atWork = true;
    const work = async (): Promise<void> => {
      while (again && !life.over()) {
        again = false;
        await round();
      }
    };
    work()
      .catch((error: unknown) => {
        if (!life.over()) deps.log.error('housekeeping failed', { error: String(error) });
      })
      .finally(() => {
        atWork = false;
      });
  };

  const every = async (): Promise<void> => {
    let wait = FIRST_MS;
    while (await life.wait(wait)) {
      wait = EVERY_MS;
      soon();
    }
  };
  void every();
  return { soon };
};
