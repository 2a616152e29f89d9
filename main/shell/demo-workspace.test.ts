/** The demo stays open over restarts, whatever was forgotten or moved in between. */
import { expect, test } from 'vitest';
import type { EventPayload, Reply, Workspace } from '../../contract/ipc.ts';
import { createDemoWorkspace } from './demo-workspace.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const remembered: Workspace = {
  origin: 'http://127.0.0.1:4600',
  accountId: 1,
  userId: 2,
  name: 'Demo',
  demo: true,
};
const connection = (state: 'needs-sign-in' | 'live'): EventPayload<'connection'> =>
  ({ state }) as EventPayload<'connection'>;

function stage(options: { url?: string; workspace?: Workspace | null; starts?: boolean } = {}) {
  const asked: unknown[] = [];
  const demo = createDemoWorkspace({
    server: {
      start: async () => {
        if (options.starts === false) throw new Error('no port');
        return { url: options.url ?? 'http://127.0.0.1:4600', token: 'of the demo' };
      },
      stop: async () => undefined,
    },
    forward: async (name, input): Promise<Reply<unknown>> => {
      asked.push([name, input]);
      return { ok: true, value: { outcome: 'opened', workspace: remembered } };
    },
    workspace: () => (options.workspace === undefined ? remembered : options.workspace),
    log: quiet,
  });
  return { demo, asked };
}
const signIn = (address: string): unknown => [
  'workspace.signIn',
  { address, token: 'of the demo', demo: true },
];

test('opening signs in at the demo server', async () => {
  const { demo, asked } = stage({ workspace: null });
  expect(await demo.open()).toEqual({ outcome: 'opened', workspace: remembered });
  expect(asked).toEqual([signIn('http://127.0.0.1:4600')]);
});

test('a server that does not start is a failure with words', async () => {
  const { demo } = stage({ starts: false });
  expect(await demo.open()).toMatchObject({ outcome: 'failed', detail: 'The demo server did not start.' });
});

test('resuming on the same port leaves signing in to the core', async () => {
  const { demo, asked } = stage();
  await demo.resume();
  expect(asked).toEqual([]);
});

test('resuming on another port signs in there', async () => {
  const { demo, asked } = stage({ url: 'http://127.0.0.1:5000' });
  await demo.resume();
  expect(asked).toEqual([signIn('http://127.0.0.1:5000')]);
});

test('a forgotten token is given again, once', async () => {
  const { demo, asked } = stage();
  demo.hear('connection', connection('live'));
  demo.hear('connection', connection('needs-sign-in'));
  demo.hear('connection', connection('needs-sign-in'));
  await expect.poll(() => asked).toEqual([signIn('http://127.0.0.1:4600')]);
});

test('a real workspace is never touched', async () => {
  const { demo, asked } = stage({ workspace: { ...remembered, demo: false } });
  await demo.resume();
  demo.hear('connection', connection('needs-sign-in'));
  await Promise.resolve();
  expect(asked).toEqual([]);
});
