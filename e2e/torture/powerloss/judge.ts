/** Opens what a disk holds with the app's own code and says what of the outbox is there. */
import { existsSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { OutboxReader, Store } from '../outbox-reader.ts';
import type { DiskState } from './states.ts';

export type Judged = {
  /** Ids of the commands. */
  commands: ReadonlySet<string>;
  /** Conversations of commands that know of a write that left. */
  sent: ReadonlySet<number>;
  torn: string[];
  corrupt: string[];
};

const quiet = () => undefined;

/** @param disk a folder for the files, in memory */
export const createJudge = (store: Store, reader: OutboxReader, disk: string) => {
  const lay = (state: DiskState) => {
    const wanted = new Set(state.files.map(({ path }) => basename(path)));
    for (const name of readdirSync(disk)) if (!wanted.has(name)) unlinkSync(join(disk, name));
    for (const { path, content } of state.files) writeFileSync(join(disk, basename(path)), content());
  };

  const cache = (): string[] => {
    if (!existsSync(join(disk, 'cache.db'))) return [];
    const opened = store.openCacheWriter(disk, {
      clock: { now: () => 1_750_000_000_000 },
      log: { info: quiet, warn: quiet, error: quiet },
    });
    if (opened.outcome === 'opened') opened.store.close();
    return opened.outcome === 'opened' && opened.setAside === null ? [] : [`cache.db ${opened.outcome}`];
  };

  /** What the app makes of these files; a cache that is not there is none. */
  return (state: DiskState): Judged => {
    lay(state);
    const { commands, torn, corrupt } = reader.read(disk);
    return {
      commands: new Set(commands.map(({ id }) => id)),
      sent: new Set(commands.filter(({ sent }) => sent > 0).map(({ conversation }) => conversation)),
      torn,
      corrupt: [...corrupt, ...cache()],
    };
  };
};
