/** Fails the Nth write or sync of the app, further and further, until a run meets no fault any more. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Workshop } from '../bundle.ts';
import { workspaceIn } from '../kill9/check.ts';
import { createOutboxReader } from '../outbox-reader.ts';
import type { OutboxReader, Store } from '../outbox-reader.ts';
import type { Chunk, Part, Program, Worker } from '../part.ts';
import { countOf } from '../part.ts';
import type { IoReport, IoWork } from './workload.ts';

type Fault = {
  name: string;
  calls: string;
  error: string;
  /** So many calls in a row; infinite = it never gets better, and nothing can be asked but that nothing is lost. */
  length: number;
  /** Only calls that concern these files are failed, and counted. */
  only?: readonly string[];
};

/** Node opens many files of its own. */
const DATABASES = ['outbox.db', 'cache.db'].flatMap((name) =>
  ['', '-wal', '-shm', '-journal'].map((suffix) => name + suffix),
);

/** better-sqlite3 calls fsync, and pwrite64 for everything it writes. The short form plays only the first ones. */
const faults: readonly Fault[] = [
  { name: 'sync-broken-for-ever', calls: 'fsync,fdatasync', error: 'EIO', length: Infinity },
  { name: 'write-full-a-while', calls: 'pwrite64', error: 'ENOSPC', length: 40 },
  { name: 'open-too-many-a-while', calls: 'openat', error: 'EMFILE', length: 24, only: DATABASES },
  { name: 'sync-broken-once', calls: 'fsync,fdatasync', error: 'EIO', length: 1 },
  { name: 'write-full-once', calls: 'pwrite64', error: 'ENOSPC', length: 1 },
  { name: 'write-broken-once', calls: 'pwrite64', error: 'EIO', length: 1 },
  { name: 'sync-broken-a-while', calls: 'fsync,fdatasync', error: 'EIO', length: 12 },
  { name: 'open-read-only-a-while', calls: 'openat', error: 'EROFS', length: 24, only: DATABASES },
  { name: 'write-full-for-ever', calls: 'pwrite64', error: 'ENOSPC', length: Infinity },
];

/**
 * The cheat: from some moment on a lying disk says that a write is done and does nothing. Only to the outbox: among
 * all writes those of what was promised are so few that a lie may meet none of them.
 */
const lying: Fault = {
  name: 'lying',
  calls: 'pwrite64',
  error: '',
  length: Infinity,
  only: ['outbox.db', 'outbox.db-wal'],
};

/** Of one kind in one chunk, without the one that meets nothing. */
const RUNS = 4;
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** strace counts no further than 65,535. */
const NEVER = 65_000;

type Outcome = { report: IoReport | null; injected: number; calls: number; words: string };

const runOnce = (
  trace: string,
  program: string,
  work: IoWork,
  fault: Fault,
  from: number,
  files: readonly string[],
): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const how = fault.error === '' ? 'retval=4096' : `error=${fault.error}`;
    const child = spawn(
      'strace',
      [
        '-f',
        '--seccomp-bpf',
        '-s',
        '0',
        '-e',
        'signal=none',
        '-e',
        `trace=${fault.calls}`,
        '-e',
        `inject=${fault.calls}:${how}:when=${from}..${Math.min(from + fault.length - 1, 65_534)}`,
        ...files.flatMap((path) => ['-P', path]),
        '-o',
        trace,
        process.execPath,
        program,
        JSON.stringify(work),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let said = '';
    let words = '';
    child.stdout.on('data', (data: Buffer) => {
      said += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      words += data.toString();
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (!existsSync(trace)) {
        reject(new Error(`strace did not begin: ${words}`));
        return;
      }
      const lines = readFileSync(trace, 'utf8').split('\n');
      const injected = lines.filter((line) => line.includes('(INJECTED)')).length;
      let report: IoReport | null = null;
      try {
        report = JSON.parse(said) as IoReport;
      } catch {
        // It said nothing, so it died.
      }
      resolve({
        report,
        injected,
        calls: lines.filter((line) => line.includes('(')).length,
        words: `${String(code ?? signal)} ${words}`,
      });
    });
  });

/**
 * One kind of fault at growing distances through the whole work; the next chunk of the same kind takes the
 * calls between, so that enough chunks fail every single one.
 */
