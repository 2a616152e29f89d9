/** The toasts at the bottom: what was done, how it went, and the way to what went wrong. */
import { Toast } from '@base-ui/react/toast';
import { CircleCheck, CloudUpload, Info, LoaderCircle, TriangleAlert, X } from 'lucide-react';
import { useServices } from '../bridge/services.ts';
import type { ToastContent, ToastManager } from './toaster.ts';
import css from './toasts.module.css';

export const Toasts = ({ manager }: { manager: ToastManager }) => (
  <Toast.Provider toastManager={manager} limit={4}>
    <Toast.Portal>
      <Toast.Viewport className={css.viewport}>
        <ToastList />
      </Toast.Viewport>
    </Toast.Portal>
  </Toast.Provider>
);

const ToastList = () => {
  const { t, state, undoer } = useServices();
  const { toasts, close } = Toast.useToastManager<ToastContent>();
  return toasts.map((toast) => {
    const tone = toast.data?.tone ?? 'plain';
    const { review, turn, title = '' } = toast.data ?? {};
    return (
      <Toast.Root
        key={toast.id}
        toast={toast}
        className={css.toast}
        data-tone={tone}
        swipeDirection="down"
        // One group among others: what would make it a dialog goes.
        role="group"
        aria-modal={undefined}
      >
        <Toast.Content className={css.content}>
          <ToneIcon tone={tone} />
          <span className={css.words}>
            <Toast.Title render={<span />} className={css.title} />{' '}
            <Toast.Description render={<span />} className={css.details} />
          </span>
          {review !== undefined && (
            <button
              type="button"
              className={css.action}
              onClick={() => {
                state.set({ view: 'outbox', review });
                close(toast.id);
              }}
            >
              {t('ui.card.review')}
            </button>
          )}
          {turn !== undefined && (
            <button
              type="button"
              className={css.action}
              // Several toasts may offer it: a screen reader hears what about.
              aria-label={t(`ui.${turn.direction}.named`, { words: title })}
              onClick={() => {
                close(toast.id);
                void undoer.run(turn.direction, turn.gesture);
              }}
            >
              {t(`ui.${turn.direction}.button`)}
            </button>
          )}
          <Toast.Close className={css.close} aria-label={t('ui.action.dismiss')} aria-hidden={false}>
            <X size={15} />
          </Toast.Close>
        </Toast.Content>
      </Toast.Root>
    );
  });
};

const ToneIcon = ({ tone }: { tone: ToastContent['tone'] }) => {
  const props = { size: 16, className: css.icon ?? '', 'aria-hidden': true } as const;
  switch (tone) {
    case 'plain':
      return <Info {...props} />;
    case 'sending':
      return <LoaderCircle {...props} className={`${css.icon} ${css.spin}`} />;
    case 'saved':
      return <CloudUpload {...props} />;
    case 'good':
      return <CircleCheck {...props} />;
    case 'bad':
      return <TriangleAlert {...props} />;
  }
};
