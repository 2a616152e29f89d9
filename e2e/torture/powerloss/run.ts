/** Records the work of the built core, makes the disks that a power loss could leave behind, and opens each with the outbox's own code. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createDice } from '../../simulate/random.ts';
import type { Workshop } from '../bundle.ts';
import { commandsOf } from '../kill9/check.ts';
import type { Store } from '../kill9/check.ts';
import type { FileEvent } from '../strace.ts';
import { readTrace, record } from '../strace.ts';
import { createDisk, modes } from './states.ts';
import type { Work } from './workload.ts';

export type PowerLossResult = {
  states: number;
  records: number;
  acked: number;
  syncs: number;
  /** States in which something acknowledged was missing, and how many commands in all. */
  statesWithLoss: number;
  lost: number;
  /** A write had left for the server and its command did not know. */
  forgotten: number;
  torn: number;
  corrupt: number;
  byMode: Record<string, number>;
};

/** States made from one record. */
const STATES = 4000;
/** Cards moved in one record. */
const ACTS = 160;
/** The cache may lose what it was told last, but must open: it costs more to look at, so only now and then. */
const CACHE_EVERY = 10;

const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Rejects when the recorded work itself fails. */
export const runPowerLoss = async (
  options: {
    states: number;
    seed: number;
    seconds: number;
    control: 'normal' | null;
    report: (line: string) => void;
  },
  workshop: Workshop,
): Promise<PowerLossResult> => {
  const program = await workshop.program('powerloss/workload.ts');
  const store = (await import(await workshop.program('store.ts'))) as Store;
  const root = mkdtempSync(join(tmpdir(), 'torture-power-'));
  const disk = mkdtempSync(join(memory, 'torture-power-'));
  const began = performance.now();
  const result: PowerLossResult = {
    states: 0,
    records: 0,
    acked: 0,
    syncs: 0,
    statesWithLoss: 0,
    lost: 0,
    forgotten: 0,
    torn: 0,
    corrupt: 0,
    byMode: {},
  };
  let told = 0;
  const complain = (line: string) => {
    if (told++ < 10) options.report(line);
  };

  const lookAt = (contents: Map<string, Buffer>, at: Set<string>, sent: Set<number>, where: string) => {
    rmSync(disk, { recursive: true, force: true });
    mkdirSync(disk);
    for (const [path, content] of contents) writeFileSync(join(disk, basename(path)), content);
    const { commands, findings } = commandsOf(store, disk);
    for (const { what, detail } of findings) {
      result[what === 'torn' ? 'torn' : 'corrupt']++;
      complain(`${what}: ${detail} (${where})`);
    }
    const known = new Map(commands.map((command) => [command.id, command]));
    const missing = [...at].filter((id) => !known.has(id));
    if (missing.length > 0) {
      result.lost += missing.length;
      result.statesWithLoss++;
      complain(`lost: ${missing.length} of ${at.size} stored commands (${where})`);
    }
    for (const conversation of sent)
      if (!commands.some((command) => command.conversation === conversation && command.sent > 0)) {
        result.forgotten++;
        complain(`forgotten: a write to ${conversation} had left, no command says so (${where})`);
      }
    if (!existsSync(join(disk, 'cache.db'))) return;
    const quiet = () => undefined;
    const opened = store.openCacheWriter(disk, {
      clock: { now: () => 1_750_000_000_000 },
      log: { info: quiet, warn: quiet, error: quiet },
    });
    if (opened.outcome !== 'opened' || opened.setAside !== null) {
      result.corrupt++;
      complain(`corrupt: cache.db ${opened.outcome} (${where})`);
    }
    if (opened.outcome === 'opened') opened.store.close();
  };

  const play = (events: readonly FileEvent[], states: number, name: string) => {
    const dice = createDice(`states ${name}`);
    const moments = Array.from({ length: states }, () => dice.below(events.length)).toSorted((a, b) => a - b);
    const following = createDisk();
    const acked = new Set<string>();
    const sent = new Set<number>();
    let next = 0;
    for (const [index, event] of events.entries()) {
      following.follow(event);
      if (event.kind === 'sync') result.syncs++;
      if (event.kind === 'said')
        for (const line of event.text.split('\n')) {
          const [what, which = ''] = line.split(' ');
          if (what === 'stored') acked.add(which);
          if (what === 'sends') sent.add(Number(which));
        }
      for (; moments[next] === index; next++) {
        if (performance.now() - began > options.seconds * 1000) return;
        const mode = dice.pick(modes);
        const withCache = result.states % CACHE_EVERY === 0;
        const wanted = (path: string) => withCache || basename(path).startsWith('outbox.db');
        result.byMode[mode] = (result.byMode[mode] ?? 0) + 1;
        result.states++;
        lookAt(
          following.after(mode, dice, wanted),
          acked,
          sent,
          `seed ${options.seed}, record ${name}, event ${index}, ${mode}`,
        );
      }
    }
    result.acked += acked.size;
  };

  try {
    while (result.states < options.states && performance.now() - began < options.seconds * 1000) {
      const name = `${options.seed}/${result.records++}`;
      const folder = join(root, 'files');
      const trace = join(root, 'trace');
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      const work: Work = {
        core: workshop.core,
        folder,
        seed: name,
        acts: options.states < 1000 ? 40 : ACTS,
        control: options.control,
      };
      const code = await record(trace, program, [JSON.stringify(work)]);
      if (code !== 0) throw new Error(`The recorded work ended with ${String(code)} (record ${name}).`);
      const events = await readTrace(trace, (path) => path.startsWith(folder) && /\.db(?:-wal)?$/.test(path));
      const written = events.filter((event) => event.kind === 'write');
      if (written.length === 0) throw new Error('The record holds no writes: strace did not see them.');
      checkRecord(events, join(root, 'files'));
      play(events, Math.min(STATES, options.states - result.states), name);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
    rmSync(disk, { recursive: true, force: true });
  }
  return result;
};

/** The record must make the very files that the work left behind, or it is not a record of them. */
const checkRecord = (events: readonly FileEvent[], folder: string): void => {
  const all = createDisk();
  for (const event of events) all.follow(event);
  for (const [path, content] of all.after('all', createDice('all'), () => true)) {
    if (!path.startsWith(folder) || !existsSync(path)) continue;
    if (statSync(path).size !== content.length)
      throw new Error(
        `The record makes ${content.length} bytes of ${basename(path)} in ${basename(dirname(path))}, the file has ${statSync(path).size}.`,
      );
  }
};
