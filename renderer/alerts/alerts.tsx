/** The alert centre: every alert, shown or not, and why. */
import { Bell, BellOff } from 'lucide-react';
import { useEffect } from 'react';
import type { Alert } from '../../contract/model.ts';
import { useCall } from '../bridge/queries.ts';
import { useServices } from '../bridge/services.ts';
import { Button } from '../ui/button.tsx';
import { Empty, Page } from '../ui/page.tsx';
import page from '../ui/page.module.css';
import { clockWords, useNow } from '../ui/time.ts';
import css from './alerts.module.css';

export const Alerts = () => {
  const { t, client } = useServices();
  const { data, isError, error } = useCall('alerts.list', { limit: 100 }, { topics: ['alerts'] });
  useEffect(() => {
    if (!data || data.unseen === 0) return;
    client.invoke('alerts.seen', { ids: data.alerts.map((alert) => alert.id) }).catch(() => undefined);
  }, [client, data]);
  return (
    <Page title={t('ui.alerts.title')} subtitle={t('ui.alerts.subtitle')} narrow>
      {isError && <Empty title={t('ui.alerts.failed')}>{error.message}</Empty>}
      {data?.alerts.length === 0 && <Empty title={t('ui.alerts.empty')}>{t('ui.alerts.emptyHint')}</Empty>}
      {data && data.alerts.length > 0 && (
        <ul className={page.list} aria-label={t('ui.alerts.title')}>
          {data.alerts.map((alert) => (
            <Line key={alert.id} alert={alert} />
          ))}
        </ul>
      )}
    </Page>
  );
};

const Line = ({ alert }: { alert: Alert }) => {
  const { t, say, state } = useServices();
  const now = useNow();
  const silent = alert.state === 'suppressed';
  const { conversation } = alert;
  return (
    <li className={page.line} data-alert={alert.kind} data-state={alert.state}>
      <span className={css.icon} data-silent={silent || undefined}>
        {silent ? <BellOff size={16} aria-hidden="true" /> : <Bell size={16} aria-hidden="true" />}
      </span>
      <div className={page.lineMain}>
        <p className={page.lineTitle}>{say(alert.title)}</p>
        <p className={page.lineText}>{say(alert.body)}</p>
        <p className={css.why}>
          {t(`ui.alerts.state.${alert.state}`)}
          {alert.reason && <>: {say(alert.reason)}</>}
        </p>
      </div>
      <span className={page.time}>{clockWords(alert.at, now)}</span>
      {conversation !== null && (
        <Button
          size="small"
          aria-label={t('ui.alerts.openNamed', { id: conversation })}
          onClick={() => state.set({ open: conversation })}
        >
          {t('ui.alerts.open')}
        </Button>
      )}
    </li>
  );
};
