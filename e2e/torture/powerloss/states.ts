/** What a disk may hold after the power failed at a moment of a record. */
import { dirname } from 'node:path';
import type { Dice } from '../../simulate/random.ts';
import type { FileEvent } from '../strace.ts';

/**
 * The model: a sync makes everything written to that file before it durable, and nothing else; what was
 * written since may have reached the disk in any selection and order, whole or only some of its 512-byte
 * sectors. Names (a file is made, renamed or deleted) are durable when their folder is synced; until then any
 * beginning of what was done to them may be there, as on a file system with a journal. Folders are taken as
 * durable at once. The index of the WAL is left out: SQLite makes it again.
 */
export const modes = ['lose-all', 'keep-first', 'random', 'torn'] as const;
export type Mode = (typeof modes)[number];

const SECTOR = 512;

type Change = Extract<FileEvent, { kind: 'write' | 'truncate' }>;
/** One file, whatever it is called. */
type File = { id: number; durable: ReturnType<typeof createRoom>; syncs: number; since: Change[] };
type Renaming = { folder: string; change: (names: Map<string, File>) => void };

const sizeAfter = (size: number, change: Change): number =>
  change.kind === 'truncate' ? change.size : Math.max(size, change.at + change.bytes.length);

/** Bytes that grow, in room that is kept: a new buffer for every state costs more than the state. */
const createRoom = () => {
  let room = Buffer.alloc(0);
  let end = 0;
  const grow = (most: number) => {
    if (most <= room.length) return;
    const larger = Buffer.alloc(most * 2);
    room.copy(larger, 0, 0, end);
    room = larger;
  };
  return {
    bytes: (): Buffer => room.subarray(0, end),
    set: (content: Buffer) => {
      grow(content.length);
      content.copy(room);
      end = content.length;
    },
    /** Everything done to it, in this order. */
    apply: (changes: readonly Change[]) => {
      for (const change of changes) {
        const size = sizeAfter(end, change);
        grow(size);
        // Room that grows into holds zeros, and not what once stood there.
        if (size > end) room.fill(0, end, size);
        if (change.kind === 'write') change.bytes.copy(room, change.at);
        end = size;
      }
    },
  };
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

/** What of a change reached the disk: none of it, all of it, or some of its sectors. Names the selection. */
type Selection = { changes: Change[]; name: string };

const selected = (
  since: readonly Change[],
  take: (change: Change) => 'all' | 'none' | 'some',
  dice: Dice,
) => {
  const selection: Selection = { changes: [], name: '' };
  for (const change of since) {
    const how = take(change);
    if (how === 'all') selection.changes.push(change);
    const parts = how === 'some' ? tear(change, dice) : [];
    selection.changes.push(...parts);
    selection.name +=
      how === 'some'
        ? `(${parts.map((part) => (part.kind === 'write' ? part.at : part.size)).join(' ')})`
        : how === 'all'
          ? '1'
          : '0';
  }
  return selection;
};

const survivors = (since: readonly Change[], mode: Mode | 'all', dice: Dice): Selection => {
  switch (mode) {
    case 'lose-all':
      return selected(since, () => 'none', dice);
    case 'all':
      return selected(since, () => 'all', dice);
    case 'keep-first': {
      let left = dice.below(since.length + 1);
      return selected(since, () => (left-- > 0 ? 'all' : 'none'), dice);
    }
    case 'random': {
      const share = dice.next();
      return selected(since, () => (dice.chance(share) ? 'all' : 'none'), dice);
    }
    case 'torn': {
      const share = dice.next();
      return selected(since, () => (dice.chance(share) ? 'all' : 'some'), dice);
    }
  }
};

export type DiskState = {
  /** Two states of one disk with the same name hold the same bytes. */
  name: string;
  /** The content stands until the next one is asked for. */
  files: { path: string; content: () => Buffer }[];
};

/** Follows a record and answers what the disk may hold at the moment it stands at. */
export const createDisk = () => {
  const names = new Map<string, File>();
  const durableNames = new Map<string, File>();
  let renamings: Renaming[] = [];
  let made = 0;
  const room = createRoom();
  const rename = (path: string, change: (among: Map<string, File>) => void) => {
    change(names);
    renamings.push({ folder: dirname(path), change });
  };
  const fileAt = (path: string): File => {
    const known = names.get(path);
    if (known) return known;
    const file: File = { id: made++, durable: createRoom(), syncs: 0, since: [] };
    rename(path, (among) => among.set(path, file));
    return file;
  };
  return {
    follow: (event: FileEvent): void => {
      switch (event.kind) {
        case 'open':
          fileAt(event.path);
          return;
        case 'write':
        case 'truncate':
          fileAt(event.path).since.push(event);
          return;
        case 'sync': {
          const file = names.get(event.path);
          if (file && file.since.length > 0) {
            file.durable.apply(file.since);
            file.since = [];
            file.syncs++;
          }
          return;
        }
        case 'sync-folder':
          for (const { folder, change } of renamings) if (folder === event.path) change(durableNames);
          renamings = renamings.filter(({ folder }) => folder !== event.path);
          return;
        case 'unlink':
          if (names.has(event.path)) rename(event.path, (among) => among.delete(event.path));
          return;
        case 'rename': {
          const file = names.get(event.path);
          if (file)
            rename(event.path, (among) => {
              among.delete(event.path);
              among.set(event.to, file);
            });
          return;
        }
        case 'said':
          return;
      }
    },
    /** What these files hold. `all` = as if the power had not failed. */
    after: (mode: Mode | 'all', dice: Dice, wanted: (path: string) => boolean): DiskState => {
      const found = new Map(durableNames);
      const kept =
        mode === 'lose-all' ? 0 : mode === 'all' ? renamings.length : dice.below(renamings.length + 1);
      for (const { change } of renamings.slice(0, kept)) change(found);
      const state: DiskState = { name: '', files: [] };
      for (const [path, { id, durable, syncs, since }] of found) {
        if (!wanted(path)) continue;
        const { changes, name } = survivors(since, mode, dice);
        state.name += `${path} ${id} ${syncs} ${name}\n`;
        state.files.push({
          path,
          content: () => {
            room.set(durable.bytes());
            room.apply(changes);
            return room.bytes();
          },
        });
      }
      return state;
    },
  };
};
