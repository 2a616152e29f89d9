/** Compares the server's own counts of the live statuses with the cache, and repairs a difference by reading no more than the inboxes that differ. */
import type { BucketName } from '../../liveagent/buckets.ts';
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';
import { countsOf, LIVE_STATUSES, sweepLive, type LiveStatus } from './live.ts';
import type { Lookups } from './lookups.ts';

/** Events under way may explain a difference of counts: look again after this. */
const SETTLE_MS = 5000;
/** A difference that a repair did not mend is not repaired again before this. */
const AGAIN_MS = 10 * 60_000;
/** One that is the same as a repair left it is not the cache's fault. */
const SAME_MS = 60 * 60_000;

type Difference = {
  /** In words that can be compared; empty = none. */
  by: string;
  /** Rows that the server has more than we; below 0: fewer. */
  missing: number;
  /** Rows of the status on the server. */
  all: number;
  /** Rows of a page. */
  size: number;
};

/** What a repair left: the next that is the same is no news. `left` null = some of what it doubted was not decided yet. */
type Repaired = { at: number; left: string | null };

/**
 * Where to look for a difference: reading the counts of every inbox first pays when that is less than reading
 * all pages of the status.
 */
export const repairBy = (difference: { all: number; size: number }, inboxes: number): 'inboxes' | 'pages' =>
  inboxes > 1 && inboxes < Math.ceil(difference.all / Math.max(1, difference.size)) ? 'inboxes' : 'pages';

export const createCountsTask = (session: Session, lookups: Lookups) => {
  const { clock } = session.ports;
  const repaired = new Map<LiveStatus, Repaired>();

  /** How the server's counts differ from ours; null = nobody can say. The page of rows that comes along is taken too. */
  const compare = async (
    life: Life,
    bucket: BucketName,
    status: LiveStatus,
    { inbox, tries = 1, bulk = false }: { inbox?: number; tries?: number; bulk?: boolean } = {},
  ): Promise<Difference | null> => {
    const part = inbox === undefined ? {} : { inbox };
    const answer = await session.ask(life, bucket, () => session.api.list({ status, ...part, page: 1 }), {
      tries,
    });
    if (answer?.outcome !== 'answered') return null;
    const { facts, rows } = answer.value;
    const counts = countsOf(status, answer.value, answer.sentAt);
    session.commit(counts === null || inbox !== undefined ? facts : [...facts, counts], { bulk });
    if (counts === null) return null;
    const awayFrom = (inboxes: ReadonlySet<number> | null): [number, number] => {
      const ours = session.writer.counts(status, inboxes);
      return [counts.all - ours.all, counts.unassigned - ours.unassigned];
    };
    const differs = (by: readonly number[]): boolean => by.some((n) => n !== 0);
    const all = awayFrom(inbox === undefined ? null : new Set([inbox]));
    // What is in none of the user's inboxes may be here because of its team and is in no list; but the list of inboxes
    // may be short. So there is a difference only where there is one with these rows and without them.
    const mine = inbox === undefined ? awayFrom(session.inboxes.ids) : all;
    const by = differs(all) && differs(mine) ? mine.join(':') : '';
    return { by, missing: all[0], all: counts.all, size: rows };
  };

  /** All rows of a status, or of one inbox of it, again; what they do not show is looked up. False = the connection ended. */
  const readAgain = async (life: Life, statuses: readonly LiveStatus[], inbox?: number): Promise<boolean> => {
    const swept = await sweepLive(session, life, {
      statuses,
      bulk: false,
      ...(inbox === undefined ? {} : { inbox }),
    });
    if (swept.outcome === 'ended') return false;
    await lookups.confirm(swept.suspects);
    return !life.over();
  };

  /** A new number, so that rows which nothing confirms from now on stand out. */
  const newEpoch = (): void => {
    session.setEpoch(session.epoch() + 1);
    session.commit([], { state: { connections: session.epoch() } });
  };

  const repair = async (life: Life, status: LiveStatus, difference: Difference): Promise<boolean> => {
    newEpoch();
    const inboxes = [...(session.inboxes.ids ?? [])];
    if (repairBy(difference, inboxes.length) === 'pages') return readAgain(life, [status]);
    let found = false;
    for (const inbox of inboxes) {
      const of = await compare(life, 'background', status, { inbox });
      if (of === null) return false;
      if (of.by === '') continue;
      found = true;
      if (!(await readAgain(life, [status], inbox))) return false;
    }
    // No inbox that we see has it: then it is in one that we do not see, or was one request late.
    return found || readAgain(life, [status]);
  };

  /**
   * Compares one status and repairs it. Answers whether it could be compared to the end; a difference that
   * stays is how the server counts (who left the account counts as assigned but is not named).
   */
  const check = async (life: Life, status: LiveStatus, bucket: BucketName): Promise<boolean> => {
    const first = await compare(life, bucket, status);
    // Equal: whatever a repair left has gone since, and the next difference is a new one.
    if (first?.by === '') repaired.delete(status);
    if (first === null) return false;
    if (first.by === '') return true;
    if (!(await life.wait(SETTLE_MS))) return false;
    const second = await compare(life, bucket, status);
    if (second === null) return false;
    const last = repaired.get(status);
    const since = clock.monotonic() - (last?.at ?? Number.NEGATIVE_INFINITY);
    if (second.by === '' || since < (last?.left === second.by ? SAME_MS : AGAIN_MS)) return true;
    if (!(await repair(life, status, second))) return false;
    const left = lookups.undecided() ? null : ((await compare(life, bucket, status))?.by ?? null);
    repaired.set(status, { at: clock.monotonic(), left });
    return true;
  };

  /**
   * How many rows of a status the server has that we lack, also once what is under way has come: for a first load,
   * whose rows are no news. 0 where nobody can say. Any other difference may be how the server counts, and is left to
   * `check`.
   */
  const lacks = async (life: Life, status: LiveStatus): Promise<number> => {
    const first = await compare(life, 'interactive', status, { tries: 3, bulk: true });
    if (first === null || first.missing <= 0 || !(await life.wait(SETTLE_MS))) return 0;
    const second = await compare(life, 'interactive', status, { tries: 3, bulk: true });
    return Math.max(0, Math.min(first.missing, second?.missing ?? 0));
  };

  return {
    check,
    lacks,
    checkAll: async (life: Life): Promise<void> => {
      for (const status of LIVE_STATUSES) if (!life.over()) await check(life, status, 'background');
    },
    /** Everything live again, or only in these inboxes. Answers whether it came to its end. */
    readAllAgain: async (life: Life, inboxes: readonly number[] | null = null): Promise<boolean> => {
      newEpoch();
      if (inboxes === null) return readAgain(life, LIVE_STATUSES);
      for (const inbox of inboxes) if (!(await readAgain(life, LIVE_STATUSES, inbox))) return false;
      return true;
    },
    newEpoch,
  };
};

export type CountsTask = ReturnType<typeof createCountsTask>;
