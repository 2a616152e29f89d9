/** `npm run torture -- PROGRAM`: builds the app and breaks its core on purpose; see e2e/torture. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.ts';
import { root } from './computer.ts';
import { setUp } from './setup.ts';

function run(): number {
  if (!setUp('torture') || !build()) return 1;
  const entry = join(root, 'e2e', 'torture', 'main.ts');
  return (
    spawnSync(process.execPath, [entry, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' }).status ??
    1
  );
}

process.exit(run());
