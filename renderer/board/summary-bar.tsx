/** One line over the board: how many, how many unassigned, who waits longest; filters; and the selection's actions. */
import { X } from 'lucide-react';
import type { Card } from '../../contract/model.ts';
import { useBoardInput, useDirectory, useLanes } from '../bridge/board-input.ts';
import { loadedCards } from '../bridge/queries.ts';
import { useServices } from '../bridge/services.ts';
import { useStore } from '../bridge/store.ts';
import { asMoveItem } from '../bridge/window-state.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { MoveMenu } from '../ui/move-menu.tsx';
import { durationWords, minutesSince, useNow, waitLevel } from '../ui/time.ts';
import { ProgressWords } from './connection-pill.tsx';
import { Filters } from './filters.tsx';
import css from './summary-bar.module.css';

export const SummaryBar = () => {
  const { state, t } = useServices();
  const board = useBoardInput();
  const totals = useLanes(board).data?.totals;
  const now = useNow();
  const oldest =
    !totals || totals.oldestWaitingSince === null ? null : minutesSince(totals.oldestWaitingSince, now);
  return (
    <div className={css.bar}>
      <p className={css.numbers} aria-label={t('ui.summary.label')} role="status">
        {totals && (
          <>
            <b>{t('ui.summary.open', { count: totals.open })}</b>
            <button type="button" className={css.link} onClick={() => state.set({ view: 'unassigned' })}>
              {t('ui.summary.unassigned', { count: totals.unassigned })}
            </button>
            <span>{t('ui.summary.notAnswered', { count: totals.notAnswered })}</span>
            {oldest !== null && (
              <span>
                {t('ui.summary.oldest')}{' '}
                <b className={css.oldest} data-level={waitLevel(oldest)}>
                  {durationWords(t, oldest)}
                </b>
              </span>
            )}
          </>
        )}
      </p>
      <Filters />
      <span className={css.space} />
      <ProgressWords />
      <Selection />
    </div>
  );
};

const Selection = () => {
  const { state, t, queries, mover } = useServices();
  const { grouping } = useBoardInput();
  const directory = useDirectory();
  const selected = useStore(state, (window) => window.selected);
  if (selected.size === 0) return null;
  const loaded = loadedCards(queries.getQueriesData({ queryKey: ['board.cards'] }));
  const cards = [...selected].flatMap((id): Card[] => {
    const card = loaded.get(id);
    return card ? [card] : [];
  });
  const first = cards[0];
  const me = directory?.me.id;
  return (
    <div className={css.selection} role="group" aria-label={t('ui.selection.label')}>
      <span className={css.selectedCount}>{t('ui.selection.count', { count: selected.size })}</span>
      {first && (
        <MoveMenu card={first} grouping={grouping} stop source={() => null} words={t('ui.selection.move')} />
      )}
      {me !== undefined && (
        <Button
          size="small"
          onClick={() =>
            void mover
              .move(cards.map(asMoveItem), { kind: 'assign-agent', agent: me })
              .then((moved) => moved && state.set({ selected: new Set() }))
          }
        >
          {t('ui.selection.toMe')}
        </Button>
      )}
      <IconButton
        label={t('ui.selection.clear')}
        size="small"
        onClick={() => state.set({ selected: new Set() })}
      >
        <X size={15} />
      </IconButton>
    </div>
  );
};
