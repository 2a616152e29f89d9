/** One card: who waits, how long, for what, and what is pending on it. Fixed height in both densities. */
import { draggable } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { setCustomNativeDragPreview } from '@atlaskit/pragmatic-drag-and-drop/element/set-custom-native-drag-preview';
import { LoaderCircle, TriangleAlert, UploadCloud } from 'lucide-react';
import { memo, useEffect, useRef, type KeyboardEvent, type MouseEvent } from 'react';
import type { Card, Directory, Grouping, LaneKey } from '../../contract/model.ts';
import { gestureItems, lift } from '../bridge/lift.ts';
import { useServices } from '../bridge/services.ts';
import { useStore } from '../bridge/store.ts';
import { useLatest } from '../ui/latest.ts';
import { Avatar, Badge, ChannelMark, Chip, PriorityMark, WaitMark, waitWords } from '../ui/marks.tsx';
import { MoveMenu } from '../ui/move-menu.tsx';
import { assigneeName, teamName } from '../ui/names.ts';
import { useNow } from '../ui/time.ts';
import { cardLabel, isUnknownStatus } from './card-label.ts';
import css from './card.module.css';
import { drawPreview } from './preview.ts';

export type CardProps = {
  card: Card;
  lane: LaneKey;
  /** The lane as it is drawn, for the focus after a move. */
  laneCards: () => readonly Card[];
  grouping: Grouping;
  position: number;
  of: number;
  directory: Directory | null;
  compact: boolean;
  /** Whether Tab stops here (one card per lane). */
  stop: boolean;
  /** What the outbox says about the pending command. */
  pendingReason: string | null;
  onPick: (card: Card, event: MouseEvent | KeyboardEvent) => void;
};

