/** What an answer that is not a success means, and the server's own words in it. */
import { arrayOf, objectOf, parseJson, textOf } from './json.ts';

/** Words from any of the server's error bodies; null when it said none. */
export const serverWordsOf = (body: string): string | null => {
  const json = objectOf(parseJson(body));
  if (json === null) return null;
  const several = arrayOf(json['errors'])?.filter((item) => typeof item === 'string');
  return (
    textOf(json['error']) ??
    textOf(json['message']) ??
    textOf(objectOf(json['error'])?.['message']) ??
    (several !== undefined && several.length > 0 ? textOf(several.join(' ')) : null)
  );
};

export type Refusal =
  | 'needs-sign-in'
  /** A good token of somebody who is not (or no longer) in this account. */
  | 'no-access'
  | 'suspended'
  | 'bot-token'
  /** This one object is not visible to us; the token is fine. */
  | 'invisible'
  | 'refused';

/**
 * A 401 has many meanings here and only some are about the token. Words decide; in doubt the object is
 * taken for invisible only when the answer speaks of permission, since signing out on it would be wrong.
 */
export const refusalOf401 = (body: string): Refusal => {
  const words = serverWordsOf(body) ?? '';
  if (/not authorized to do this action/i.test(words)) return 'invisible';
  if (/suspended/i.test(words)) return 'suspended';
  if (/not authorized for bots/i.test(words)) return 'bot-token';
  if (/not authorized to access this account/i.test(words)) return 'no-access';
  if (/invalid user ids/i.test(words)) return 'refused';
  return 'needs-sign-in';
};
