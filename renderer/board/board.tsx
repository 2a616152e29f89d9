/** The board: groups of lanes side by side, drag and drop between them, and its keys. */
import { monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import type { DragLocationHistory } from '@atlaskit/pragmatic-drag-and-drop/types';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Card, LaneKey } from '../../contract/model.ts';
import {
  useAgentLanes,
  useBoardInput,
  useChangeSettings,
  useDirectory,
  useLanes,
  useSettings,
} from '../bridge/board-input.ts';
import { cancelLift, drop, hover } from '../bridge/lift.ts';
import { useOutboxReasons } from '../bridge/outbox.ts';
import { useServices } from '../bridge/services.ts';
import { useStore } from '../bridge/store.ts';
import { heldByAgent, laneSubject } from '../ui/names.ts';
import { useLatest } from '../ui/latest.ts';
import { useNarrow } from '../ui/narrow.ts';
import css from './board.module.css';
import { LaneGroupView } from './lane-group.tsx';
import { Lane } from './lane.tsx';
import { groupLanes } from './order.ts';
import { useBoardKeys } from './use-board-keys.ts';
import { WaitingLanes } from './waiting-lanes.tsx';

const laneUnder = ({ current }: DragLocationHistory): LaneKey | null => {
  const lane = current.dropTargets[0]?.data['lane'];
  return typeof lane === 'string' ? lane : null;
};

export const Board = () => {
  const services = useServices();
  const { state, t } = services;
  const board = useBoardInput();
  const settings = useSettings();
  const change = useChangeSettings();
  const directory = useDirectory();
  const lanes = useLanes(board);
  const agentLanes = useAgentLanes();
  const reasons = useOutboxReasons();
  const narrow = useNarrow();
  const scroller = useRef<HTMLDivElement>(null);
  const [drawnCards] = useState(() => new Map<LaneKey, readonly Card[]>());

  const groups = useMemo(
    () => groupLanes(lanes.data?.lanes ?? [], settings.pinnedLanes),
    [lanes.data, settings.pinnedLanes],
  );
  const flat = useMemo(() => groups.flatMap((group) => group.lanes), [groups]);
  // In the narrow list lanes are disclosures of their own; the first lane with cards is open.
  const [opened, setOpened] = useState<ReadonlySet<LaneKey> | null>(null);
  const folded = useMemo(() => {
    if (!narrow) return new Set(settings.foldedLanes);
    const open =
      opened ??
      new Set(
        flat
          .filter((lane) => lane.count > 0)
          .slice(0, 1)
          .map((lane) => lane.key),
      );
    return new Set(flat.map((lane) => lane.key).filter((key) => !open.has(key)));
  }, [narrow, settings.foldedLanes, opened, flat]);
  const held = useMemo(() => heldByAgent(agentLanes.data?.lanes ?? []), [agentLanes.data]);
  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => source.data['kind'] === 'cards',
        // A drag begins over its own lane, which is no change of targets.
        onDragStart: ({ location }) => hover(services, laneUnder(location)),
        onDropTargetChange: ({ location }) => hover(services, laneUnder(location)),
        onDrop: ({ location }) => {
          const lane = laneUnder(location);
          if (lane !== null) void drop(services, board.grouping, lane);
          else cancelLift(services);
        },
      }),
    [services, board.grouping],
  );

  const onCards = useCallback(
    (lane: LaneKey, cards: readonly Card[]) => drawnCards.set(lane, cards),
    [drawnCards],
  );
  const latest = useLatest({ settings, folded });
  const toggle = useCallback(
    (list: 'foldedLanes' | 'pinnedLanes', key: LaneKey) => {
      const own = latest.current.settings[list];
      change({ [list]: own.includes(key) ? own.filter((one) => one !== key) : [...own, key] });
    },
    [change, latest],
  );
  const onFold = useCallback(
    (key: LaneKey) => {
      if (!narrow) toggle('foldedLanes', key);
      else {
        const open = new Set(flat.map((lane) => lane.key).filter((one) => !latest.current.folded.has(one)));
        if (!open.delete(key)) open.add(key);
        setOpened(open);
      }
    },
    [narrow, toggle, flat, latest],
  );
  const onPin = useCallback((key: LaneKey) => toggle('pinnedLanes', key), [toggle]);

  const scrollToLane = useCallback((key: LaneKey) => {
    scroller.current
      ?.querySelector(`[data-lane="${CSS.escape(key)}"]`)
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, []);
  useBoardKeys(scroller, {
    grouping: board.grouping,
    lanes: flat,
    folded,
    drawnCards: drawnCards,
    shortcuts: settings.shortcuts,
    directory,
    held,
    scrollToLane,
  });

  const lifted = useStore(state, (window) => window.lifted !== null);
  // A board that leaves the screen puts down what it holds: nothing else would end that.
  useEffect(() => () => cancelLift(services), [services]);
  return (
    <div
      ref={scroller}
      className={css.board}
      data-lifting={lifted || undefined}
      role="region"
      aria-label={t('ui.board.region')}
      aria-busy={lanes.isPending}
    >
      <h1 className="visually-hidden">{t('ui.board.region')}</h1>
      {groups.map(({ group, lanes: own }) => (
        <LaneGroupView
          key={group}
          group={group}
          count={group === 'unassigned' ? (lanes.data?.totals.unassigned ?? 0) : own.length}
          lanes={own}
          folded={folded}
          narrow={narrow}
          drawLane={(head, drawn) => {
            const subject = laneSubject(head.key);
            return (
              <Lane
                key={head.key}
                head={head}
                board={board}
                directory={directory}
                held={subject.kind === 'agent' ? (held.get(subject.id) ?? 0) : 0}
                folded={folded.has(head.key)}
                pinned={settings.pinnedLanes.includes(head.key)}
                drawn={drawn}
                compact={settings.density === 'compact'}
                reasons={reasons}
                onCards={onCards}
                onFold={onFold}
                onPin={onPin}
              />
            );
          }}
        />
      ))}
      {lanes.isPending && <WaitingLanes />}
      {lanes.isError && <p className={css.failed}>{t('ui.board.failed')}</p>}
    </div>
  );
};
