/** A conversation as one row of a list (unassigned, search): opens Details, can be moved. */
import type { Card, Directory, Grouping } from '../../contract/model.ts';
import { useServices } from '../bridge/services.ts';
import { useStore } from '../bridge/store.ts';
import { ChannelMark, Chip, PriorityMark, WaitMark, waitWords } from './marks.tsx';
import { MoveMenu } from './move-menu.tsx';
import { assigneeName, teamName } from './names.ts';
import css from './page.module.css';
import { useNow } from './time.ts';

type CardRowProps = { card: Card; directory: Directory | null; grouping: Grouping };

export const CardRow = ({ card, directory, grouping }: CardRowProps) => {
  const { state, t } = useServices();
  const now = useNow();
  const open = useStore(state, (window) => window.open === card.id);
  const wait = waitWords(t, card, now);
  const team = card.team === null ? null : teamName(t, directory, card.team);
  return (
    <div
      role="listitem"
      className={css.row}
      data-conversation={card.id}
      data-pending={card.pending}
      data-open={open || undefined}
    >
      <button type="button" className={css.rowButton} onClick={() => state.set({ open: card.id })}>
        <span className={css.rowMark}>
          <PriorityMark priority={card.priority} />
        </span>
        <bdi className={css.rowName}>{card.contact}</bdi>
        <span className={css.rowChannel}>
          <ChannelMark channel={card.channel} />
        </span>
        <span className={css.rowText} dir="auto">
          {card.lastMessage?.text ?? t('ui.card.noMessage')}
        </span>
        <span className={css.rowTeam}>
          {card.violation && team !== null ? (
            <Chip look="warn">{t('ui.card.violation', { team })}</Chip>
          ) : team !== null ? (
            <Chip look="team">{team}</Chip>
          ) : card.assignee ? (
            <Chip>{assigneeName(t, directory, card.assignee)}</Chip>
          ) : null}
        </span>
        <span className={css.rowWait}>
          <WaitMark level={wait.level} text={wait.short} />
        </span>
        <span className={css.rowNumber}>#{card.id}</span>
      </button>
      {card.live && <MoveMenu card={card} grouping={grouping} stop source={() => null} />}
    </div>
  );
};
