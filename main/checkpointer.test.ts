/** Proves that the log of the cache is put into it by another thread, which is done before the cache is closed. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCheckpointer } from './checkpointer.ts';
import { conversation, deps, opened } from './core/store/cache.fixture.ts';
import { CACHE_FILE, openCacheWriter } from './core/store/cache-writer.ts';
import type { Checkpointer } from './core/store/types.ts';

vi.setConfig({ testTimeout: 60_000 });

const MANY = 1000;
const entry = join(import.meta.dirname, 'checkpoint.ts');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checkpointer-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const size = (): number => statSync(join(folder, CACHE_FILE)).size;

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
});
