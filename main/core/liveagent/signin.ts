/** Signing in: what a person typed into a workspace, or the one sentence that says why not. */
import type { SignInFailure, Workspace } from '../../../contract/ipc.ts';
import type { Clock, Http } from '../ports.ts';
import { createApi } from './api.ts';
import type { Failure } from './outcome.ts';
import { isTooOld } from './probe.ts';
import { createSender } from './request.ts';
import type { Profile, ProfileAccount } from './wire/directory.ts';

export type SignIn =
  | { outcome: 'ok'; workspace: Workspace; profile: Profile }
  | { outcome: 'failed'; failure: SignInFailure; detail: string };

export type Address = {
  origin: string;
  /** From a pasted address of a page, which names it. */ accountId: number | null;
};

/**
 * The server in what was typed: `https://` is added where missing (plain http only when typed), page paths
 * and slashes are dropped, the account of a pasted page is kept. Null when it is no address.
 */
export const readAddress = (typed: string): Address | null => {
  const text = typed.trim();
  if (text.length === 0 || /\s/.test(text)) return null;
  // `localhost:3000` must not be read as a scheme.
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(full)) return null;
  const url = new URL(full);
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.hostname.length === 0) return null;
  const account = /\/accounts\/(\d{1,15})(?:\/|$)/.exec(url.pathname)?.[1];
  return { origin: url.origin, accountId: account === undefined ? null : Number(account) };
};

const failed = (failure: SignInFailure, detail: string): SignIn => ({ outcome: 'failed', failure, detail });

const NO_ACCESS = {
  suspended: 'suspended',
  'bot-token': 'bot-token',
  removed: 'bad-token',
} as const satisfies Record<string, SignInFailure>;

const explain = (failure: Failure): SignIn => {
  switch (failure.outcome) {
    case 'needs-sign-in':
    case 'invisible':
      return failed('bad-token', ('serverWords' in failure ? failure.serverWords : null) ?? '');
    case 'no-access':
      return failed(NO_ACCESS[failure.why], failure.serverWords ?? '');
    case 'gone':
      return failed('wrong-address', 'HTTP 404');
    case 'throttled':
      return failed('unreachable', 'HTTP 429');
    case 'refused':
      return failed('wrong-address', `HTTP ${failure.status} ${failure.serverWords ?? ''}`.trim());
    case 'unreachable':
      switch (failure.reason) {
        case 'dns':
        case 'not-the-server':
          return failed('wrong-address', failure.detail);
        case 'certificate':
          return failed('bad-certificate', failure.detail);
        case 'unreachable':
        case 'timeout':
        case 'broken':
        case 'server-error':
          return failed('unreachable', failure.detail);
      }
  }
};

/** The account to open: that of the pasted page, else the active one, else the one used last. */
export const chooseAccount = (profile: Profile, wanted: number | null): ProfileAccount | null => {
  const byLastUse = [...profile.accounts].sort((a, b) => (a.activeAt < b.activeAt ? 1 : -1));
  return (
    profile.accounts.find(({ id }) => id === wanted) ??
    byLastUse.find(({ activeAt }) => activeAt !== '') ??
    profile.accounts.find(({ id }) => id === profile.activeAccount) ??
    byLastUse[0] ??
    null
  );
};

/** Reads the profile with the token and makes sure that the account answers. Nothing is stored. */
export const signIn = async (
  ports: { http: Http; clock: Clock },
  typed: string,
  typedToken: string,
): Promise<SignIn> => {
  const address = readAddress(typed);
  if (address === null) return failed('wrong-address', typed.trim());
  const token = typedToken.trim();
  // A header cannot carry anything else, and no token has it.
  if (!/^[\x21-\x7e]{4,500}$/.test(token)) return failed('bad-token', '');
  const { origin } = address;
  const send = createSender(ports, origin, token);

  const profile = await createApi(send, address.accountId ?? 0).profile();
  if (profile.outcome !== 'answered') return explain(profile);
  const version = await createApi(send, 0).version();
  if (version.outcome === 'answered' && isTooOld(version.value))
    return failed('old-server', version.value ?? '');
  if (profile.value.pubsubToken === null) return failed('old-server', 'no live updates');
  const account = chooseAccount(profile.value, address.accountId);
  if (account === null) return failed('bad-token', 'no account');
  if (account.status === 'suspended') return failed('suspended', account.name);
  const teams = await createApi(send, account.id).teams();
  if (teams.outcome !== 'answered' && teams.outcome !== 'throttled') return explain(teams);
  return {
    outcome: 'ok',
    workspace: { origin, accountId: account.id, userId: profile.value.id, name: account.name, demo: false },
    profile: profile.value,
  };
};
