/** Controls: each breaks one thing on purpose; a run under a control must fail, or the checkers prove nothing. */
import type { ModelAnswer } from './model/routes.ts';
import type { TraceEvent } from './trace.ts';

/** What each breaks, and the rule that must notice. */
export const controls = {
  'double-notifier': { what: 'every notification is shown twice', rule: 'R5 double' },
  'stale-reads': { what: 'single reads answer what was true before', rule: 'R3 overwrite' },
  'stale-transcripts': { what: 'transcripts answer what they held at first', rule: 'R3 note' },
  'forget-outbox': { what: 'the outbox file is deleted at every restart', rule: 'R3 lost' },
  'other-board': { what: 'the board is compared with a truth that lacks a conversation', rule: 'R4 board' },
  'chatty-notifier': { what: 'a summary is shown as single alerts', rule: 'R5 burst' },
  'no-team-alerts': { what: 'alerts about teams are not in the ledger', rule: 'R5 missed' },
  'fresh-as-of': { what: '"as of" is said two seconds too late', rule: 'R9 as of' },
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

/** Answers every page of messages with the first answer it ever had. */
export const createStaleTranscripts = (): ((path: string, answer: ModelAnswer) => ModelAnswer) => {
  const first = new Map<string, ModelAnswer>();
  return (path, answer) => {
    if (!path.endsWith('/messages') || !answer.body.includes('"payload"')) return answer;
    const old = first.get(path) ?? answer;
    first.set(path, old);
    return old;
  };
};

/** The trace as if the socket had brought nothing. */
const deafen = (events: readonly TraceEvent[]): TraceEvent[] =>
  events.filter((event) => event.kind !== 'heard');

/** The trace as if every summary were told one by one. */
const chatter = (events: readonly TraceEvent[]): TraceEvent[] =>
  events.flatMap((event) =>
    event.kind === 'shown' && event.id.startsWith('digest:')
      ? Array.from({ length: 6 }, (_, index) => ({ ...event, id: `assigned:${event.id}:${index}` }))
      : [event],
  );

/** The trace as if arrivals in teams were never written down. */
const forgetTeams = (events: readonly TraceEvent[]): TraceEvent[] =>
  events.map((event) =>
    event.kind === 'alerts'
      ? { ...event, alerts: event.alerts.filter(({ kind }) => kind !== 'assigned-to-team') }
      : event,
  );

/** The trace as if the data were called two seconds younger. */
const freshen = (events: readonly TraceEvent[]): TraceEvent[] =>
  events.map((event) =>
    event.kind === 'connection' && event.asOf !== null ? { ...event, asOf: event.asOf + 2000 } : event,
  );

/** What the checkers see of a trace. */
export const seenUnder = (control: Control | null, events: readonly TraceEvent[]): readonly TraceEvent[] => {
  switch (control) {
    case 'deaf-checker':
      return deafen(events);
    case 'chatty-notifier':
      return chatter(events);
    case 'no-team-alerts':
      return forgetTeams(events);
    case 'fresh-as-of':
      return freshen(events);
    default:
      return events;
  }
};
