/** Records the work of the built core, makes the disks that a power loss could leave behind, and opens each with the outbox's own code. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createDice } from '../../simulate/random.ts';
import type { Workshop } from '../bundle.ts';
import { workspaceIn } from '../kill9/check.ts';
import { createOutboxReader } from '../outbox-reader.ts';
import type { Store } from '../outbox-reader.ts';
import type { Chunk, Part, Program, Worker } from '../part.ts';
import { countOf } from '../part.ts';
import type { FileEvent } from '../strace.ts';
import { readTrace, record } from '../strace.ts';
import { createJudge } from './judge.ts';
import type { Judged } from './judge.ts';
import { createDisk, modes } from './states.ts';
import type { Work } from './workload.ts';

/** States made from one record. */
const STATES = 10_000;
/** The cache may lose what it was told last, but must open: it costs more to look at, so only now and then. */
const CACHE_EVERY = 25;

const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

const isOutbox = (path: string) => basename(path).startsWith('outbox.db');
/** Databases, also under the name they are made with, with their logs and journals. */
export const isDatabase = (path: string) => /\.db(?:\.new)?(?:-wal|-journal)?$/.test(path);

/** Follows the record and looks at the disk at random moments of it. */
export const play = (
  events: readonly FileEvent[],
  judge: ReturnType<typeof createJudge>,
  chunk: Chunk,
): Part => {
  const name = `${chunk.seed}/${chunk.index}`;
  const dice = createDice(`states ${name}`);
  const found: string[] = [];
  const byMode: Record<string, number> = {};
  const counts = {
    states: 0,
    /** Of these, opened: the others hold the same bytes as one that was. */
    distinct: 0,
    cacheStates: 0,
    records: 1,
    acked: 0,
    syncs: 0,
    /** States in which something acknowledged was missing, and how many commands in all. */
    statesWithLoss: 0,
    lost: 0,
    /** A write had left for the server and its command did not know. */
    forgotten: 0,
    torn: 0,
    corrupt: 0,
  };
  const disk = createDisk();
  const acked = new Set<string>();
  const sent = new Set<number>();
  const judgements = new Map<string, Judged>();
  const complain = (what: 'lost' | 'forgotten' | 'torn' | 'corrupt', detail: string, by = 1) => {
    counts[what] += by;
    if (found.length < 10) found.push(`${what}: ${detail}`);
  };

  const look = (index: number) => {
    const mode = dice.pick(modes);
    const withCache = counts.states % CACHE_EVERY === 0;
    const where = `(seed ${chunk.seed}, record ${chunk.index}, event ${index}, ${mode})`;
    byMode[mode] = (byMode[mode] ?? 0) + 1;
    counts.states++;
    if (withCache) counts.cacheStates++;
    const state = disk.after(mode, dice, (path) => withCache || isOutbox(path));
    let judged = judgements.get(state.name);
    if (!judged) {
      judged = judge(state);
      judgements.set(state.name, judged);
      counts.distinct++;
    }
    const { commands, sent: known, torn, corrupt } = judged;
    for (const detail of torn) complain('torn', `${detail} ${where}`);
    for (const detail of corrupt) complain('corrupt', `${detail} ${where}`);
    const missing = [...acked].filter((id) => !commands.has(id)).length;
    if (missing > 0) {
      counts.statesWithLoss++;
      complain('lost', `${missing} of ${acked.size} stored commands ${where}`, missing);
    }
    for (const conversation of sent)
      if (!known.has(conversation))
        complain('forgotten', `a write to ${conversation} had left, no command says so ${where}`);
  };

  // Moments at which the outbox was touched or something was promised; between them it stays as it is.
  const places = events.flatMap((event, index) =>
    event.kind === 'said' || event.kind === 'sync-folder' || isOutbox(event.path) ? [index] : [],
  );
  const moments = Array.from({ length: Math.min(STATES, chunk.most) }, () => dice.pick(places)).toSorted(
    (a, b) => a - b,
  );
  let next = 0;
  for (const [index, event] of events.entries()) {
    disk.follow(event);
    if (event.kind === 'sync') counts.syncs++;
    if (event.kind === 'said')
      for (const line of event.text.split('\n')) {
        const [what, which = ''] = line.split(' ');
        if (what === 'stored') {
          acked.add(which);
          // At once: a run whose time is up ends in the middle of its record.
          counts.acked = acked.size;
        }
        if (what === 'sends') sent.add(Number(which));
      }
    for (; moments[next] === index; next++) {
      if (Date.now() > chunk.until) return { counts: { ...counts, byMode }, found };
      look(index);
    }
  }
  return { counts: { ...counts, byMode }, found };
};

/** The record must make the very files that the work left behind, or it is not a record of them. */
export const checkRecord = (events: readonly FileEvent[], folder: string): void => {
  const all = createDisk();
  for (const event of events) all.follow(event);
  const made = new Map(
    all
      .after('all', createDice('all'), () => true)
      .files.map(({ path, content }) => [basename(path), Buffer.from(content())]),
  );
  const left = readdirSync(folder).filter(isDatabase);
  if (left.toSorted().join(' ') !== [...made.keys()].toSorted().join(' '))
    throw new Error(`The record makes ${[...made.keys()].join(', ')}, there are ${left.join(', ')}.`);
  for (const [name, content] of made)
    if (!readFileSync(join(folder, name)).equals(content))
      throw new Error(`The record makes other bytes of ${name} than there are.`);
};

const open = async (workshop: Workshop): Promise<Worker> => {
  const program = workshop.bundled('powerloss/workload.ts');
  const store = (await import(workshop.bundled('store.ts'))) as Store;
  const root = mkdtempSync(join(memory, 'torture-power-'));
  const folder = join(root, 'files');
  const trace = join(root, 'trace');
  const disk = join(root, 'disk');
  mkdirSync(disk);
  const reader = createOutboxReader(store);
  const judge = createJudge(store, reader, disk);
  return {
    chunk: async (chunk) => {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      const work: Work = {
        core: workshop.core,
        folder,
        seed: `${chunk.seed}/${chunk.index}`,
        acts: chunk.most < 1000 ? 40 : 80,
        control: chunk.control === 'normal' ? 'normal' : null,
      };
      const code = await record(trace, program, [JSON.stringify(work)]);
      if (code !== 0)
        throw new Error(`The recorded work ended with ${String(code)} (record ${chunk.index}).`);
      const events = await readTrace(trace, folder, isDatabase);
      rmSync(trace);
      if (!events.some(({ kind }) => kind === 'write'))
        throw new Error('The record holds no writes: strace did not see them.');
      checkRecord(events, workspaceIn(folder) ?? '');
      reader.forget();
      return play(events, judge, chunk);
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  };
};

export const powerloss: Program = {
  unit: 'states',
  usual: 10_000,
  chunk: STATES,
  controls: { normal: 300 },
  needsStrace: true,
  bundles: [{ entry: 'powerloss/workload.ts' }, { entry: 'store.ts' }],
  open,
  faults: ['lost', 'forgotten', 'torn', 'corrupt'],
  isVoid: (counts) => (countOf(counts, 'acked') === 0 ? 'Nothing was promised.' : null),
};
