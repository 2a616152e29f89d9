/** What stops the whole workspace, said over the board, with the way out. */
import { LockKeyhole, TriangleAlert } from 'lucide-react';
import { useId, useState, type SyntheticEvent } from 'react';
import type { Workspace } from '../../contract/ipc.ts';
import { useConnection } from '../bridge/connection.ts';
import { useServices } from '../bridge/services.ts';
import { Button } from '../ui/button.tsx';
import css from './connection-banner.module.css';

export const ConnectionBanner = ({ workspace }: { workspace: Workspace }) => {
  const { t, say } = useServices();
  const connection = useConnection();
  switch (connection?.state) {
    case 'needs-sign-in':
    case 'no-access':
    case 'unsupported-server':
      return (
        <div className={css.banner} role="status">
          {connection.state === 'needs-sign-in' ? (
            <LockKeyhole size={16} aria-hidden="true" />
          ) : (
            <TriangleAlert size={16} aria-hidden="true" />
          )}
          <p className={css.words}>
            {t(`ui.banner.${connection.state}`)}
            {/* The usual reason is the banner's own sentence. */}
            {connection.reason.key !== 'connection.needs-sign-in' && <span> {say(connection.reason)}</span>}
          </p>
          {connection.state === 'needs-sign-in' && <SignInAgain workspace={workspace} />}
        </div>
      );
    default:
      return null;
  }
};

const SignInAgain = ({ workspace }: { workspace: Workspace }) => {
  const { client, t } = useServices();
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const id = useId();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setBusy(true);
    client
      .invoke('workspace.signIn', { address: workspace.origin, token: token.trim() })
      .then(
        (answer) =>
          setProblem(
            answer.outcome === 'failed'
              ? `${t(`ui.failure.${answer.failure}`)} ${t(`ui.failure.${answer.failure}.do`)}`
              : '',
          ),
        (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <label className="visually-hidden" htmlFor={id}>
        {t('ui.banner.token')}
      </label>
      <input
        id={id}
        className={css.input}
        type="text"
        autoComplete="off"
        spellCheck={false}
        placeholder={t('ui.banner.token')}
        value={token}
        onChange={(event) => setToken(event.target.value)}
      />
      <Button type="submit" look="accent" disabled={busy || token.trim() === ''}>
        {t('ui.banner.signIn')}
      </Button>
      {problem !== '' && (
        <p role="alert" className={css.problem}>
          {problem}
        </p>
      )}
    </form>
  );
};
