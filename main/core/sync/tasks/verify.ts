/** Compares rows of the cache with the server by their ids: live ones that a connection has not confirmed yet, and slowly all of them, so that whatever was missed or damaged is right within a day. */
import { FILTER_CHUNK } from '../../liveagent/api.ts';
import type { BucketName } from '../../liveagent/buckets.ts';
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';
import type { CountsTask } from './counts.ts';
import type { Jobs } from './jobs.ts';
import type { Lookups } from './lookups.ts';

/** Requests in one job, so that other reconciles get their turn. */
const REQUESTS_A_JOB = 4;
/** So many are what a supervisor may be looking at. */
const ON_SCREEN = 8 * FILTER_CHUNK;
/** Suspects are decided by a second check a minute after the first. */
const UNDECIDED_MS = 15_000;

/** A round over all rows is begun this often. */
const ROUND_S = 20 * 3600;
/** Share of the background that it may take. */
const SHARE = 1 / 8;
const REST_MS = 15 * 60_000;

/** Where the round stands: rows up to an id are compared. Server seconds. */
type Round = { after: number; begun: number; done: boolean };

const roundOf = (stored: unknown): Round | null =>
  typeof stored === 'object' && stored !== null && 'after' in stored && 'begun' in stored && 'done' in stored
    ? (stored as Round)
    : null;

export const createVerify = (
  session: Session,
  { lookups, counts, jobs }: { lookups: Lookups; counts: CountsTask; jobs: Jobs },
) => {
  const { writer } = session;
  /** This server has no filter by ids: lists must do. */
  let byPages = false;

  /** Of the rows left those to compare next: on screen first, then the newest. */
  const next = (left: readonly number[]): number[] => {
    const visible = new Set(session.visible().conversations);
    const ids = left.toReversed();
    return [...ids.filter((id) => visible.has(id)), ...ids.filter((id) => !visible.has(id))];
  };

  /** Some rows, as one job. */
  const compareSome = async (life: Life, ids: readonly number[], bucket: BucketName): Promise<boolean> => {
    for (let at = 0; at < ids.length; at += FILTER_CHUNK) {
      const result = await lookups.compare(life, ids.slice(at, at + FILTER_CHUNK), bucket);
      if (result === 'no-answer') byPages = true;
      if (result !== 'compared') return false;
    }
    return true;
  };

  /**
   * Compares live rows that nothing has confirmed since `epoch` began, each once. Answers whether all were. `soon`
   * = those on screen without delay, the rest like all background work.
   */
  const compareLive = async (life: Life, epoch: number, kind: string, soon: boolean): Promise<boolean> => {
    const tried = new Set<number>();
    let bucket: BucketName = soon ? 'interactive' : 'background';
    while (!life.over() && !byPages) {
      const ids = next(writer.unconfirmed(epoch, null).filter((id) => !tried.has(id)));
      if (ids.length === 0) return true;
      if (bucket === 'interactive' && tried.size >= ON_SCREEN) {
        bucket = 'background';
        if (!(await life.wait(session.ports.random.next() * session.gate.pace().spreadMs))) return false;
      }
      const some = ids.slice(0, REQUESTS_A_JOB * FILTER_CHUNK);
      const compared = await jobs.run(kind, () => compareSome(life, some, bucket));
      if (compared === true) for (const id of some) tried.add(id);
      // Another connection's turn is still waiting.
      else if (compared === null && !(await life.wait(250))) return false;
    }
    return byPages && !life.over() && (await jobs.run(kind, () => counts.readAllAgain(life))) === true;
  };

  /** A step of the round over all rows; answers whether it went on. */
  const advance = async (life: Life): Promise<boolean> => {
    const now = session.serverNow();
    const stored = roundOf(session.state('verify'));
    const due = stored === null || (stored.done && Math.abs(now - stored.begun) > ROUND_S);
    const round: Round = due ? { after: 0, begun: now, done: false } : stored;
    if (round.done) return false;
    const ids = writer.idsAfter(round.after, FILTER_CHUNK);
    const last = ids.at(-1);
    if (last === undefined) {
      session.commit([], { state: { verify: { ...round, done: true } } });
      return false;
    }
    const result = await jobs.run('verify', () => lookups.compare(life, ids, 'background'));
    if (result === 'no-answer') byPages = true;
    if (result === 'compared') session.commit([], { state: { verify: { ...round, after: last } } });
    return result === 'compared';
  };

  return {
    /**
     * Confirms the live rows that a catch-up could not: from then on everything counts as confirmed. A row about
     * which the server has no answer stays marked.
     */
    confirm: async (life: Life): Promise<void> => {
      if (session.state('epoch') === 0) return;
      const epoch = session.epoch();
      if (!(await compareLive(life, epoch, 'confirm', true))) return;
      while (writer.unconfirmed(epoch, null).length > 0) if (!(await life.wait(UNDECIDED_MS))) return;
      session.commit([], { state: { epoch: 0 } });
    },

    /** All live rows once more. */
    live: async (life: Life): Promise<void> => {
      counts.newEpoch();
      await compareLive(life, session.epoch(), 'roll', false);
    },

    /** Whether lists must be read again, since rows cannot be compared by their ids. */
    byPages: (): boolean => byPages,

    /** Runs until the life ends. */
    rounds: async (life: Life): Promise<void> => {
      const pause = (): number => 1000 / (session.gate.pace().background.perSecond * SHARE);
      while (await life.wait(pause())) {
        if (!(await advance(life)) && !(await life.wait(REST_MS))) return;
      }
    },
  };
};

export type Verify = ReturnType<typeof createVerify>;
