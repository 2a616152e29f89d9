/** The work that meets a bad disk: the built core moves cards; when the fault is over it must go on by itself, and everything is settled and compared. */
import { writeSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { createDice } from '../../simulate/random.ts';
import { createSupervisor } from '../../simulate/supervisor.ts';
import { checkEffects, workspaceIn } from '../kill9/check.ts';
import { createOutboxReader } from '../outbox-reader.ts';
import type { CreateCore, Link } from '../rig.ts';
import { createRig, localLink } from '../rig.ts';
import { hearStatements } from '../hooks.ts';
import * as store from '../store.ts';
import { createWorld } from '../world.ts';

export type IoWork = {
  core: string;
  folder: string;
  seed: string;
  /** The fault never ends: what is left is looked at by somebody else. */
  forEver: boolean;
};
export type IoReport = {
  acked: string[];
  refusedCalls: number;
  live: boolean;
  unsettled: number;
  /** A card could be moved at the end. */
  resumed: boolean;
  errors: string[];
  findings: string[];
  /** Commands in the file that nobody was told of. */
  ambiguous: number;
};

const work = JSON.parse(process.argv[2] ?? '') as IoWork;
const dice = createDice(`io ${work.seed}`);
const world = createWorld(work.seed, { conversations: 12 });
const { createCore } = (await import(work.core)) as { createCore: CreateCore };
const report: IoReport = {
  acked: [],
  refusedCalls: 0,
  live: false,
  unsettled: -1,
  resumed: false,
  errors: [],
  findings: [],
  ambiguous: 0,
};
process.on('uncaughtException', (error) => report.errors.push(error.stack ?? error.message));
// Also when something thrown has ended the work.
process.once('exit', () => void writeSync(1, `${JSON.stringify(report)}\n`));
process.on('unhandledRejection', (error) => report.errors.push(String(error)));

let outbox: Database.Database | null = null;
hearStatements(
  ({ db }) => {
    if (db.name.endsWith('outbox.db') && !db.readonly) outbox = db;
  },
  { splitDdl: false },
);
/** Whether the outbox holds that a step of this conversation has left and has no answer; asked of the app's own connection, which is open in any trouble. */
const isStoredAsSent = (conversation: string): boolean => {
  if (!outbox?.open || outbox.inTransaction) return false;
  const bodies = outbox
    .prepare(`SELECT body FROM command WHERE conversation = ? AND state = 'sending'`)
    .pluck()
    .all(conversation) as string[];
  return bodies.some((body) => {
    const { sent, answered } = JSON.parse(body) as { sent: number; answered: number };
    return sent > answered;
  });
};
const local = localLink(world);
const link: Link = {
  ...local,
  request: async (time, request) => {
    const target = /\/conversations\/(\d+)\/assignments$/.exec(new URL(request.url).pathname)?.[1];
    if (request.method === 'POST' && target !== undefined && !isStoredAsSent(target))
      report.findings.push(`unstored: a write to ${target} left that is not stored as sent`);
    return local.request(time, request);
  },
};

const rig = createRig({
  createCore,
  folder: work.folder,
  link,
  at: world.time() + 1000,
  ids: work.seed,
  log: () => undefined,
});
const supervisor = createSupervisor(dice, {
  events: [],
  faults: {},
  fault: () => undefined,
  add: (event) => {
    if (event.kind === 'stored') report.acked.push(event.command);
  },
});
const app = {
  connection: rig.connection,
  dead: () => false,
  call: async (name: Parameters<typeof rig.call>[0], input: never) => {
    const reply = await rig.call(name, input);
    if (!reply.ok) report.refusedCalls++;
    return reply;
  },
} as unknown as Parameters<typeof supervisor.act>[0];

await rig.run(5000);
// Without two that were promised nothing could be lost.
for (let i = 0; i < 8 || (report.acked.length < 2 && i < 40); i++) {
  await rig.wait(supervisor.act(app));
  await rig.run(dice.exponential(2500));
}
if (work.forEver) {
  await rig.run(4 * 60_000);
  process.exit(0);
}
// The fault is over some writes later; until then the app tries again by itself.
await rig.run(4 * 60_000);
const before = report.acked.length;
for (let i = 0; i < 40 && report.acked.length === before; i++) {
  await rig.wait(supervisor.act(app));
  await rig.run(3000);
}
report.resumed = report.acked.length > before;
await rig.run(2 * 60_000);
report.live = rig.connection() === 'live';
const list = await rig.wait(rig.call('outbox.list', { limit: 500 }));
if (list?.ok) report.unsettled = list.value.counts.waiting + list.value.counts.sending;
await rig.stop();
const at = workspaceIn(work.folder);
if (at !== null) {
  const reader = createOutboxReader(store);
  let content = reader.read(at);
  // The fault may be met by this reading, too; it has an end.
  for (let i = 0; i < 20 && content.corrupt.some((why) => why.includes('"unusable"')); i++)
    content = reader.read(at);
  const { commands, torn, corrupt } = content;
  report.findings.push(...torn, ...corrupt);
  for (const { what, detail } of checkEffects(commands, world)) report.findings.push(`${what}: ${detail}`);
  const known = new Set(commands.map(({ id }) => id));
  for (const id of report.acked) if (!known.has(id)) report.findings.push(`lost: ${id}`);
  const told = new Set(report.acked);
  report.ambiguous = commands.filter(({ id }) => !told.has(id)).length;
}
process.exit(0);