const advance = async (
  parts: { program: string; core: string; root: string; reader: OutboxReader },
  chunk: Chunk,
): Promise<Part> => {
  const { program, core, root, reader } = parts;
  const found: string[] = [];
  const byFault: Record<string, number> = {};
  const counts = {
    runs: 0,
    /** Faults that were really met. */
    injected: 0,
    acked: 0,
    refusedCalls: 0,
    ambiguous: 0,
    clean: 0,
    lost: 0,
    notResumed: 0,
    notSettled: 0,
    crashed: 0,
    wrong: 0,
  };
  const folder = join(root, 'files');
  // Their folder is known from the first run, which meets no fault.
  let files: string[] = [];
  const once = async (fault: Fault, from: number): Promise<Outcome> => {
    const forEver = fault.length === Infinity;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const seed = String(chunk.seed);
    const outcome = await runOnce(
      join(root, 'trace'),
      program,
      { core, folder, seed, forEver: forEver && from !== NEVER },
      fault,
      from,
      files,
    );
    const { report } = outcome;
    const where = `${fault.name} from call ${from}, seed ${chunk.seed}`;
    counts.runs++;
    counts.injected += outcome.injected;
    if (outcome.injected > 0) byFault[fault.name] = (byFault[fault.name] ?? 0) + 1;
    else counts.clean++;
    const complain = (what: 'lost' | 'notResumed' | 'notSettled' | 'crashed' | 'wrong', detail: string) => {
      counts[what]++;
      if (found.length < 10) found.push(`${what}: ${detail} (${where})`);
    };
    if (!report) {
      complain('crashed', outcome.words.slice(0, 600));
      return outcome;
    }
    counts.acked += report.acked.length;
    counts.refusedCalls += report.refusedCalls;
    counts.ambiguous += report.ambiguous;
    for (const error of report.errors) complain('crashed', error);
    for (const finding of report.findings) complain(finding.startsWith('lost') ? 'lost' : 'wrong', finding);
    if (forEver) {
      // Read by this process, whose disk is whole.
      const at = workspaceIn(folder);
      const known = new Set(at === null ? [] : reader.read(at).commands.map(({ id }) => id));
      for (const id of report.acked) if (!known.has(id)) complain('lost', id);
      return outcome;
    }
    if (!report.resumed)
      complain('notResumed', `${report.refusedCalls} calls refused, none stored at the end`);
    else if (!report.live || report.unsettled !== 0)
      complain('notSettled', `live ${report.live}, ${report.unsettled} still wait`);
    return outcome;
  };
  const kinds = chunk.control === 'lying' ? [lying] : faults;
  const fault = kinds[chunk.index % kinds.length] as Fault;
  const shift = Math.floor(chunk.index / kinds.length);
  let { calls } = await once(fault, NEVER);
  if (fault.only) {
    const at = workspaceIn(folder) ?? '';
    files = fault.only.map((name) => join(at, name));
    ({ calls } = await once(fault, NEVER));
  }
  const step = Math.max(1, Math.ceil(calls / RUNS));
  // The last one lies past the end: a run that meets nothing shows that the end was reached.
  for (
    let from = 1 + (shift % step);
    from <= calls + step && counts.runs < chunk.most && Date.now() <= chunk.until;
    from += step
  )
    await once(fault, from);
  return { counts: { ...counts, byFault }, found };
};

const open = async (workshop: Workshop): Promise<Worker> => {
  const program = workshop.bundled('io/workload.ts');
  const reader = createOutboxReader((await import(workshop.bundled('store.ts'))) as Store);
  const root = mkdtempSync(join(memory, 'torture-io-'));
  return {
    chunk: (chunk) => advance({ program, core: workshop.core, root, reader }, chunk),
    close: () => rmSync(root, { recursive: true, force: true }),
  };
};

export const io: Program = {
  unit: 'runs',
  usual: 63,
  chunk: RUNS + 3,
  controls: { lying: RUNS + 3 },
  needsStrace: true,
  bundles: [{ entry: 'io/workload.ts' }, { entry: 'store.ts' }],
  open,
  faults: ['lost', 'notResumed', 'notSettled', 'crashed', 'wrong'],
  isVoid: (counts) => (countOf(counts, 'injected') === 0 ? 'No fault was met.' : null),
};
