/** Pages of conversations: the list and the filter wrap them differently, and both bring the server's own counts. */
import type { ConversationFact, Heard } from '../../facts.ts';
import { readConversation } from './conversation.ts';
import { arrayOf, countOf, objectOf } from './json.ts';

export type Page = {
  facts: ConversationFact[];
  /** Rows the server sent, readable or not: the length that paging goes by. */
  rows: number;
  counts: { all: number; unassigned: number | null } | null;
};

/**
 * A page of `GET conversations` (`data.payload`) or `POST conversations/filter` (`payload`). Null when
 * there is no list in it, so that nothing else (a portal's page, an error) is ever taken for an empty one.
 */
export const readPage = (value: unknown, heard: Heard): Page | null => {
  const outer = objectOf(value);
  const json = objectOf(outer?.['data']) ?? outer;
  const payload = arrayOf(json?.['payload']);
  if (json === null || payload === null) return null;
  const facts: ConversationFact[] = [];
  for (const item of payload) {
    const fact = readConversation(item, heard);
    if (fact !== null) facts.push(fact);
  }
  const meta = objectOf(json['meta']);
  const all = countOf(meta?.['all_count']);
  return {
    facts,
    rows: payload.length,
    counts: all === null ? null : { all, unassigned: countOf(meta?.['unassigned_count']) },
  };
};
