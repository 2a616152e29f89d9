/** Sign-in on one page: address and token, or the demo workspace; every failure its own sentence, nothing typed is lost. */
import { KeyRound, LoaderCircle } from 'lucide-react';
import { useId, useState, type SyntheticEvent } from 'react';
import type { CallOutput, SignInFailure } from '../../contract/ipc.ts';
import { useServices } from '../bridge/services.ts';
import { BrandMark } from '../ui/brand-mark.tsx';
import { Button } from '../ui/button.tsx';
import { Notices } from './notices.tsx';
import css from './sign-in.module.css';

type Problem = { title: string; advice: string; detail: string };
type Answer = CallOutput<'workspace.signIn'>;

export const SignIn = () => {
  const { client, queries, t } = useServices();
  const [address, setAddress] = useState('');
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState<'sign-in' | 'demo' | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [addressId, tokenId, noteId, problemId] = [useId(), useId(), useId(), useId()];

  const failed = (failure: SignInFailure, detail: string): Problem => ({
    title: t(`ui.failure.${failure}`),
    advice: t(`ui.failure.${failure}.do`),
    detail,
  });
  const take = (answer: Promise<Answer>, kind: 'sign-in' | 'demo') => {
    setBusy(kind);
    setProblem(null);
    answer
      .then(
        (result) => {
          if (result.outcome === 'opened') {
            setToken('');
            queries.setQueryData(['workspace.current', {}], { workspace: result.workspace });
          } else setProblem(failed(result.failure, result.detail));
        },
        (error: unknown) =>
          setProblem({
            title: t('ui.failure.app'),
            advice: t('ui.failure.app.do'),
            detail: error instanceof Error ? error.message : String(error),
          }),
      )
      .finally(() => setBusy(null));
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (address.trim() === '' || token.trim() === '') {
      setProblem({ title: t('ui.signin.missing'), advice: t('ui.signin.missing.do'), detail: '' });
      return;
    }
    take(client.invoke('workspace.signIn', { address: address.trim(), token: token.trim() }), 'sign-in');
  };
  return (
    <main className={css.page}>
      <div className={css.box}>
        <Notices />
        <BrandMark size={52} />
        <h1 className={css.title}>{t('ui.signin.title')}</h1>
        <p className={css.intro}>{t('ui.signin.intro')}</p>
        <form className={css.form} onSubmit={submit} noValidate>
          <label className={css.label} htmlFor={addressId}>
            {t('ui.signin.address')}
          </label>
          <input
            id={addressId}
            className={css.input}
            type="text"
            inputMode="url"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            placeholder={t('ui.signin.addressExample')}
            value={address}
            aria-invalid={problem !== null}
            aria-describedby={problem ? problemId : undefined}
            onChange={(event) => setAddress(event.target.value)}
          />
          <label className={css.label} htmlFor={tokenId}>
            {t('ui.signin.token')}
          </label>
          <input
            id={tokenId}
            className={`${css.input} ${css.token}`}
            type="text"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={token}
            aria-describedby={noteId}
            onChange={(event) => setToken(event.target.value)}
          />
          <p id={noteId} className={css.note}>
            <KeyRound size={14} aria-hidden="true" />
            <span>{t('ui.signin.tokenNote')}</span>
          </p>
          <div id={problemId} role="alert" className={css.alert}>
            {problem && (
              <div className={css.problem}>
                <p className={css.problemTitle}>{problem.title}</p>
                <p>{problem.advice}</p>
                {problem.detail !== '' && <p className={css.detail}>{problem.detail}</p>}
              </div>
            )}
          </div>
          <Button type="submit" look="accent" className={css.submit} disabled={busy !== null}>
            {busy === 'sign-in' && <LoaderCircle size={15} className={css.spin ?? ''} aria-hidden="true" />}
            {t('ui.signin.submit')}
          </Button>
        </form>
        <div className={css.or}>
          <span>{t('ui.signin.or')}</span>
        </div>
        <Button
          className={css.submit}
          disabled={busy !== null}
          onClick={() => take(client.invoke('workspace.openDemo', {}), 'demo')}
        >
          {busy === 'demo' && <LoaderCircle size={15} className={css.spin ?? ''} aria-hidden="true" />}
          {t('ui.signin.demo')}
        </Button>
        <p className={css.demoNote}>{t('ui.signin.demoNote')}</p>
      </div>
    </main>
  );
};
