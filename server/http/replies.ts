/** Answers and refusals with the exact bodies of the wire. */

/** An answer: JSON, nothing, or text. */
export type Reply =
  | { kind: 'json'; status: number; value: unknown; headers?: Record<string, string> }
  | { kind: 'empty'; status: number }
  | { kind: 'text'; status: number; type: string; body: string };

export const json = (value: unknown, headers?: Record<string, string>): Reply => ({
  kind: 'json',
  status: 200,
  value,
  ...(headers === undefined ? {} : { headers }),
});

/** 200 without a body, as many successful actions answer. */
export const empty = (): Reply => ({ kind: 'empty', status: 200 });

/** A refusal; thrown anywhere in a handler. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;
  constructor(status: number, body: unknown) {
    super(`refused with ${status}`);
    this.status = status;
    this.body = body;
  }
}

export const notSignedIn = (): Refusal =>
  new Refusal(401, { errors: ['You need to sign in or sign up before continuing.'] });
export const invalidToken = (): Refusal => new Refusal(401, { error: 'Invalid Access Token' });
export const suspended = (): Refusal => new Refusal(401, { error: 'Account is suspended' });
export const notInAccount = (): Refusal =>
  new Refusal(401, { error: 'You are not authorized to access this account' });
export const notAllowed = (): Refusal =>
  new Refusal(401, { error: 'You are not authorized to do this action' });
export const notForBots = (): Refusal =>
  new Refusal(401, { error: 'Access to this endpoint is not authorized for bots' });
export const invalidUserIds = (): Refusal => new Refusal(401, { error: 'Invalid User IDs' });
export const notFound = (): Refusal => new Refusal(404, { error: 'Resource could not be found' });
export const unprocessable = (error: string): Refusal => new Refusal(422, { error });
export const invalidRecord = (message: string, attributes: string[]): Refusal =>
  new Refusal(422, { message, attributes });
export const missingParam = (name: string): Refusal =>
  new Refusal(422, { error: `param is missing or the value is empty: ${name}` });
/** A path that this version does not know: a page, not JSON. */
export const noRoute = (): Refusal => new Refusal(404, undefined);
export const serverError = (): Refusal => new Refusal(500, { status: 500, error: 'Internal Server Error' });
