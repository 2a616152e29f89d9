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
 * A 401 has many meanings here and only some are about the token. Words decide. Words that we do not know (a
 * translation, a fork's own refusal) are about the token only where nothing but the token was asked about: of
 * one conversation (`ofObject`) they are a refusal, and a token that is really gone fails the next list as well.
 */
export const refusalOf401 = (body: string, ofObject = false): Refusal => {
  const words = serverWordsOf(body) ?? '';
  if (/invalid access token|sign in|sign up/i.test(words)) return 'needs-sign-in';
  if (/not authorized to do this action/i.test(words)) return 'invisible';
  if (/suspended/i.test(words)) return 'suspended';
  if (/not authorized for bots/i.test(words)) return 'bot-token';
  if (/not authorized to access this account/i.test(words)) return 'no-access';
  if (/invalid user ids/i.test(words)) return 'refused';
  return ofObject && words.trim().length > 0 ? 'refused' : 'needs-sign-in';
};
