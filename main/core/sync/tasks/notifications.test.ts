/** What of a list of notifications is new: by number, and on a server that gives its numbers once more, by when it was made. */
import { expect, it } from 'vitest';
import type { NotificationFact } from '../../facts.ts';
import type { ToData } from '../../link.ts';
import { createLife } from '../life.ts';
import type { Session } from '../session.ts';
import { createNotificationsTask } from './notifications.ts';

const clock = { now: () => 0, monotonic: () => 0, after: () => ({ cancel: () => undefined }) };

const row = (id: number, createdAt: number): NotificationFact => ({
  kind: 'notification',
  id,
  type: 'conversation_assignment',
  conversation: 7,
  contactName: null,
  read: false,
  createdAt,
  assignee: null,
});

/** What is told of one page, with what is stored. */
const toldOf = async (stored: unknown, rows: NotificationFact[]) => {
  const posted: Extract<ToData, { kind: 'notifications' }>[] = [];
  const page = { outcome: 'answered', value: { rows, ids: rows.map(({ id }) => id) } };
  const session = {
    state: (name: string) => (name === 'notifications' ? stored : undefined),
    api: { notifications: () => page },
    ask: (_life: unknown, _bucket: unknown, request: () => unknown) => Promise.resolve(request()),
    post: (message: Extract<ToData, { kind: 'notifications' }>) => posted.push(message),
  };
  await createNotificationsTask(session as unknown as Session).catchUp(createLife(clock));
  return posted.map(({ rows: told, newest, baseline }) => ({
    told: told.map(({ id }) => id),
    newest,
    baseline,
  }));
};

it('goes by number, and by time where numbers went back', async () => {
  const known = { newest: 66, at: 500 };
  expect(await toldOf(known, [row(66, 500), row(60, 400)])).toEqual([]);
  expect(await toldOf(known, [row(67, 510), row(66, 500)])).toEqual([
    { told: [67], newest: { id: 67, at: 510 }, baseline: false },
  ]);
  // Restored from a backup that ended with 52.
  expect(await toldOf(known, [row(53, 600), row(52, 300)])).toEqual([
    { told: [53], newest: { id: 66, at: 600 }, baseline: false },
  ]);
  // Its clock was set back: then the number says it.
  expect(await toldOf(known, [row(67, 200), row(66, 500)])).toEqual([
    { told: [67], newest: { id: 67, at: 500 }, baseline: false },
  ]);
});

it('goes by number alone where an earlier version did not keep the time', async () => {
  expect(await toldOf({ newest: 66 }, [row(53, 600)])).toEqual([]);
  expect(await toldOf({ newest: 66 }, [row(67, 600)])).toMatchObject([{ told: [67] }]);
});

it('marks what was there before anything was known', async () => {
  expect(await toldOf(undefined, [row(2, 20), row(1, 10)])).toEqual([
    { told: [2, 1], newest: { id: 2, at: 20 }, baseline: true },
  ]);
});
