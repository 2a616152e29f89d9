/** `npm run e2e`: builds, and drives the built app with Playwright on the host that this computer has. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.ts';
import { findHost, hostEnvironment, root } from './computer.ts';
import { setUp } from './setup.ts';

function run(): number {
  const given = process.argv.slice(2);
  const shots = given.includes('--shots');
  if (!setUp('test') || !build()) return 1;
  const host = findHost();
  if (host === null) return 1;
  console.log(
    host.kind === 'electron'
      ? `Host: Electron, ${host.path}`
      : 'Host: the stand-in, over this computer’s Chromium',
  );
  const playwright = [
    process.execPath,
    join(root, 'node_modules', '@playwright', 'test', 'cli.js'),
    'test',
    `--project=${shots ? 'shots' : 'suite'}`,
    ...given.filter((argument) => argument !== '--shots'),
  ];
  // Electron needs a display even for windows that nobody sees; the stand-in does not.
  const needsDisplay = host.kind === 'electron' && process.platform === 'linux' && !process.env['DISPLAY'];
  const [program = '', ...args] = needsDisplay ? ['xvfb-run', '-a', ...playwright] : playwright;
  const env = { ...process.env, ...hostEnvironment(host) };
  return spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env }).status ?? 1;
}

process.exit(run());
