/** The chooser of a move that asks first: Enter takes the first line, Escape cancels, nothing has moved yet. */
import { Dialog } from '@base-ui/react/dialog';
import { useRef, useState } from 'react';
import { useServices } from '../bridge/services.ts';
import { useStore } from '../bridge/store.ts';
import { Button, Kbd } from './button.tsx';
import css from './dialog.module.css';

export const Chooser = () => {
  const { state, t } = useServices();
  const question = useStore(state, (window) => window.chooser);
  const first = useRef<HTMLButtonElement>(null);
  // Stays drawn with the last question while it fades.
  const [shown, setShown] = useState(question);
  if (question && question !== shown) setShown(question);
  const { title, notes, lines } = shown ?? { title: '', notes: [], lines: [] };
  const total = Math.max(0, ...lines.map((line) => line.count));
  return (
    <Dialog.Root
      open={question !== null}
      onOpenChange={(open) => {
        if (!open) question?.answer(null);
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={css.backdrop} />
        <Dialog.Popup className={css.dialog} initialFocus={first}>
          <div className={css.body}>
            <Dialog.Title className={css.title}>{title}</Dialog.Title>
            {notes.map((note) => (
              <p key={note} className={css.note}>
                {note}
              </p>
            ))}
            <div className={css.choices}>
              {lines.map((line, index) => (
                <button
                  key={line.text}
                  ref={index === 0 ? first : null}
                  type="button"
                  className={css.choice}
                  data-first={index === 0 || undefined}
                  onClick={() => question?.answer(index)}
                >
                  <span>{line.text}</span>
                  {total > 1 && (
                    <span className={css.count}>{t('ui.chooser.count', { count: line.count })}</span>
                  )}
                  {index === 0 && <Kbd>{t('ui.key.enter')}</Kbd>}
                </button>
              ))}
            </div>
            <div className={css.foot}>
              <span>{t('ui.chooser.nothingYet')}</span>
              <Button look="quiet" size="small" onClick={() => question?.answer(null)}>
                {t('ui.action.cancel')} <Kbd>{t('ui.key.escape')}</Kbd>
              </Button>
            </div>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
};
