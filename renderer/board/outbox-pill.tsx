/** What the outbox holds, beside the connection: what needs a decision, and what waits while the server cannot be reached. */
import { Upload } from 'lucide-react';
import { useConnection } from '../bridge/connection.ts';
import { useOutbox } from '../bridge/outbox.ts';
import { useServices } from '../bridge/services.ts';
import { Tip } from '../ui/button.tsx';
import css from './top-bar.module.css';

/** Fewer than this many on their way to a server that answers are gone before they are read. */
const MANY = 4;

export const OutboxPill = () => {
  const { state, t } = useServices();
  const counts = useOutbox().data?.counts;
  const live = useConnection()?.state === 'live';
  if (!counts) return null;
  const stopped = counts.refused + counts.conflict;
  const underway = counts.waiting + counts.sending;
  const waiting = !live || underway >= MANY ? underway : 0;
  if (stopped + waiting === 0) return null;
  const tip = [
    stopped > 0 && t('ui.top.stoppedTip', { count: stopped }),
    waiting > 0 && t('ui.top.waitingTip', { count: waiting }),
  ]
    .filter(Boolean)
    .join(' ');
  return (
    <Tip text={tip}>
      <button
        type="button"
        className={css.outbox}
        data-tone={stopped > 0 ? 'warn' : 'plain'}
        aria-label={tip}
        onClick={() => state.set({ view: 'outbox' })}
      >
        <Upload size={14} strokeWidth={2.4} aria-hidden="true" />
        {stopped > 0 && <span>{t('ui.top.stopped', { count: stopped })}</span>}
        {waiting > 0 && <span>{t('ui.top.waiting', { count: waiting })}</span>}
      </button>
    </Tip>
  );
};
