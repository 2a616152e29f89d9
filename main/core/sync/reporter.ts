/** Tells the data half how the connection stands and how old the data is: when that changes, and about once a second. */
import type { Connection } from '../../../contract/model.ts';
import type { Clock } from '../ports.ts';
import type { Machine } from './connection.ts';
import { viewOf } from './connection-view.ts';
import { createTimeLeft, type Progress } from './time-left.ts';

const SAY_AS_OF_MS = 1000;
/** Between two words about how far something has come. */
const SAY_PROGRESS_MS = 100;
const STORE_AS_OF_MS = 30_000;

export type ReporterDeps = {
  clock: Clock;
  machine: () => Machine;
  /** The workspace is closed: nothing more to say, nobody to ask. */
  over: () => boolean;
  loaded: () => boolean;
  /** Host of the server, for sentences. */
  server: string;
  asOf: number | null;
  post: (connection: Connection) => void;
  /** Keeps "as of" over a restart. */
  store: (asOf: number) => void;
};

export const createReporter = (deps: ReporterDeps) => {
  const { clock } = deps;
  let { asOf } = deps;
  let caughtUp = false;
  /** ms since 1970 of the last sign of the server. */
  let heardAt = Number.POSITIVE_INFINITY;
  let progress: Connection['progress'] = null;
  const timeLeft = createTimeLeft(() => clock.monotonic());
  let throttledUntil = Number.NEGATIVE_INFINITY;
  let storedAt = clock.monotonic();
  let said = '';
  let saidAt = Number.NEGATIVE_INFINITY;

  const say = (): void => {
    if (deps.over()) return;
    const fresh = {
      caughtUp,
      firstLoad: !deps.loaded(),
      progress,
      asOf,
      throttledUntil,
      server: deps.server,
    };
    const view = viewOf(deps.machine(), fresh, clock.monotonic(), clock.now());
    const key = JSON.stringify([view.state, view.reason, view.progress, view.deadline === null]);
    if (key === said && clock.monotonic() - saidAt < SAY_AS_OF_MS) return;
    said = key;
    saidAt = clock.monotonic();
    deps.post(view);
  };

  const setAsOf = (at: number): void => {
    asOf = at;
    if (clock.monotonic() - storedAt < STORE_AS_OF_MS) return;
    storedAt = clock.monotonic();
    deps.store(at);
  };

  return {
    say,
    caughtUp: (): boolean => caughtUp,
    /** The data equals the server for as long as events flow: as of the last sign of it, which may be a while ago. */
    live: (): void => {
      caughtUp = true;
      progress = null;
      storedAt = Number.NEGATIVE_INFINITY;
      setAsOf(Math.min(heardAt, clock.now()));
      say();
    },
    /** A sign of life: what is shown is right as of now. */
    heard: (): void => {
      heardAt = clock.now();
      if (caughtUp) setAsOf(heardAt);
    },
    /** Caught up with once, at `at` (ms since 1970), without events that follow. */
    refreshed: (at: number): void => {
      caughtUp = false;
      setAsOf(at);
      say();
    },
    /** A gap began. */
    lost: (): void => {
      caughtUp = false;
      progress = null;
    },
    progress: (next: Progress | null): void => {
      const goesOn = next !== null && next.what === progress?.what;
      progress = next && { ...next, secondsLeft: timeLeft(next) };
      if (!goesOn || clock.monotonic() - saidAt >= SAY_PROGRESS_MS) say();
    },
    /** Background requests stand still until then, monotonic ms. */
    throttled: (until: number): void => {
      throttledUntil = until;
      say();
    },
  };
};
