/** Every notification ends in one answer, whatever the system does. */
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { createNotifier } from './notifications.ts';
import type { ToShow } from './notifications.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const note = (id: string): ToShow => ({ id, title: 'Assigned to you', body: 'Maria', conversation: 7 });

function system(supported = true) {
  const made: (EventEmitter & { title: string })[] = [];
  const clicked: string[] = [];
  const timers = new Set<() => void>();
  class Notification extends EventEmitter {
    static isSupported(): boolean {
      return supported;
    }
    title: string;
    constructor({ title }: { title: string }) {
      super();
      this.title = title;
      made.push(this);
    }
    show(): void {}
    close(): void {}
  }
  const show = createNotifier({
    Notification,
    onClick: ({ id }) => void clicked.push(id),
    log: quiet,
    after: (_ms, run) => {
      timers.add(run);
      return () => timers.delete(run);
    },
  });
  return { show, made, clicked, timers };
}

test('shown when the system says so, and no timer stays behind', async () => {
  const { show, made, timers } = system();
  const answer = show(note('a'));
  made[0]?.emit('show');
  expect(await answer).toEqual({ shown: true, reason: null });
  expect(timers.size).toBe(0);
});

test('a refusal carries the words of the system', async () => {
  const { show, made } = system();
  const answer = show(note('a'));
  made[0]?.emit('failed', {}, 'no daemon');
  expect(await answer).toEqual({ shown: false, reason: 'The system refused it: no daemon' });
});

test('silence is an answer too', async () => {
  const { show, timers } = system();
  const answer = show(note('a'));
  for (const run of timers) run();
  expect(await answer).toEqual({ shown: false, reason: 'The system did not answer.' });
});

test('a system without notifications says so', async () => {
  const { show, made } = system(false);
  expect((await show(note('a'))).shown).toBe(false);
  expect(made).toEqual([]);
});

test('a click tells which one it was', async () => {
  const { show, made, clicked } = system();
  void show(note('a'));
  void show(note('b'));
  made[1]?.emit('click');
  expect(clicked).toEqual(['b']);
});
