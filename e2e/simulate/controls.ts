/** Controls: each breaks one thing on purpose; a run under a control must fail, or the checkers prove nothing. */
import type { ModelAnswer } from './model/routes.ts';
import type { TraceEvent } from './trace.ts';

/** What each breaks, and the rule that must notice. */
export const controls = {
  'double-notifier': { what: 'every notification is shown twice', rule: 'R5 double' },
  'stale-reads': { what: 'single reads answer what was true before', rule: 'R3 overwrite' },
  'forget-outbox': { what: 'the outbox file is deleted at every restart', rule: 'R3 lost' },
  'other-board': { what: 'the board is compared with a truth that lacks a conversation', rule: 'R4 board' },
  'deaf-checker': { what: 'what the socket brought is taken out of the trace', rule: 'R9 live' },
} as const;
export type Control = keyof typeof controls;

/** Answers every single read with the first answer it ever had. */
export const createStaleReads = (): ((path: string, answer: ModelAnswer) => ModelAnswer) => {
  const first = new Map<string, ModelAnswer>();
  return (path, answer) => {
    if (!/\/conversations\/\d+$/.test(path) || answer.status !== 200) return answer;
    const old = first.get(path) ?? answer;
    first.set(path, old);
    return old;
  };
};

/** The trace as if the socket had brought nothing. */
export const deafen = (events: readonly TraceEvent[]): TraceEvent[] =>
  events.filter((event) => event.kind !== 'heard');
