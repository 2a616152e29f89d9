/** Whoever watches an answer goes on hearing of it, whichever workspace is opened. */
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import type { Workspace } from '../../contract/ipc.ts';
import { changeWorkspace } from './workspace-change.ts';

const workspace: Workspace = { origin: 'https://a.test', accountId: 1, userId: 6, name: 'A', demo: false };
const other: Workspace = { ...workspace, accountId: 2, name: 'B' };
const CONNECTION = ['connection.get', {}];
const SETTINGS = ['settings.get', {}];

/** A window that shows `workspace` and watches its connection; `answers` is what core says when it is asked. */
const watching = (answers: () => Promise<string>) => {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  queries.setQueryData(['workspace.current', {}], { workspace });
  queries.setQueryData(SETTINGS, 'dark');
  queries.setQueryData(CONNECTION, 'needs-sign-in');
  queries.setQueryData(['directory.get', {}], 'nobody watches it');
  const observer = new QueryObserver<string>(queries, { queryKey: CONNECTION, queryFn: answers });
  const seen: (string | undefined)[] = [];
  const stop = observer.subscribe(({ data }) => seen.push(data));
  return { queries, seen, stop };
};

test('the same workspace opened again stays on screen, asks again, and its news are heard', async () => {
  const { queries, seen, stop } = watching(() => Promise.resolve('connecting'));
  expect(changeWorkspace(queries, { ...workspace, name: 'A, renamed' })).toBe(false);
  await expect.poll(() => seen.at(-1)).toBe('connecting');
  expect(seen).not.toContain(undefined);
  queries.setQueryData(CONNECTION, 'live');
  await expect.poll(() => seen.at(-1)).toBe('live');
  expect(queries.getQueryData(['workspace.current', {}])).toEqual({
    workspace: { ...workspace, name: 'A, renamed' },
  });
  stop();
});

test.each([['another workspace', other] as const, ['no workspace', null] as const])(
  '%s leaves nothing of the old one, and its news are heard',
  async (_, opened) => {
    let answer = (_value: string): void => undefined;
    const { queries, seen, stop } = watching(() => new Promise((resolve) => (answer = resolve)));
    expect(changeWorkspace(queries, opened)).toBe(true);
    await expect.poll(() => seen.at(-1)).toBeUndefined();
    expect(queries.getQueryData(['directory.get', {}])).toBeUndefined();
    expect(queries.getQueryData(SETTINGS)).toBe('dark');
    answer('connecting');
    await expect.poll(() => seen.at(-1)).toBe('connecting');
    queries.setQueryData(CONNECTION, 'live');
    await expect.poll(() => seen.at(-1)).toBe('live');
    stop();
  },
);
