/** The head of a lane: who, how much, how full, and who waits longest. All heads have one height. */
import { Menu } from '@base-ui/react/menu';
import { Ellipsis, FoldHorizontal, Pin, PinOff } from 'lucide-react';
import type { Directory, Grouping, LaneHead, LaneKey } from '../../contract/model.ts';
import { useServices } from '../bridge/services.ts';
import { IconButton, Tip } from '../ui/button.tsx';
import controls from '../ui/controls.module.css';
import { WaitMark } from '../ui/marks.tsx';
import { LaneFace } from '../ui/move-menu.tsx';
import { laneSubject, loadWords, presenceWords } from '../ui/names.ts';
import { durationWords, minutesSince, useNow, waitLevel } from '../ui/time.ts';
import css from './lane.module.css';

type LaneHeadProps = {
  head: LaneHead;
  name: string;
  grouping: Grouping;
  directory: Directory | null;
  held: number;
  folded: boolean;
  pinned: boolean;
  onFold: (lane: LaneKey) => void;
  onPin: (lane: LaneKey) => void;
};

export const LaneHeadView = (props: LaneHeadProps) => {
  const { head, name, grouping, directory, held, folded, pinned, onFold, onPin } = props;
  const { t } = useServices();
  const face = <LaneFace lane={head} grouping={grouping} directory={directory} size="normal" />;
  if (folded)
    return (
      <Tip text={t('ui.lane.unfold', { lane: name })}>
        <button
          type="button"
          className={css.foldedHead}
          aria-expanded="false"
          onClick={() => onFold(head.key)}
        >
          {face}
          <span className={css.foldedCount}>{head.count}</span>
          <span className={css.foldedName}>{name}</span>
        </button>
      </Tip>
    );
  return (
    <div className={css.head}>
      <div className={css.headTop}>
        {face}
        <div className={css.headNames}>
          <h3 className={css.name}>
            <bdi>{name}</bdi>
            {pinned && <Pin size={12} aria-label={t('ui.lane.pinned')} />}
          </h3>
          <p className={css.counts}>
            <span>
              {t('ui.lane.headOpen')} <b>{head.count}</b>
            </span>
            {head.notAnswered > 0 && (
              <>
                <span aria-hidden="true"> · </span>
                <span>
                  {t('ui.lane.headNotAnswered')} <b>{head.notAnswered}</b>
                </span>
              </>
            )}
          </p>
        </div>
        <Menu.Root>
          <Menu.Trigger
            render={
              <IconButton label={t('ui.lane.menu', { lane: name })} size="small">
                <Ellipsis size={16} />
              </IconButton>
            }
          />
          <Menu.Portal>
            <Menu.Positioner className={controls.positioner} sideOffset={4} align="end">
              <Menu.Popup className={controls.popup}>
                <Menu.Item className={controls.item} onClick={() => onFold(head.key)}>
                  <FoldHorizontal size={15} />
                  {t('ui.lane.foldAction')}
                </Menu.Item>
                <Menu.Item className={controls.item} onClick={() => onPin(head.key)}>
                  {pinned ? <PinOff size={15} /> : <Pin size={15} />}
                  {t(pinned ? 'ui.lane.unpinAction' : 'ui.lane.pinAction')}
                </Menu.Item>
              </Menu.Popup>
            </Menu.Positioner>
          </Menu.Portal>
        </Menu.Root>
      </div>
      <div className={css.headBottom}>
        <LaneLoad head={head} directory={directory} held={held} />
        <OldestWait since={head.oldestWaitingSince} />
      </div>
    </div>
  );
};

const OldestWait = ({ since }: { since: number | null }) => {
  const { t } = useServices();
  const now = useNow();
  if (since === null) return null;
  const minutes = minutesSince(since, now);
  const level = waitLevel(minutes);
  return (
    <span className={css.oldest} title={t('ui.lane.oldestTip')}>
      <span className={css.oldestWord}>{t('ui.lane.oldest')}</span>
      <WaitMark level={level} text={durationWords(t, minutes)} />
    </span>
  );
};

/** Segments up to a limit of ten, one bar beyond; queues say how many members are online. */
const LaneLoad = ({
  head,
  directory,
  held,
}: {
  head: LaneHead;
  directory: Directory | null;
  held: number;
}) => {
  const { t } = useServices();
  const subject = laneSubject(head.key);
  if (subject.kind === 'team') {
    const team = directory?.teams.find((one) => one.id === subject.id);
    if (!team?.members) return <span className={css.load} />;
    const members = new Set(team.members);
    const online = directory?.agents.filter((one) => members.has(one.id) && one.presence === 'online');
    return (
      <span className={css.load}>
        {t('ui.lane.online', { online: online?.length ?? 0, members: members.size })}
      </span>
    );
  }
  if (subject.kind === 'bot') return <span className={css.load}>{t('ui.lane.bot')}</span>;
  if (subject.kind !== 'agent') return <span className={css.load} />;
  const agent = directory?.agents.find((one) => one.id === subject.id);
  if (!agent || agent.left) return <span className={css.load}>{t('ui.lane.leftShort')}</span>;
  if (agent.limit === null) return <span className={css.load}>{presenceWords(t, agent.presence)}</span>;
  const full = held >= agent.limit;
  const parts = agent.limit <= 10 ? agent.limit : 1;
  const filled = agent.limit <= 10 ? held : held / agent.limit;
  return (
    <span className={css.load}>
      <span className={css.bar} data-full={full || undefined} aria-hidden="true">
        {Array.from({ length: parts }, (_, index) => (
          <span key={index} className={css.segment}>
            <span
              className={css.fill}
              style={{ transform: `scaleX(${Math.max(0, Math.min(1, filled - index))})` }}
            />
          </span>
        ))}
      </span>
      {loadWords(t, held, agent.limit)}
    </span>
  );
};
