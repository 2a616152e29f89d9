/** Private notes in the data half, over a real outbox.db: stored before anything is sent, sent once, over restarts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Note } from '../commands/note.ts';
import type { IngestRequest, NoteSent, NotesRead } from '../link.ts';
import type { Clock } from '../ports.ts';
import { silentLog } from '../store/cache.fixture.ts';
import { openOutbox } from '../store/outbox.ts';
import { LATE_MS } from '../sync/note-strands.ts';
import { createNotes } from './notes.ts';
import type { Requests } from './requests.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'notes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Time passes at once, as far as asked for. */
const createTime = () => {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  const clock: Clock = {
    now: () => 1_000_000 + now,
    monotonic: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return {
        cancel: () => {
          timers = timers.filter((one) => one !== timer);
        },
      };
    },
  };
  const pass = async (ms: number) => {
    const end = now + ms;
    for (;;) {
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      const next = timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (!next) break;
      timers = timers.filter((one) => one !== next);
      now = Math.max(now, next.at);
      next.run();
    }
    now = end;
  };
  return { clock, pass };
};

type Server = {
  messages: { id: number; text: string }[];
  online: boolean;
  /** What becomes of the next sends: taken, taken without a word, or refused. */
  next: ('taken' | 'silent' | 'refused')[];
  sends: number;
};
const newServer = (): Server => ({ messages: [{ id: 5, text: 'Hello' }], online: true, next: [], sends: 0 });

const answerOf = (server: Server, request: IngestRequest): NotesRead | NoteSent => {
  if (request.kind === 'notes') {
    if (!server.online) return { outcome: 'unreachable' };
    const mine = server.messages.filter(({ id }) => id > Math.max(5, request.since ?? 0));
    return {
      outcome: 'read',
      newest: server.messages.at(-1)?.id ?? null,
      mine: mine.map((one) => ({ ...one, deleted: false })),
      complete: true,
    };
  }
  if (request.kind !== 'note') throw new Error(request.kind);
  if (!server.online) return { outcome: 'not-sent' };
  server.sends += 1;
  const fate = server.next.shift() ?? 'taken';
  if (fate === 'refused') return { outcome: 'refused', status: 422, serverWords: 'Too many messages' };
  const id = 6 + server.messages.length;
  server.messages.push({ id, text: request.text });
  return fate === 'silent' ? { outcome: 'no-answer' } : { outcome: 'accepted', message: id };
};

let ids = 0;
const start = (server: Server, remembered: readonly Note[] = []) => {
  const { clock, pass } = createTime();
  const opened = openOutbox(folder, 0, () => undefined);
  if (opened.outcome !== 'opened') throw new Error(opened.outcome);
  const { outbox } = opened;
  const settled: string[] = [];
  const underWay = { written: false };
  const requests: Pick<Requests, 'ask'> = {
    ask: (request) => Promise.resolve(answerOf(server, request) as never),
  };
  const { notes } = createNotes({
    clock,
    random: { next: () => 0.5, id: () => `n${++ids}` },
    log: silentLog,
    outbox,
    requests,
    contact: () => 'Ivo',
    isWritten: () => underWay.written,
    remembered,
    changed: (_conversation, over) => settled.push(...over.map(({ text, state }) => `${text}: ${state}`)),
  });
  notes.reachable(server.online);
  notes.kick();
  return {
    notes,
    outbox,
    settled,
    underWay,
    pass,
    texts: () => notes.of(7).map(({ text, state }) => `${text}: ${state}`),
    end: () => {
      notes.stop();
      outbox.close();
    },
  };
};
const onServer = (server: Server) => server.messages.slice(1).map(({ text }) => text);

test('written offline: kept over a restart in order, sent when the server is there, and the draft is gone', async () => {
  const server = newServer();
  server.online = false;
  const first = start(server);
  first.outbox.drafts.put(7, 'Call ba', 1);
  first.notes.send(7, 'Call back');
  first.notes.send(7, 'Call back');
  first.notes.send(7, 'VIP');
  expect(first.outbox.drafts.get(7)).toBe('');
  await first.pass(5_000);
  expect(first.texts()).toEqual(['Call back: waiting', 'Call back: waiting', 'VIP: waiting']);
  expect(first.notes.counts()).toEqual({ waiting: 3, sending: 0, refused: 0 });
  first.end();
  const second = start(server);
  expect(second.texts()).toHaveLength(3);
  server.online = true;
  second.notes.reachable(true);
  await second.pass(1_000);
  // Two of the same on purpose are two.
  expect(onServer(server)).toEqual(['Call back', 'Call back', 'VIP']);
  expect(second.texts()).toEqual([]);
  expect(second.notes.list(9).map(({ state }) => state)).toEqual(['sent', 'sent', 'sent']);
  second.end();
});

