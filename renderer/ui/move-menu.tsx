/** The "Move" button of a card: every lane with its state and the words of its hint. */
import { Menu } from '@base-ui/react/menu';
import { ArrowRightLeft, Ban, Check, MapPin, MessageCircleQuestionMark, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Card, Directory, Grouping, Judgement, LaneHead, LaneKey } from '../../contract/model.ts';
import { useAgentLanes, useBoardInput, useDirectory, useLanes, useSettings } from '../bridge/board-input.ts';
import { isTarget } from '../bridge/grouping.ts';
import { gestureItems, moveByHint, readHints } from '../bridge/lift.ts';
import { useServices } from '../bridge/services.ts';
import type { Hints, MoveItem } from '../bridge/window-state.ts';
import { Tip } from './button.tsx';
import controls from './controls.module.css';
import { Avatar } from './marks.tsx';
import css from './move-menu.module.css';
import { heldByAgent, laneName, laneSubject, loadWords, presenceWords } from './names.ts';

type Source = () => { lane: LaneKey; cards: readonly Card[] } | null;

type MoveMenuProps = {
  card: Card;
  grouping: Grouping;
  /** Whether Tab stops here. */
  stop: boolean;
  source: Source;
  /** Words instead of the icon (the selection's button). */
  words?: string;
};

export const MoveMenu = ({ card, grouping, stop, source, words }: MoveMenuProps) => {
  const { t } = useServices();
  const [open, setOpen] = useState(false);
  const label = t('ui.move.button', { id: card.id, contact: card.contact });
  return (
    <Menu.Root open={open} onOpenChange={setOpen}>
      {words === undefined ? (
        <Tip text={t('ui.move.tip')}>
          <Menu.Trigger
            className={`${controls.button} ${controls.icon}`}
            data-look="quiet"
            data-size="small"
            tabIndex={stop ? 0 : -1}
            aria-label={label}
          >
            <ArrowRightLeft size={14} aria-hidden="true" />
          </Menu.Trigger>
        </Tip>
      ) : (
        <Menu.Trigger className={controls.button} data-size="small">
          {words}
        </Menu.Trigger>
      )}
      <Menu.Portal>
        <Menu.Positioner className={controls.positioner} sideOffset={4} align="start">
          <Menu.Popup className={`${controls.popup} ${css.popup}`} aria-label={label}>
            {open && <MoveList card={card} grouping={grouping} source={source} />}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
};

const MoveList = ({ card, grouping, source }: Omit<MoveMenuProps, 'stop' | 'words'>) => {
  const services = useServices();
  const { t, say, announcer } = services;
  const directory = useDirectory();
  const { sort, filter } = useBoardInput();
  const { shortcuts } = useSettings();
  const lanes = useLanes({ grouping, sort, filter }).data?.lanes ?? [];
  const held = heldByAgent(useAgentLanes().data?.lanes ?? []);
  // The base is what was drawn when the menu opened.
  const [items] = useState<readonly MoveItem[]>(() => gestureItems(services, card));
  const [hints, setHints] = useState<Hints | null>(null);
  useEffect(() => {
    let current = true;
    readHints(services, grouping, items).then(
      (found) => current && setHints(found),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [services, grouping, items]);

  const groups = Map.groupBy(lanes, (lane) => lane.group);
  return (
    <>
      <div className={css.title} aria-hidden="true">
        {items.length === 1
          ? t('ui.move.title', { id: card.id, contact: card.contact })
          : t('ui.move.titleMany', { count: items.length })}
        {shortcuts && <kbd className={controls.kbd}>M</kbd>}
      </div>
      {[...groups].map(([group, own]) => (
        <Menu.Group key={group}>
          <Menu.GroupLabel className={controls.label}>{t(`ui.group.${group}`)}</Menu.GroupLabel>
          {own.map((lane) => {
            const hint = hints?.[lane.key];
            const outcome = hint?.judgement.outcome;
            const allowed = outcome !== undefined && isTarget(outcome);
            const words = hint ? say(hint.judgement.words) : t('ui.move.checking');
            const warnings = hint && 'warnings' in hint.judgement ? hint.judgement.warnings.map(say) : [];
            return (
              <Menu.Item
                key={lane.key}
                className={`${controls.item} ${css.item}`}
                aria-disabled={!allowed}
                closeOnClick={allowed}
                label={laneName(t, directory, grouping, lane.key)}
                onClick={() => {
                  if (!allowed) announcer.warn(words);
                  else void moveByHint(services, items, hint, source());
                }}
              >
                <LaneFace lane={lane} grouping={grouping} directory={directory} />
                <span className={controls.grow}>
                  <span className={css.name}>{laneName(t, directory, grouping, lane.key)}</span>
                  <span className={css.state}>
                    {laneState(t, directory, lane, held)}
                    {outcome !== undefined && outcome !== 'accepts' && <> · {words}</>}
                    {warnings.length > 0 && <> · {warnings.join(' ')}</>}
                  </span>
                </span>
                <VerdictIcon outcome={outcome} warned={warnings.length > 0} />
              </Menu.Item>
            );
          })}
        </Menu.Group>
      ))}
    </>
  );
};

const laneState = (
  t: ReturnType<typeof useServices>['t'],
  directory: Directory | null,
  lane: LaneHead,
  held: ReadonlyMap<number, number>,
): string => {
  const subject = laneSubject(lane.key);
  if (subject.kind !== 'agent') return t('ui.lane.open', { count: lane.count });
  const agent = directory?.agents.find((one) => one.id === subject.id);
  if (!agent || agent.left) return t('ui.lane.left');
  return `${presenceWords(t, agent.presence)}, ${loadWords(t, held.get(agent.id) ?? 0, agent.limit)}`;
};

/** The picture of a lane: agent with presence, team letters, or a tray. */
export const LaneFace = ({
  lane,
  grouping,
  directory,
  size = 'small',
}: {
  lane: LaneHead;
  grouping: Grouping;
  directory: Directory | null;
  size?: 'small' | 'normal';
}) => {
  const { t } = useServices();
  const subject = laneSubject(lane.key);
  const name = laneName(t, directory, grouping === 'queues' ? 'agents' : grouping, lane.key);
  switch (subject.kind) {
    case 'agent': {
      const agent = directory?.agents.find((one) => one.id === subject.id);
      return <Avatar name={name} size={size} presence={agent && !agent.left ? agent.presence : null} />;
    }
    case 'team':
      return <Avatar name={name} size={size} kind="team" />;
    case 'bot':
      return <Avatar name={name} size={size} kind="bot" />;
    case 'no-team':
    case 'unassigned':
      return (
        <Avatar name={name} size={size} kind={lane.count > 0 && grouping !== 'teams' ? 'alarm' : 'none'} />
      );
  }
};

/** One shape per outcome, so that colour is never alone. */
export const VerdictIcon = ({
  outcome,
  warned,
  size = 15,
}: {
  outcome: Judgement['outcome'] | undefined;
  warned: boolean;
  size?: number;
}) => {
  const props = { size, 'aria-hidden': true, className: css.verdict ?? '' } as const;
  switch (outcome) {
    case 'accepts':
      return warned ? <TriangleAlert {...props} data-tone="warn" /> : <Check {...props} data-tone="good" />;
    case 'accepts-but':
      return <TriangleAlert {...props} data-tone="warn" />;
    case 'asks-first':
    case 'unknown':
      return <MessageCircleQuestionMark {...props} data-tone="warn" />;
    case 'already-here':
      return <MapPin {...props} data-tone="quiet" />;
    case 'refuses':
      return <Ban {...props} data-tone="quiet" />;
    case undefined:
      return null;
  }
};
