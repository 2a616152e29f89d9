/** Runs a program under strace and reads what it did to files; strace because it needs no compiler, and sees what SQLite really asks of the system. */
import { spawn, spawnSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** One thing done to a file or said on stdout, in order. Failed calls are left out. */
export type FileEvent =
  | { kind: 'open'; path: string }
  | { kind: 'write'; path: string; at: number; bytes: Buffer }
  | { kind: 'truncate'; path: string; size: number }
  | { kind: 'sync'; path: string }
  | { kind: 'sync-folder'; path: string }
  | { kind: 'unlink'; path: string }
  | { kind: 'rename'; path: string; to: string }
  | { kind: 'said'; text: string };

export const hasStrace = (): boolean => spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0;

const SEEN = 'openat,close,pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename';

/** Answers the exit code, or null after a signal. `-f` because Node has threads; they all share their files. */
export const record = (trace: string, program: string, args: readonly string[]): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      'strace',
      [
        '-f',
        '--seccomp-bpf',
        '-e',
        `trace=${SEEN}`,
        '-e',
        'signal=none',
        '-xx',
        '-s',
        '1000000',
        '-o',
        trace,
        process.execPath,
        program,
        ...args,
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    child.once('error', reject);
    child.once('exit', resolve);
  });

const bytesOf = (text: string): Buffer => Buffer.from(text.replaceAll(String.raw`\x`, ''), 'hex');
const textOf = (text: string): string => bytesOf(text).toString('utf8');

/** Lines with calls that another thread interrupted are put together again. */
async function* calls(trace: string): AsyncGenerator<string> {
  const begun = new Map<string, string>();
  for await (const line of createInterface({ input: createReadStream(trace), crlfDelay: Infinity })) {
    const space = line.indexOf(' ');
    const thread = line.slice(0, space);
    const rest = line.slice(space + 1).trimStart();
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(thread, rest.slice(0, -'<unfinished ...>'.length).trimEnd());
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>/.exec(rest);
    yield resumed ? (begun.get(thread) ?? '') + rest.slice(resumed[0].length) : rest;
  }
}

/** Everything done to files below `root` that `concerns` us and to the names in its folders, and what was said on stdout. */
export const readTrace = async (
  trace: string,
  root: string,
  concerns: (path: string) => boolean,
): Promise<FileEvent[]> => {
  const events: FileEvent[] = [];
  const ours = (path: string) => path.startsWith(root) && concerns(path);
  const open = new Map<string, string>();
  for await (const call of calls(trace)) {
    const result = /\)\s*=\s*(-?\d+)/.exec(call.slice(Math.max(0, call.lastIndexOf(')'))))?.[1];
    if (result === undefined || Number(result) < 0) continue;
    const name = call.slice(0, call.indexOf('('));
    const inside = call.slice(name.length + 1);
    const text = /"((?:\\x[0-9a-f]{2})*)"/.exec(inside)?.[1] ?? '';
    const fd = /^\d+/.exec(inside)?.[0] ?? '';
    const path = open.get(fd);
    switch (name) {
      case 'openat': {
        const at = textOf(text);
        open.delete(result);
        if (!at.startsWith(root)) break;
        open.set(result, at);
        if (ours(at) && call.includes('O_TRUNC')) throw new Error(`A file is emptied as it is opened: ${at}`);
        if (ours(at) && call.includes('O_CREAT')) events.push({ kind: 'open', path: at });
        break;
      }
      case 'close':
        open.delete(fd);
        break;
      case 'pwrite64':
        if (path === undefined || !concerns(path)) break;
        events.push({
          kind: 'write',
          path,
          at: Number(/, (\d+)\)\s*=/.exec(call.slice(-60))?.[1] ?? Number.NaN),
          bytes: bytesOf(text).subarray(0, Number(result)),
        });
        break;
      case 'write':
        if (fd === '1') events.push({ kind: 'said', text: textOf(text) });
        else if (path !== undefined && concerns(path)) throw new Error(`A write without a place: ${path}`);
        break;
      case 'fsync':
      case 'fdatasync':
        if (path === undefined) break;
        if (concerns(path)) events.push({ kind: 'sync', path });
        // Of our folders, or of a file that is no concern of ours and whose name is no folder's.
        else events.push({ kind: 'sync-folder', path });
        break;
      case 'ftruncate':
        if (path !== undefined && concerns(path))
          events.push({ kind: 'truncate', path, size: Number(/^\d+, (\d+)/.exec(inside)?.[1]) });
        break;
      case 'unlink':
        if (ours(textOf(text))) events.push({ kind: 'unlink', path: textOf(text) });
        break;
      case 'rename': {
        const [from = '', to = ''] = [...inside.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map((match) =>
          textOf(match[1] ?? ''),
        );
        if (ours(from)) events.push({ kind: 'rename', path: from, to });
        break;
      }
    }
  }
  return events;
};
