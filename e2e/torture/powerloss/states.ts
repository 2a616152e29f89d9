/** What a disk may hold after the power failed at a moment of a record. */
import type { Dice } from '../../simulate/random.ts';
import type { FileEvent } from '../strace.ts';

/**
 * The model: a sync makes everything written to that file before it durable, and nothing else; what was
 * written since may have reached the disk in any selection and order, whole or only some of its 512-byte
 * sectors. Names of files (creation, deletion) are taken as durable at once. The index of the WAL is left
 * out: SQLite makes it again.
 */
export const modes = ['lose-all', 'keep-first', 'random', 'torn'] as const;
export type Mode = (typeof modes)[number];

const SECTOR = 512;

type Change = Extract<FileEvent, { kind: 'write' | 'truncate' }>;
type File = { durable: Buffer; since: Change[] };

const sizeAfter = (size: number, change: Change): number =>
  change.kind === 'truncate' ? change.size : Math.max(size, change.at + change.bytes.length);

/** A new buffer with everything done to it, in this order. */
const applied = (content: Buffer, changes: readonly Change[]): Buffer => {
  let size = content.length;
  let most = size;
  for (const change of changes) {
    size = sizeAfter(size, change);
    most = Math.max(most, size);
  }
  const room = Buffer.alloc(most);
  content.copy(room);
  let end = content.length;
  for (const change of changes) {
    if (change.kind === 'write') change.bytes.copy(room, change.at);
    // What is cut off comes back as zeros when the file grows again.
    else if (change.size < end) room.fill(0, change.size, end);
    end = sizeAfter(end, change);
  }
  return room.subarray(0, end);
};

/** Only some sectors of a write. */
const tear = (change: Change, dice: Dice): Change[] => {
  if (change.kind === 'truncate' || change.bytes.length <= SECTOR) return dice.chance(0.5) ? [change] : [];
  const parts: Change[] = [];
  for (let at = change.at; at < change.at + change.bytes.length;) {
    const next = Math.min((Math.floor(at / SECTOR) + 1) * SECTOR, change.at + change.bytes.length);
    if (dice.chance(0.5))
      parts.push({ ...change, at, bytes: change.bytes.subarray(at - change.at, next - change.at) });
    at = next;
  }
  return parts;
};

const survivors = (since: readonly Change[], mode: Mode, dice: Dice): Change[] => {
  switch (mode) {
    case 'lose-all':
      return [];
    case 'keep-first':
      return since.slice(0, dice.below(since.length + 1));
    case 'random': {
      const share = dice.next();
      return since.filter(() => dice.chance(share));
    }
    case 'torn': {
      const share = dice.next();
      return since.flatMap((change) => (dice.chance(share) ? [change] : tear(change, dice)));
    }
  }
};

/** Follows a record and answers what the disk may hold at the moment it stands at. */
export const createDisk = () => {
  const files = new Map<string, File>();
  const fileAt = (path: string): File => {
    const known = files.get(path);
    if (known) return known;
    const file: File = { durable: Buffer.alloc(0), since: [] };
    files.set(path, file);
    return file;
  };
  return {
    follow: (event: FileEvent): void => {
      switch (event.kind) {
        case 'write':
        case 'truncate':
          fileAt(event.path).since.push(event);
          return;
        case 'sync': {
          const file = fileAt(event.path);
          file.durable = applied(file.durable, file.since);
          file.since = [];
          return;
        }
        case 'unlink':
          files.delete(event.path);
          return;
        case 'rename': {
          const file = files.get(event.path);
          files.delete(event.path);
          if (file) files.set(event.to, file);
          return;
        }
        case 'said':
          return;
      }
    },
    /** Content of these files by path. `all` = as if the power had not failed. */
    after: (mode: Mode | 'all', dice: Dice, wanted: (path: string) => boolean): Map<string, Buffer> => {
      const contents = new Map<string, Buffer>();
      for (const [path, { durable, since }] of files)
        if (wanted(path))
          contents.set(path, applied(durable, mode === 'all' ? since : survivors(since, mode, dice)));
      return contents;
    },
  };
};
