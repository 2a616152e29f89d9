/** What each connection is for: everything up to now is fetched, then kept so until it ends. Without a socket, once a minute. */
import type { Log } from '../ports.ts';
import type { CacheWriter } from '../store/types.ts';
import { createLife, type Life } from './life.ts';
import type { Parts } from './parts.ts';
import type { createReporter } from './reporter.ts';
import type { Session } from './session.ts';

export type Epochs = {
  /** Of the current connection; null while there is none. */
  life: () => Life | null;
  began: () => void;
  ended: () => void;
  /** The server answers requests but opens no socket: better old by a minute than not at all. */
  refresh: () => void;
  endRefresh: () => void;
};

type EpochsDeps = {
  session: Session;
  parts: Parts;
  reporter: ReturnType<typeof createReporter>;
  /** The life of the workspace. */
  whole: Life;
  /** Says what became of work that nobody waits for. */
  watch: (what: string, work: Promise<unknown>) => void;
  /** Ends the connection if the machine slept unnoticed. */
  lookWhetherSlept: () => void;
  /** Runs every so often while there is a connection. */
  beat: () => void;
  /** This server is too old for us. */
  unsupported: () => void;
};

/** Between two signs to the server that this user takes automatic assignments. */
const PRESENCE_MS = 20_000;
/** Without live updates the data is refreshed no more often than this. */
const REFRESH_MS = 60_000;

/**
 * What an earlier run had confirmed is shown as not confirmed until this one has. Not a commit as others are: it
 * says nothing about what the cache has kept.
 */
export const markUnconfirmed = (writer: CacheWriter, log: Log): void => {
  const connections = Number(writer.state('connections') ?? 0);
  if (writer.state('epoch') === undefined || writer.state('epoch') === connections + 1) return;
  try {
    writer.apply([], { epoch: connections, state: { epoch: connections + 1 } });
  } catch (error) {
    log.warn('cache: cannot be marked as not confirmed', { error: String(error) });
  }
};

export const createEpochs = (deps: EpochsDeps): Epochs => {
  const { session, parts, reporter, whole, watch } = deps;
  const { clock } = session.ports;
  let current: Life | null = null;
  let refreshing: Life | null = null;
  let refreshedAt = Number.NEGATIVE_INFINITY;

  const nextEpoch = (): void => {
    session.setEpoch(session.epoch() + 1);
    session.commit([], { state: { connections: session.epoch(), epoch: session.epoch() } });
  };

  /** Everything up to now; answers whether that was reached. */
  const fetchAll = async (life: Life): Promise<boolean> => {
    const result = await parts.fetching.all(life, whole);
    if (result === 'unsupported') deps.unsupported();
    if (result === 'caught-up') refreshedAt = clock.monotonic();
    return result === 'caught-up' && !life.over();
  };

  const keepBeating = async (life: Life): Promise<void> => {
    while (await life.wait(PRESENCE_MS)) deps.beat();
  };

  const endRefresh = (): void => refreshing?.end();

  return {
    life: () => current,
    began: () => {
      const life = createLife(clock, whole);
      current = life;
      endRefresh();
      reporter.lost();
      nextEpoch();
      parts.flow.hold();
      parts.lookups.start(life);
      void keepBeating(life);
      const work = async (): Promise<void> => {
        if (!(await fetchAll(life))) return;
        // In the middle of that: then what was asked for before is old, and the socket may be deaf.
        deps.lookWhetherSlept();
        if (life.over()) return;
        reporter.live();
        await parts.fetching.afterwards(life);
      };
      watch('a connection', work());
    },
    ended: () => {
      parts.flow.release();
      current?.end();
      current = null;
      reporter.lost();
    },
    refresh: () => {
      if (clock.monotonic() - refreshedAt < REFRESH_MS || refreshing?.over() === false) return;
      refreshedAt = clock.monotonic();
      const life = createLife(clock, whole);
      refreshing = life;
      nextEpoch();
      parts.lookups.start(life);
      const sent = clock.now();
      const work = async (): Promise<void> => {
        if (await fetchAll(life)) {
          reporter.refreshed(sent);
          await parts.fetching.confirm(life);
        }
        life.end();
      };
      watch('a refresh', work());
    },
    endRefresh,
  };
};
