/** One choice for many entries: its buttons, and the one line that asks before it is done. */
import { useEffect, useRef, useState } from 'react';
import { useServices } from '../bridge/services.ts';
import { Button } from '../ui/button.tsx';
import css from './outbox.module.css';

export type BulkChoice = {
  label: string;
  /** The question, with the number of changes it is about. */
  question: string;
  look?: 'plain' | 'accent';
  run: () => Promise<unknown>;
};

/** `lead` says what the buttons are about. */
export const Bulk = ({ lead, choices }: { lead: string; choices: readonly BulkChoice[] }) => {
  const { t } = useServices();
  const [asked, setAsked] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const opened = useRef<string | null>(null);
  const choice = choices.find(({ label }) => label === asked);
  useEffect(() => {
    // The focus follows the question, and goes back to the button that raised it.
    if (asked !== null) box.current?.querySelector('button')?.focus();
    else if (opened.current !== null)
      box.current?.querySelector<HTMLElement>(`[data-choice="${CSS.escape(opened.current)}"]`)?.focus();
    opened.current = asked;
  }, [asked]);
  if (choice)
    return (
      <div ref={box} className={css.bulk} data-asking="true" role="group" aria-label={choice.question}>
        <p className={css.bulkWords}>{choice.question}</p>
        <Button
          size="small"
          look="accent"
          disabled={busy}
          onClick={() => {
            setBusy(true);
            void choice.run().finally(() => {
              setBusy(false);
              setAsked(null);
            });
          }}
        >
          {choice.label}
        </Button>
        <Button size="small" disabled={busy} onClick={() => setAsked(null)}>
          {t('ui.outbox.back')}
        </Button>
      </div>
    );
  return (
    <div ref={box} className={css.bulk}>
      <p className={css.bulkWords}>{lead}</p>
      {choices.map(({ label, look }) => (
        <Button
          key={label}
          size="small"
          look={look ?? 'plain'}
          data-choice={label}
          onClick={() => setAsked(label)}
        >
          {label}
        </Button>
      ))}
    </div>
  );
};
