/** The files to be damaged: of an app at work, with a log that is not yet in the database, and of one that was closed. */
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '../../../main/core/commands/types.ts';
import { createDice } from '../../simulate/random.ts';
import { createSupervisor } from '../../simulate/supervisor.ts';
import { copyFiles, workspaceIn } from '../kill9/check.ts';
import type { OutboxReader } from '../outbox-reader.ts';
import type { CreateCore, Rig } from '../rig.ts';
import { createRig, localLink } from '../rig.ts';
import type { World } from '../world.ts';
import { createWorld } from '../world.ts';

export type Base = {
  /** A copy of the folder that holds the workspace. */
  folder: string;
  /** Every command in it, newest state. */
  commands: Command[];
  /** The databases as they were some time before. */
  earlier: Record<'cache.db' | 'outbox.db', Buffer>;
  world: World;
};

export const rigOn = (
  createCore: CreateCore,
  folder: string,
  world: World,
  ids: string,
  online: () => boolean,
): Rig => {
  const local = localLink(world);
  return createRig({
    createCore,
    folder,
    link: {
      connect: local.connect,
      request: async (time, request) =>
        online()
          ? local.request(time, request)
          : { kind: 'failed', reason: 'unreachable', sent: 'no', detail: 'no network' },
    },
    at: world.time() + 1000,
    ids,
    log: () => undefined,
  });
};

/** @param closed nothing is left in a log @param offline the last commands still wait */
export const makeBase = async (parts: {
  createCore: CreateCore;
  reader: OutboxReader;
  root: string;
  seed: string;
  closed: boolean;
  offline: boolean;
  checkpoint: () => void;
}): Promise<Base> => {
  const { reader, root, seed } = parts;
  const dice = createDice(`base ${seed}`);
  const world = createWorld(seed, { conversations: 60 });
  const live = join(root, 'live');
  const folder = join(root, 'base');
  mkdirSync(live, { recursive: true });
  let online = true;
  const rig = rigOn(parts.createCore, live, world, seed, () => online);
  const supervisor = createSupervisor(dice, {
    events: [],
    faults: {},
    fault: () => undefined,
    add: () => undefined,
  });
  const app = { call: rig.call, connection: rig.connection, dead: () => false } as Parameters<
    typeof supervisor.act
  >[0];
  const move = async (times: number) => {
    for (let i = 0; i < times; i++) {
      await rig.wait(supervisor.act(app));
      await rig.run(dice.exponential(2000));
    }
  };
  const read = (name: string) => readFileSync(join(workspaceIn(live) ?? '', name));
  await rig.run(8000);
  await move(40);
  parts.checkpoint();
  const earlier = { 'cache.db': read('cache.db'), 'outbox.db': read('outbox.db') };
  if (parts.offline) online = false;
  await move(25);
  parts.checkpoint();
  await move(25);
  if (!parts.offline) await rig.run(120_000);
  if (parts.closed) await rig.stop();
  cpSync(live, folder, { recursive: true });
  if (!parts.closed) await rig.stop();
  const clean = join(root, 'clean');
  copyFiles(workspaceIn(folder) ?? '', clean);
  const { commands, torn, corrupt } = reader.read(clean);
  const findings = [...torn, ...corrupt];
  if (findings.length > 0 || commands.length < 20)
    throw new Error(
      `The files to be damaged are no good: ${JSON.stringify(findings)}, ${commands.length} commands.`,
    );
  return { folder, commands, earlier, world };
};
