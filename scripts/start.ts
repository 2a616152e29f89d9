/** `npm start`: sets up, builds when something changed, and shows the app with what this computer has. */
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { build } from './build.ts';
import { findElectron, findHost, hostEnvironment, root } from './computer.ts';
import { setUp } from './setup.ts';

/** Longest wait for the first sign of the download server. */
const PROBE_MS = 4_000;

/** Fetches Electron's binary on first use where its server can be reached. */
async function fetchElectron(): Promise<void> {
  if (process.env['SUPERVISOR_HOST'] === 'stand-in' || findElectron() !== null) return;
  const mirror = process.env['ELECTRON_MIRROR'] ?? 'https://github.com/electron/electron/releases/';
  try {
    await fetch(mirror, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) });
  } catch {
    return;
  }
  console.log('Fetching Electron, once …');
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  spawnSync(process.execPath, [join(folder, 'install.js')], { stdio: 'inherit' });
}

async function start(): Promise<number> {
  await fetchElectron();
  if (!setUp('show') || !build()) return 1;
  const host = findHost();
  if (host === null) return 1;
  const display = process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'];
  if (process.platform === 'linux' && !display) {
    console.error('There is no display here. Start it with: xvfb-run npm start');
    return 1;
  }
  if (host.kind === 'stand-in') {
    console.log(
      'Electron could not be fetched: showing the app with its stand-in, in windows of this computer’s Chromium.',
    );
  }
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const child = spawn(host.path, [...(isRoot ? ['--no-sandbox'] : []), ...process.argv.slice(2), root], {
    stdio: 'inherit',
    env: { ...process.env, ...hostEnvironment(host), STANDIN_VISIBLE: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => child.kill('SIGTERM'));
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

process.exit(await start());
