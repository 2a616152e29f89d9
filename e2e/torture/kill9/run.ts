/** Kills the built core again and again on the same files, while the server lives on, and looks at the files after every death. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createDice } from '../../simulate/random.ts';
import type { Workshop } from '../bundle.ts';
import { createOutboxReader } from '../outbox-reader.ts';
import type { OutboxReader, Store } from '../outbox-reader.ts';
import type { Chunk, Part, Program, Worker } from '../part.ts';
import { countOf } from '../part.ts';
import { createWorld } from '../world.ts';
import type { Finding } from './check.ts';
import { checkEffects, checkFiles, workspaceIn } from './check.ts';
import { live } from './life.ts';
import type { Ended } from './life.ts';
import { makeOlder, olderVersions, settledRows, statementsSince } from './older.ts';
import type { SettledRow, Versions } from './older.ts';
import { pickDeath, placeOf, points } from './plan.ts';
import type { Before, Plan, Point } from './plan.ts';

/** Deaths on the same files before they are settled and checked to the end. */
const DEATHS = 30;
/** From so many cycles on, every named point must have been hit. */
const LONG_RUN = 2000;

const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

type Parts = {
  program: string;
  compiled: string;
  store: Store;
  reader: OutboxReader;
  root: string;
  /** Name of the folder of the workspace; null = not seen yet. */
  workspace: string | null;
  /** Of an earlier line. */
  rows: SettledRow[];
};

const hasLog = (folder: string | null): boolean =>
  folder !== null &&
  ['cache.db-wal', 'outbox.db-wal'].some(
    (name) => (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0) > 0,
  );

/** A line of deaths on the same files; then all is settled and checked to the end. */
const line = async (parts: Parts, chunk: Chunk): Promise<Part> => {
  const { store, reader, root } = parts;
  const folder = join(root, 'files');
  const copy = join(root, 'copy');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const name = `${chunk.seed}/${chunk.index}`;
  const dice = createDice(`kill9 ${name}`);
  const world = createWorld(name);
  const acked = new Map<string, number>();
  const hits: Record<string, number> = {};
  /** Died elsewhere than it should. */
  const missed: Record<string, number> = {};
  const migratedFrom: Record<string, number> = {};
  const states: Record<string, number> = {};
  const found: string[] = [];
  const counts = {
    cycles: 0,
    killed: 0,
    acked: 0,
    writes: 0,
    settled: 0,
    lost: 0,
    duplicated: 0,
    torn: 0,
    corrupt: 0,
    cursor: 0,
    unfounded: 0,
    stuck: 0,
    troubles: 0,
  };
  const answer = (): Part => ({ counts: { ...counts, points: hits, missed, migratedFrom, states }, found });
  const find = (findings: readonly Finding[], where: string) => {
    for (const { what, detail } of findings) {
      counts[what]++;
      if (found.length < 10)
        found.push(`${what}: ${detail} (seed ${chunk.seed}, line ${chunk.index}, ${where})`);
    }
  };
  const once = (
    plan: Pick<Plan, 'point' | 'n' | 'offline'>,
    outside: number | null,
    life: number,
  ): Promise<Ended> =>
    live(
      parts.program,
      parts.compiled,
      {
        ...plan,
        folder,
        seed: `${name}/${life}`,
        at: world.time() + 1000,
        control: chunk.control === 'early-ack' || chunk.control === 'resend' ? chunk.control : null,
      },
      world,
      {
        acked: (command, conversation) => {
          acked.set(command, conversation);
          counts.acked++;
        },
        trouble: (what) => {
          if (counts.troubles++ < 3) found.push(`trouble: ${what} (line ${chunk.index}, life ${life})`);
        },
      },
      outside,
    );
  const check = () => checkFiles({ reader, folder, copy, world, acked });

  // Half of the lines begin with files of some older version, where there is one; the others with none.
  const older = olderVersions(store);
  let versions: Versions = { cache: 0, outbox: 0 };
  const inherited = new Set<string>();
  if (parts.workspace !== null && older.length > 0 && dice.chance(0.5)) {
    versions = dice.pick(older);
    for (const id of makeOlder(store, join(folder, 'workspaces', parts.workspace), versions, parts.rows)) {
      inherited.add(id);
      acked.set(id, 0);
    }
  }
  const version = versions.outbox === 0 ? 'none' : `cache ${versions.cache}, outbox ${versions.outbox}`;
  let old = statementsSince(store, versions);
  let last: Point | null = null;
  let waiting = 0;
  for (let death = 0; death < Math.min(DEATHS, chunk.most) && Date.now() <= chunk.until; death++) {
    const at = workspaceIn(folder);
    const before: Before = {
      old,
      log: hasLog(at),
      waiting,
    };
    const plan = pickDeath(dice, before, last);
    // Something that the next catch-up brings, long enough ago for a watermark to say so.
    if (plan.point === 'cursor') {
      world.interfere();
      world.advance(world.time() + 20_000);
    }
    const ended = await once(plan, plan.outside, death);
    counts.cycles++;
    last = null;
    if (ended.heard.has('opened')) old = 0;
    if (ended.killed) {
      counts.killed++;
      last = placeOf(plan, ended.heard);
      hits[last] = (hits[last] ?? 0) + 1;
      if (last !== plan.point) missed[plan.point] = (missed[plan.point] ?? 0) + 1;
      if (last === 'migration') migratedFrom[version] = (migratedFrom[version] ?? 0) + 1;
    } else if (ended.code !== 0 || !ended.heard.has('starts'))
      throw new Error(
        `A life ended by itself with code ${String(ended.code)} (line ${chunk.index}, life ${death}).`,
      );
    if (ended.hung) find([{ what: 'stuck', detail: 'a life hung' }], `life ${death}`);
    const { commands, findings } = check();
    find(findings, `life ${death}, ${plan.point} ${plan.n}`);
    // What is lost stays lost: counted once.
    if (findings.length > 0) return answer();
    waiting = commands.filter(({ state }) => state === 'waiting' || state === 'sending').length;
    if (dice.chance(0.2)) world.interfere();
  }
  const ended = await once({ point: 'none', n: 0, offline: false }, null, DEATHS);
  if (ended.code !== 0) find([{ what: 'stuck', detail: 'the last life did not end' }], 'at the end');
  const { commands, findings } = check();
  const mine = commands.filter(({ id }) => !inherited.has(id));
  find([...findings, ...checkEffects(mine, world)], 'at the end');
  for (const { state } of mine) states[state] = (states[state] ?? 0) + 1;
  counts.settled++;
  counts.writes = world.writes.length;
  const at = workspaceIn(folder);
  if (at !== null && findings.length === 0) {
    parts.workspace = basename(at);
    parts.rows = settledRows(store, at);
  }
  reader.forget();
  return answer();
};

