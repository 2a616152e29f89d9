/** Keeps one small value in a file of its own: parsed when read, set aside with its date when damaged, in memory where it cannot be written. */
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Words } from '../../contract/model.ts';
import type { Log } from '../core/ports.ts';

/** A JSON file with one member `value`; electron-store in the app. */
export type Shelf = { get: (key: 'value') => unknown; set: (key: 'value', value: unknown) => void };
export type OpenShelf = (folder: string, name: string) => Shelf;

export type Kept<T> = { get: () => T; set: (value: T) => void };

/** Tells the person what happened to a file. */
export type TellNotice = (id: string, words: Words) => void;

type KeepOptions<S extends z.ZodType> = {
  openShelf: OpenShelf;
  folder: string;
  /** The file's name without `.json`. */
  name: string;
  schema: S;
  fallback: z.output<S>;
  log: Log;
  now: () => Date;
  /** Only where it matters to the person. */
  tell?: TellNotice;
};

const detailOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `unreadable` when the file is there and is not what was written. */
function inspect<S extends z.ZodType>(file: string, schema: S): 'absent' | 'good' | 'unreadable' {
  try {
    const content = JSON.parse(readFileSync(file, 'utf8')) as { value?: unknown };
    return schema.safeParse(content.value).success ? 'good' : 'unreadable';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'unreadable';
  }
}

/** Damaged ones that are kept to be looked into. */
const MOST_SET_ASIDE = 2;

/** What was set aside of a file, oldest first. */
export function setAside(folder: string, name: string): string[] {
  return readdirSync(folder)
    .filter((one) => one.startsWith(`${name}.damaged-`))
    .toSorted();
}

/** Renames a damaged file `<name>.json` to `<name>.damaged-<date>.json` and answers the new name. */
export function putAside(folder: string, name: string, now: Date): string {
  const aside = `${name}.damaged-${now.toISOString().replaceAll(':', '-')}.json`;
  renameSync(join(folder, `${name}.json`), join(folder, aside));
  for (const old of setAside(folder, name).slice(0, -MOST_SET_ASIDE)) rmSync(join(folder, old));
  return aside;
}

/** Never fails, whatever is in the file and whatever the disk does. */
export function keep<S extends z.ZodType>(options: KeepOptions<S>): Kept<z.output<S>> {
  const { folder, name, schema, fallback, log, tell } = options;
  let store: Shelf | null = null;
  /** What could not be written holds as long as the app runs. */
  let unwritten: { value: z.output<S> } | null = null;
  try {
    if (inspect(join(folder, `${name}.json`), schema) === 'unreadable') {
      const aside = putAside(folder, name, options.now());
      log.warn('a damaged file was set aside', { name, aside });
      tell?.(`damaged:${name}`, { key: 'files.settings-damaged', params: { name: `${name}.json`, aside } });
    }
    store = options.openShelf(folder, name);
  } catch (error) {
    log.warn('a file cannot be used', { name, error: detailOf(error) });
  }

  function read(): z.output<S> {
    const parsed = schema.safeParse(store?.get('value'));
    return parsed.success ? parsed.data : fallback;
  }

  return {
    get: () => {
      if (unwritten) return unwritten.value;
      try {
        return read();
      } catch (error) {
        log.warn('a file cannot be read', { name, error: detailOf(error) });
        return fallback;
      }
    },
    set: (value) => {
      try {
        store ??= options.openShelf(folder, name);
        store.set('value', value);
        unwritten = null;
      } catch (error) {
        unwritten = { value };
        log.warn('a file cannot be written', { name, error: detailOf(error) });
        tell?.(`unwritten:${name}`, {
          key: 'files.not-kept',
          params: { name: `${name}.json`, detail: detailOf(error) },
        });
      }
    },
  };
}