export const CardView = memo((props: CardProps) => {
  const { card, lane, grouping, position, of, directory, compact, stop } = props;
  const services = useServices();
  const { state, t } = services;
  const now = useNow();
  const box = useRef<HTMLDivElement>(null);
  const latest = useLatest(props);
  const selected = useStore(state, (window) => window.selected.has(card.id));
  const open = useStore(state, (window) => window.open === card.id);
  const inAir = useStore(state, (window) => window.lifted?.ids.has(card.id) === true);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    return draggable({
      element,
      canDrag: () => latest.current.card.live,
      getInitialData: () => ({ kind: 'cards', card: latest.current.card.id }),
      onGenerateDragPreview: ({ nativeSetDragImage, location }) => {
        const count = gestureItems(services, latest.current.card).length;
        const rect = element.getBoundingClientRect();
        const { clientX, clientY } = location.initial.input;
        setCustomNativeDragPreview({
          nativeSetDragImage,
          getOffset: () => ({ x: clientX - rect.left, y: clientY - rect.top }),
          render: ({ container }) => drawPreview(container, element, count),
        });
      },
      onDragStart: () => {
        const { card: dragged, lane: from, laneCards, grouping: by } = latest.current;
        lift(services, by, gestureItems(services, dragged), { lane: from, cards: laneCards() }, 'pointer');
      },
    });
  }, [services, latest]);

  const wait = waitWords(t, card, now);
  const team = card.team === null ? null : teamName(t, directory, card.team);
  const agent = card.assignee ? assigneeName(t, directory, card.assignee) : null;
  const pending = pendingText(props, t);
  const chip =
    card.violation && team !== null
      ? ({ look: 'warn', text: t('ui.card.violation', { team }) } as const)
      : grouping === 'teams'
        ? agent !== null && ({ look: 'plain', text: agent } as const)
        : team !== null && grouping !== 'queues'
          ? ({ look: 'team', text: team } as const)
          : team !== null && agent !== null && ({ look: 'team', text: team } as const);

  return (
    <div
      ref={box}
      role="listitem"
      aria-posinset={position}
      aria-setsize={of}
      className={css.card}
      data-conversation={card.id}
      data-pending={card.pending}
      data-selected={selected || undefined}
      data-open={open || undefined}
      data-lifted={inAir || undefined}
      data-unconfirmed={card.unconfirmed || undefined}
      data-compact={compact || undefined}
    >
      <button
        type="button"
        className={css.main}
        tabIndex={stop ? 0 : -1}
        aria-current={open || undefined}
        onClick={(event) => props.onPick(card, event)}
      >
        <span className="visually-hidden">
          {cardLabel(t, {
            card,
            wait: wait.spoken,
            team,
            agent,
            pending: pending?.text ?? null,
            selected,
          })}
        </span>
        <span className={css.face} aria-hidden="true">
          <span className={css.top}>
            <PriorityMark priority={card.priority} />
            <bdi className={css.contact}>{card.contact}</bdi>
            <WaitMark level={wait.level} text={wait.short} />
          </span>
          <span className={css.middle}>
            {pending?.block !== true && (
              <span className={css.message} data-lines={compact || pending ? 1 : 2} dir="auto">
                {card.lastMessage?.text ?? t('ui.card.noMessage')}
              </span>
            )}
            {compact && pending === null && card.violation && (
              <TriangleAlert size={15} className={css.warn ?? ''} aria-hidden="true" />
            )}
            {compact && pending === null && grouping === 'teams' && agent !== null && (
              <Avatar name={agent} size="small" kind={card.assignee?.type === 'bot' ? 'bot' : 'agent'} />
            )}
            {card.unread > 0 && pending?.block !== true && (
              <span className={css.unread}>
                <Badge count={card.unread} />
              </span>
            )}
          </span>
          <span className={css.bottom}>
            <span className={css.channel}>
              <ChannelMark channel={card.channel} />
            </span>
            <span className={css.chips}>
              {isUnknownStatus(card.status) && <Chip>{card.status}</Chip>}
              {chip !== false && <Chip look={chip.look}>{chip.text}</Chip>}
              {card.labels.slice(0, 2).map((label) => (
                <Chip key={label} dot={labelColor(directory, label)}>
                  {label}
                </Chip>
              ))}
            </span>
            <span className={css.number}>#{card.id}</span>
          </span>
        </span>
      </button>
      {pending && (
        <span className={css.state} data-tone={pending.tone}>
          {pending.icon}
          <span className={css.stateText}>{pending.text}</span>
          {pending.block && (
            <button
              type="button"
              className={css.review}
              tabIndex={stop ? 0 : -1}
              onClick={() => state.set({ view: 'outbox', review: card.command })}
            >
              {t('ui.card.review')}
            </button>
          )}
        </span>
      )}
      <span className={css.move}>
        <MoveMenu
          card={card}
          grouping={grouping}
          stop={stop}
          source={() => ({ lane, cards: latest.current.laneCards() })}
        />
      </span>
    </div>
  );
});
CardView.displayName = 'CardView';

const labelColor = (directory: Directory | null, title: string): string =>
  directory?.labels.find((label) => label.title === title)?.color ?? 'var(--line-strong)';

const pendingText = (
  { card, pendingReason }: CardProps,
  t: ReturnType<typeof useServices>['t'],
): { text: string; tone: string; block: boolean; icon: React.ReactElement } | null => {
  switch (card.pending) {
    case 'none':
      return null;
    case 'waiting':
      return { text: t('ui.card.waiting'), tone: 'plain', block: false, icon: <UploadCloud size={13} /> };
    case 'sending':
      return {
        text: t('ui.card.sending'),
        tone: 'plain',
        block: false,
        icon: <LoaderCircle size={13} className={css.spin ?? ''} />,
      };
    case 'refused':
      return {
        text: pendingReason ?? t('ui.card.refused'),
        tone: 'bad',
        block: true,
        icon: <TriangleAlert size={13} />,
      };
    case 'conflict':
      return {
        text: pendingReason ?? t('ui.card.conflict'),
        tone: 'warn',
        block: true,
        icon: <TriangleAlert size={13} />,
      };
  }
};
