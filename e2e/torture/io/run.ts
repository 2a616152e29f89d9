/** Fails the Nth write or sync of the app, further and further, until a run meets no fault any more. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Workshop } from '../bundle.ts';
import type { IoReport, IoWork } from './workload.ts';

export type IoResult = {
  runs: number;
  /** Faults that were really met. */
  injected: number;
  byFault: Record<string, number>;
  acked: number;
  refusedCalls: number;
  ambiguous: number;
  clean: number;
  lost: number;
  notResumed: number;
  notSettled: number;
  crashed: number;
  wrong: number;
};

type Fault = { name: string; calls: string; error: string; length: number };

/** better-sqlite3 calls fsync, and pwrite64 for everything it writes. */
const faults: readonly Fault[] = [
  { name: 'write-full-once', calls: 'pwrite64', error: 'ENOSPC', length: 1 },
  { name: 'write-full-a-while', calls: 'pwrite64', error: 'ENOSPC', length: 40 },
  { name: 'write-broken-once', calls: 'pwrite64', error: 'EIO', length: 1 },
  { name: 'sync-broken-once', calls: 'fsync,fdatasync', error: 'EIO', length: 1 },
  { name: 'sync-broken-a-while', calls: 'fsync,fdatasync', error: 'EIO', length: 12 },
];

/** The cheat: a lying disk says that a write is done and does nothing. */
const lying: Fault = { name: 'lying', calls: 'pwrite64', error: '', length: 300 };

/** strace counts no further than 65,535. */
const NEVER = 65_000;

type Outcome = { report: IoReport | null; injected: number; calls: number; words: string };

const runOnce = (
  trace: string,
  program: string,
  work: IoWork,
  fault: Fault,
  from: number,
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
    child.once('close', () => {
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
      resolve({ report, injected, calls: lines.filter((line) => line.includes('(')).length, words });
    });
  });

/** @param runs at most so many for each kind of fault; the steps between them grow accordingly */
export const runIo = async (
  options: {
    runs: number;
    seed: number;
    seconds: number;
    control: 'lying' | null;
    report: (line: string) => void;
  },
  workshop: Workshop,
): Promise<IoResult> => {
  const program = await workshop.program('io/workload.ts');
  const root = mkdtempSync(join(tmpdir(), 'torture-io-'));
  const result: IoResult = {
    runs: 0,
    injected: 0,
    byFault: {},
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
  const began = performance.now();
  const once = async (fault: Fault, from: number): Promise<Outcome> => {
    const folder = join(root, 'files');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const seed = String(options.seed);
    const outcome = await runOnce(
      join(root, 'trace'),
      program,
      { core: workshop.core, folder, seed },
      fault,
      from,
    );
    const { report } = outcome;
    const where = `${fault.name} from call ${from}, seed ${options.seed}`;
    result.runs++;
    result.injected += outcome.injected;
    if (outcome.injected > 0) result.byFault[fault.name] = (result.byFault[fault.name] ?? 0) + 1;
    else result.clean++;
    const complain = (what: 'lost' | 'notResumed' | 'notSettled' | 'crashed' | 'wrong', detail: string) => {
      if (result[what]++ < 4) options.report(`${what}: ${detail} (${where})`);
    };
    if (!report) {
      complain('crashed', outcome.words.slice(0, 600));
      return outcome;
    }
    result.acked += report.acked.length;
    result.refusedCalls += report.refusedCalls;
    result.ambiguous += report.ambiguous;
    for (const error of report.errors) complain('crashed', error);
    for (const finding of report.findings) complain(finding.startsWith('lost') ? 'lost' : 'wrong', finding);
    if (!report.resumed)
      complain('notResumed', `${report.refusedCalls} calls refused, none stored at the end`);
    else if (!report.live || report.unsettled !== 0)
      complain('notSettled', `live ${report.live}, ${report.unsettled} still wait`);
    return outcome;
  };
  try {
    for (const fault of options.control === 'lying' ? [lying] : faults) {
      const { calls } = await once(fault, NEVER);
      const step = Math.max(1, Math.ceil(calls / options.runs));
      for (let from = 1; performance.now() - began < options.seconds * 1000; from += step) {
        const { injected } = await once(fault, from);
        if (injected === 0) break;
      }
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return result;
};
