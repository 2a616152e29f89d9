/** Takes entries off the outbox, and says which stay because they are otherwise by now. */
import { useQueryClient } from '@tanstack/react-query';
import type { CallInput } from '../../contract/ipc.ts';
import type { OutboxEntry } from '../../contract/model.ts';
import { useServices } from '../bridge/services.ts';
import { failureOf, tellerOf } from '../bridge/telling.ts';

export type Choice = CallInput<'outbox.settle'>['choice'];

/** Reasons said in one toast. */
const MOST_REASONS = 3;

export type Settling = {
  /** Resolves with how many are settled; 0 after a failure, which is said. */
  settle: (entries: readonly OutboxEntry[], choice: Choice) => Promise<number>;
  cancel: (entries: readonly OutboxEntry[]) => Promise<number>;
};

export const useSettling = (): Settling => {
  const { client, t, say, toaster, announcer } = useServices();
  const queries = useQueryClient();

  const tell = tellerOf({ toaster, announcer });
  const bad = (title: string, details: readonly string[]) => tell({ title, details, tone: 'bad' });
  const guarded = async (work: () => Promise<number>): Promise<number> => {
    try {
      return await work();
    } catch (error) {
      tell(failureOf(t, error));
      return 0;
    }
  };

  return {
    settle: (entries, choice) =>
      guarded(async () => {
        const items = entries.map(({ id, now }) => ({ command: id, seen: now }));
        const { settled, stays } = await client.invoke('outbox.settle', { items, choice });
        if (stays.length > 0) {
          // What is drawn is not what is: the list shows the new state before the next choice.
          await queries.invalidateQueries({ queryKey: ['outbox.list'] });
          const named = stays
            .slice(0, MOST_REASONS)
            .map(({ conversation, words }) => t('ui.outbox.stayed', { id: conversation, words: say(words) }));
          bad(
            t('ui.outbox.stays', { count: stays.length, all: entries.length }),
            stays.length > MOST_REASONS
              ? [...named, t('ui.outbox.staysMore', { count: stays.length - MOST_REASONS })]
              : named,
          );
        }
        return settled.length;
      }),
    cancel: (entries) =>
      guarded(async () => {
        const { cancelled } = await client.invoke('outbox.cancel', { commands: entries.map(({ id }) => id) });
        if (cancelled.length < entries.length)
          bad(t('ui.outbox.tooLate', { count: entries.length - cancelled.length }), []);
        return cancelled.length;
      }),
  };
};
