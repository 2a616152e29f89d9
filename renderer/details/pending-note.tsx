/** What is under way or stopped for this conversation, above its actions. */
import type { Card } from '../../contract/model.ts';
import { useOutboxReasons } from '../bridge/outbox.ts';
import { useServices } from '../bridge/services.ts';
import { Button } from '../ui/button.tsx';
import css from './details.module.css';

export const PendingNote = ({ card }: { card: Card }) => {
  const { state, t } = useServices();
  const reasons = useOutboxReasons();
  const reason = card.command === null ? undefined : reasons.get(card.command);
  switch (card.pending) {
    case 'none':
      return null;
    case 'waiting':
    case 'sending':
      return (
        <p className={css.pending} data-tone="plain" role="status">
          {t(card.pending === 'waiting' ? 'ui.card.waiting' : 'ui.card.sending')}
        </p>
      );
    case 'refused':
    case 'conflict':
      return (
        <div className={css.pending} data-tone={card.pending === 'refused' ? 'bad' : 'warn'} role="status">
          <span>{reason ?? t(card.pending === 'refused' ? 'ui.card.refused' : 'ui.card.conflict')}</span>
          <Button size="small" onClick={() => state.set({ view: 'outbox', review: card.command })}>
            {t('ui.card.review')}
          </Button>
        </div>
      );
  }
};
