/** One life of the built core, to be killed: moves cards, sends them, reads the server, until its named point or a signal from outside. */
import { basename } from 'node:path';
import type Database from 'better-sqlite3';
import { createCore as builtCore } from 'virtual:built-core';
import type { HttpRequest } from '../../../main/core/ports.ts';
import { createDice } from '../../simulate/random.ts';
import { createSupervisor } from '../../simulate/supervisor.ts';
import type { TraceEntry } from '../../simulate/trace.ts';
import { hearStatements } from '../hooks.ts';
import type { CreateCore, Link } from '../rig.ts';
import { createRig } from '../rig.ts';
import type { FromChild, Plan, Point, ToChild } from './plan.ts';

const plan = JSON.parse(process.argv[2] ?? '') as Plan;
const dice = createDice(`child ${plan.seed}`);
const tell = (message: FromChild) => void process.send?.(message);

let left = plan.n;
const die = () => {
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way; nothing more may happen.
  for (;;);
};
/** Dies here if this is the time. */
const pass = (...at: Point[]) => {
  if (at.some((point) => point === plan.point) && left-- <= 0) die();
};
/** Its point was not met and will not be: it dies all the same, a life to the end costs more than it shows. */
const miss = () => {
  tell({ kind: 'missed' });
  die();
};

/** Databases that are at today's schema. */
const ready = new Set<string>();
const opens = () => {
  if (opened) return;
  tell({ kind: 'opened' });
  opened = true;
  if (plan.point === 'migration' || plan.point === 'recovery') miss();
};
const databases = new Set<Database.Database>();
let closing = false;
let opened = false;
let acted = false;
/** Something of a command that is on its way. */
const passCommand = (point: Point) => (acted ? pass(point) : pass(point, 'replay'));
let held = 0;
let depth = 0;
/** What is to be passed before the next statement. */
const due = new Set<Point>();
/** What the transaction under way would make due. */
const inDoubt = new Set<Point>();
const CURSORS: readonly unknown[] = ['watermark', 'first-load', 'history'];
/** A gesture is being answered. */
let gesturing = false;
const note = (what: string, sql: string, values: readonly unknown[]) => {
  for (const point of due) pass(point);
  due.clear();
  if (what !== 'run') return;
  if (sql.startsWith('INSERT INTO state') && CURSORS.includes(values[0])) inDoubt.add('cursor');
  if (sql.startsWith('UPDATE command') && gesturing) inDoubt.add('gesture');
  if (sql !== 'COMMIT') return;
  for (const point of inDoubt) due.add(point);
  inDoubt.clear();
};
hearStatements(
  ({ db, what, sql, values }) => {
    if (plan.point === 'cursor' || acted) note(what, sql, values);
    if (what === 'close') databases.delete(db);
    else if (!db.memory && !db.readonly) databases.add(db);
    if (what === 'exec' && /^\s*(?:--|CREATE|INSERT|UPDATE|DROP|PRAGMA|ALTER)/i.test(sql)) pass('migration');
    if (what === 'pragma' && sql.startsWith('user_version =')) pass('migration');
    // The last that is done to open a database, when it has been recovered and migrated.
    if (what === 'run' && sql.includes('sqlite_schema')) ready.add(basename(db.name));
    else if (ready.has('cache.db') && ready.has('outbox.db')) opens();
    if (opened) pass('statement');
    else pass('statement', 'recovery');
    if (closing) pass('closing');
    // A cheat: commits are put off, so that what is said to be stored is not.
    if (plan.control === 'early-ack' && what === 'run' && db.name.endsWith('outbox.db')) {
      if (sql === 'COMMIT') return 'skip';
      if (sql.startsWith('SAVEPOINT') && depth++ === 0 && ++held % 12 === 0)
        db.exec('COMMIT; BEGIN IMMEDIATE');
      if (sql.startsWith('RELEASE')) depth--;
    }
    return undefined;
  },
  { splitDdl: plan.point === 'migration' },
);

const waiting = new Map<number, (message: ToChild) => void>();
let nextId = 0;
let heard: (text: string) => void = () => undefined;
let closed: () => void = () => undefined;
process.on('message', (message: ToChild) => {
  switch (message.kind) {
    case 'answer':
    case 'done':
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
      return;
    case 'text':
      heard(message.text);
      return;
    case 'closed':
      closed();
      return;
  }
});
const ask = (make: (id: number) => FromChild): Promise<ToChild> =>
  new Promise((resolve) => {
    const id = nextId++;
    waiting.set(id, resolve);
    tell(make(id));
  });