const open = async (workshop: Workshop): Promise<Worker> => {
  const program = workshop.withCore('kill9/child.ts');
  const store = (await import(workshop.bundled('store.ts'))) as Store;
  const root = mkdtempSync(join(memory, 'torture-kill9-'));
  const parts: Parts = {
    program,
    compiled: join(workshop.folder, 'compiled'),
    store,
    reader: createOutboxReader(store),
    root,
    workspace: null,
    rows: [],
  };
  // A life that ends by itself leaves compiled code behind: none of those that are killed can.
  const folder = join(root, 'files');
  mkdirSync(folder);
  const plan: Plan = { folder, seed: 'first', at: 0, point: 'none', n: 0, offline: false, control: null };
  const quiet = { acked: () => undefined, trouble: () => undefined };
  const first = await live(program, parts.compiled, plan, createWorld('first'), quiet, null);
  if (first.code !== 0) throw new Error(`The first life ended with code ${String(first.code)}.`);
  parts.workspace = basename(workspaceIn(folder) ?? '');
  return {
    chunk: (chunk) => line(parts, chunk),
    close: () => rmSync(root, { recursive: true, force: true }),
  };
};

export const kill9: Program = {
  unit: 'cycles',
  usual: 200,
  chunk: DEATHS,
  controls: { 'early-ack': 30, resend: 30 },
  needsStrace: false,
  bundles: [{ entry: 'kill9/child.ts', withCore: true }, { entry: 'store.ts' }],
  open,
  faults: ['lost', 'duplicated', 'torn', 'corrupt', 'cursor', 'unfounded', 'stuck'],
  isVoid: (counts) => {
    if (countOf(counts, 'acked') === 0) return 'Nothing was promised.';
    const hits = counts['points'];
    const missed = points.filter((point) => typeof hits === 'object' && !hits[point]);
    return countOf(counts, 'cycles') >= LONG_RUN && missed.length > 0
      ? `Nothing died at ${missed.join(', ')}.`
      : null;
  },
};
