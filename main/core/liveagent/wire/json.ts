/** Tolerant readers for JSON that others wrote: each takes `unknown` and answers a clean value or null, and never throws. */

export type Json = { readonly [key: string]: unknown };

/** JSON text as a value; undefined when it is not JSON (an HTML page, a cut-off body, nothing). */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** An object, but not an array. */
export const objectOf = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;

export const arrayOf = (value: unknown): readonly unknown[] | null => (Array.isArray(value) ? value : null);

/** Whether the key was sent at all: a missing key means "unknown, keep", null means "none". */
export const has = (json: Json, key: string): boolean => Object.hasOwn(json, key);

/** A positive whole number, as every id is; numbers in text are taken too. */
export const idOf = (value: unknown): number | null => {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : null;
};

/** A whole number from zero up. */
export const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0
    ? Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER)
    : null;

/** Cuts text to a number of UTF-16 units without leaving half a character, and mends what is already broken. */
export const clip = (text: string, limit: number): string =>
  (text.length > limit ? text.slice(0, limit) : text).toWellFormed();

/** Text of at most `limit` units; null for anything else and for nothing. */
export const textOf = (value: unknown, limit = 500): string | null =>
  typeof value === 'string' && value.length > 0 ? clip(value, limit) : null;

/** The year 9999: later times are nonsense and would not fit a calendar. */
const LATEST = 253_402_300_799;

/**
 * Seconds since 1970, fractions kept. The server writes times as whole seconds, as float seconds, as
 * ISO text and sometimes as numbers in text; 0 and null mean none.
 */
export const secondsOf = (value: unknown): number | null => {
  let seconds: number;
  if (typeof value === 'number') seconds = value;
  else if (typeof value === 'string' && value.length > 0 && value.length < 40) {
    seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Date.parse(value) / 1000;
  } else return null;
  return Number.isFinite(seconds) && seconds > 0 && seconds <= LATEST ? seconds : null;
};

/** As `secondsOf`, whole. */
export const wholeSecondsOf = (value: unknown): number | null => {
  const seconds = secondsOf(value);
  return seconds === null || seconds < 1 ? null : Math.floor(seconds);
};
