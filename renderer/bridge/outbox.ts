/** The outbox as queries: what waits, and why a command stopped. */
import { useMemo } from 'react';
import { useCall } from './queries.ts';
import { useServices } from './services.ts';

/** Entries shown at once. */
const LIMIT = 200;

export const useOutbox = () => useCall('outbox.list', { limit: LIMIT }, { topics: ['outbox'] });

/** Command id -> why it was refused or what the conflict is, in words. */
export const useOutboxReasons = (): ReadonlyMap<string, string> => {
  const { say } = useServices();
  const { data } = useOutbox();
  return useMemo(
    () =>
      new Map(
        data?.entries.flatMap((entry) => (entry.reason ? [[entry.id, say(entry.reason)] as const] : [])),
      ),
    [data, say],
  );
};
