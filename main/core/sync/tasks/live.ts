/** Reads all pages of the live statuses: the first load, and the sweep that finds what changed unheard. */
import type { CountsFact, Fact } from '../../facts.ts';
import type { Page } from '../../liveagent/wire/list.ts';
import type { Life } from '../life.ts';
import type { Session, State } from '../session.ts';
import { pagesAhead, readAhead } from '../read-ahead.ts';
import { beginWalk, nextPages, walked, type Walk } from '../walk.ts';
import { createBatch } from './batch.ts';

export const LIVE_STATUSES = ['open', 'pending', 'snoozed'] as const;
export type LiveStatus = (typeof LIVE_STATUSES)[number];

/** Pages of open that are on screen, or nearly: asked for in the interactive bucket. */
const PAGES_ON_SCREEN = 8;

/** Where a load stands; stored with its rows. */
export type LiveCursor = { status: LiveStatus; page: number };

export type SweepOptions = {
  statuses: readonly LiveStatus[];
  /** What is seen for the first time is nothing to alert about. */
  bulk: boolean;
  /** Only this inbox. */
  inbox?: number;
  from?: LiveCursor;
  /** State to store with the rows up to a cursor. */
  cursor?: (cursor: LiveCursor) => State;
  progress?: 'live' | 'catch-up';
};

type Wanted = { status: LiveStatus; pass: number; page: number };

export type SweepResult =
  /** `suspects` = live rows that no page showed. */
  { outcome: 'swept'; suspects: number[] } | { outcome: 'ended' };

/** The counts in a page as a fact; null where the server did not count. */
export const countsOf = (status: string, page: Page, sentAt: number): CountsFact | null =>
  page.counts === null || page.counts.unassigned === null
    ? null
    : {
        kind: 'counts',
        status,
        all: page.counts.all,
        unassigned: page.counts.unassigned,
        heard: { via: 'rest', since: sentAt },
      };

/** Reads the statuses in order, each to its end; once more where the count says that paging skipped rows. */
export const sweepLive = async (
  session: Session,
  life: Life,
  options: SweepOptions,
): Promise<SweepResult> => {
  const epoch = session.epoch();
  const { inbox } = options;
  const batch = createBatch(session, life, options.bulk);
  const totals = new Map<string, number>();
  let done = 0;
  const begin = options.from === undefined ? 0 : Math.max(0, options.statuses.indexOf(options.from.status));

  const statuses = options.statuses.slice(begin);
  const next = readAhead(
    ({ status, page }: Wanted) =>
      session.ask(life, status === 'open' && page <= PAGES_ON_SCREEN ? 'interactive' : 'background', () =>
        session.api.list({ status, page, ...(inbox === undefined ? {} : { inbox }) }),
      ),
    ({ status, pass, page }) => `${status} ${pass} ${page}`,
  );
  /** The pages to ask for now; towards the end of a status the first of the next. */
  const wanted = (walk: Walk, status: LiveStatus, pass: number): [Wanted, ...Wanted[]] => {
    const ahead = pagesAhead(session.gate.pace().atOnce.background);
    const [first, ...more] = nextPages(walk, ahead);
    const after = statuses[statuses.indexOf(status) + 1];
    const early = after !== undefined && walk.size !== null && more.length + 1 < ahead;
    return [
      { status, pass, page: first },
      ...more.map((page) => ({ status, pass, page })),
      ...(early ? [{ status: after, pass: 1, page: 1 }] : []),
    ];
  };

  for (const status of statuses) {
    const first = options.from?.status === status ? options.from.page : 1;
    for (let pass = 1; pass <= 2; pass += 1) {
      const seen = new Set<number>();
      let walk = beginWalk(pass === 1 ? first : 1);
      while (!walk.done) {
        const answer = await batch.page(() => next(wanted(walk, status, pass)));
        if (answer === null || answer.outcome !== 'answered') {
          batch.flush();
          return { outcome: 'ended' };
        }
        const { value: page, sentAt } = answer;
        const fresh = page.facts.filter(({ id }) => !seen.has(id));
        for (const { id } of fresh) seen.add(id);
        walk = walked(walk, { rows: page.rows, fresh: fresh.length, all: page.counts?.all ?? null });
        const facts: Fact[] = page.facts;
        const counts = inbox === undefined ? countsOf(status, page, sentAt) : null;
        batch.add(
          counts === null ? facts : [...facts, counts],
          options.cursor?.({ status, page: walk.page }),
        );
        if (options.progress !== undefined) {
          if (walk.all !== null) totals.set(status, walk.all);
          done += fresh.length;
          const total = [...totals.values()].reduce((sum, all) => sum + all, 0);
          session.progress({ what: options.progress, done, total: Math.max(total, done) });
        }
      }
      batch.flush();
      // The first load looks for what is missing itself, and goes on with that after a crash.
      if (options.bulk) break;
      // Rows that left while we paged shift the rest up; then pages skip some. A second pass finds them.
      const confirmed =
        session.writer.counts(status, inbox === undefined ? null : new Set([inbox])).all -
        session.writer.unconfirmed(epoch, status, inbox).length;
      if (first > 1 || walk.all === null || confirmed >= walk.all) break;
    }
  }
  return {
    outcome: 'swept',
    suspects: begin > 0 || options.from !== undefined ? [] : suspectsOf(session, options),
  };
};

/** Live rows of the swept statuses that this connection has not confirmed; of any status when all were swept. */
const suspectsOf = (session: Session, { statuses, inbox }: SweepOptions): number[] => {
  const epoch = session.epoch();
  return statuses.length === LIVE_STATUSES.length
    ? session.writer.unconfirmed(epoch, null)
    : statuses.flatMap((status) => session.writer.unconfirmed(epoch, status, inbox));
};
