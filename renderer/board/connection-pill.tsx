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
import { useServices } from '../bridge/services.ts';
import controls from '../ui/controls.module.css';
import { exactClockWords, useNow } from '../ui/time.ts';
import css from './top-bar.module.css';

const LOOK: Record<Connection['state'], { tone: 'good' | 'warn' | 'bad' | 'plain'; icon: LucideIcon }> = {
  'signed-out': { tone: 'plain', icon: LockKeyhole },
  connecting: { tone: 'plain', icon: LoaderCircle },
  'catching-up': { tone: 'plain', icon: LoaderCircle },
  live: { tone: 'good', icon: CircleCheck },
  stale: { tone: 'warn', icon: TriangleAlert },
  offline: { tone: 'warn', icon: CloudOff },
  throttled: { tone: 'warn', icon: Timer },
  'needs-sign-in': { tone: 'bad', icon: LockKeyhole },
  'no-access': { tone: 'bad', icon: LockKeyhole },
  'unsupported-server': { tone: 'bad', icon: TriangleAlert },
};

export const ConnectionPill = () => {
  const { t, say } = useServices();
  const connection = useConnection();
  const now = useNow();
  const state = connection?.state ?? 'connecting';
  const { tone, icon: Icon } = LOOK[state];
  const asOf =
    !connection || connection.asOf === null
      ? t('ui.connection.never')
      : t('ui.connection.asOf', { time: exactClockWords(connection.asOf) });
  const wait =
    !connection || connection.deadline === null
      ? null
      : Math.max(0, Math.ceil((connection.deadline - now) / 1000));
  return (
    <Popover.Root>
      <Popover.Trigger className={css.pill} data-tone={tone} data-connection={state}>
        <Icon size={14} strokeWidth={2.4} aria-hidden="true" />
        <span>{t(`ui.connection.${state}`)}</span>
        <span className={css.asOf}>{asOf}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className={controls.positioner} sideOffset={6} align="end">
          <Popover.Popup className={`${controls.popup} ${css.details}`}>
            <Popover.Title className={css.detailsTitle}>{t(`ui.connection.${state}`)}</Popover.Title>
            {connection && (
              <Popover.Description className={css.detailsText}>{say(connection.reason)}</Popover.Description>
            )}
            <p className={css.detailsText}>{asOf}</p>
            {wait !== null && <p className={css.detailsText}>{t('ui.connection.next', { seconds: wait })}</p>}
            {connection?.progress && (
              <p className={css.detailsText}>
                {t(`ui.progress.${connection.progress.what}`)}
                {': '}
                {connection.progress.total === null
                  ? connection.progress.done
                  : t('ui.progress.of', { done: connection.progress.done, total: connection.progress.total })}
              </p>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
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