test('without an answer it is looked for before it is sent again, also by the next run', async () => {
  const server = newServer();
  server.next = ['silent'];
  const first = start(server);
  first.notes.send(7, 'Call back');
  await first.pass(0);
  expect(first.texts()).toEqual(['Call back: sending']);
  // As if killed here: what was stored says that it may have left.
  first.end();
  const second = start(server);
  await second.pass(LATE_MS + 5_000);
  expect([onServer(server), server.sends]).toEqual([['Call back'], 1]);
  expect(second.settled).toEqual(['Call back: sent']);
  second.end();
});

test('an event that names it settles it before the answer, and a late one a note that was given up', async () => {
  const server = newServer();
  server.next = ['silent', 'refused'];
  const rig = start(server);
  const id = rig.notes.send(7, 'Call back');
  await rig.pass(0);
  rig.notes.echo(id, 6);
  expect(rig.settled).toEqual(['Call back: sent']);
  await rig.pass(1_000);
  const other = rig.notes.send(7, 'VIP');
  await rig.pass(1_000);
  expect(rig.texts()).toEqual(['VIP: refused']);
  rig.notes.echo(other, 20);
  expect([rig.texts(), rig.settled.at(-1)]).toEqual([[], 'VIP: sent']);
  rig.end();
});

test('a refused one keeps its text, can be sent again or given up; what has not left can be given up', async () => {
  const server = newServer();
  server.next = ['refused', 'refused'];
  const rig = start(server);
  const one = rig.notes.send(7, 'One');
  const two = rig.notes.send(7, 'Two');
  await rig.pass(1_000);
  expect(rig.notes.of(7)).toMatchObject([
    { text: 'One', state: 'refused', serverWords: 'Too many messages' },
    { text: 'Two', state: 'refused' },
  ]);
  expect(rig.notes.counts()).toEqual({ waiting: 0, sending: 0, refused: 2 });
  expect(rig.notes.settle([one], 'discard')).toEqual([one]);
  expect(rig.notes.settle([two], 'retry')).toEqual([two]);
  await rig.pass(1_000);
  expect(onServer(server)).toEqual(['Two']);
  server.online = false;
  const three = rig.notes.send(7, 'Three');
  await rig.pass(100);
  expect(rig.notes.settle([three, one, 'unknown'], 'discard')).toEqual([three]);
  server.online = true;
  rig.notes.reachable(false);
  rig.notes.reachable(true);
  await rig.pass(60_000);
  expect(onServer(server)).toEqual(['Two']);
  rig.end();
});

test('a file that was damaged while it was open gets back what is still known here, once', async () => {
  const server = newServer();
  server.online = false;
  const first = start(server);
  first.notes.send(7, 'Call back');
  const known = first.notes.open();
  first.end();
  const same = start(server, known);
  expect(same.texts()).toEqual(['Call back: waiting']);
  same.end();
  rmSync(join(folder, 'outbox.db'));
  const anew = start(server, known);
  expect(anew.texts()).toEqual(['Call back: waiting']);
  server.online = true;
  anew.notes.reachable(true);
  await anew.pass(1_000);
  expect(onServer(server)).toEqual(['Call back']);
  anew.end();
});

test('on a disk that takes nothing, nothing is said to be stored', () => {
  const server = newServer();
  const rig = start(server);
  rig.outbox.close();
  expect(() => rig.notes.send(7, 'Call back')).toThrow();
  expect([rig.texts(), server.sends]).toEqual([[], 0]);
  rig.notes.stop();
});

test('waits while a write of a command is under way there, which another message would make doubtful', async () => {
  const server = newServer();
  const app = start(server);
  app.underWay.written = true;
  app.notes.send(7, 'Call back');
  await app.pass(60_000);
  expect([server.sends, app.texts()]).toEqual([0, ['Call back: waiting']]);
  app.underWay.written = false;
  app.notes.kick();
  await app.pass(60_000);
  expect([server.sends, onServer(server)]).toEqual([1, ['Call back']]);
  app.end();
});
