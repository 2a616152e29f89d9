/** What is done while live: a light reconcile against lost events, counts compared, the directory read again, the cache pruned. */
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';
import { isLoaded, lightReconcile, resweep } from './catch-up.ts';
import type { DirectoryTask } from './directory.ts';
import { countsOf, LIVE_STATUSES, type LiveStatus } from './live.ts';
import type { Lookups } from './lookups.ts';
import type { NotificationsTask } from './notifications.ts';

const LIGHT_MS = 60_000;
const COUNTS_MS = 120_000;
/** A lost event must not cost an assignment its notification. */
const NOTIFICATIONS_MS = 120_000;
const DIRECTORY_MS = 5 * 60_000;
const PRUNE_MS = 60 * 60_000;
/** All live rows are read again: often where nothing tells of a change without activity, else seldom. */
const ROLL_MS = 10 * 60_000;
const ROLL_SELDOM_MS = 60 * 60_000;
/** And never more than this share of the time. */
const ROLL_SHARE = 5;
/** Events under way may explain a difference of counts: look again after this. */
const SETTLE_MS = 5000;
/** A difference that a sweep did not mend is not swept again before this. */
const SWEEP_AGAIN_MS = 10 * 60_000;
/** One that is the same as a sweep left it is not the cache's fault. */
const SWEEP_SAME_MS = 60 * 60_000;
const INDEX_PAUSE_MS = 200;

/**
 * One after the other: never two reconciles in flight. A kind that already waits is not queued again. A job
 * must not wait for another job.
 */
export const createJobs = () => {
  const waiting = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();
  return {
    /** Answers what the job answered; null when one of its kind already waits. */
    run: <T>(kind: string, job: () => Promise<T>): Promise<T | null> => {
      if (waiting.has(kind)) return Promise.resolve(null);
      waiting.add(kind);
      const next = last.then(() => {
        waiting.delete(kind);
        return job();
      });
      last = next.catch(() => undefined);
      return next;
    },
  };
};

export type Jobs = ReturnType<typeof createJobs>;

