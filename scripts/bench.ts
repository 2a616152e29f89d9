/** `npm run bench -- NAME`: builds the app and runs one benchmark on the host that this computer has. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.ts';
import { findHost, hostEnvironment, root } from './computer.ts';
import { setUp } from './setup.ts';

function run(): number {
  if (!setUp('test') || !build()) return 1;
  const host = findHost();
  if (host === null) return 1;
  const folder = join(root, 'e2e', 'bench');
  const env = { ...process.env, ...hostEnvironment(host) };
  return (
    spawnSync(
      process.execPath,
      // The probe is asleep unless a benchmark says where to write.
      ['--require', join(folder, 'block-probe.cjs'), join(folder, 'main.ts'), ...process.argv.slice(2)],
      { cwd: root, stdio: 'inherit', env },
    ).status ?? 1
  );
}

process.exit(run());
