/** Tells the data half what a commit changed: at once for single changes, gathered to a few a second for bulk loads. */
import type { Topic } from '../../../contract/model.ts';
import type { IngestEnd } from '../link.ts';
import type { Clock, Timer } from '../ports.ts';
import type { Applied } from '../store/types.ts';

/** Between two posts about bulk commits. */
const BULK_MS = 250;

/** @param loaded whether the first load is done */
export const createOutflow = (clock: Clock, end: IngestEnd, loaded: () => boolean) => {
  const gathered = new Set<Topic>();
  let timer: Timer | null = null;
  let lastPost = Number.NEGATIVE_INFINITY;

  const postBulk = (): void => {
    timer?.cancel();
    timer = null;
    if (gathered.size === 0) return;
    lastPost = clock.monotonic();
    end.post({
      kind: 'committed',
      topics: [...gathered],
      changes: [],
      bulk: true,
      gap: false,
      loading: false,
    });
    gathered.clear();
  };

  return {
    committed: ({ topics, changes }: Applied, { bulk, gap }: { bulk: boolean; gap: boolean }): void => {
      if (!bulk || changes.length > 0) {
        postBulk();
        if (topics.length > 0 || changes.length > 0)
          end.post({
            kind: 'committed',
            topics,
            changes,
            bulk: false,
            gap,
            // Said here: whoever hears of it later finds the load done.
            loading: changes.some(({ before }) => before === null) && !loaded(),
          });
        return;
      }
      for (const topic of topics) gathered.add(topic);
      if (timer !== null || gathered.size === 0) return;
      timer = clock.after(Math.max(0, lastPost + BULK_MS - clock.monotonic()), postBulk);
    },
    /** Posts what is gathered now, so that it does not arrive after what follows. */
    flush: postBulk,
  };
};
