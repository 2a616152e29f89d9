/** When the server was restored from a backup, nothing that waited is sent by itself: each is asked again, with how it is now. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openOutbox } from '../store/outbox.ts';
import { startData } from './data-rig.testing.ts';
import { agentKey, BILLING, SUPPORT, type Known } from './fake-ingest.testing.ts';

const root = mkdtempSync(join(tmpdir(), 'went-back-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const open = (team: number | null): Known => ({ assignee: null, team, status: 'open' });
const tom = { kind: 'assign-agent', agent: 2 } as const;

it('is parked as a conflict, said, and done when it is asked for again', async () => {
  const rig = await startData(join(root, 'a'), [
    [7, open(SUPPORT)],
    [8, open(SUPPORT)],
  ]);
  rig.ingest.online(false);
  await rig.pass(10);
  await rig.submit(tom, 7);
  const { note } = await rig.call('note.send', { conversation: 8, text: 'Call back' });
  rig.ingest.online(true);
  // Before the conversation is read, as when the server is slow.
  rig.ingest.say({ kind: 'went-back' });
  rig.ingest.foreign(7, { assignee: agentKey(3) }, false);
  await rig.pass(120_000);

  expect(rig.ingest.writes).toEqual([]);
  expect(rig.ingest.notes).toEqual([]);
  const { entries, notes } = await rig.call('outbox.list', { limit: 5 });
  expect(entries).toMatchObject([
    {
      conversation: 7,
      state: 'conflict',
      reason: { key: 'outcome.wentBack' },
      // As the server has it now: this is what is decided on.
      now: { assignee: agentKey(3), team: SUPPORT },
    },
  ]);
  expect(notes).toMatchObject([{ id: note, state: 'refused', reason: { key: 'outcome.wentBack' } }]);
  const { notices } = await rig.call('notices.get', {});
  expect(notices.map(({ words }) => words.key)).toEqual(['trouble.wentBack']);
  expect(rig.shown.map(({ title }) => title)).toContain('To be decided again: Contact 7');

  await rig.settle('apply', ...entries);
  await rig.call('note.settle', { notes: [note], choice: 'retry' });
  await rig.pass(60_000);
  expect(rig.ingest.writes).toEqual([{ conversation: 7, write: { write: 'agent', to: agentKey(2) } }]);
  expect(rig.ingest.notes).toMatchObject([{ conversation: 8, text: 'Call back' }]);
  await rig.end();
});

it('shows how it is now as soon as the new cache has come to it', async () => {
  const rig = await startData(join(root, 'c'), [[7, open(SUPPORT)]]);
  rig.ingest.online(false);
  await rig.pass(10);
  await rig.submit(tom, 7);
  rig.ingest.say({ kind: 'went-back' });
  await rig.pass(100);
  const parked = async () => (await rig.call('outbox.list', { limit: 5 })).entries;
  expect(await parked()).toMatchObject([{ conversation: 7, now: null }]);
  const before = rig.events.length;
  rig.ingest.online(true);
  await rig.pass(100);
  expect(JSON.stringify(rig.events.slice(before))).toContain('"outbox"');
  expect(await parked()).toMatchObject([{ conversation: 7, now: { assignee: null, team: SUPPORT } }]);
  await rig.end();
});

it('forgets which messages notes became: their numbers may be given to others, also after a restart', async () => {
  const folder = join(root, 'd');
  const rig = await startData(folder, [[7, open(SUPPORT)]]);
  await rig.call('note.send', { conversation: 7, text: 'Call back' });
  await rig.pass(10_000);
  expect(rig.ingest.notes).toHaveLength(1);
  rig.ingest.say({ kind: 'went-back' });
  await rig.pass(100);
  await rig.end();
  const opened = openOutbox(rig.ingest.folder() ?? '', 0);
  if (opened.outcome !== 'opened') return expect.fail('the outbox cannot be opened');
  expect(opened.outbox.notes.newest(9)).toMatchObject([{ state: 'sent', message: null }]);
  opened.outbox.close();
});

it('makes news of a notification under a number that was told before, and of no other', async () => {
  const rig = await startData(join(root, 'b'), [[7, open(BILLING)]]);
  const row = (id: number, createdAt: number) => ({
    kind: 'notification' as const,
    id,
    type: 'conversation_assignment',
    conversation: 7,
    contactName: 'Omar',
    read: false,
    createdAt,
    assignee: agentKey(1),
  });
  rig.ingest.notify([row(4, 100), row(5, 110)]);
  await rig.pass(100);
  // Told before anybody has noticed that the server went back.
  rig.ingest.notify([row(5, 220)]);
  await rig.pass(100);
  rig.ingest.say({ kind: 'went-back' });
  await rig.pass(100);
  rig.ingest.notify([row(4, 100), row(5, 220)]);
  await rig.pass(100);
  expect(rig.shown.map(({ id }) => id)).toEqual(['assigned:4:100', 'assigned:5:110', 'assigned:5:220']);
  await rig.end();
});
