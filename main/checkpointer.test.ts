/** Proves that the log of the cache is put into it by another thread, which is done before the cache is closed. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCheckpointer } from './checkpointer.ts';
import { conversation, deps, opened } from './core/store/cache.fixture.ts';
import { CACHE_FILE, openCacheWriter } from './core/store/cache-writer.ts';
import type { CacheWriter, Checkpointer } from './core/store/types.ts';

vi.setConfig({ testTimeout: 60_000 });

const MANY = 1000;
const entry = join(import.meta.dirname, 'checkpoint.ts');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checkpointer-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const size = (): number => statSync(join(folder, CACHE_FILE)).size;

/** How long the log gets while several loads are written one after the other. */
const longestLog = async (
  loads: number,
  between: (writer: CacheWriter) => Promise<void>,
): Promise<number> => {
  const writer = opened(openCacheWriter(folder, { ...deps, checkpointer: createCheckpointer(entry) }));
  try {
    for (let load = 0; load < loads; load += 1) {
      await between(writer);
      writer.apply(
        Array.from({ length: MANY }, (_, index) => conversation(load * MANY + index + 1)),
        { epoch: 1, bulk: true },
      );
    }
    // The file of the log keeps the length that it once had.
    return statSync(join(folder, `${CACHE_FILE}-wal`)).size;
  } finally {
    writer.close();
  }
};

/** How much the file itself grows by a load, before the cache is closed. */
const grown = (checkpointer: Checkpointer | null, facts: number): number => {
  const writer = opened(
    openCacheWriter(folder, { ...deps, ...(checkpointer === null ? {} : { checkpointer }) }),
  );
  try {
    const before = size();
    writer.apply(
      Array.from({ length: facts }, (_, index) => conversation(index + 1)),
      { epoch: 1, bulk: true },
    );
    checkpointer?.settle();
    return size() - before;
  } finally {
    writer.close();
  }
};

describe('the checkpointer', () => {
  it('brings what a load wrote into the file while the writer goes on', () => {
    expect(grown(createCheckpointer(entry), MANY)).toBeGreaterThan(MANY * 100);
  });

  it('is not troubled for a few rows', () => {
    expect(grown(createCheckpointer(entry), 10)).toBe(0);
  });

  it('is what does it: without one the log keeps it', () => {
    expect(grown(null, MANY)).toBe(0);
  });

  it('says nothing about a file that is not there, and goes on after it', () => {
    const checkpointer = createCheckpointer(entry);
    checkpointer.start(join(folder, 'nothing.db'));
    checkpointer.settle();
    expect(grown(checkpointer, MANY)).toBeGreaterThan(0);
  });

  it('has let go of the files when the cache is closed', () => {
    const writer = opened(openCacheWriter(folder, { ...deps, checkpointer: createCheckpointer(entry) }));
    writer.apply(
      Array.from({ length: MANY }, (_, index) => conversation(index + 1)),
      { epoch: 1, bulk: true },
    );
    writer.close();
    // The last to close a database takes its log away.
    expect(statSync(join(folder, `${CACHE_FILE}-wal`), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('lets the log begin anew for a load that waits for room', async () => {
    const one = await longestLog(1, async () => undefined);
    rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'checkpointer-'));
    const withoutRoom = await longestLog(6, async () => undefined);
    rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'checkpointer-'));
    const withRoom = await longestLog(6, (writer) => writer.room());
    expect(withoutRoom).toBeGreaterThan(4 * one);
    expect(withRoom).toBeLessThan(2 * one);
  });

  it('holds nobody up who waits until it is idle when there is nothing to do', async () => {
    const idle = createCheckpointer(entry).idle();
    // Whatever waits for a thread or a timer comes after this.
    const { promise, resolve } = Promise.withResolvers<string>();
    queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => resolve('it waited'))));
    expect(await Promise.race([idle.then(() => 'at once'), promise])).toBe('at once');
  });

  it('lets those who wait for it go on when it is done', async () => {
    const checkpointer = createCheckpointer(entry, 600_000);
    checkpointer.start(join(folder, 'nothing.db'));
    let done = false;
    const idle = checkpointer.idle().then(() => {
      done = true;
    });
    expect(done).toBe(false);
    // Nobody gives up within this test: only the thread itself can say that it is done.
    await idle;
    expect(done).toBe(true);
  });
});
