/** Keeps one small value in a file of its own: parsed when read, set aside with its date when damaged. */
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Log } from '../core/ports.ts';

/** A JSON file with one member `value`; electron-store in the app. */
export type Shelf = { get: (key: 'value') => unknown; set: (key: 'value', value: unknown) => void };
export type OpenShelf = (folder: string, name: string) => Shelf;

export type Kept<T> = { get: () => T; set: (value: T) => void };

type KeepOptions<S extends z.ZodType> = {
  openShelf: OpenShelf;
  folder: string;
  /** The file's name without `.json`. */
  name: string;
  schema: S;
  fallback: z.output<S>;
  log: Log;
  now: () => Date;
};

/** `unreadable` when the file is there and is not what was written. */
function inspect<S extends z.ZodType>(file: string, schema: S): 'absent' | 'good' | 'unreadable' {
  try {
    const content = JSON.parse(readFileSync(file, 'utf8')) as { value?: unknown };
    return schema.safeParse(content.value).success ? 'good' : 'unreadable';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'unreadable';
  }
}

/** Never fails because of what is in the file. */
export function keep<S extends z.ZodType>(options: KeepOptions<S>): Kept<z.output<S>> {
  const { openShelf, folder, name, schema, fallback, log, now } = options;
  const file = join(folder, `${name}.json`);
  if (inspect(file, schema) === 'unreadable') {
    const aside = join(folder, `${name}.damaged-${now().toISOString().replaceAll(':', '-')}.json`);
    renameSync(file, aside);
    log.warn('a damaged file was set aside', { file, aside });
  }
  const store = openShelf(folder, name);
  return {
    get: () => {
      const parsed = schema.safeParse(store.get('value'));
      return parsed.success ? parsed.data : fallback;
    },
    set: (value) => store.set('value', value),
  };
}
