/** What the connection waits for, and how far a load has come, in words (pure). */
import type { Connection } from '../../contract/model.ts';
import type { Translate } from '../ui/strings.ts';

const COUNT_SECONDS_BELOW = 100;

const spanWords = (t: Translate, seconds: number): string =>
  seconds < COUNT_SECONDS_BELOW
    ? t('ui.time.seconds', { seconds })
    : t('ui.time.minutes', { minutes: Math.round(seconds / 60) });

/** "Next attempt in 12 s", "Trying now": null where nothing is waited for. `now` in ms. */
export const deadlineWords = (t: Translate, { state, deadline }: Connection, now: number): string | null => {
  const time = deadline === null ? '' : spanWords(t, Math.max(0, Math.ceil((deadline - now) / 1000)));
  switch (state) {
    case 'offline':
    case 'stale':
    case 'no-access':
      return deadline === null ? t('ui.connection.trying') : t('ui.connection.next', { time });
    case 'connecting':
      return deadline === null ? null : t('ui.connection.limit', { time });
    case 'throttled':
      return deadline === null ? null : t('ui.connection.goesOn', { time });
    case 'signed-out':
    case 'catching-up':
    case 'live':
    case 'needs-sign-in':
    case 'unsupported-server':
      return null;
  }
};

const number = new Intl.NumberFormat('en');

/** "Loading history, 4,200 of about 9,800, about 6 min left". */
export const progressWords = (t: Translate, progress: NonNullable<Connection['progress']>): string => {
  const { what, done, total, secondsLeft } = progress;
  const counts = { done: number.format(done), total: number.format(total ?? 0) };
  return [
    t(`ui.progress.${what}`),
    total === null
      ? t('ui.progress.sofar', counts)
      : t(what === 'history' ? 'ui.progress.ofAbout' : 'ui.progress.of', counts),
    secondsLeft !== null &&
      (secondsLeft < 60
        ? t('ui.progress.leftMoment')
        : t('ui.progress.left', { minutes: Math.round(secondsLeft / 60) })),
  ]
    .filter(Boolean)
    .join(', ');
};
