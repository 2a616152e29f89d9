/** What is done while live: a light reconcile against lost events, counts compared, the directory read again. */
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';
import { isLoaded, lightReconcile } from './catch-up.ts';
import type { CountsTask } from './counts.ts';
import type { DaysTask } from './days.ts';
import { sweepDue, type DirectoryTask } from './directory.ts';
import type { Jobs } from './jobs.ts';
import type { Lookups } from './lookups.ts';
import type { NotificationsTask } from './notifications.ts';
import type { Verify } from './verify.ts';

const LIGHT_MS = 60_000;
const COUNTS_MS = 120_000;
/** A lost event must not cost an assignment its notification. */
const NOTIFICATIONS_MS = 120_000;
const DIRECTORY_MS = 5 * 60_000;
const HISTORY_MS = 60 * 60_000;
/** All live rows are read again: often where nothing tells of a change without activity, else seldom. */
const ROLL_MS = 10 * 60_000;
const ROLL_SELDOM_MS = 60 * 60_000;
/** And never more than this share of the time. */
const ROLL_SHARE = 5;
const INDEX_PAUSE_MS = 200;
/** Each is a request of its own. */
const OUTSIDE_AT_ONCE = 10;

export const createUpkeep = (
  session: Session,
  parts: {
    directory: DirectoryTask;
    lookups: Pick<Lookups, 'confirm'>;
    counts: CountsTask;
    verify: Verify;
    days: DaysTask;
    jobs: Jobs;
    history: (life: Life) => Promise<void>;
    notifications: NotificationsTask;
  },
) => {
  const { directory, lookups, counts, verify, days, jobs, history, notifications } = parts;
  const { clock, random } = session.ports;
  /** ±10 %, so that an office does not ask in step. */
  const around = (ms: number): number => ms * (0.9 + random.next() * 0.2);

  /** Whoever left took no conversation with him, but theirs changed without an event; counts may be equal all the same. */
  const sweepIfDue = async (life: Life): Promise<void> => {
    if (sweepDue(session) === null || !isLoaded(session)) return;
    await jobs.run('sweep', async () => {
      const due = sweepDue(session);
      if (due === null || life.over()) return;
      if (!(await counts.readAllAgain(life, due === 'all' ? null : due))) return;
      session.commit([], { state: { 'sweep-due': false } });
    });
  };

  let outsideUpTo = 0;
  /**
   * What is in none of the user's inboxes is in no list, and no event tells of it: he may read it because of its team,
   * as long as it is in that one.
   */
  const confirmOutside = async (): Promise<void> => {
    if (session.inboxes.ids === null) return;
    const outside = session.writer.outside(session.inboxes.ids);
    const next = outside.filter((id) => id > outsideUpTo);
    const some = (next.length > 0 ? next : outside).slice(0, OUTSIDE_AT_ONCE);
    outsideUpTo = some.at(-1) ?? 0;
    await lookups.confirm(some);
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
      const begun = clock.monotonic();
      await verify.live(life);
      took = clock.monotonic() - begun;
    }
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
        every(life, COUNTS_MS, () => jobs.run('counts', () => counts.checkAll(life))),
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
        'outside',
        every(life, DIRECTORY_MS, () => jobs.run('outside', confirmOutside)),
      );
      guarded('search index', index(life));
      guarded('rolling reconcile', roll(life));
      guarded(
        'notifications',
        every(life, NOTIFICATIONS_MS, () => notifications.catchUp(life)),
      );
      guarded(
        'history',
        every(life, HISTORY_MS, () => history(life).then(() => days.run(life))),
      );
      guarded('rounds', verify.rounds(life));
    },
  };
};

export type Upkeep = ReturnType<typeof createUpkeep>;
