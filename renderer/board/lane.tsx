/** One lane: head, drop zone and, when it is on screen, its cards. */
import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { memo, useEffect, useRef } from 'react';
import type { Card, Directory, LaneHead, LaneKey } from '../../contract/model.ts';
import type { BoardInput } from '../bridge/queries.ts';
import { useServices } from '../bridge/services.ts';
import { useStore } from '../bridge/store.ts';
import { VerdictIcon } from '../ui/move-menu.tsx';
import { actionLabel, laneName, laneSubject } from '../ui/names.ts';
import { CardList } from './card-list.tsx';
import { LaneHeadView } from './lane-head.tsx';
import { laneLabel } from './lane-label.ts';
import css from './lane.module.css';
import { hintText } from './verdict.ts';

export type LaneProps = {
  head: LaneHead;
  board: BoardInput;
  directory: Directory | null;
  held: number;
  folded: boolean;
  pinned: boolean;
  /** Whether the cards are drawn: lanes off screen are only shells. */
  drawn: boolean;
  compact: boolean;
  reasons: ReadonlyMap<string, string>;
  onCards: (lane: LaneKey, cards: readonly Card[]) => unknown;
  onFold: (lane: LaneKey) => void;
  onPin: (lane: LaneKey) => void;
};

export const Lane = memo((props: LaneProps) => {
  const { head, board, directory, held, folded, pinned, drawn, compact } = props;
  const { state, t, say } = useServices();
  const box = useRef<HTMLDivElement>(null);
  const over = useStore(state, (window) => window.lifted?.over === head.key);
  const source = useStore(state, (window) => window.lifted?.from === head.key);
  const inAir = useStore(state, (window) => window.lifted !== null);
  const hint = useStore(state, (window) => window.lifted?.hints?.[head.key] ?? null);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    return dropTargetForElements({
      element,
      canDrop: ({ source: dragged }) => dragged.data['kind'] === 'cards',
      getData: () => ({ lane: head.key }),
    });
  }, [head.key]);

  const name = laneName(t, directory, board.grouping, head.key);
  const text = hint && hintText(say, hint, (action) => actionLabel(t, directory, action));
  const label = laneLabel(t, { head, name, directory, held });
  return (
    <div
      ref={box}
      role="group"
      aria-label={label}
      className={css.lane}
      data-lane={head.key}
      data-folded={folded || undefined}
      data-verdict={inAir ? (hint?.judgement.outcome ?? 'pending') : undefined}
      data-over={(inAir && over) || undefined}
      data-source={(inAir && source) || undefined}
    >
      <LaneHeadView
        head={head}
        name={name}
        grouping={board.grouping}
        directory={directory}
        held={held}
        folded={folded}
        pinned={pinned}
        onFold={props.onFold}
        onPin={props.onPin}
      />
      {!folded && drawn && (
        <CardList
          lane={head.key}
          name={name}
          board={board}
          total={head.count}
          directory={directory}
          compact={compact}
          reasons={props.reasons}
          emptyText={emptyText(t, head)}
          onCards={props.onCards}
        />
      )}
      {inAir && text && (
        <div className={css.hint} data-verdict={text.outcome} aria-hidden="true">
          <VerdictIcon outcome={text.outcome} warned={text.warnings.length > 0} size={16} />
          {!folded && (
            <span>
              {text.text}
              {text.warnings.map((warning) => (
                <span key={warning} className={css.warning}>
                  {warning}
                </span>
              ))}
            </span>
          )}
        </div>
      )}
    </div>
  );
});
Lane.displayName = 'Lane';

const emptyText = (t: ReturnType<typeof useServices>['t'], head: LaneHead): string => {
  switch (laneSubject(head.key).kind) {
    case 'agent':
    case 'bot':
      return t('ui.lane.emptyAgent');
    case 'team':
    case 'no-team':
    case 'unassigned':
      return t('ui.lane.emptyQueue');
  }
};
