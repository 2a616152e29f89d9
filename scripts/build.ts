/** Builds the app, or leaves it when nothing has changed since. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './computer.ts';

const sources = [
  'contract',
  'main',
  'preload',
  'renderer',
  'server',
  'assets',
  'package.json',
  'package-lock.json',
  'electron.vite.config.ts',
];
const stamp = join(root, 'out', '.built');

function newest(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function isFresh(): boolean {
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  return sources
    .map((name) => join(root, name))
    .filter(existsSync)
    .every((path) => newest(path) <= built);
}

/** True when `out/` is up to date in the end. */
export function build(): boolean {
  if (isFresh()) return true;
  rmSync(join(root, 'out'), { recursive: true, force: true });
  // A file that changes while it is built is newer than the stamp.
  const began = new Date();
  const cli = join(root, 'node_modules', 'electron-vite', 'dist', 'cli.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'build'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) {
    console.error(stdout + stderr);
    return false;
  }
  writeFileSync(stamp, began.toISOString());
  return true;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exit(build() ? 0 : 1);
