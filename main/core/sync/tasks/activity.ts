/** Reads pages by last activity, newest first, back to a moment: tells every change that left a message. */
import type { ListQuery } from '../../liveagent/api.ts';
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';
import { beginWalk, nextPages, walked } from '../walk.ts';
import { createBatch } from './batch.ts';

/** Pages of a short gap are wanted at once. */
const PAGES_AT_ONCE = 2;

/** Part of the conversations: of one inbox, of one status. */
export type Part = Pick<ListQuery, 'inbox'> & { status?: ListQuery['status'] };

/** Until a whole page is older than `back` (server seconds). False = the connection ended first. */
export const activityBack = async (
  session: Session,
  life: Life,
  back: number,
  part: Part = {},
): Promise<boolean> => {
  const batch = createBatch(session, life, false);
  const seen = new Set<number>();
  const changed = new Set<number>();
  let walk = beginWalk();
  let deep = false;
  while (!walk.done && !deep) {
    for (const page of nextPages(walk, 1)) {
      const bucket = page <= PAGES_AT_ONCE ? 'interactive' : 'background';
      const answer = await batch.page(() =>
        session.ask(life, bucket, () => session.api.list({ status: 'all', ...part, page })),
      );
      if (answer === null || answer.outcome !== 'answered') {
        batch.flush();
        return false;
      }
      const { facts, rows, counts } = answer.value;
      batch.add(facts);
      for (const { id, fields } of facts) if ((fields.lastActivityAt ?? 0) >= back) changed.add(id);
      const fresh = facts.filter(({ id }) => !seen.has(id));
      for (const { id } of fresh) seen.add(id);
      walk = walked(walk, { rows, fresh: fresh.length, all: counts?.all ?? null });
      deep = facts.every(({ fields }) => (fields.lastActivityAt ?? 0) < back);
    }
  }
  batch.flush();
  session.onChangedInGap(changed);
  return true;
};
