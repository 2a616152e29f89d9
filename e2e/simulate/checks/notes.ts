/** R3 for private notes: each that was stored is on the server exactly once, or visibly refused or given up; none is lost or left hanging. */
import type { Checker, Finding, TraceEvent } from '../trace.ts';

/** Refused because nobody can tell: each may be there or not. */
const UNTOLD = new Set(['outcome.noAnswer', 'outcome.noteUnclear', 'outcome.noteUnseen', 'outcome.wentBack']);

const count = <T>(all: readonly T[], wanted: (one: T) => boolean): number => all.filter(wanted).length;

/** Notes that were sent under numbers that the server gave once more, where nobody has asked for one since. */
const sentByThemselves = (events: readonly TraceEvent[]): Finding[] => {
  const findings: Finding[] = [];
  const conversations = new Map<string, number>();
  /** There no more after the server went back, and nobody has asked for a note since. */
  let unasked = new Set<number>();
  for (const event of events)
    switch (event.kind) {
      case 'note-stored':
        conversations.set(event.note, event.conversation);
        unasked.delete(event.conversation);
        break;
      case 'note-asked-again': {
        const conversation = conversations.get(event.note);
        if (conversation !== undefined) unasked.delete(conversation);
        break;
      }
      case 'restored':
        unasked = new Set(event.gone);
        break;
      case 'sent':
        if (event.method === 'POST' && event.conversation !== null)
          if (event.path.endsWith('/messages') && unasked.has(event.conversation))
            findings.push({
              rule: 'R3 went back',
              t: event.t,
              what: `sent a note to ${event.conversation}, which nobody has asked for since the server went back`,
            });
        break;
      default:
        break;
    }
  return findings;
};

/** The outbox at the end against the server's own rows. */
export const checkNotes: Checker = (events) => {
  const last = events.findLast((event) => event.kind === 'notes');
  if (last?.kind !== 'notes') return [];
  const findings = sentByThemselves(events);
  const find = (t: number, what: string) => findings.push({ rule: 'R3 note', t, what });
  const { entries, there, known } = last;
  const kept = new Map(entries.map((entry) => [entry.id, entry]));
  for (const event of events) {
    if (event.kind !== 'note-stored') continue;
    if (!kept.has(event.note)) find(event.t, `note ${event.note} on ${event.conversation} is lost`);
  }
  for (const { id, state, reason } of entries) {
    if (state === 'waiting' || state === 'sending') find(last.t, `note ${id} is left ${state}`);
    if (state === 'refused' && reason === null) find(last.t, `note ${id} is refused without a word`);
  }
  // What arrived may be lost with what the server has lost: also before, with a conversation that is there again.
  const lost = events.flatMap((event) => (event.kind === 'restored' ? event.notes : []));
  const back = new Set(events.flatMap((event) => (event.kind === 'restored' ? event.back : [])));
  const seen = new Set<string>();
  for (const { conversation, text } of entries) {
    const key = `${conversation} ${text}`;
    // A conversation that was deleted has taken its notes with it.
    if (seen.has(key) || !known.includes(conversation)) continue;
    seen.add(key);
    const same = entries.filter((one) => one.conversation === conversation && one.text === text);
    const least = count(same, ({ state }) => state === 'sent');
    const most = least + count(same, ({ reason }) => reason !== null && UNTOLD.has(reason.key));
    const found = count(there, (one) => one.conversation === conversation && one.text === text);
    const gone = back.has(conversation)
      ? least
      : count(lost, (one) => one.conversation === conversation && one.text === text);
    if (found < least - gone || found > most)
      find(last.t, `"${text}" is ${found} times on ${conversation}, the outbox says ${least} to ${most}`);
  }
  return findings;
};
