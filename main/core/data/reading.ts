/** The cache as the data half reads it: opened anew when its writer says so, and waited for until then. */
import type { Directory } from '../../../contract/model.ts';
import type { Truth } from '../link.ts';
import type { Clock, Log } from '../ports.ts';
import type { ReaderDeps } from '../store/cache-reader.ts';
import { watched } from '../trouble.ts';
import type { CacheReader, OpenOutcome } from '../store/types.ts';
import { CallProblem } from './problem.ts';

export type OpenReader = (folder: string, deps: ReaderDeps) => OpenOutcome<CacheReader>;

export type Reading = {
  /** Rejects with a CallProblem when the cache cannot be read. */
  reader: () => Promise<CacheReader>;
  /** What the cache says, as far as it can be read now. */
  read: <T>(question: (from: CacheReader) => T, otherwise: T) => T;
  /** Read once, until it is forgotten. */
  directory: () => Directory | null;
  forgetDirectory: () => void;
  truth: (conversation: number) => Truth | null;
  /** Whether the first load is still under way. */
  firstLoad: () => boolean;
  /** Whether the server says of each conversation when it began; false also where it is not known. */
  saysBegin: () => boolean;
  /** Answers whether it can be read now. */
  open: () => boolean;
  /** Its file is about to be another: questions wait until it is opened again. */
  letGo: () => void;
  /** Nobody waits for it any more. */
  close: (why: 'access-lost' | 'stopped') => void;
};

type ReadingDeps = {
  clock: Clock;
  log: Log;
  folder: string;
  openReader: OpenReader;
  /** It was found damaged. */
  damaged: () => void;
};

/** How long a question waits for the cache to be opened. */
const READER_WAIT_MS = 15_000;

export const createReading = ({ clock, log, folder, openReader, damaged }: ReadingDeps): Reading => {
  let reader: CacheReader | null = null;
  let closed: 'access-lost' | 'stopped' | null = null;
  let known: Directory | null = null;
  const waiting = new Set<(reader: CacheReader | null) => void>();

  const tellWaiting = (now: CacheReader | null) => {
    for (const resolve of waiting) resolve(now);
  };
  const letGo = () => {
    reader?.close();
    reader = null;
  };
  const problem = () =>
    closed === 'access-lost'
      ? new CallProblem('signed-out', 'You have no access to this account any more.')
      : new CallProblem('internal', 'The saved queue cannot be read.');

  const read: Reading['read'] = (question, otherwise) => {
    if (!reader) return otherwise;
    try {
      return question(reader);
    } catch (error) {
      log.error('cache: a read failed', { error: String(error) });
      return otherwise;
    }
  };

  return {
    reader: () =>
      new Promise((resolve, reject) => {
        if (reader) {
          resolve(reader);
          return;
        }
        const timer = clock.after(READER_WAIT_MS, () => answer(null));
        const answer = (now: CacheReader | null) => {
          timer.cancel();
          waiting.delete(answer);
          if (now) resolve(now);
          else reject(problem());
        };
        waiting.add(answer);
        if (closed !== null) answer(null);
      }),
    read,
    directory: () => {
      known ??= read((from) => from.directory(), null);
      return known;
    },
    forgetDirectory: () => {
      known = null;
    },
    truth: (conversation) => read((from) => from.truth(conversation), null),
    firstLoad: () => {
      const state = read((from) => from.state('first-load'), null);
      return !(typeof state === 'object' && state !== null && 'done' in state && state.done === true);
    },
    saysBegin: () => {
      const state = read((from) => from.state('abilities'), null);
      return typeof state === 'object' && state !== null && 'createdAt' in state && state.createdAt === true;
    },
    open: () => {
      letGo();
      closed = null;
      known = null;
      const opened = openReader(folder, { clock, log });
      if (opened.outcome !== 'opened') {
        log.error('cache: cannot be read', { outcome: opened.outcome });
        return false;
      }
      reader = watched(opened.store, ({ kind }) => {
        // The writer sets it aside and begins a new one; until then what can be read is shown.
        if (kind === 'damaged') damaged();
      });
      tellWaiting(reader);
      return true;
    },
    letGo,
    close: (why) => {
      closed = why;
      letGo();
      tellWaiting(null);
    },
  };
};