const isWrite = (request: HttpRequest) => request.method === 'POST' && request.url.endsWith('/assignments');
let writes = 0;
const link: Link = {
  request: async (time, request) => {
    if (plan.offline) return { kind: 'failed', reason: 'unreachable', sent: 'no', detail: 'no network' };
    if (isWrite(request)) {
      passCommand('write-leaves');
      if (writes++ > 0) pass('between-steps');
    }
    const message = await ask((id) => ({ kind: 'request', id, time, request }));
    if (isWrite(request)) {
      passCommand('write-taken');
      // A cheat: the network layer tries again by itself.
      if (plan.control === 'resend') await ask((id) => ({ kind: 'request', id, time, request }));
    }
    if (message.kind !== 'answer') throw new Error('no answer');
    return message.answer;
  },
  connect: async (time, onText, onClose) => {
    heard = onText;
    closed = onClose;
    await ask((id) => ({ kind: 'connect', id, time }));
    return {
      send: async (at, text) => {
        await ask((id) => ({ kind: 'send', id, time: at, text }));
      },
      close: () => tell({ kind: 'closed' }),
    };
  },
};

tell({ kind: 'starts' });
const rig = createRig({
  // The bundle of the app, which knows no types.
  createCore: builtCore as CreateCore,
  folder: plan.folder,
  link,
  at: plan.at,
  ids: plan.seed,
  log: (what, details) => tell({ kind: 'trouble', what: `${what} ${JSON.stringify(details)}` }),
  onAnswer: (request) => {
    if (isWrite(request)) {
      passCommand('write-answered');
      // The step is stored as answered in the microtasks that follow.
      if (writes > 0) setImmediate(() => pass('between-steps'));
    } else if (/\/conversations\/\d+$/.test(new URL(request.url).pathname)) passCommand('read-answered');
  },
});

const supervisor = createSupervisor(dice, {
  events: [],
  faults: {},
  fault: () => undefined,
  add: (event: TraceEntry) => {
    if (event.kind === 'stored')
      tell({ kind: 'acked', command: event.command, conversation: event.conversation });
  },
});
const life = {
  call: async (name: Parameters<typeof rig.call>[0], input: never) => {
    gesturing = name === 'move.submit' || name === 'undo.run';
    const answer = await rig.call(name, input);
    gesturing = false;
    return answer;
  },
  connection: rig.connection,
  dead: () => false,
} as unknown as Parameters<typeof supervisor.act>[0];

const checkpoint = () => {
  for (const db of databases) {
    if (!db.open || db.inTransaction) continue;
    const hit = plan.point === 'checkpoint' && left-- <= 0;
    if (hit) tell({ kind: 'checkpoint' });
    db.pragma(`wal_checkpoint(${dice.pick(['PASSIVE', 'TRUNCATE'])})`);
    if (hit) tell({ kind: 'checkpoint-over' });
  }
};

const unsettled = async (): Promise<boolean> => {
  const reply = await rig.wait(rig.call('outbox.list', { limit: 500 }));
  return !reply?.ok || reply.value.counts.waiting + reply.value.counts.sending > 0;
};

const settle = async () => {
  const end = rig.time() + 30 * 60_000;
  while (rig.time() < end && (rig.connection() !== 'live' || (await unsettled()))) await rig.run(5000);
  // Until everything that was heard has been read again.
  await rig.run(5 * 60_000);
};

const act = async () => {
  // What waits from earlier lives is sent before anything new.
  if (plan.point === 'replay') await rig.run(60_000);
  acted = true;
  // Few gestures change an earlier command.
  for (let i = plan.point === 'gesture' ? 30 : dice.between(2, 12); i > 0; i--) {
    await rig.wait(supervisor.act(life));
    await rig.run(dice.exponential(1500));
    if (plan.point === 'checkpoint' ? dice.chance(0.2) : dice.chance(0.05)) checkpoint();
  }
  // A long log takes longer.
  if (plan.point === 'checkpoint') checkpoint();
};

const run = async () => {
  await rig.run(dice.between(0, 4000));
  await (plan.point === 'none' ? settle() : act());
  if (plan.point !== 'none' && plan.point !== 'closing') miss();
  closing = true;
  await rig.stop();
  pass('closing');
  process.disconnect();
};
void run();
