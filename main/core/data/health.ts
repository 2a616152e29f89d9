/** Watches over outbox.db: says what is wrong with it, and tries it again and again until it is well. Nobody has to restart the app. */
import type { Clock, Log, Timer } from '../ports.ts';
import { troubleIn, type Trouble } from '../trouble.ts';
import { wordsOfTrouble, type Notices } from './notices.ts';

export type Health = {
  /** The file was not to be opened, read or written. */
  failed: (trouble: Trouble) => void;
  stop: () => void;
};

type HealthDeps = {
  clock: Clock;
  log: Log;
  notices: Notices;
  folder: string;
  /**
   * Opens the file where it is not open, or writes something to it; null = it is well. `met` = the trouble that is
   * the reason: damage in one place is not met by a write in another.
   */
  attempt: (met: Trouble | null) => Trouble | null;
  /** It became ill, or well. */
  turned: (well: boolean) => void;
};

/** Between two tries. Each is one small write on this computer. */
const AGAIN_MS = 2_000;
/** What is mended by opening the file anew is not waited for. */
const MENDABLE: ReadonlySet<Trouble['kind']> = new Set(['damaged', 'gone']);
/** An error that comes and goes is written to the log no more often than this. */
const LOG_MS = 60_000;
const NOTICE = 'outbox-file';

export const createHealth = (deps: HealthDeps): Health => {
  const { clock, log, notices, folder } = deps;
  let next: Timer | null = null;
  let stopped = false;
  let trying = false;
  let triedAt = Number.NEGATIVE_INFINITY;
  let logged: { kind: Trouble['kind']; at: number } | null = null;

  const say = (raw: Trouble) => {
    const trouble = troubleIn(folder, raw);
    notices.stand(NOTICE, wordsOfTrouble(trouble, folder));
    if (logged?.kind === trouble.kind && clock.monotonic() - logged.at < LOG_MS) return;
    logged = { kind: trouble.kind, at: clock.monotonic() };
    log.error('outbox: cannot be used', { ...trouble });
  };

  const again = (ms: number, met: Trouble | null) => {
    next = clock.after(ms, () => {
      next = null;
      if (stopped) return;
      trying = true;
      triedAt = clock.monotonic();
      const trouble = deps.attempt(met);
      trying = false;
      if (trouble) {
        say(trouble);
        again(AGAIN_MS, null);
        return;
      }
      notices.end(NOTICE);
      log.info('outbox: well again');
      deps.turned(true);
    });
  };

  return {
    failed: (trouble) => {
      // What goes wrong while trying is the answer of the try.
      if (stopped || trying) return;
      const mendable = MENDABLE.has(trouble.kind);
      if (!mendable) say(trouble);
      // It is known, and being tried.
      if (next) return;
      deps.turned(false);
      again(mendable && clock.monotonic() - triedAt > AGAIN_MS ? 0 : AGAIN_MS, trouble);
    },
    stop: () => {
      stopped = true;
      next?.cancel();
      notices.end(NOTICE);
    },
  };
};
