/** Finds what the history misses or still has though it is gone: counts of every inbox by days of last activity, bisected, and only the days that differ read again. */
import { FILTER_CHUNK } from '../../liveagent/api.ts';
import { differingDays, type Days } from '../bisect.ts';
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';
import { beginWalk, walked } from '../walk.ts';
import type { CountsTask } from './counts.ts';
import type { Jobs } from './jobs.ts';
import type { Lookups } from './lookups.ts';

/** Between two of these requests: a few a minute. */
const PAUSE_MS = 15_000;
/** Events under way may explain a difference. */
const SETTLE_MS = 5000;
/** Compared this often, server seconds. */
const EVERY_S = 20 * 3600;
const DAY_S = 86_400;
/** Ids that nobody has shown are looked for in so many requests at most; the counts find the rest. */
const MOST_GAP_REQUESTS = 40;

const numberOr = (stored: unknown, otherwise: number): number =>
  typeof stored === 'number' ? stored : otherwise;

export const createDays = (
  session: Session,
  { lookups, counts, jobs }: { lookups: Lookups; counts: CountsTask; jobs: Jobs },
) => {
  const { writer, api } = session;

  /** Days that the cache should hold in full. */
  const daysKept = (): Days | null => {
    const now = session.serverNow();
    const to = Math.floor(now / DAY_S);
    const from = Math.floor((now - session.historyDays() * DAY_S) / DAY_S) + 1;
    return from > to ? null : { from, to };
  };

  const ours = (inbox: number, { from, to }: Days): number =>
    writer.activeBetween(from * DAY_S, (to + 1) * DAY_S).get(inbox) ?? 0;

  /** The server's count; null = no answer. */
  const theirs = async (life: Life, inbox: number, days: Days): Promise<number | null> => {
    if (!(await life.wait(PAUSE_MS))) return null;
    const answer = await jobs.run('days', () =>
      session.ask(life, 'background', () => api.activeOn(inbox, days, 1), { tries: 2 }),
    );
    return answer?.outcome === 'answered' ? (answer.value.counts?.all ?? null) : null;
  };

  /** All rows of an inbox and a day; what they do not show is looked up. */
  const readDay = async (life: Life, inbox: number, day: number): Promise<void> => {
    counts.newEpoch();
    const epoch = session.epoch();
    const seen = new Set<number>();
    let walk = beginWalk();
    while (!walk.done) {
      const answer = await session.ask(life, 'background', () =>
        api.activeOn(inbox, { from: day, to: day }, walk.page),
      );
      if (answer?.outcome !== 'answered') return;
      const { facts, rows, counts: said } = answer.value;
      session.commit(facts);
      const fresh = facts.filter(({ id }) => !seen.has(id));
      for (const { id } of fresh) seen.add(id);
      walk = walked(walk, { rows, fresh: fresh.length, all: said?.all ?? null });
      if (!walk.done && !(await life.wait(PAUSE_MS))) return;
    }
    await lookups.confirm(writer.unconfirmedBetween(epoch, inbox, day * DAY_S, (day + 1) * DAY_S));
  };

  /** One inbox; answers whether it could be compared. */
  const compareInbox = async (life: Life, inbox: number, days: Days): Promise<boolean> => {
    const first = await theirs(life, inbox, days);
    if (first === null) return false;
    if (first === ours(inbox, days)) return true;
    if (!(await life.wait(SETTLE_MS))) return false;
    const all = await theirs(life, inbox, days);
    if (all === null) return false;
    const differing = await differingDays(
      days,
      all,
      (some) => ours(inbox, some),
      (some) => theirs(life, inbox, some),
    );
    for (const day of differing ?? []) await jobs.run('days', () => readDay(life, inbox, day));
    return differing !== null;
  };

  /** Ids between those that are known of the time that the cache holds: shown by nobody, they may have been missed. */
  const fillGaps = async (life: Life): Promise<void> => {
    const since = session.serverNow() - session.historyDays() * DAY_S;
    const checked = numberOr(session.state('gaps-checked'), 0);
    const gaps = writer.gaps(since, MOST_GAP_REQUESTS * FILTER_CHUNK).filter((id) => id > checked);
    for (let at = 0; at < gaps.length; at += FILTER_CHUNK) {
      const some = gaps.slice(at, at + FILTER_CHUNK);
      const result = await jobs.run('gaps', () => lookups.compare(life, some, 'background', true));
      if (result !== 'compared') return;
    }
    // What is still missing was deleted, or is not for us.
    const newest = gaps[0];
    if (newest !== undefined) session.commit([], { state: { 'gaps-checked': newest } });
  };

  return {
    /** After the history is loaded: once a day. */
    run: async (life: Life): Promise<void> => {
      const now = session.serverNow();
      const last = session.state('days-checked');
      if (typeof last === 'number' && Math.abs(now - last) < EVERY_S) return;
      await fillGaps(life);
      const days = daysKept();
      for (const inbox of session.inboxes.ids ?? []) {
        if (days === null || life.over()) return;
        await compareInbox(life, inbox, days);
      }
      if (!life.over()) session.commit([], { state: { 'days-checked': now } });
    },
  };
};

export type DaysTask = ReturnType<typeof createDays>;
