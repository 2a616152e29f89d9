/** The cards of one lane, virtualised; a card in the air stays mounted, or its drag could not end. */
import { autoScrollForElements } from '@atlaskit/pragmatic-drag-and-drop-auto-scroll/element';
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual';
import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import type { Card, Directory, LaneKey } from '../../contract/model.ts';
import { useLaneCards, type BoardInput } from '../bridge/queries.ts';
import { useLatest } from '../ui/latest.ts';
import { useServices } from '../bridge/services.ts';
import { useStore } from '../bridge/store.ts';
import { CardView } from './card.tsx';
import css from './lane.module.css';
import { range } from './keyboard.ts';

export const CARD_HEIGHT = { comfortable: 112, compact: 68 } as const;
export const CARD_GAP = 6;

export type CardListProps = {
  lane: LaneKey;
  name: string;
  board: BoardInput;
  total: number;
  directory: Directory | null;
  compact: boolean;
  /** Words of the outbox for a pending command. */
  reasons: ReadonlyMap<string, string>;
  emptyText: string;
  onCards: (lane: LaneKey, cards: readonly Card[]) => unknown;
};

export const CardList = (props: CardListProps) => {
  const { lane, name, board, total, directory, compact, reasons, emptyText, onCards } = props;
  const { state, t } = useServices();
  const scroller = useRef<HTMLDivElement>(null);
  const { cards: current, loading, failed, more, loadMore } = useLaneCards(board, lane, true);
  const held = useStore(state, ({ lifted }) =>
    lifted?.from === lane && lifted.by === 'pointer' ? lifted : null,
  );
  // While a card of this lane is dragged the list stands still: a removed drag source would leave the drag hanging.
  const cards = held?.cards ?? current;
  const [stop, setStop] = useState<number | null>(null);
  const height = compact ? CARD_HEIGHT.compact : CARD_HEIGHT.comfortable;

  const heldIndex = held ? cards.findIndex((card) => held.ids.has(card.id)) : -1;
  const virtualizer = useVirtualizer({
    count: cards.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => cards[index]?.id ?? index,
    gap: CARD_GAP,
    overscan: 5,
    paddingStart: 2,
    paddingEnd: 8,
    rangeExtractor: useCallback(
      (seen: Range) => {
        const indexes = defaultRangeExtractor(seen);
        if (heldIndex < 0 || indexes.includes(heldIndex)) return indexes;
        return [...indexes, heldIndex].sort((a, b) => a - b);
      },
      [heldIndex],
    ),
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;

  useEffect(() => virtualizer.measure(), [virtualizer, height]);
  useEffect(() => void onCards(lane, cards), [onCards, lane, cards]);
  useEffect(() => {
    if (more && last >= cards.length - 20) loadMore();
  });
  useEffect(() => {
    const element = scroller.current;
    return element ? autoScrollForElements({ element }) : undefined;
  }, []);

  const focus = useStore(state, (window) => (window.focus?.lane === lane ? window.focus.card : null));
  useEffect(() => {
    if (focus === null) return;
    const index = focus === 'first' ? 0 : cards.findIndex((card) => card.id === focus);
    const id = cards[index]?.id;
    if (id === undefined) return;
    setStop(id);
    virtualizer.scrollToIndex(index, { align: 'auto' });
    let tries = 0;
    let frame = 0;
    const attempt = () => {
      const button = scroller.current?.querySelector<HTMLElement>(`[data-conversation="${id}"] > button`);
      if (button) {
        button.focus({ preventScroll: true });
        state.set({ focus: null });
      } else if ((tries += 1) < 20) frame = requestAnimationFrame(attempt);
    };
    attempt();
    return () => cancelAnimationFrame(frame);
  }, [focus, cards, virtualizer, state]);

  const latest = useLatest(cards);
  const laneCards = useCallback(() => latest.current, [latest]);
  const onPick = useCallback(
    (card: Card, event: MouseEvent | KeyboardEvent) => {
      setStop(card.id);
      if (event.shiftKey) {
        const { anchor } = state.get();
        const ids = latest.current.map((one) => one.id);
        const from = anchor?.lane === lane ? anchor.card : card.id;
        state.set(({ selected }) => ({ selected: new Set([...selected, ...range(ids, from, card.id)]) }));
        return;
      }
      if (event.ctrlKey || event.metaKey) {
        state.set(({ selected }) => {
          const next = new Set(selected);
          if (!next.delete(card.id)) next.add(card.id);
          return { selected: next, anchor: { lane, card: card.id } };
        });
        return;
      }
      state.set({ open: card.id, selected: new Set(), anchor: { lane, card: card.id } });
    },
    [state, lane, latest],
  );

  const stopId = stop !== null && cards.some((card) => card.id === stop) ? stop : cards[0]?.id;
  return (
    <div ref={scroller} className={css.scroller} data-scroller="">
      {loading && (
        <div className={css.loading} role="status" aria-label={t('ui.lane.loading', { lane: name })}>
          {Array.from({ length: Math.min(3, Math.max(1, total)) }, (_, index) => (
            <div key={index} className={css.skeleton} style={{ height }} />
          ))}
        </div>
      )}
      {failed && <p className={css.empty}>{t('ui.lane.failed')}</p>}
      {!loading && !failed && cards.length === 0 && <p className={css.empty}>{emptyText}</p>}
      {cards.length > 0 && (
        <div
          role="list"
          aria-label={t('ui.lane.cards', { lane: name })}
          className={css.list}
          style={{ height: virtualizer.getTotalSize() }}
        >
          {items.map((item) => {
            const card = cards[item.index];
            return (
              card && (
                <div
                  key={item.key}
                  role="presentation"
                  className={css.row}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <CardView
                    card={card}
                    lane={lane}
                    laneCards={laneCards}
                    grouping={board.grouping}
                    position={item.index + 1}
                    of={Math.max(total, cards.length)}
                    directory={directory}
                    compact={compact}
                    stop={card.id === stopId}
                    pendingReason={card.command === null ? null : (reasons.get(card.command) ?? null)}
                    onPick={onPick}
                  />
                </div>
              )
            );
          })}
        </div>
      )}
    </div>
  );
};
