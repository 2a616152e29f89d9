/** Counts how often the outbox asks the disk to keep what it wrote, while moves are submitted: with strace, because a pragma may mislead. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { chunks as built, newFolder, removeFolder } from './built-core.ts';
import type { SyncsChildOptions } from './syncs-child.ts';
import { startPageServer } from './page-server-process.ts';
import { ALL_LIVE } from './page-server-rows.ts';

/** Moves that are submitted and taken back. */
const MOVES = 100;

/** A copy of the built threads, beside node_modules, whose outbox runs at NORMAL. */
const withNormal = (): string => {
  const folder = join(
    built,
    '..',
    '..',
    '..',
    'node_modules',
    '.cache',
    'bench',
    String(process.pid),
    'main',
  );
  mkdirSync(folder, { recursive: true });
  cpSync(built, join(folder, 'chunks'), { recursive: true });
  let changed = 0;
  for (const file of readdirSync(join(folder, 'chunks')).filter((name) => name.endsWith('.js'))) {
    const path = join(folder, 'chunks', file);
    const text = readFileSync(path, 'utf8');
    const other = text.replaceAll(/synchronous: (["'`])FULL\1/g, 'synchronous: "NORMAL"');
    if (other === text) continue;
    changed += 1;
    writeFileSync(path, other);
  }
  if (changed === 0) throw new Error('The build has no synchronous: "FULL" to be changed.');
  return join(folder, 'chunks');
};

/** `commits` = transactions of the outbox: each move and its taking back. */
export const countSyncs = async (
  seed: number,
  synchronous: 'FULL' | 'NORMAL',
): Promise<{ commits: number; syncs: number }> => {
  const server = await startPageServer({
    conversations: 200,
    seed,
    mix: ALL_LIVE,
    delay: 0,
    limit: null,
    bumps: 0,
  });
  const folder = newFolder();
  const chunks = synchronous === 'FULL' ? built : withNormal();
  const trace = join(folder, 'trace');
  const options: SyncsChildOptions = { origin: server.origin, folder, chunks, moves: MOVES };
  try {
    const child = spawn(
      'strace',
      [
        '-f',
        '-qq',
        '-y',
        '-e',
        'trace=fsync,fdatasync',
        '-e',
        'signal=none',
        '-o',
        trace,
        process.execPath,
        join(import.meta.dirname, 'syncs-child.ts'),
        JSON.stringify(options),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    await once(child, 'exit');
    const { commits } = JSON.parse(Buffer.concat(said).toString()) as { commits: number };
    const syncs = readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => /f(data)?sync\(\d+<[^>]*outbox\.db-wal>/.test(line)).length;
    return { commits, syncs };
  } finally {
    await server.stop();
    removeFolder(folder);
    if (chunks !== built) rmSync(join(chunks, '..', '..'), { recursive: true, force: true });
  }
};
