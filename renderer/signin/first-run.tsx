/** The first run: who you are here, what your presence does, and the proof that notifications arrive. */
import { Dialog } from '@base-ui/react/dialog';
import { useState } from 'react';
import type { Workspace } from '../../contract/ipc.ts';
import { useChangeSettings, useDirectory } from '../bridge/board-input.ts';
import { useServices } from '../bridge/services.ts';
import { Button } from '../ui/button.tsx';
import dialog from '../ui/dialog.module.css';
import { presenceWords } from '../ui/names.ts';
import { TestNotification } from '../ui/test-notification.tsx';
import css from './sign-in.module.css';

export const FirstRun = ({ workspace }: { workspace: Workspace }) => {
  const { client, t } = useServices();
  const change = useChangeSettings();
  const directory = useDirectory();
  const [problem, setProblem] = useState('');
  const done = () => change({ firstRunDone: true });
  const me = directory?.me;
  return (
    <Dialog.Root open onOpenChange={(open) => !open && done()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialog.backdrop} />
        <Dialog.Popup className={dialog.dialog}>
          <div className={dialog.body}>
            <Dialog.Title className={dialog.title}>
              {me
                ? t('ui.firstrun.title', { name: me.name, role: me.role, workspace: workspace.name })
                : workspace.name}
            </Dialog.Title>
            <div className={css.facts}>
              <div className={css.fact}>
                <p className={css.factTitle}>{t('ui.firstrun.presence')}</p>
                <Dialog.Description className={css.factText}>
                  {t('ui.firstrun.presenceText', { presence: me ? presenceWords(t, me.availability) : '…' })}
                </Dialog.Description>
                {me?.availability === 'online' && (
                  <Button
                    onClick={() => {
                      client
                        .invoke('availability.set', { availability: 'busy' })
                        .catch((error: unknown) => setProblem(String(error)));
                    }}
                  >
                    {t('ui.firstrun.busy')}
                  </Button>
                )}
                {problem !== '' && <p role="alert">{problem}</p>}
              </div>
              <div className={css.fact}>
                <p className={css.factTitle}>{t('ui.firstrun.alerts')}</p>
                <p className={css.factText}>{t('ui.firstrun.alertsText')}</p>
                <TestNotification />
              </div>
              <div className={css.fact}>
                <p className={css.factTitle}>{t('ui.firstrun.move')}</p>
                <p className={css.factText}>{t('ui.firstrun.moveText')}</p>
              </div>
            </div>
            <div className={css.end}>
              <Button look="accent" onClick={done}>
                {t('ui.firstrun.done')}
              </Button>
            </div>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
};
