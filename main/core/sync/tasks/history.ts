/** Loads finished conversations newest first down to the depth, in the background, from a cursor that survives restarts. */
import type { Life } from '../life.ts';
import { estimateTotal, readHistoryPage, resumeHistory } from '../history.ts';
import { pagesAhead, readAhead } from '../read-ahead.ts';
import type { Session } from '../session.ts';
import { createBatch } from './batch.ts';

/** All statuses in the server's own order (last activity first): a conversation that changes moves to pages already read, so none is skipped. */
const load = async (session: Session, life: Life, again: boolean): Promise<void> => {
  let history = resumeHistory(session.state('history'), session.historyDays(), session.serverNow(), again);
  if (history.done) return;
  const batch = createBatch(session, life, true);
  let size: number | null = null;
  const next = readAhead(
    (page: number) => session.ask(life, 'background', () => session.api.list({ status: 'all', page })),
    (page) => page,
  );
  while (!history.done) {
    const ahead = pagesAhead(session.gate.pace().atOnce.background);
    const { page } = history;
    const answer = await batch.page(() =>
      next([page, ...Array.from({ length: ahead - 1 }, (_, index) => page + 1 + index)]),
    );
    if (answer === null || answer.outcome !== 'answered') {
      batch.flush();
      session.progress(null);
      return;
    }
    const { facts, rows, counts } = answer.value;
    size ??= rows > 0 ? rows : null;
    let oldest: number | null = null;
    for (const { fields } of facts) {
      const at = fields.lastActivityAt;
      if (at !== undefined && (oldest === null || at < oldest)) oldest = at;
    }
    history = readHistoryPage(
      history,
      { rows, oldest, ended: rows === 0 || (size !== null && rows < size) },
      session.serverNow(),
    );
    const cut = session.serverNow() - history.days * 86_400;
    batch.add(
      facts.filter(({ fields }) => (fields.lastActivityAt ?? cut) >= cut),
      { history },
    );
    session.progress({
      what: 'history',
      done: history.rows,
      total: estimateTotal(history, session.serverNow(), counts?.all ?? null),
    });
  }
  batch.flush();
  session.progress(null);
};

/**
 * One load at a time; a call while one runs changes nothing. `again` = what is loaded is to be read again every day, since nothing else compares it.
 */
export const createHistoryTask = (session: Session, again: () => boolean) => {
  let running = false;
  return async (life: Life): Promise<void> => {
    if (running || life.over()) return;
    running = true;
    try {
      await load(session, life, again());
    } finally {
      running = false;
    }
  };
};
