/** Re-runs queries whose topics changed: visible lanes first, at most ten lanes a flush, never one that is still running. */
import type { Query, QueryClient } from '@tanstack/react-query';
import type { Client } from './client.ts';

/** Lanes re-read in one flush (the rest follow in the next one). */
export const LANES_PER_FLUSH = 10;
const FLUSH_EVERY_MS = 40;

export type DirtyQuery = { hash: string; lane: string | null; running: boolean };

/** What of the dirty queries runs now; running ones wait so that a busy lane is never starved by its own news. */
export const planFlush = (
  dirty: readonly DirtyQuery[],
  visible: ReadonlySet<string>,
  lanes = LANES_PER_FLUSH,
): string[] => {
  const ready = dirty.filter((query) => !query.running);
  const seen = (query: DirtyQuery) => query.lane !== null && visible.has(query.lane);
  const ofLanes = ready.filter((query) => query.lane !== null);
  const ordered = [...ofLanes.filter(seen), ...ofLanes.filter((query) => !seen(query))];
  return [
    ...ready.filter((query) => query.lane === null).map((query) => query.hash),
    ...ordered.slice(0, lanes).map((query) => query.hash),
  ];
};

const topicsOf = (query: Query): readonly string[] =>
  (query.meta?.['topics'] as readonly string[] | undefined) ?? [];

const laneOfQuery = (query: Query): string | null =>
  topicsOf(query)
    .find((topic) => topic.startsWith('lane:'))
    ?.split(':')
    .slice(2)
    .join(':') ?? null;

/** Listens to topics until the returned function is called. `visible` is kept by the board. */
export const followTopics = (
  client: Client,
  queries: QueryClient,
  visible: ReadonlySet<string>,
): (() => void) => {
  const dirty = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const cache = queries.getQueryCache();

  const flush = () => {
    timer = null;
    const found: DirtyQuery[] = [];
    for (const hash of dirty) {
      const query = cache.get(hash);
      if (!query) dirty.delete(hash);
      else found.push({ hash, lane: laneOfQuery(query), running: query.state.fetchStatus === 'fetching' });
    }
    for (const hash of planFlush(found, visible)) {
      dirty.delete(hash);
      const query = cache.get(hash);
      if (query) void queries.invalidateQueries({ queryKey: query.queryKey, exact: true });
    }
    if (dirty.size > 0) schedule();
  };
  const schedule = () => {
    timer ??= setTimeout(flush, FLUSH_EVERY_MS);
  };

  const stop = client.on('topics', ({ topics }) => {
    const changed = new Set(topics);
    for (const query of cache.getAll()) {
      if (!topicsOf(query).some((topic) => changed.has(topic))) continue;
      // A query nobody looks at is only marked; it runs again when it is mounted.
      if (query.isActive()) dirty.add(query.queryHash);
      else query.invalidate();
    }
    if (dirty.size > 0) schedule();
  });
  return () => {
    stop();
    if (timer !== null) clearTimeout(timer);
  };
};
