/** The outbox as queries: what waits, and why a command stopped. */
import { useMemo } from 'react';
import type { OutboxEntry, Words } from '../../contract/model.ts';
import { useCall } from './queries.ts';
import { useServices } from './services.ts';

/** Entries shown at once. */
const LIMIT = 200;

export const useOutbox = () => useCall('outbox.list', { limit: LIMIT }, { topics: ['outbox'] });

/** The server's own words where it refused everything; beside what was applied where it refused the rest. */
const reasonWords = (say: (words: Words) => string, { reason, serverWords }: OutboxEntry): string | null => {
  if (!reason || !serverWords) return reason && say(reason);
  return reason.key === 'outcome.refusedByServer' ? serverWords : `${say(reason)} ${serverWords}`;
};

/** Command id -> why it was refused or what the conflict is, in words. */
export const useOutboxReasons = (): ReadonlyMap<string, string> => {
  const { say } = useServices();
  const { data } = useOutbox();
  return useMemo(
    () =>
      new Map(
        data?.entries.flatMap((entry) => {
          const words = reasonWords(say, entry);
          return words === null ? [] : [[entry.id, words] as const];
        }),
      ),
    [data, say],
  );
};
