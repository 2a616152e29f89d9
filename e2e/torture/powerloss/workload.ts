/** The recorded work: the built core moves cards against a server in the same process and says on stdout what it has promised. */
import { writeSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { createDice } from '../../simulate/random.ts';
import { createSupervisor } from '../../simulate/supervisor.ts';
import { hearStatements } from '../hooks.ts';
import type { CreateCore } from '../rig.ts';
import { createRig, localLink } from '../rig.ts';
import { createWorld } from '../world.ts';

export type Work = { core: string; folder: string; seed: string; acts: number; control: 'normal' | null };

const work = JSON.parse(process.argv[2] ?? '') as Work;
const dice = createDice(`work ${work.seed}`);
/** One write each: it stands in the record where it was said. */
const say = (text: string) => void writeSync(1, `${text}\n`);

const databases = new Set<Database.Database>();
hearStatements(
  ({ db, what, sql }) => {
    if (what === 'close') databases.delete(db);
    else if (!db.readonly) databases.add(db);
    // The cheat: commits are not waited for.
    if (work.control === 'normal' && what === 'pragma' && sql === 'synchronous = FULL') {
      db.pragma('synchronous = NORMAL');
      return 'skip';
    }
    return undefined;
  },
  { splitDdl: false },
);

const world = createWorld(work.seed, { conversations: 20 });
const local = localLink(world);
const { createCore } = (await import(work.core)) as { createCore: CreateCore };
for (let life = 0, done = 0; done < work.acts; life++) {
  const rig = createRig({
    createCore,
    folder: work.folder,
    link: {
      connect: local.connect,
      request: (time, request) => {
        const target = /\/conversations\/(\d+)\/assignments$/.exec(new URL(request.url).pathname)?.[1];
        if (request.method === 'POST' && target !== undefined) say(`sends ${target}`);
        return local.request(time, request);
      },
    },
    at: world.time() + 1000,
    ids: `${work.seed}/${life}`,
    log: (what, details) => process.stderr.write(`${what} ${JSON.stringify(details)}\n`),
  });
  const supervisor = createSupervisor(dice, {
    events: [],
    faults: {},
    fault: () => undefined,
    add: (event) => {
      if (event.kind === 'stored') say(`stored ${event.command}`);
    },
  });
  const app = { call: rig.call, connection: rig.connection, dead: () => false } as Parameters<
    typeof supervisor.act
  >[0];
  await rig.run(4000);
  for (let i = dice.between(10, 60); i > 0; i--, done++) {
    await rig.wait(supervisor.act(app));
    await rig.run(dice.exponential(1200));
    if (dice.chance(0.1)) world.interfere();
    // The app's own come every thousand pages; a record is shorter than that. Cut often: a long log only costs time.
    if (dice.chance(0.15))
      for (const db of databases)
        if (db.open && !db.inTransaction)
          db.pragma(`wal_checkpoint(${dice.pick(['PASSIVE', 'RESTART', 'TRUNCATE', 'TRUNCATE'])})`);
  }
  await rig.stop();
}
