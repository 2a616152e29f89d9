/** The single-thread link behaves as a thread boundary does. */
import { expect, test } from 'vitest';
import { createMemoryLink } from './memory-link.ts';

test('messages wait for a listener and arrive in order, never on the stack of the sender', async () => {
  const { ingest, data } = createMemoryLink();
  const heard: string[] = [];
  ingest.post({ kind: 'opened', cache: 'one', setAside: null });
  ingest.post({ kind: 'opened', cache: 'two', setAside: null });
  data.listen((message) => {
    if (message.kind !== 'opened') return;
    heard.push(message.cache);
    if (message.cache === 'one') {
      ingest.post({ kind: 'opened', cache: 'three', setAside: null });
      heard.push('still on the stack of one');
    }
  });
  expect(heard).toEqual([]);
  await Promise.resolve().then(() => undefined);
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  expect(heard).toEqual(['one', 'still on the stack of one', 'two', 'three']);
});

test('what is posted is a copy', async () => {
  const { ingest, data } = createMemoryLink();
  const topics = ['directory' as const];
  const seen: unknown[] = [];
  data.listen((message) => seen.push(message));
  ingest.post({ kind: 'committed', topics, changes: [], bulk: false, gap: false, loading: false });
  topics.length = 0;
  await Promise.resolve();
  await Promise.resolve();
  expect(seen).toEqual([
    { kind: 'committed', topics: ['directory'], changes: [], bulk: false, gap: false, loading: false },
  ]);
});