export const createUpkeep = (
  session: Session,
  parts: {
    directory: DirectoryTask;
    lookups: Lookups;
    jobs: Jobs;
    history: (life: Life) => Promise<void>;
    notifications: NotificationsTask;
  },
) => {
  const { directory, lookups, jobs, history, notifications } = parts;
  const { clock, random } = session.ports;
  /** The last sweep for a difference, and what it left; null while some of what it doubted is not decided. */
  const swept = new Map<LiveStatus, { at: number; left: string | null }>();
  /** ±10 %, so that an office does not ask in step. */
  const around = (ms: number): number => ms * (0.9 + random.next() * 0.2);

  /** How the server's counts differ from ours, as text; empty when they do not, null when nobody can say. */
  const difference = async (life: Life, status: LiveStatus): Promise<string | null> => {
    const answer = await session.ask(life, 'background', () => session.api.list({ status, page: 1 }), {
      tries: 1,
    });
    if (answer?.outcome !== 'answered') return null;
    const counts = countsOf(status, answer.value, answer.sentAt);
    session.commit(counts === null ? answer.value.facts : [...answer.value.facts, counts]);
    if (counts === null) return null;
    const ours = session.writer.counts(status);
    const by = [counts.all - ours.all, counts.unassigned - ours.unassigned];
    return by.some((n) => n !== 0) ? by.join(':') : '';
  };

  const checkCounts = async (life: Life): Promise<void> => {
    for (const status of LIVE_STATUSES) {
      const first = await difference(life, status);
      // Equal: whatever a sweep left has gone since, and the next difference is a new one.
      if (first === '') swept.delete(status);
      if (first === null || first === '' || !(await life.wait(SETTLE_MS))) continue;
      const by = await difference(life, status);
      const last = swept.get(status);
      const since = clock.monotonic() - (last?.at ?? Number.NEGATIVE_INFINITY);
      // Some differences are how the server counts (who left the account counts as assigned but is not named).
      if (by === null || by === '' || since < (last?.left === by ? SWEEP_SAME_MS : SWEEP_AGAIN_MS)) continue;
      await resweep(session, life, lookups, [status]);
      swept.set(status, {
        at: clock.monotonic(),
        left: lookups.undecided() ? null : await difference(life, status),
      });
    }
  };

  /** Whoever left took no conversation with him, but theirs changed without an event. */
  const sweepIfDue = async (life: Life): Promise<void> => {
    if (session.state('sweep-due') !== true || !isLoaded(session)) return;
    await jobs.run('sweep', async () => {
      if (life.over() || !(await resweep(session, life, lookups, LIVE_STATUSES))) return;
      session.commit([], { state: { 'sweep-due': false } });
    });
  };

  let reading: { life: Life; done: Promise<void> } | null = null;
  /** One at a time; a read for a connection that is over does not count for the next. */
  const readDirectory = async (life: Life, memberships: 'all' | 'visible'): Promise<void> => {
    while (reading !== null) {
      const { life: owner, done } = reading;
      await done;
      if (owner === life || life.over()) return;
    }
    const read = async (): Promise<void> => {
      await directory.lists(life, 'background');
      await sweepIfDue(life);
      await directory.memberships(life, memberships);
    };
    const done = read().finally(() => {
      reading = null;
    });
    reading = { life, done };
    await done;
  };

  /** The rolling reconcile: whatever was lost, missed or damaged is right again after it. */
  const roll = async (life: Life): Promise<void> => {
    let took = 0;
    const pause = (): number =>
      Math.max(session.abilities().updatedWithin ? ROLL_SELDOM_MS : ROLL_MS, took * ROLL_SHARE);
    while (await life.wait(around(pause()))) {
      await jobs.run('roll', async () => {
        const begun = clock.monotonic();
        await resweep(session, life, lookups, LIVE_STATUSES);
        took = clock.monotonic() - begun;
      });
    }
  };

  const prune = async (life: Life): Promise<void> => {
    for (;;) {
      const { topics, more } = session.writer.prune({ historyDays: session.historyDays(), now: clock.now() });
      if (topics.length > 0) session.post({ kind: 'committed', topics, changes: [], bulk: true });
      if (!more || !(await life.wait(50))) break;
    }
    session.writer.checkpoint();
  };

  const index = async (life: Life): Promise<void> => {
    while (await life.wait(INDEX_PAUSE_MS)) {
      if (!session.writer.indexSlice() && !(await life.wait(30_000))) return;
    }
  };

  const every = async (life: Life, ms: number, run: () => Promise<unknown>): Promise<void> => {
    while (await life.wait(around(ms))) await run();
  };

  return {
    readDirectory,
    /** Runs until the life ends. */
    start: (life: Life): void => {
      const guarded = (what: string, work: Promise<void>): void => {
        work.catch((error: unknown) => {
          if (!life.over()) session.ports.log.error(`upkeep: ${what} failed`, { error: String(error) });
        });
      };
      guarded(
        'light reconcile',
        every(life, LIGHT_MS, () => jobs.run('light', () => lightReconcile(session, life))),
      );
      guarded(
        'counts',
        every(life, COUNTS_MS, () => jobs.run('counts', () => checkCounts(life))),
      );
      let round = 0;
      guarded(
        'directory',
        every(life, DIRECTORY_MS, () => {
          round += 1;
          return readDirectory(life, round % 6 === 0 ? 'all' : 'visible');
        }),
      );
      guarded(
        'prune',
        prune(life).then(() => every(life, PRUNE_MS, () => prune(life))),
      );
      guarded('search index', index(life));
      guarded('rolling reconcile', roll(life));
      guarded(
        'notifications',
        every(life, NOTIFICATIONS_MS, () => notifications.catchUp(life)),
      );
      guarded(
        'history',
        every(life, PRUNE_MS, () => history(life)),
      );
    },
  };
};

export type Upkeep = ReturnType<typeof createUpkeep>;
