/** Every conversation without an agent, whatever its team, as one list. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { useBoardInput, useDirectory, useLanes } from '../bridge/board-input.ts';
import { useLaneCards } from '../bridge/queries.ts';
import { useServices } from '../bridge/services.ts';
import { CardRow } from '../ui/card-row.tsx';
import { Empty } from '../ui/page.tsx';
import css from '../ui/page.module.css';
import { Filters } from './filters.tsx';
import list from './unassigned-list.module.css';

const ROW = 53;

export const UnassignedList = () => {
  const { t } = useServices();
  const shown = useBoardInput();
  const { filter, sort } = shown;
  const board = useMemo(() => ({ grouping: 'agents' as const, filter, sort }), [filter, sort]);
  const directory = useDirectory();
  const total = useLanes(board).data?.lanes.find((lane) => lane.key === 'unassigned')?.count ?? 0;
  const { cards, loading, more, loadMore } = useLaneCards(board, 'unassigned', true);
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: cards.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => cards[index]?.id ?? index,
    overscan: 8,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= cards.length - 20) loadMore();
  });
  return (
    <div className={css.page}>
      <div className={css.head}>
        <h1 className={css.title}>{t('ui.unassigned.title')}</h1>
        <p className={css.subtitle}>{t('ui.unassigned.subtitle', { count: total })}</p>
        <div className={css.headEnd}>
          <Filters />
        </div>
      </div>
      <div ref={scroller} className={css.body}>
        {!loading && cards.length === 0 && <Empty title={t('ui.unassigned.empty')} />}
        {cards.length > 0 && (
          <div
            role="list"
            className={`${css.list} ${list.list}`}
            aria-label={t('ui.unassigned.title')}
            style={{ height: virtualizer.getTotalSize() + 1 }}
          >
            {items.map((item) => {
              const card = cards[item.index];
              return (
                card && (
                  <div
                    key={item.key}
                    role="presentation"
                    className={list.row}
                    style={{ transform: `translateY(${item.start}px)` }}
                  >
                    <CardRow card={card} directory={directory} grouping={shown.grouping} />
                  </div>
                )
              );
            })}
          </div>
        )}
      </div>
    </div>
  );
};
