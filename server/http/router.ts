/** Routes with typed calls: who is calling, in which account, with which parameters. */
import type { Backend } from '../backend.ts';
import type { Account, Bot, Membership, User } from '../model.ts';
import type { Params } from './params.ts';
import type { Reply } from './replies.ts';

/** What every handler gets. */
export interface Request {
  backend: Backend;
  /** Parts of the path. */
  path: Record<string, string>;
  /** Query and body together, the body winning. */
  input: Params;
  headers: Record<string, string | undefined>;
}

/** A request of a known user. */
export interface UserRequest extends Request {
  user: User;
  session: SessionHeaders | null;
}

/** A request of a user inside an account. */
export interface AccountRequest extends UserRequest {
  account: Account;
  membership: Membership;
}

/** A request of a bot inside an account; there is no user. */
export interface BotRequest extends Request {
  bot: Bot;
  account: Account;
}

/** Headers that a session repeats in every answer. */
export type SessionHeaders = Record<string, string>;

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export type Route = { method: Method; url: string } & (
  | { access: 'public'; handle: (request: Request) => Reply }
  | { access: 'user'; handle: (request: UserRequest) => Reply }
  | { access: 'account'; handle: (request: AccountRequest) => Reply; bot?: (request: BotRequest) => Reply }
  | { access: 'administrator'; handle: (request: AccountRequest) => Reply }
);

const prefix = '/api/v1/accounts/:account_id';

export const open = (method: Method, url: string, handle: (request: Request) => Reply): Route => ({
  method,
  url,
  access: 'public',
  handle,
});

export const personal = (method: Method, url: string, handle: (request: UserRequest) => Reply): Route => ({
  method,
  url,
  access: 'user',
  handle,
});

/** A route below an account. @param bot how an agent bot is answered, where bots are let in. */
export const inAccount = (
  method: Method,
  url: string,
  handle: (request: AccountRequest) => Reply,
  bot?: (request: BotRequest) => Reply,
): Route => ({ method, url: prefix + url, access: 'account', handle, ...(bot === undefined ? {} : { bot }) });

/** A route below an account that only administrators may use. */
export const forAdministrators = (
  method: Method,
  url: string,
  handle: (request: AccountRequest) => Reply,
): Route => ({ method, url: prefix + url, access: 'administrator', handle });
