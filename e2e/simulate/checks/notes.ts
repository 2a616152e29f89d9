/** R3 for private notes: each that was stored is on the server exactly once, or visibly refused or given up; none is lost or left hanging. */
import type { Checker, Finding } from '../trace.ts';

/** Refused because nobody can tell: each may be there or not. */
const UNTOLD = new Set(['outcome.noAnswer', 'outcome.noteUnclear', 'outcome.noteUnseen']);

const count = <T>(all: readonly T[], wanted: (one: T) => boolean): number => all.filter(wanted).length;

/** The outbox at the end against the server's own rows. */
export const checkNotes: Checker = (events) => {
  const last = events.findLast((event) => event.kind === 'notes');
  if (last?.kind !== 'notes') return [];
  const findings: Finding[] = [];
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
    if (found < least || found > most)
      find(last.t, `"${text}" is ${found} times on ${conversation}, the outbox says ${least} to ${most}`);
  }
  return findings;
};
