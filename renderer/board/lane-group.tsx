/** One group of lanes with a scroller of its own, so that queues and agents are on screen together. */
import { autoScrollForElements } from '@atlaskit/pragmatic-drag-and-drop-auto-scroll/element';
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual';
import { useCallback, useEffect, useRef, type ReactNode } from 'react';
import type { LaneHead, LaneKey } from '../../contract/model.ts';
import { useServices } from '../bridge/services.ts';
import { useStore } from '../bridge/store.ts';
import css from './board.module.css';

const LANE = 248;
const FOLDED = 48;
const GAP = 8;

type LaneGroupProps = {
  group: LaneHead['group'];
  /** Conversations without an agent, or lanes in the group. */
  count: number;
  lanes: readonly LaneHead[];
  folded: ReadonlySet<LaneKey>;
  narrow: boolean;
  /** Every lane is drawn as a shell; its cards only while it is on screen or cards of it are in the air. */
  drawLane: (head: LaneHead, drawn: boolean) => ReactNode;
};

export const LaneGroupView = ({ group, count, lanes, folded, narrow, drawLane }: LaneGroupProps) => {
  const { state, t, visibleLanes } = useServices();
  const scroller = useRef<HTMLDivElement>(null);
  const sourceIndex = useStore(state, ({ lifted }) =>
    lifted ? lanes.findIndex((lane) => lane.key === lifted.from) : -1,
  );
  const virtualizer = useVirtualizer({
    horizontal: true,
    count: lanes.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (folded.has(lanes[index]?.key ?? '') ? FOLDED : LANE) + GAP,
    getItemKey: (index) => lanes[index]?.key ?? index,
    overscan: 1,
    rangeExtractor: useCallback(
      (seen: Range) => {
        const indexes = defaultRangeExtractor(seen);
        return sourceIndex < 0 || indexes.includes(sourceIndex) ? indexes : [...indexes, sourceIndex];
      },
      [sourceIndex],
    ),
  });
  useEffect(() => virtualizer.measure(), [virtualizer, lanes, folded]);
  const onScreen = new Set(virtualizer.getVirtualItems().map((item) => lanes[item.index]?.key));

  useEffect(() => {
    for (const { key } of lanes) {
      if (onScreen.has(key)) visibleLanes.add(key);
      else visibleLanes.delete(key);
    }
  });
  useEffect(
    () => () => {
      for (const { key } of lanes) visibleLanes.delete(key);
    },
    [lanes, visibleLanes],
  );
  useEffect(() => {
    const element = scroller.current;
    return element ? autoScrollForElements({ element, getAllowedAxis: () => 'horizontal' }) : undefined;
  }, []);

  return (
    <section className={css.group} data-group={group} aria-label={t(`ui.group.${group}`)}>
      <h2 className={css.groupName}>
        {t(`ui.group.${group}`)}
        <span className={css.groupCount}>{count}</span>
      </h2>
      <div ref={scroller} className={css.lanes}>
        {lanes.map((head) => drawLane(head, narrow || onScreen.has(head.key)))}
      </div>
    </section>
  );
};
