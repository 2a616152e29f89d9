/** The two workers as main keeps them: what they are told first, at every start, and what happens when they die or a port fails. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Connection } from '../contract/model.ts';
import type { Signal } from './core/ports.ts';
import type { PortHandlers } from './shell/port-handlers.ts';
import { startWorkers, type Workers } from './workers.ts';

/** Says aloud everything it is told, asks for a secret when called so, and dies when called so. */
const DATA = `
import { parentPort } from 'node:worker_threads';
parentPort.on('message', (message) => {
  parentPort.postMessage({ kind: 'event', name: 'settings', payload: message });
  if (message.kind === 'stop') parentPort.postMessage({ kind: 'stopped' });
  if (message.kind === 'call' && message.name === 'live')
    parentPort.postMessage({ kind: 'event', name: 'connection', payload: message.input });
  if (message.kind === 'call' && message.name === 'secret')
    parentPort.postMessage({ kind: 'port', id: 7, name: 'secrets.get', input: { key: 'k' } });
  if (message.kind === 'call' && message.name === 'die') process.exit(1);
});
`;
const INGEST = `
import { parentPort } from 'node:worker_threads';
parentPort.on('message', () => undefined);
`;

const live: Connection = {
  state: 'live',
  reason: { key: 'connection.live', params: {} },
  deadline: null,
  asOf: 1_700_000_000_000,
  progress: null,
};

let folder: string;
let workers: Workers | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workers-'));
  writeFileSync(join(folder, 'data.mjs'), DATA);
  writeFileSync(join(folder, 'ingest.mjs'), INGEST);
});
afterEach(async () => {
  await workers?.stop();
  workers = null;
  rmSync(folder, { recursive: true, force: true });
});

const refusing = (): Promise<never> => Promise.reject(new Error('the disk is full'));
const ports: PortHandlers = {
  'secrets.get': refusing,
  'secrets.set': refusing,
  'secrets.delete': refusing,
  'workspace.remember': refusing,
  'notifier.show': refusing,
};

const launch = (standing: () => Signal[] = () => []) => {
  /** What the data worker was told, in order. */
  const told: { kind: string; signal?: Signal }[] = [];
  const connections: Connection[] = [];
  workers = startWorkers({
    ingestPath: join(folder, 'ingest.mjs'),
    dataPath: join(folder, 'data.mjs'),
    checkpointPath: join(folder, 'none.mjs'),
    pagesPath: join(folder, 'none.mjs'),
    folder,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    ports,
    workspace: () => null,
    standing,
    onEvent: (name, payload) => {
      if (name === 'settings') told.push(payload as unknown as { kind: string });
      if (name === 'connection') connections.push(payload as Connection);
    },
  });
  return { told, connections, workers };
};
const starts = (told: readonly { kind: string }[]) => told.filter(({ kind }) => kind === 'start').length;
const wait = (until: () => unknown) => vi.waitFor(until, { timeout: 20_000, interval: 20 });

describe('the workers', () => {
  test('know settings and focus before they open anything, after a death too', async () => {
    let days = 30;
    const scene = launch(() => [
      { kind: 'settings', historyDays: days, watchedTeams: [4], receiveAutomaticAssignments: true },
      { kind: 'focus', focused: true, conversation: null },
    ]);
    await wait(() => expect(starts(scene.told)).toBe(1));
    expect(scene.told.map(({ kind, signal }) => signal?.kind ?? kind)).toEqual([
      'settings',
      'focus',
      'start',
    ]);
    expect(scene.told[0]?.signal).toMatchObject({ historyDays: 30, watchedTeams: [4] });
    days = 7;
    scene.told.length = 0;
    expect((await scene.workers.forward('die', {})).ok).toBe(false);
    await wait(() => expect(starts(scene.told)).toBe(1));
    const [first] = scene.told.filter(({ kind }) => kind !== 'call');
    expect(first?.signal).toMatchObject({ kind: 'settings', historyDays: 7 });
  });

  test('hear that a port failed, so that nobody waits for ever', async () => {
    const { told, workers: running } = launch();
    void running.forward('secret', {});
    await wait(() => expect(told).toContainEqual({ kind: 'port-failed', id: 7 }));
  });

  test('that died too often are not shown as live', async () => {
    const { told, connections, workers: running } = launch();
    for (let deaths = 1; deaths <= 4; deaths += 1) {
      await wait(() => expect(starts(told)).toBe(deaths));
      void running.forward('live', live);
      await wait(() => expect(connections).toHaveLength(deaths));
      await running.forward('die', {});
    }
    await wait(() => expect(connections).toHaveLength(5));
    expect(connections.at(-1)).toMatchObject({ state: 'offline', asOf: live.asOf, deadline: null });
    expect((await running.forward('anything', {})).ok).toBe(false);
  });
});
