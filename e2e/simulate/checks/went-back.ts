/** Whether the app can know that the server went back to a backup: only from something it has heard and that the server lacks now. */
import type { Checker, TraceEvent } from '../trace.ts';

export type Restored = Extract<TraceEvent, { kind: 'restored' }>;

/** An event may be under way for this long (ms). */
const HEARD_MS = 15_000;

/**
 * Something new was said there before the app looked: what they say of themselves is no longer less than it knows. Not
 * once it has read one by itself, as before it writes to it: what is said then may be its own doing.
 */
const overtaken = (events: readonly TraceEvent[], restored: Restored): ReadonlySet<number> => {
  const since = events.slice(events.indexOf(restored) + 1);
  const looked = since.findIndex((event) => event.kind === 'connection' && event.state === 'live');
  const asked = new Map<number, number>();
  const read = new Set<number>();
  const said = new Set<number>();
  for (const event of since.slice(0, looked < 0 ? undefined : looked))
    switch (event.kind) {
      case 'sent':
        if (event.conversation !== null && event.path.endsWith(`/conversations/${event.conversation}`))
          asked.set(event.n, event.conversation);
        break;
      case 'answered': {
        const conversation = asked.get(event.n);
        if (conversation !== undefined && event.whole && event.status === 200) read.add(conversation);
        break;
      }
      case 'activity':
        if (!read.has(event.conversation)) said.add(event.conversation);
        break;
      default:
        break;
    }
  return said;
};

/**
 * Conversations of which it knows what the server lacks now: what was said before it was last live, or long enough before
 * it ceased to be, unless an event was lost, the conversation could not be read, or more was said in it.
 */
const heardOf = (events: readonly TraceEvent[], restored: Restored): ReadonlySet<number> => {
  const goneOn = overtaken(events, restored);
  const said = new Map(
    restored.younger
      .filter(({ conversation }) => !goneOn.has(conversation))
      .map((one) => [one.conversation, one.said]),
  );
  const heard = new Set<number>();
  let live: number | null = null;
  let deaf = false;
  const leave = (t: number) => {
    if (live !== null)
      for (const [conversation, at] of said)
        if (at < live || (!deaf && at + HEARD_MS < t)) heard.add(conversation);
    live = null;
  };
  for (const event of events) {
    if (event === restored) break;
    switch (event.kind) {
      case 'weather':
        for (const conversation of event.sick) said.delete(conversation);
        break;
      case 'event-lost':
        deaf = true;
        break;
      case 'connection':
        if (event.state !== 'live') leave(event.t);
        else if (live === null) {
          live = event.t;
          deaf = false;
        }
        break;
      case 'crashed':
      case 'asleep':
        leave(event.t);
        break;
      default:
        break;
    }
  }
  leave(restored.t);
  return heard;
};

/** Else nothing tells a restored server from one on which nothing happened. */
export const couldTell = (events: readonly TraceEvent[], restored: Restored): boolean =>
  heardOf(events, restored).size > 0;

/**
 * Conversations where a move or a note must not go by itself any more: those that the app can see to be other than they
 * were when it was asked for, and those that are there no more, whose numbers may be another's. On all others it is asked
 * of what still is as it was.
 */
export const askedInVain = (events: readonly TraceEvent[], restored: Restored): ReadonlySet<number> =>
  new Set([...heardOf(events, restored), ...restored.gone]);

/** A server that goes on is never said to have been restored. */
export const checkGoesOn: Checker = (events) => {
  const ledger = events.findLast((event) => event.kind === 'alerts');
  if (ledger?.kind !== 'alerts' || events.some(({ kind }) => kind === 'restored')) return [];
  return ledger.alerts.some(({ title }) => title.key === 'trouble.wentBack.title')
    ? [{ rule: 'R9 went back', t: ledger.t, what: 'the server is said to have been restored, and was not' }]
    : [];
};
