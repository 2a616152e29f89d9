/** "Send a test notification": the button and whether the system let it through. */
import { CircleCheck, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useServices } from '../bridge/services.ts';
import { Button } from './button.tsx';
import css from './test-notification.module.css';

type Proof = { shown: boolean; words: string } | null;

export const TestNotification = () => {
  const { client, t } = useServices();
  const [proof, setProof] = useState<Proof>(null);
  const [busy, setBusy] = useState(false);
  const send = () => {
    setBusy(true);
    client
      .invoke('notifications.test', {})
      .then(
        ({ shown, reason }) =>
          setProof({
            shown,
            words: shown
              ? t('ui.test.shown')
              : t('ui.test.blocked', { reason: reason ?? t('ui.test.noReason') }),
          }),
        (error: unknown) => setProof({ shown: false, words: String(error) }),
      )
      .finally(() => setBusy(false));
  };
  return (
    <div className={css.test}>
      <Button onClick={send} disabled={busy}>
        {t('ui.test.send')}
      </Button>
      <p className={css.proof} role="status" data-shown={proof?.shown}>
        {proof && (
          <>
            {proof.shown ? (
              <CircleCheck size={15} aria-hidden="true" />
            ) : (
              <TriangleAlert size={15} aria-hidden="true" />
            )}
            {proof.words}
          </>
        )}
      </p>
    </div>
  );
};
