/** The file of the outbox while it cannot be used: tried again and again, and nothing of a try is left open. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../store/cache.fixture.ts';
import type { Outbox } from '../store/outbox.ts';
import { createBook } from './book.ts';
import { createNotices } from './notices.ts';
import { createOutboxFile } from './outbox-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outbox-file-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('that cannot be read to its end is closed again at every try', () => {
  const tries: Outbox[] = [];
  const timers: (() => void)[] = [];
  const file = createOutboxFile({
    clock: {
      now: () => 0,
      monotonic: () => 0,
      after: (_ms, run) => {
        timers.push(run);
        return { cancel: () => undefined };
      },
    },
    log: silentLog,
    notices: createNotices(() => undefined),
    folder,
    book: createBook(() => null),
    writableOn: (outbox) => {
      tries.push(outbox);
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    },
    confirm: () => undefined,
    well: () => undefined,
  });
  for (const run of timers.splice(0)) run();
  expect(tries).toHaveLength(2);
  for (const { probe } of tries) expect(probe).toThrow('not open');
  expect(file.writableNow()).toBeNull();
  expect(file.writable).toThrow('no space left');
  file.stop();
});
