/** What is known of the conversation and its contact. */
import type { ReactNode } from 'react';
import type { ConversationDetails, Directory } from '../../contract/model.ts';
import { useServices } from '../bridge/services.ts';
import { channelWords, Chip, PriorityMark, waitWords } from '../ui/marks.tsx';
import { assigneeName, teamName } from '../ui/names.ts';
import { clockWords, useNow } from '../ui/time.ts';
import css from './details.module.css';

type KnownStatus = 'open' | 'pending' | 'snoozed' | 'resolved' | 'abandoned';
/** Others are shown as the server names them. */
const STATUS_WORDS: ReadonlySet<string> = new Set<KnownStatus>([
  'open',
  'pending',
  'snoozed',
  'resolved',
  'abandoned',
]);

export const Facts = ({
  details,
  directory,
}: {
  details: ConversationDetails;
  directory: Directory | null;
}) => {
  const { t } = useServices();
  const now = useNow();
  const { card, contactDetails } = details;
  const inbox = directory?.inboxes.find((one) => one.id === card.inbox);
  const rows: [string, ReactNode][] = [
    [t('ui.facts.agent'), card.assignee ? assigneeName(t, directory, card.assignee) : t('ui.facts.none')],
    [t('ui.facts.team'), card.team === null ? t('ui.facts.none') : teamName(t, directory, card.team)],
    [t('ui.facts.waiting'), waitWords(t, card, now).spoken],
    [
      t('ui.facts.status'),
      STATUS_WORDS.has(card.status) ? t(`ui.status.${card.status as KnownStatus}`) : card.status,
    ],
    [
      t('ui.facts.priority'),
      <span key="p" className={css.inline}>
        <PriorityMark priority={card.priority} />
        {card.priority ?? t('ui.facts.none')}
      </span>,
    ],
    [
      t('ui.facts.labels'),
      card.labels.length === 0 ? (
        t('ui.facts.none')
      ) : (
        <span key="l" className={css.labels}>
          {card.labels.map((label) => (
            <Chip
              key={label}
              dot={directory?.labels.find((one) => one.title === label)?.color ?? 'var(--line-strong)'}
            >
              {label}
            </Chip>
          ))}
        </span>
      ),
    ],
    [t('ui.facts.inbox'), inbox?.name ?? String(card.inbox)],
    [t('ui.facts.channel'), channelWords(card.channel)],
    [t('ui.facts.email'), contactDetails.email],
    [t('ui.facts.phone'), contactDetails.phone],
    [t('ui.facts.identifier'), contactDetails.identifier],
    [t('ui.facts.created'), clockWords(card.createdAt * 1000, now)],
    [t('ui.facts.activity'), clockWords(card.lastActivityAt * 1000, now)],
  ];
  return (
    <dl className={css.facts} tabIndex={0} aria-label={t('ui.details.tab.details')}>
      {rows
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name} className={css.fact}>
            <dt>{name}</dt>
            <dd>{typeof value === 'string' ? <bdi>{value}</bdi> : value}</dd>
          </div>
        ))}
    </dl>
  );
};
