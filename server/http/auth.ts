/** Who is calling: access token first, then session headers; then the account and the caller's place in it. */
import type { Backend } from '../backend.ts';
import type { Account, Bot, User } from '../model.ts';
import type { Params } from './params.ts';
import { isRecord, text } from './params.ts';
import { invalidToken, notFound, notInAccount, notSignedIn, suspended } from './replies.ts';
import type { AccountRequest, Request, SessionHeaders, UserRequest } from './router.ts';
import type { Sessions } from './sessions.ts';

export type Caller = { kind: 'user'; user: User; session: SessionHeaders | null } | { kind: 'bot'; bot: Bot };

/** The access token of a request; underscores and hyphens mean the same. */
export function accessToken(headers: Request['headers']): string | undefined {
  return headers['api_access_token'] ?? headers['api-access-token'];
}

function sessionValues(
  headers: Request['headers'],
  input: Params,
): { uid: string; client: string; token: string } | null {
  const values: Params = {};
  const authorization = headers['authorization'];
  if (authorization?.startsWith('Bearer ') === true) {
    try {
      const parsed: unknown = JSON.parse(Buffer.from(authorization.slice(7), 'base64').toString('utf8'));
      if (isRecord(parsed)) Object.assign(values, parsed);
    } catch {
      // Not one of ours: the single headers may still be there.
    }
  }
  const read = (name: string): string => text(values[name]) ?? headers[name] ?? text(input[name]) ?? '';
  const session = { uid: read('uid'), client: read('client'), token: read('access-token') };
  return session.uid === '' || session.client === '' || session.token === '' ? null : session;
}

export function userByEmail(backend: Backend, email: string): User | undefined {
  const wanted = email.trim().toLowerCase();
  for (const user of backend.world.rows.user.values()) if (user.email === wanted) return user;
  return undefined;
}

/** The session of a request, or null. */
export function sessionOf(
  backend: Backend,
  sessions: Sessions,
  request: Pick<Request, 'headers' | 'input'>,
): { user: User; client: string; headers: SessionHeaders } | null {
  const values = sessionValues(request.headers, request.input);
  const user = values === null ? undefined : userByEmail(backend, values.uid);
  if (values === null || user === undefined) return null;
  const headers = sessions.check(user, values.client, values.token, backend.clock.now());
  return headers === null ? null : { user, client: values.client, headers };
}

/** The caller, or a refusal. A token that is present wins over session headers, also when it is wrong. */
export function callerOf(backend: Backend, sessions: Sessions, request: Request): Caller {
  const token = accessToken(request.headers);
  if (token !== undefined && token !== '') {
    const user = backend.world.userByToken(token);
    if (user !== undefined) return { kind: 'user', user, session: null };
    for (const bot of backend.world.rows.bot.values()) if (bot.token === token) return { kind: 'bot', bot };
    throw invalidToken();
  }
  const session = sessionOf(backend, sessions, request);
  if (session === null) throw notSignedIn();
  return { kind: 'user', user: session.user, session: session.headers };
}

export function accountOf(request: Request): Account {
  const account = request.backend.world.account(Number(request.path['account_id']));
  if (account === undefined) throw notFound();
  return account;
}

/** Adds account and membership to a user's request, or refuses. */
export function enterAccount(request: UserRequest): AccountRequest {
  const account = accountOf(request);
  const membership = request.backend.world.membership(account.id, request.user.id);
  if (membership === undefined || membership.deactivated) throw notInAccount();
  if (account.status === 'suspended') throw suspended();
  return { ...request, account, membership };
}
