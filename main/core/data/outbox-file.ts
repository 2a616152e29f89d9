/** The file outbox.db of an open workspace: opened, put back or opened anew when it fails, and closed. */
import type { Clock, Log, Timer } from '../ports.ts';
import { words } from '../rules/names.ts';
import { openOutbox, type Outbox } from '../store/outbox.ts';
import { troubleOn, type Trouble } from '../trouble.ts';
import { createHealth } from './health.ts';
import type { Notices } from './notices.ts';
import { CallProblem } from './problem.ts';
import { takeOver, type TakeOverDeps } from './take-over.ts';
import type { Writable } from './writable.ts';

export type OutboxFile = {
  /** What works on it; null = it cannot be written now. */
  writableNow: () => Writable | null;
  /** As it was when it could last be; null = it could not be in this run. */
  lastKnown: () => Writable | null;
  /** The same as `writableNow` for a call: throws a CallProblem that says why. */
  writable: () => Writable;
  stop: () => void;
};

type OutboxFileDeps = TakeOverDeps & {
  clock: Clock;
  log: Log;
  notices: Notices;
  folder: string;
  writableOn: (outbox: Outbox) => Writable;
  /** It was ill, and works again. */
  well: (writable: Writable) => void;
};

/** How long it may take until a deleted folder is noticed while nothing is written. */
const LOOK_MS = 10_000;
/** What a file that is opened anew may be rid of, and what is set aside and salvaged then. */
const MENDED_BY_OPENING: ReadonlySet<Trouble['kind']> = new Set(['damaged', 'device', 'unusable']);
const NEWER_NOTICE = 'newer-files';

/** Opened when it returns, as far as it can be. */
export const createOutboxFile = (deps: OutboxFileDeps): OutboxFile => {
  const { clock, log, notices, folder } = deps;
  let writable: Writable | null = null;
  /** What is known to be held by another program is not waited for again: reading for the board waits on this thread too. */
  let patient = true;
  let lastKnown: Writable | null = null;
  /** A reason why nothing can be stored, as a sentence. */
  let readOnly = 'The outbox cannot be written.';

  const putDown = () => {
    const half = writable;
    writable = null;
    half?.stop();
  };

  /** null = it can be used, or nothing can be done about it. */
  const openIt = (): Trouble | null => {
    const opened = openOutbox(folder, clock.now(), health.failed);
    switch (opened.outcome) {
      case 'newer-schema':
        readOnly = 'This workspace was written by a newer version of the app. Please update.';
        log.error('outbox: cannot be opened', { schema: opened.version });
        notices.stand(NEWER_NOTICE, words('files.newer'));
        return null;
      case 'unusable':
        return { kind: opened.why, detail: opened.detail };
      case 'opened':
        try {
          opened.outbox.waits(patient);
          writable = deps.writableOn(opened.outbox);
          lastKnown = writable;
        } catch (error) {
          // Every further try opens it again.
          opened.outbox.close();
          throw error;
        }
        takeOver(deps, writable, opened.salvaged, clock.now());
        return null;
    }
  };

  /** Opens it where it is not open, or writes to it. Null = it is well, or nothing can be done about it. */
  const attempt = (met: Trouble | null): Trouble | null => {
    const open = writable;
    if (open) {
      const trouble = met?.kind === 'damaged' ? met : troubleOn(open.outbox.probe);
      if (trouble === null) return null;
      if (trouble.kind === 'gone') {
        // What is still open is all that is left of it: not let go before it is back.
        const inTheWay = troubleOn(() => open.outbox.putBack(clock.now()));
        if (inTheWay) return inTheWay;
        log.warn('outbox: was gone and is put back', { folder });
        notices.tell('files-put-back', words('files.put-back', { folder }));
      } else if (!MENDED_BY_OPENING.has(trouble.kind)) return trouble;
      putDown();
    }
    let refused: Trouble | null = null;
    const thrown = troubleOn(() => {
      refused = openIt();
    });
    // What was not all read is read again from the beginning.
    if (thrown) putDown();
    const trouble = thrown ?? refused;
    if (trouble) readOnly = `The outbox cannot be written: ${trouble.detail}`;
    return trouble;
  };

  const health = createHealth({
    clock,
    log,
    notices,
    folder,
    attempt,
    turned: (well) => {
      patient = well;
      writable?.outbox.waits(well);
      writable?.storable(well);
      if (well && writable) deps.well(writable);
    },
  });

  const first = attempt(null);
  if (first) health.failed(first);

  /** Nobody writes for a while: that the folder was deleted would be noticed too late. */
  const look = (): Timer =>
    clock.after(LOOK_MS, () => {
      if (writable) troubleOn(writable.outbox.stands);
      looking = look();
    });
  let looking = look();

  return {
    writableNow: () => writable,
    lastKnown: () => lastKnown,
    writable: () => {
      if (!writable) throw new CallProblem('read-only', readOnly);
      return writable;
    },
    stop: () => {
      looking.cancel();
      health.stop();
      notices.end(NEWER_NOTICE);
      putDown();
      readOnly = 'The workspace is closed.';
    },
  };
};
