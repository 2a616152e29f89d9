/** Settings: look, queue, notifications, keyboard, and leaving the workspace. */
import { Dialog } from '@base-ui/react/dialog';
import { Switch } from '@base-ui/react/switch';
import { useId, useState, type ReactNode } from 'react';
import type { Workspace } from '../../contract/ipc.ts';
import { useChangeSettings, useDirectory, useSettings } from '../bridge/board-input.ts';
import { useCall } from '../bridge/queries.ts';
import { useServices } from '../bridge/services.ts';
import { failureOf } from '../bridge/telling.ts';
import { Button } from '../ui/button.tsx';
import dialog from '../ui/dialog.module.css';
import { Page } from '../ui/page.tsx';
import { TestNotification } from '../ui/test-notification.tsx';
import css from './settings.module.css';

export const SettingsView = ({ workspace }: { workspace: Workspace }) => {
  const { t } = useServices();
  const settings = useSettings();
  const change = useChangeSettings();
  const directory = useDirectory();
  const version = useCall('app.info', {}).data?.version;
  return (
    <Page title={t('ui.settings.title')} narrow>
      <Group title={t('ui.settings.look')}>
        <Choice
          label={t('ui.settings.theme')}
          value={settings.theme}
          options={(['system', 'light', 'dark'] as const).map((value) => ({
            value,
            text: t(`ui.theme.${value}`),
          }))}
          onChange={(theme) => change({ theme })}
        />
        <Choice
          label={t('ui.settings.density')}
          value={settings.density}
          options={(['comfortable', 'compact'] as const).map((value) => ({
            value,
            text: t(`ui.density.${value}`),
          }))}
          onChange={(density) => change({ density })}
        />
      </Group>
      <Group title={t('ui.settings.queue')}>
        <DaysField days={settings.historyDays} onChange={(historyDays) => change({ historyDays })} />
        <Toggle
          label={t('ui.settings.automatic')}
          note={t('ui.settings.automaticNote')}
          on={settings.receiveAutomaticAssignments}
          onChange={(receiveAutomaticAssignments) => change({ receiveAutomaticAssignments })}
        />
      </Group>
      <Group title={t('ui.settings.alerts')}>
        <div className={css.row}>
          <div className={css.words}>
            <p className={css.label}>{t('ui.settings.test')}</p>
            <p className={css.note}>{t('ui.settings.testNote')}</p>
          </div>
          <TestNotification />
        </div>
        {(directory?.teams ?? [])
          .filter((team) => !team.gone)
          .map((team) => (
            <Toggle
              key={team.id}
              label={t('ui.settings.watch', { team: team.name })}
              on={settings.watchedTeams.includes(team.id)}
              onChange={(on) =>
                change({
                  watchedTeams: on
                    ? [...settings.watchedTeams, team.id]
                    : settings.watchedTeams.filter((id) => id !== team.id),
                })
              }
            />
          ))}
      </Group>
      <Group title={t('ui.settings.keyboard')}>
        <Toggle
          label={t('ui.settings.shortcuts')}
          note={t('ui.settings.shortcutsNote')}
          on={settings.shortcuts}
          onChange={(shortcuts) => change({ shortcuts })}
        />
      </Group>
      <Group title={t('ui.settings.workspace')}>
        <div className={css.row}>
          <div className={css.words}>
            <p className={css.label}>{workspace.name}</p>
            <p className={css.note}>
              {workspace.origin}
              {directory && (
                <> · {t('ui.settings.as', { name: directory.me.name, role: directory.me.role })}</>
              )}
            </p>
          </div>
          <SignOut />
        </div>
      </Group>
      {version !== undefined && <p className={css.version}>{t('ui.settings.version', { version })}</p>}
    </Page>
  );
};

const Group = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className={css.group} aria-label={title}>
    <h2 className={css.title}>{title}</h2>
    <div className={css.rows}>{children}</div>
  </section>
);

type ChoiceProps<V extends string> = {
  label: string;
  value: V;
  options: readonly { value: V; text: string }[];
  onChange: (value: V) => void;
};

const Choice = <V extends string>({ label, value, options, onChange }: ChoiceProps<V>) => {
  const id = useId();
  return (
    <div className={css.row}>
      <p className={css.label} id={id}>
        {label}
      </p>
      <div className={css.segments} role="radiogroup" aria-labelledby={id}>
        {options.map((option) => (
          <label key={option.value} className={css.segment} data-on={option.value === value || undefined}>
            <input
              type="radio"
              name={id}
              className={css.radio}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            {option.text}
          </label>
        ))}
      </div>
    </div>
  );
};

type ToggleProps = { label: string; note?: string; on: boolean; onChange: (on: boolean) => void };

const Toggle = ({ label, note, on, onChange }: ToggleProps) => {
  const id = useId();
  return (
    <div className={css.row}>
      <div className={css.words}>
        <label className={css.label} htmlFor={id}>
          {label}
        </label>
        {note !== undefined && <p className={css.note}>{note}</p>}
      </div>
      <Switch.Root id={id} className={css.switch} checked={on} onCheckedChange={onChange}>
        <Switch.Thumb className={css.thumb} />
      </Switch.Root>
    </div>
  );
};

const DaysField = ({ days, onChange }: { days: number; onChange: (days: number) => void }) => {
  const { t } = useServices();
  const id = useId();
  return (
    <div className={css.row}>
      <div className={css.words}>
        <label className={css.label} htmlFor={id}>
          {t('ui.settings.history')}
        </label>
        <p className={css.note}>{t('ui.settings.historyNote')}</p>
      </div>
      <input
        key={days}
        id={id}
        type="number"
        min={0}
        max={90}
        className={css.number}
        defaultValue={days}
        onBlur={(event) => {
          const value = Math.round(event.target.valueAsNumber);
          if (value >= 0 && value <= 90 && value !== days) onChange(value);
          else event.target.value = String(days);
        }}
      />
    </div>
  );
};

/** Asks again when commands wait: they would be lost. */
const SignOut = () => {
  const { client, t, toaster } = useServices();
  const [waiting, setWaiting] = useState<number | null>(null);
  const signOut = (force: boolean) => {
    client.invoke('workspace.signOut', { force }).then(
      (answer) => setWaiting(answer.outcome === 'commands-waiting' ? answer.waiting : null),
      (error: unknown) => toaster.show(failureOf(t, error)),
    );
  };
  return (
    <>
      <Button onClick={() => signOut(false)}>{t('ui.settings.signOut')}</Button>
      <Dialog.Root open={waiting !== null} onOpenChange={(open) => !open && setWaiting(null)}>
        <Dialog.Portal>
          <Dialog.Backdrop className={dialog.backdrop} />
          <Dialog.Popup className={dialog.dialog}>
            <div className={dialog.body}>
              <Dialog.Title className={dialog.title}>
                {t('ui.settings.signOutTitle', { count: waiting ?? 0 })}
              </Dialog.Title>
              <Dialog.Description className={dialog.note}>{t('ui.settings.signOutNote')}</Dialog.Description>
              <div className={css.buttons}>
                <Button onClick={() => setWaiting(null)}>{t('ui.action.cancel')}</Button>
                <Button look="accent" onClick={() => signOut(true)}>
                  {t('ui.settings.signOutAnyway')}
                </Button>
              </div>
            </div>
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
    </>
  );
};
