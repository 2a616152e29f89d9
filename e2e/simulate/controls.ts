/** Controls: each breaks one thing on purpose; a run under a control must fail, or the checkers prove nothing. */
import type { ModelAnswer } from './model/routes.ts';
import type { TraceEvent } from './trace.ts';

export const controls = {
  'double-notifier': 'every notification is shown twice',
  'stale-reads': 'single reads answer what was true before',
  'forget-outbox': 'the outbox file is deleted at every restart',
  'other-board': 'the board is compared with a truth that lacks a conversation',
  'deaf-checker': 'what the socket brought is taken out of the trace',
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
