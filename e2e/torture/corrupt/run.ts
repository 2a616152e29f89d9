/** Damages the files of the app in one place and looks whether it still works, and whether it believes anything wrong. */
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import Database from 'better-sqlite3';
import type { Command } from '../../../main/core/commands/types.ts';
import type { Outbox } from '../../../main/core/store/outbox.ts';
import { createDice } from '../../simulate/random.ts';
import { liveFilter } from '../../simulate/supervisor.ts';
import type { Workshop } from '../bundle.ts';
import { hearStatements } from '../hooks.ts';
import { workspaceIn } from '../kill9/check.ts';
import { createOutboxReader } from '../outbox-reader.ts';
import type { OutboxReader, Store } from '../outbox-reader.ts';
import type { CreateCore, Rig } from '../rig.ts';
import type { Chunk, Part, Program, Worker } from '../part.ts';
import { countOf } from '../part.ts';
import type { World } from '../world.ts';
import type { Base } from './base.ts';
import { makeBase, rigOn } from './base.ts';
import type { Damage } from './damage.ts';
import { holdsRow } from './whole.ts';
import { damageFile, damages, takesBack } from './damage.ts';

const DAY_MS = 24 * 3600 * 1000;
const MUTATIONS_A_BASE = 120;
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** What never changes in a command. */
const asked = ({ id, conversation, contact, inbox, action, base, createdAt }: Command): string =>
  JSON.stringify([id, conversation, contact, inbox, action, base, createdAt]);

/** The cheat: a row is changed with a right checksum, another one is taken out. */
const forge = (path: string): void => {
  const db = new Database(path);
  const rows = db.prepare('SELECT * FROM command ORDER BY seq LIMIT 2').all() as Record<string, string>[];
  const [changed, removed] = rows;
  if (changed && removed) {
    const body = (changed['body'] ?? '').replace('"createdAt":', '"createdAt":1');
    const values = [
      'command',
      changed['id'],
      changed['conversation'],
      changed['state'],
      changed['settled_at'],
      body,
    ];
    db.prepare('UPDATE command SET body = ?, checksum = ? WHERE id = ?').run(
      body,
      crc32(JSON.stringify(values)),
      changed['id'],
    );
    db.prepare('DELETE FROM command WHERE id = ?').run(removed['id']);
  }
  db.close();
};

type FileBytes = { log: boolean; file: Buffer }[];

/** A database and its log, as far as they are there. */
const filesAt = (path: string): FileBytes =>
  [path, `${path}-wal`]
    .filter((name) => existsSync(name))
    .map((name) => ({ log: name.endsWith('-wal'), file: readFileSync(name) }));

const holdsAny = (files: FileBytes, body: Buffer): boolean =>
  files.some(({ file, log }) => holdsRow(file, body, log));

/** Stores a change to each command and one more, as an app at work would; what of it is not there afterwards, or null. */
const useIt = ({ commands }: Outbox, found: readonly Command[]): string | null => {
  const change = found.map((command) => ({ ...command, serverWords: 'looked at again' }));
  const [first] = found;
  const add = first ? [{ ...first, id: 'one more' }] : [];
  commands.save({ add, change });
  const stored = new Map(commands.newest(1_000_000).map((command) => [command.id, JSON.stringify(command)]));
  const lost = [...change, ...add].filter((one) => stored.get(one.id) !== JSON.stringify(one));
  return lost.length > 0 ? `${lost.length} of ${found.length} commands cannot be changed` : null;
};

/** The board against the server; null = equal. */
const difference = async (rig: Rig, world: World): Promise<string | null> => {
  const board = { grouping: 'agents' as const, filter: liveFilter, sort: 'waiting' as const };
  const lanes = await rig.wait(rig.call('board.lanes', board));
  if (!lanes?.ok) return `no lanes: ${JSON.stringify(lanes)}`;
  const shown = new Map<number, string>();
  for (const lane of lanes.value.lanes) {
    let after: string | null = null;
    const before = shown.size;
    do {
      const page: Awaited<ReturnType<typeof rig.call<'board.cards'>>> | null = await rig.wait(
        rig.call('board.cards', { ...board, lane: lane.key, after, limit: 100 }),
      );
      if (!page?.ok) return `no cards: ${JSON.stringify(page)}`;
      for (const card of page.value.cards) {
        if (shown.has(card.id)) return `${card.id} is shown twice`;
        shown.set(card.id, JSON.stringify([card.assignee?.id ?? null, card.team, card.status]));
      }
      after = page.value.next;
    } while (after !== null);
    const cards = shown.size - before;
    if (cards !== lane.count) return `lane ${lane.key} says ${lane.count}, it has ${cards} cards`;
  }
  const live = world.live();
  for (const id of live) {
    const now = world.standing(id);
    const truth = JSON.stringify([now?.assignee?.id ?? null, now?.team ?? null, now?.status]);
    if (shown.get(id) !== truth) return `${id} is ${truth}, shown as ${shown.get(id) ?? 'nothing'}`;
  }
  return shown.size === live.length ? null : `${shown.size} cards, the server has ${live.length}`;
};

