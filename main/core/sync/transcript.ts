/** Reads the newest messages of a conversation, and what was missed of one that somebody looked at. */
import type { Failure, Outcome } from '../liveagent/outcome.ts';
import { atLeast } from '../liveagent/probe.ts';
import type { Session } from './session.ts';

/** Before so many messages the older ones are let go instead. */
const MOST_MISSED = 1_000;

/** Performs one request; null = nobody waits for it any more. */
type Ask = <T>(request: () => Promise<Outcome<T>>) => Promise<Outcome<T> | null>;

/** Null = nobody waits any more. Whatever was read is in the cache. */
export const readTranscript = async (
  session: Session,
  ask: Ask,
  id: number,
  how: { opened: boolean; bulk: boolean },
): Promise<'read' | Failure | null> => {
  const answer = await ask(() => session.api.transcript(id, null));
  if (answer === null) return null;
  if (answer.outcome !== 'answered') return answer;
  const page = answer.value;
  const { newest, opened } = session.writer.transcript(id);
  const first = page.messages[0]?.id;
  const hole = newest !== null && first !== undefined && first > newest && page.moreBefore;
  if (hole && (opened || how.opened) && atLeast(session.abilities().version, '2.16.0') === true) {
    for (let after = newest, missed = 0; missed < MOST_MISSED;) {
      const from = after;
      const more = await ask(() => session.api.messagesAfter(id, from));
      if (more === null) return null;
      // Then the older ones make way for the newest page.
      if (more.outcome !== 'answered') break;
      session.commit([more.value], { bulk: how.bulk });
      const last = more.value.messages.at(-1)?.id;
      missed += more.value.messages.length;
      if (more.value.newest || last === undefined) break;
      after = last;
    }
  }
  session.commit([how.opened ? { ...page, opened: true } : page], { bulk: how.bulk });
  return 'read';
};
