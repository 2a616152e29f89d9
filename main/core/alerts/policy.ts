/** Whether an alert is shown, or why not. Pure: facts, focus and what was shown lately in, decisions out. */
import type { AlertKind, Words } from '../../../contract/model.ts';
import { words } from '../rules/names.ts';

/** Something that may be worth telling, new under its key. */
export type Candidate = {
  kind: AlertKind;
  conversation: number | null;
  title: Words;
  body: Words;
  /** A reason to stay silent that lies in the fact itself. */
  silent: Words | null;
};

/** Whether somebody looks at the app, and at which conversation. */
export type Focus = { focused: boolean; conversation: number | null };

export type PolicyContext = {
  focus: Focus;
  /** All of them happened while the app was away. */
  catchUp: boolean;
  /** When alerts were shown lately, by the clock of `now`. */
  shownAt: readonly number[];
  now: number;
};

export type Decision = { show: true } | { show: false; reason: Words; inSummary: boolean };

/** More than this at once, or within the window, become one. */
export const MOST_AT_ONCE = 5;
export const BURST_WINDOW_MS = 10_000;

const SUMMED: Decision = { show: false, reason: words('silent.digest'), inSummary: true };
const silent = (reason: Words): Decision => ({ show: false, reason, inSummary: false });

/** One decision per candidate, in the same order. */
export const decideAlerts = (candidates: readonly Candidate[], context: PolicyContext): Decision[] => {
  const own = candidates.map((one): Decision => {
    if (one.silent) return silent(one.silent);
    const { focused, conversation } = context.focus;
    if (focused && one.conversation !== null && conversation === one.conversation)
      return silent(words('silent.focused'));
    return { show: true };
  });
  const wanted = own.filter((one) => one.show).length;
  if (context.catchUp && wanted > MOST_AT_ONCE) return own.map((one) => (one.show ? SUMMED : one));
  let room = MOST_AT_ONCE - context.shownAt.filter((at) => context.now - at < BURST_WINDOW_MS).length;
  return own.map((one) => {
    if (!one.show) return one;
    room -= 1;
    return room >= 0 ? one : SUMMED;
  });
};