type Parts = {
  createCore: CreateCore;
  store: Store;
  reader: OutboxReader;
  root: string;
  checkpoint: () => void;
};

/** One set of files, damaged again and again. Rejects when they cannot be made. */
const damageBase = async (parts: Parts, chunk: Chunk): Promise<Part> => {
  const { createCore, store, root } = parts;
  const dice = createDice(`corrupt ${chunk.seed}/${chunk.index}`);
  const found: string[] = [];
  const byDamage: Record<string, number> = {};
  const result = {
    mutations: 0,
    outbox: 0,
    cache: 0,
    /** Opened and used as if nothing were: rightly (nothing that matters was hit) or after the newest commits were taken back with the log. */
    unnoticed: 0,
    rolledBack: 0,
    salvaged: 0,
    rebuilt: 0,
    /** Commands that were in the file, and of these: kept, and gone with the place that was hit. */
    commands: 0,
    kept: 0,
    gone: 0,
    /** Kept in an earlier state than the last one. */
    older: 0,
    /** What must not be: a command gone though its row is still in the file, gone without a word, believed wrong. */
    lost: 0,
    silent: 0,
    wrong: 0,
    /** The app does not come up, does not get to a right board, does not heal within a day. */
    broken: 0,
    healedLater: 0,
    slowestMs: 0,
  };
  const complain = (what: 'lost' | 'silent' | 'wrong' | 'broken', detail: string) => {
    result[what]++;
    if (found.length < 10) found.push(`${what}: ${detail}`);
  };

  const damagedOutbox = (base: Base, damage: Damage, where: string, at: string) => {
    // The rows that are still whole somewhere in the files, whatever leads to them.
    const bytes = filesAt(join(at, 'outbox.db'));
    const began = performance.now();
    const opened = store.openOutbox(at, 1_750_000_000_000);
    result.slowestMs = Math.max(result.slowestMs, Math.round(performance.now() - began));
    if (opened.outcome !== 'opened') return complain('broken', `${where}: ${JSON.stringify(opened)}`);
    const { outbox, salvaged } = opened;
    let noticed = salvaged !== null;
    let found: Command[] = [];
    try {
      noticed ||= outbox.commands.open().damaged > 0;
      found = outbox.commands.newest(1_000_000).toReversed();
      const why = useIt(outbox, found);
      if (why !== null) complain('broken', `${where}: ${why}`);
    } catch (error) {
      complain('broken', `${where}: opened as if it were sound, then ${String(error)}`);
    } finally {
      outbox.close();
    }
    if (salvaged) {
      result.salvaged++;
      const aside = filesAt(salvaged.setAside);
      const gone = base.commands.filter((command) => {
        const body = Buffer.from(JSON.stringify(command));
        return holdsAny(bytes, body) && !holdsAny(aside, body);
      });
      if (gone.length > 0)
        complain('lost', `${where}: ${gone.length} whole rows are not in what was set aside`);
    }
    const known = new Map(base.commands.map((command) => [command.id, command]));
    for (const command of found) {
      const original = known.get(command.id);
      if (!original || asked(original) !== asked(command))
        complain('wrong', `${where}: ${JSON.stringify(command)} was never stored`);
      else if (JSON.stringify(original) !== JSON.stringify(command)) {
        // An earlier state of it, where no newer one is left: compared with the server before anything is sent.
        if (noticed || takesBack(damage) || damage === 'stale-page') result.older++;
        else complain('wrong', `${where}: ${command.id} is ${command.state}, was ${original.state}`);
      }
    }
    const missing = base.commands.filter(({ id }) => !found.some((command) => command.id === id));
    result.commands += base.commands.length;
    result.kept += base.commands.length - missing.length;
    result.gone += missing.length;
    if (missing.length === 0) {
      if (!noticed) result.unnoticed++;
      return;
    }
    if (takesBack(damage) || (damage === 'stale-page' && !noticed)) {
      // A prefix of what was promised: the newest ones are gone, and none between.
      const first = base.commands.indexOf(missing[0] as Command);
      if (damage !== 'stale-page' && base.commands.length - first !== missing.length)
        complain('lost', `${where}: ${missing.length} from among the others`);
      result.rolledBack++;
      return;
    }
    if (!noticed)
      complain('silent', `${where}: ${missing.length} of ${base.commands.length} gone without a word`);
    const whole = missing.filter((command) => {
      const body = Buffer.from(JSON.stringify(command));
      return holdsAny(bytes, body);
    });
    // A flipped bit beside the body of a row leaves the body whole, and nobody can vouch for it.
    if (whole.length > (damage === 'bit-flip' ? 1 : 0))
      complain(
        'lost',
        `${where}: ${whole.length} of ${base.commands.length} rows are whole in the file and were not kept`,
      );
  };

  const damagedCache = async (base: Base, where: string, folder: string) => {
    const at = workspaceIn(folder) ?? '';
    let rig: Rig | null = null;
    const began = performance.now();
    try {
      rig = rigOn(createCore, folder, base.world, where, () => true);
      const { connection } = rig;
      const live = await rig.run(120_000, () => connection() === 'live');
      result.slowestMs = Math.max(result.slowestMs, Math.round(performance.now() - began));
      if (!live) return complain('broken', `${where}: ${rig.connection()} after two minutes`);
      await rig.run(30_000);
      if (readdirSync(at).some((name) => name.startsWith('cache.db.damaged-'))) result.rebuilt++;
      else result.unnoticed++;
      let why = await difference(rig, base.world);
      if (why === null) return;
      // Values that SQLite cannot know to be wrong are found by reading them again.
      for (let hours = 0; hours < 25 && why !== null; hours++) {
        await rig.run(DAY_MS / 24);
        why = await difference(rig, base.world);
      }
      if (why === null) result.healedLater++;
      else complain('broken', `${where}: ${why}, a day later`);
    } catch (error) {
      complain(
        'broken',
        `${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    } finally {
      await rig?.stop().catch(() => undefined);
    }
  };

  rmSync(join(root, 'live'), { recursive: true, force: true });
  rmSync(join(root, 'base'), { recursive: true, force: true });
  const hitsOutbox = chunk.index % 2 === 0;
  const base = await makeBase({
    createCore,
    reader: parts.reader,
    root,
    seed: `${chunk.seed}/${chunk.index}`,
    closed: chunk.index % 4 >= 2,
    offline: hitsOutbox,
    checkpoint: parts.checkpoint,
  });
  const most = Math.min(chunk.most, hitsOutbox ? MUTATIONS_A_BASE : MUTATIONS_A_BASE / 4);
  // Not every fault can be done to every file.
  for (let i = 0; result.mutations < most && i < most * 3 && Date.now() <= chunk.until; i++) {
    const folder = join(root, 'damaged');
    rmSync(folder, { recursive: true, force: true });
    cpSync(base.folder, folder, { recursive: true });
    const at = workspaceIn(folder) ?? '';
    const name = hitsOutbox ? 'outbox.db' : 'cache.db';
    const damage = dice.pick(damages);
    if (chunk.control === 'forged' && hitsOutbox) forge(join(at, name));
    const bodies = hitsOutbox ? base.commands.map((command) => JSON.stringify(command)) : [];
    const done = damageFile(damage, join(at, name), base.earlier[name], bodies, dice);
    if (done === null) continue;
    result.mutations++;
    result[hitsOutbox ? 'outbox' : 'cache']++;
    byDamage[damage] = (byDamage[damage] ?? 0) + 1;
    const where = `${name} ${damage} ${done} (seed ${chunk.seed}, base ${chunk.index}, ${i})`;
    if (hitsOutbox) damagedOutbox(base, damage, where, at);
    else await damagedCache(base, where, folder);
  }
  return { counts: { ...result, byDamage }, found };
};

const open = async (workshop: Workshop): Promise<Worker> => {
  const store = (await import(workshop.bundled('store.ts'))) as Store;
  const { createCore } = (await import(workshop.core)) as { createCore: CreateCore };
  const reader = createOutboxReader(store);
  const root = mkdtempSync(join(memory, 'torture-corrupt-'));
  // Into the database go only some of the log's pages by themselves in so short a life.
  const databases = new Set<Database.Database>();
  hearStatements(
    ({ db, what }) => {
      if (what === 'close' || db.readonly) databases.delete(db);
      else databases.add(db);
      return undefined;
    },
    { splitDdl: false },
  );
  const checkpoint = () => {
    for (const db of databases)
      if (db.open && !db.inTransaction && db.name.startsWith(join(root, 'live')))
        db.pragma('wal_checkpoint(PASSIVE)');
  };
  return {
    chunk: (chunk) => damageBase({ createCore, store, reader, root, checkpoint }, chunk),
    close: () => rmSync(root, { recursive: true, force: true }),
  };
};

export const corrupt: Program = {
  unit: 'mutations',
  usual: 1000,
  chunk: MUTATIONS_A_BASE,
  controls: { forged: 20 },
  needsStrace: false,
  bundles: [{ entry: 'store.ts' }],
  open,
  faults: ['lost', 'silent', 'wrong', 'broken'],
  isVoid: (counts) =>
    countOf(counts, 'outbox') > 0 && countOf(counts, 'commands') === 0 ? 'No command was in danger.' : null,
};
