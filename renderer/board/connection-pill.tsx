/** The connection in one pill: state by icon, word and colour, "as of", and the reason behind it. */
import { Popover } from '@base-ui/react/popover';
import {
  CircleCheck,
  CloudOff,
  LoaderCircle,
  LockKeyhole,
  type LucideIcon,
  Timer,
  TriangleAlert,
} from 'lucide-react';
import type { Connection } from '../../contract/model.ts';
import { useConnection } from '../bridge/connection.ts';
import { useCall } from '../bridge/queries.ts';
import { useServices } from '../bridge/services.ts';
import controls from '../ui/controls.module.css';
import { Button } from '../ui/button.tsx';
import { exactClockWords, useSeconds } from '../ui/time.ts';
import { deadlineWords, progressWords } from './connection-words.ts';
import css from './top-bar.module.css';

const LOOK: Record<Connection['state'], { tone: 'good' | 'warn' | 'bad' | 'plain'; icon: LucideIcon }> = {
  'signed-out': { tone: 'plain', icon: LockKeyhole },
  connecting: { tone: 'warn', icon: LoaderCircle },
  'catching-up': { tone: 'warn', icon: LoaderCircle },
  live: { tone: 'good', icon: CircleCheck },
  stale: { tone: 'warn', icon: TriangleAlert },
  offline: { tone: 'warn', icon: CloudOff },
  throttled: { tone: 'warn', icon: Timer },
  'needs-sign-in': { tone: 'bad', icon: LockKeyhole },
  'no-access': { tone: 'bad', icon: LockKeyhole },
  'unsupported-server': { tone: 'bad', icon: TriangleAlert },
};

export const ConnectionPill = () => {
  const { t, say, client } = useServices();
  const connection = useConnection();
  const deadline = connection?.deadline ?? null;
  const now = useSeconds(deadline !== null);
  const state = connection?.state ?? 'connecting';
  const { tone, icon: Icon } = LOOK[state];
  const asOf =
    !connection || connection.asOf === null
      ? t('ui.connection.never')
      : t('ui.connection.asOf', { time: exactClockWords(connection.asOf) });
  const next = connection && deadlineWords(t, connection, now);
  const canRetry = state === 'offline' || state === 'stale' || state === 'no-access';
  return (
    <Popover.Root>
      <Popover.Trigger className={css.pill} data-tone={tone} data-connection={state}>
        <Icon size={14} strokeWidth={2.4} aria-hidden="true" />
        <span>{t(`ui.connection.${state}`)}</span>
        <span className={css.asOf}>{asOf}</span>
        {next !== null && canRetry && <span className={css.next}>{next}</span>}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className={controls.positioner} sideOffset={6} align="end">
          <Popover.Popup className={`${controls.popup} ${css.details}`}>
            <Popover.Title className={css.detailsTitle}>{t(`ui.connection.${state}`)}</Popover.Title>
            {connection && (
              <Popover.Description className={css.detailsText}>{say(connection.reason)}</Popover.Description>
            )}
            <p className={css.detailsText}>{asOf}</p>
            {next !== null && <p className={css.detailsText}>{next}</p>}
            {connection?.progress && (
              <p className={css.detailsText}>{progressWords(t, connection.progress)}</p>
            )}
            {canRetry && (
              <Button
                disabled={deadline === null}
                onClick={() => {
                  client.invoke('connection.retry', {}).catch(() => undefined);
                }}
              >
                {t('ui.connection.retry')}
              </Button>
            )}
            <Coverage working={state === 'live'} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
};

/** How much of the queue can be read without a network; read while somebody looks. */
const Coverage = ({ working }: { working: boolean }) => {
  const { t } = useServices();
  const { data } = useCall('coverage.get', {}, { topics: ['coverage', 'counts'] });
  if (!data || data.live === 0) return null;
  const { saved, live, saving } = data;
  return (
    <div className={css.coverage}>
      <p className={css.detailsText}>{t('ui.coverage.readable', { saved, live })}</p>
      <progress className={css.coverageBar} value={saved} max={live} aria-hidden="true" />
      {saving !== null && (
        <p className={css.detailsText}>
          {working && <>{t(`ui.coverage.saving.${saving}`)}. </>}
          {t('ui.coverage.order')}
        </p>
      )}
    </div>
  );
};

/** A thin bar under the top bar while something loads; its place is always kept. */
export const ProgressBar = () => {
  const { t } = useServices();
  const progress = useConnection()?.progress ?? null;
  if (!progress) return <div className={css.progress} />;
  const part = progress.total ? Math.min(1, progress.done / progress.total) : null;
  return (
    <div
      className={css.progress}
      role="progressbar"
      aria-label={t(`ui.progress.${progress.what}`)}
      aria-valuetext={progressWords(t, progress)}
      aria-valuemin={0}
      aria-valuemax={progress.total ?? undefined}
      aria-valuenow={part === null ? undefined : progress.done}
    >
      <div
        className={css.progressFill}
        data-unknown={part === null || undefined}
        style={part === null ? {} : { transform: `scaleX(${part})` }}
      />
    </div>
  );
};

/** The same in words, beside the numbers that are not complete yet. */
export const ProgressWords = () => {
  const { t } = useServices();
  const progress = useConnection()?.progress ?? null;
  return progress && <span className={css.progressWords}>{progressWords(t, progress)}</span>;
};
