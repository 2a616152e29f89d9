/** The server's own notification rows: the baseline of a new workspace, and what came while nobody listened. */
import type { NotificationFact } from '../../facts.ts';
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';

const MOST_PAGES = 20;

/** As it is stored; `at` null = by an earlier version of the app, which did not keep it. */
const newestOf = (stored: unknown): { id: number; at: number | null } | null =>
  typeof stored === 'object' && stored !== null && 'newest' in stored && typeof stored.newest === 'number'
    ? { id: stored.newest, at: 'at' in stored && typeof stored.at === 'number' ? stored.at : null }
    : null;

export const createNotificationsTask = (session: Session) => {
  return {
    /** A row that arrived by the socket. The data half knows its ids, so telling it twice does no harm; not telling would. */
    heard: (row: NotificationFact): void => {
      // Not remembered as the newest: rows before it may have been missed, and only a list says so.
      session.post({ kind: 'notifications', rows: [row], baseline: false, catchUp: false });
    },

    /** Pages until one holds nothing new. */
    catchUp: async (life: Life): Promise<void> => {
      const known = newestOf(session.state('notifications'));
      const since = session.state('news-since');
      const isNews = (row: NotificationFact): boolean =>
        known !== null || (typeof since === 'number' && row.createdAt > since);
      const rows: NotificationFact[] = [];
      const ids: number[] = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const answer = await session.ask(life, 'interactive', () => session.api.notifications(page), {
          tries: 5,
        });
        if (answer === null || answer.outcome !== 'answered') return;
        const made = new Map(answer.value.rows.map(({ id, createdAt }) => [id, createdAt]));
        // A server that went back to a backup gives lower numbers to what it makes later.
        const isFresh = (id: number): boolean =>
          known === null || id > known.id || (known.at !== null && (made.get(id) ?? 0) > known.at);
        const fresh = answer.value.ids.filter((id) => !ids.includes(id) && isFresh(id));
        rows.push(...answer.value.rows.filter(({ id }) => fresh.includes(id)));
        ids.push(...fresh);
        // The first time one page is enough: it only marks what was there before.
        if (fresh.length === 0 || (known === null && !answer.value.rows.every(isNews))) break;
      }
      if (ids.length === 0 && known !== null) return;
      // The data half says when it has written them down; only then are they behind us. A crash before that
      // repeats rows, never loses one.
      const news = rows.filter(isNews);
      const before = rows.filter((row) => !isNews(row));
      if (news.length > 0 && before.length > 0)
        session.post({ kind: 'notifications', rows: before, baseline: true, catchUp: false });
      session.post({
        kind: 'notifications',
        rows: news.length > 0 ? news : before,
        baseline: news.length === 0 && known === null,
        catchUp: news.length > 0 || known !== null,
        newest: {
          id: Math.max(known?.id ?? 0, ...ids),
          at: Math.max(known?.at ?? 0, ...rows.map(({ createdAt }) => createdAt)),
        },
      });
    },
  };
};

export type NotificationsTask = ReturnType<typeof createNotificationsTask>;
