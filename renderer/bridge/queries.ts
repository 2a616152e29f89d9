/** Queries over the bridge: keyed by call and input, older revisions dropped, lanes read page by page. */
import { replaceEqualDeep, useInfiniteQuery, useQuery, type InfiniteData } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import type { CallInput, CallName, CallOutput, EventName, EventPayload } from '../../contract/ipc.ts';
import type { Card, Filter, Grouping, LaneKey, Sort } from '../../contract/model.ts';
import { useServices } from './services.ts';

/** What the board is looking at. */
export type BoardInput = { grouping: Grouping; filter: Filter; sort: Sort };

/** Cards read at once; a message carries at most 200. */
const PAGE = 100;

const revisionOf = (data: unknown): number | null => {
  if (typeof data !== 'object' || data === null) return null;
  if ('revision' in data && typeof data.revision === 'number') return data.revision;
  if ('pages' in data && Array.isArray(data.pages)) return revisionOf(data.pages[0]);
  return null;
};

/** An answer older than the one shown is dropped; equal parts keep their identity. */
export const keepNewer = (shown: unknown, answer: unknown): unknown => {
  const [before, after] = [revisionOf(shown), revisionOf(answer)];
  if (before !== null && after !== null && after < before) return shown;
  return replaceEqualDeep(shown, answer);
};

/** The answer of a call, re-run when one of its topics changes. */
export const useCall = <N extends CallName>(
  name: N,
  input: CallInput<N>,
  options: { topics?: readonly string[]; enabled?: boolean } = {},
) => {
  const { client } = useServices();
  return useQuery<CallOutput<N>>({
    queryKey: [name, input],
    queryFn: () => client.invoke(name, input),
    meta: { topics: options.topics ?? [] },
    enabled: options.enabled ?? true,
    structuralSharing: keepNewer,
  });
};

/** Listens while the component is mounted. The listener should be stable. */
export const useEvent = <N extends EventName>(
  name: N,
  listener: (payload: EventPayload<N>) => void,
): void => {
  const { client } = useServices();
  useEffect(() => client.on(name, listener), [client, name, listener]);
};

type CardsPage = CallOutput<'board.cards'>;

/** The cards of one lane, in order, without repeats across pages. */
export const useLaneCards = (board: BoardInput, lane: LaneKey, enabled: boolean) => {
  const { client } = useServices();
  const query = useInfiniteQuery({
    queryKey: ['board.cards', { ...board, lane }],
    queryFn: ({ pageParam }) =>
      client.invoke('board.cards', { ...board, lane, after: pageParam, limit: PAGE }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    meta: { topics: [`lane:${board.grouping}:${lane}`] },
    structuralSharing: keepNewer,
    enabled,
  });
  const cards = useMemo(() => uniqueCards(query.data), [query.data]);
  return {
    cards,
    loading: query.isPending && enabled,
    failed: query.isError,
    more: query.hasNextPage,
    loadMore: () => {
      if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
    },
  };
};

const uniqueCards = (data: InfiniteData<CardsPage> | undefined): Card[] => {
  const cards = new Map<number, Card>();
  for (const page of data?.pages ?? []) for (const card of page.cards) cards.set(card.id, card);
  return [...cards.values()];
};

/** The newest drawn card of each id, wherever a lane or list has it loaded. */
export const loadedCards = (entries: readonly (readonly [unknown, unknown])[]): ReadonlyMap<number, Card> => {
  const found = new Map<number, { card: Card; revision: number }>();
  for (const [, data] of entries) {
    for (const page of (data as InfiniteData<CardsPage> | undefined)?.pages ?? [])
      for (const card of page.cards)
        if ((found.get(card.id)?.revision ?? -1) <= page.revision)
          found.set(card.id, { card, revision: page.revision });
  }
  return new Map([...found].map(([id, { card }]) => [id, card]));
};
