/** A card in one sentence for screen readers (pure). */
import type { Card } from '../../contract/model.ts';
import type { Translate } from '../ui/strings.ts';

type Parts = {
  card: Card;
  wait: string;
  team: string | null;
  agent: string | null;
  pending: string | null;
  selected: boolean;
};

/** A status that this app has no words for is written as the server has it. */
export const isUnknownStatus = (status: string): boolean =>
  status !== 'open' && status !== 'pending' && status !== 'snoozed';

export const cardLabel = (t: Translate, { card, wait, team, agent, pending, selected }: Parts): string =>
  [
    t('ui.card.name', { id: card.id, contact: card.contact }),
    selected && t('ui.card.selected'),
    pending,
    wait,
    isUnknownStatus(card.status) && card.status,
    card.priority !== null && t('ui.card.priority', { priority: card.priority }),
    card.unread > 0 && t('ui.card.unread', { count: card.unread }),
    agent !== null && t('ui.card.agent', { agent }),
    team !== null && (card.violation ? t('ui.card.violation', { team }) : t('ui.card.team', { team })),
    card.labels.length > 0 && t('ui.card.labels', { labels: card.labels.join(', ') }),
    card.unconfirmed && t('ui.card.unconfirmed'),
    card.lastMessage?.text,
  ]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(', ');
