/** Proves that the log stays below its ceiling while somebody reads an old state and does not let go. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { conversation, createCache, message, messageFact, type Cache } from './cache.fixture.ts';
import { troubleOf } from '../trouble.ts';

// Real files and many rows: slow on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const CEILING = 64 * 1024 * 1024;

let cache: Cache;
beforeEach(() => {
  cache = createCache();
});
afterEach(() => cache.close());

it('is full at some point, which is said, and goes on once the reader has let go', () => {
  const log = join(cache.folder, 'cache.db-wal');
  const size = (): number => statSync(log).size;
  const commit = (batch: number): void => {
    const text = 'x'.repeat(3500);
    const ids = Array.from({ length: 1500 }, (_, index) => batch * 1500 + index + 1);
    const facts = ids.flatMap((id) => [conversation(id), messageFact(id, message(id, { text }))]);
    cache.writer.apply(facts, { epoch: 1, bulk: true });
  };
  const reader = new Database(join(cache.folder, 'cache.db'), { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM conversation').get();
  let largest = 0;
  let refused: unknown = null;
  let batch = 0;
  for (; batch < 20 && refused === null; batch += 1) {
    try {
      commit(batch);
    } catch (error) {
      refused = error;
    }
    largest = Math.max(largest, size());
  }
  expect(troubleOf(refused)?.kind).toBe('busy');
  expect(largest).toBeLessThan(CEILING);
  expect(troubleOf(refused)?.detail).toContain('Another program');
  expect(() => cache.writer.probe()).toThrow('Another program');
  // The board is read all the while.
  expect(cache.reader.card(1, new Map())?.id).toBe(1);

  reader.exec('COMMIT');
  cache.writer.probe();
  commit(batch);
  expect(size()).toBeLessThan(CEILING / 2);
  reader.close();
});
