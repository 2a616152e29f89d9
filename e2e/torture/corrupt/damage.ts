/** The ways in which files of a database go bad on a disk, one at a time. */
import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import type { Dice } from '../../simulate/random.ts';

export const damages = [
  'bit-flip',
  'row-flip',
  'zeroed-page',
  'stale-page',
  'swapped-pages',
  'truncated',
  'garbage',
  'empty',
  'deleted',
  'wal-cut',
  'wal-flip',
  'wal-deleted',
  'wal-foreign',
  'shm-garbage',
] as const;
export type Damage = (typeof damages)[number];

/** What hits only the log takes back the newest commits, and SQLite cannot know of them. */
export const takesBack = (damage: Damage): boolean => damage.startsWith('wal-');

const PAGE = 4096;

const noise = (size: number, dice: Dice): Buffer =>
  Buffer.from(Array.from({ length: size }, () => dice.below(256)));

/**
 * Does it to the database at `path`; `earlier` = the same file some time ago, `bodies` = texts of which each row holds
 * one. Answers what was done, null when it cannot be done to this one.
 */
export const damageFile = (
  damage: Damage,
  path: string,
  earlier: Buffer,
  bodies: readonly string[],
  dice: Dice,
): string | null => {
  const content = readFileSync(path);
  const wal = `${path}-wal`;
  const pages = Math.floor(content.length / PAGE);
  const flip = (file: string, from: number): string => {
    const bytes = readFileSync(file);
    const at = from + dice.below(bytes.length - from);
    const bit = dice.below(8);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
    writeFileSync(file, bytes);
    return `bit ${bit} of byte ${at}`;
  };
  if (damage.startsWith('wal-') && (!existsSync(wal) || statSync(wal).size <= 32)) return null;
  switch (damage) {
    case 'bit-flip':
      return flip(path, 0);
    case 'row-flip': {
      // A digit or letter becomes another one: the text stays what it is, a row with other values.
      const body = Buffer.from(bodies.length === 0 ? '-' : dice.pick(bodies));
      const start = content.indexOf(body);
      const places = [...body.keys()].filter((at) => /[0-8a-y]/.test(String.fromCodePoint(body[at] ?? 0)));
      if (start < 0 || places.length === 0) return null;
      const at = start + dice.pick(places);
      content[at] = (content[at] ?? 0) ^ 1;
      writeFileSync(path, content);
      return `byte ${at} of a row`;
    }
    case 'zeroed-page': {
      const page = dice.below(pages);
      content.fill(0, page * PAGE, (page + 1) * PAGE);
      writeFileSync(path, content);
      return `page ${page + 1}`;
    }
    case 'stale-page': {
      const page = dice.below(Math.min(pages, Math.floor(earlier.length / PAGE)));
      if (
        earlier
          .subarray(page * PAGE, (page + 1) * PAGE)
          .equals(content.subarray(page * PAGE, (page + 1) * PAGE))
      )
        return null;
      earlier.copy(content, page * PAGE, page * PAGE, (page + 1) * PAGE);
      writeFileSync(path, content);
      return `page ${page + 1}`;
    }
    case 'swapped-pages': {
      if (pages < 3) return null;
      const one = 1 + dice.below(pages - 1);
      const other = 1 + dice.below(pages - 1);
      if (one === other) return null;
      const kept = Buffer.from(content.subarray(one * PAGE, (one + 1) * PAGE));
      content.copy(content, one * PAGE, other * PAGE, (other + 1) * PAGE);
      kept.copy(content, other * PAGE);
      writeFileSync(path, content);
      return `pages ${one + 1} and ${other + 1}`;
    }
    case 'truncated': {
      const size = dice.below(content.length);
      truncateSync(path, size);
      return `to ${size} of ${content.length}`;
    }
    case 'garbage':
      writeFileSync(path, noise(dice.between(1, 20_000), dice));
      return 'all of it';
    case 'empty':
      writeFileSync(path, '');
      return 'all of it';
    case 'deleted':
      // Without a log it is a file that never was.
      if (!existsSync(wal)) return null;
      rmSync(path);
      return 'all of it';
    case 'wal-cut': {
      const { size } = statSync(wal);
      const kept = dice.below(size);
      truncateSync(wal, kept);
      return `to ${kept} of ${size}`;
    }
    case 'wal-flip':
      return flip(wal, 0);
    case 'wal-deleted':
      rmSync(wal);
      return 'all of it';
    case 'wal-foreign': {
      // The salts of another log: no frame belongs to this one.
      const bytes = readFileSync(wal);
      noise(16, dice).copy(bytes, 16);
      writeFileSync(wal, bytes);
      return 'its head';
    }
    case 'shm-garbage':
      writeFileSync(`${path}-shm`, noise(32_768, dice));
      return 'all of it';
  }
};
