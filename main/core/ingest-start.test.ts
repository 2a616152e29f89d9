/** What a start without a network shows: the queue of the last time, marked as not confirmed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createMemoryLink } from './memory-link.ts';
import type { Ports } from './ports.ts';
import { conversation, deps, opened, silentLog } from './store/cache.fixture.ts';
import { openCacheReader } from './store/cache-reader.ts';
import { openCacheWriter } from './store/cache-writer.ts';
import { createIngest } from './sync/engine.ts';

it('marks every card of the cache until the server has confirmed it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  // A run that had caught up: everything was confirmed then.
  const before = opened(openCacheWriter(folder, deps));
  before.apply([conversation(7)], {
    epoch: 3,
    state: { connections: 3, epoch: 0, watermark: 1, 'first-load': { done: true, started: 0, cursor: null } },
  });
  before.close();

  const { ingest, data } = createMemoryLink();
  const ports: Ports = {
    clock: { now: () => 5, monotonic: () => 0, after: () => ({ cancel: () => undefined }) },
    // No answer ever comes.
    http: { request: () => new Promise(() => undefined) },
    sockets: { open: () => ({ send: () => undefined, close: () => undefined }) },
    random: { next: () => 0.5, id: () => 'id' },
    log: silentLog,
    main: { call: () => new Promise(() => undefined) },
  };
  createIngest(ports, ingest, { openCacheWriter });
  const shown = new Promise<boolean | undefined>((resolve) => {
    data.listen((message) => {
      if (message.kind !== 'opened') return;
      const reader = opened(openCacheReader(folder, deps));
      resolve(reader.card(7, new Map())?.unconfirmed);
      reader.close();
    });
  });
  data.post({
    kind: 'open',
    workspace: { origin: 'https://chat.example.test', accountId: 3, userId: 1, name: 'Account', demo: false },
    folder,
    token: 'token',
    historyDays: 3,
    receiveAutomaticAssignments: false,
  });
  expect(await shown).toBe(true);
  const closed = new Promise<void>((resolve) => {
    data.listen((message) => {
      if (message.kind === 'closed') resolve();
    });
  });
  data.post({ kind: 'close', wipe: false });
  await closed;
  rmSync(folder, { recursive: true, force: true });
});
