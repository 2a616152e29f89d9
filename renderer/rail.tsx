/** The rail at the left: the views, with what waits in alerts and outbox. */
import { Bell, Inbox, type LucideIcon, Search, Settings, SquareKanban, Upload } from 'lucide-react';
import { useCall } from './bridge/queries.ts';
import { useOutbox } from './bridge/outbox.ts';
import { useServices } from './bridge/services.ts';
import { useStore } from './bridge/store.ts';
import type { View } from './bridge/window-state.ts';
import css from './app.module.css';
import { BrandMark } from './ui/brand-mark.tsx';
import { Tip } from './ui/button.tsx';
import { Badge } from './ui/marks.tsx';

export const Rail = () => {
  const { state, t } = useServices();
  const view = useStore(state, (window) => window.view);
  const alerts = useCall('alerts.list', { limit: 100 }, { topics: ['alerts'] }).data?.unseen ?? 0;
  const counts = useOutbox().data?.counts;
  const stopped = (counts?.refused ?? 0) + (counts?.conflict ?? 0);
  const waiting = (counts?.waiting ?? 0) + (counts?.sending ?? 0);
  const item = (
    to: View,
    Icon: LucideIcon,
    label: string,
    badge?: { count: number; tone: 'plain' | 'warn' | 'bad' },
  ) => (
    <Tip text={label}>
      <button
        type="button"
        className={css.railItem}
        aria-label={label}
        aria-current={view === to ? 'page' : undefined}
        onClick={() => state.set({ view: to })}
      >
        <Icon size={20} strokeWidth={1.8} aria-hidden="true" />
        {badge && badge.count > 0 && (
          <span className={css.railBadge}>
            <Badge count={badge.count} tone={badge.tone} />
          </span>
        )}
      </button>
    </Tip>
  );
  return (
    <nav className={css.rail} aria-label={t('ui.rail.label')}>
      <span className={css.mark}>
        <BrandMark size={34} />
      </span>
      {item('board', SquareKanban, t('ui.rail.board'))}
      {item('unassigned', Inbox, t('ui.rail.unassigned'))}
      {item('alerts', Bell, alerts > 0 ? t('ui.rail.alertsNew', { count: alerts }) : t('ui.rail.alerts'), {
        count: alerts,
        tone: 'bad',
      })}
      {item(
        'outbox',
        Upload,
        stopped > 0
          ? t('ui.rail.outboxStopped', { count: stopped })
          : waiting > 0
            ? t('ui.rail.outboxWaiting', { count: waiting })
            : t('ui.rail.outbox'),
        stopped > 0 ? { count: stopped, tone: 'warn' } : { count: waiting, tone: 'plain' },
      )}
      {item('search', Search, t('ui.rail.search'))}
      <span className={css.railSpace} />
      {item('settings', Settings, t('ui.rail.settings'))}
    </nav>
  );
};
