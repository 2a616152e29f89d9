/** Says what kind of trouble an error of SQLite or of the file system is, so that callers can react to it. */
import { statfsSync } from 'node:fs';

/**
 * - `damaged`: the file is not a sound database; a cache is set aside, an outbox salvaged.
 * - `full`: no room on the disk; nothing was stored, the same write may be retried.
 * - `busy`: another connection held the lock for longer than the busy timeout; retry.
 * - `read-only`: nothing may be written there.
 * - `gone`: the file or its folder is not there any more.
 * - `too-many-files`: no more files can be opened at once.
 * - `device`: the disk reports errors.
 * - `unusable`: anything else.
 */
export type Trouble = {
  kind: 'damaged' | 'full' | 'busy' | 'read-only' | 'gone' | 'too-many-files' | 'device' | 'unusable';
  detail: string;
};

/** The open file is no longer the one that stands under its name: what is written to it would be lost with it. */
export class FileGone extends Error {
  readonly code = 'ENOENT';
  constructor(path: string) {
    super(`${path} is gone`);
  }
}

const kindOf = (code: string): Trouble['kind'] => {
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) return 'damaged';
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return 'full';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy';
  if (code.startsWith('SQLITE_READONLY') || ['EROFS', 'EACCES', 'EPERM'].includes(code)) return 'read-only';
  if (code === 'EMFILE' || code === 'ENFILE') return 'too-many-files';
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'gone';
  if (code === 'EIO' || code.startsWith('SQLITE_IOERR')) return 'device';
  return 'unusable';
};

/** The trouble behind an error that a store method threw; null when it is not of SQLite or the file system. */
export const troubleOf = (error: unknown): Trouble | null => {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  const { code, message } = error;
  // The file system's own words begin with the code, SQLite's do not.
  return { kind: kindOf(code), detail: code.startsWith('SQLITE_') ? `${code}: ${message}` : message };
};

/** Does it; the trouble it met, or null. */
export const troubleOn = (work: () => void): Trouble | null => {
  try {
    work();
    return null;
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === null) throw error;
    return trouble;
  }
};

/** Below this a database cannot even make its companions, and SQLite calls that an error of the device. */
const NO_ROOM = 256 * 1024;

/** The same trouble, named by its cause where the disk of this folder has no room left. */
export const troubleIn = (folder: string, trouble: Trouble): Trouble => {
  if (trouble.kind !== 'device' && trouble.kind !== 'unusable') return trouble;
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < NO_ROOM ? { ...trouble, kind: 'full' } : trouble;
  } catch {
    return trouble;
  }
};

/** The same methods; trouble that one of them throws is told before it is thrown on. */
export const watched = <T extends object>(store: T, failed: (trouble: Trouble) => void): T => {
  const entries = Object.entries(store).map(([name, member]: [string, unknown]) => {
    if (typeof member !== 'function') return [name, member] as const;
    const method = (...input: unknown[]): unknown => {
      try {
        return (member as (...all: unknown[]) => unknown)(...input);
      } catch (error) {
        const trouble = troubleOf(error);
        if (trouble) failed(trouble);
        throw error;
      }
    };
    return [name, method] as const;
  });
  return Object.fromEntries(entries) as T;
};
