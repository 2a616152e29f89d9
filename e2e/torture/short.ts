/** The short form of all torture programs, for `npm test`: every program and every control of it counts as one check. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { programs } from './programs.ts';
import type { ProgramName } from './programs.ts';

const units: Record<ProgramName, number> = { kill9: 110, powerloss: 4000, corrupt: 200, io: 28 };
const hasStrace = spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0;
let passed = 0;
let failed = 0;

/** Its exit code and the line for a machine. */
const run = (name: ProgramName): Promise<{ code: number | null; controls: Record<string, number> }> =>
  new Promise((resolve) => {
    const { unit } = programs[name];
    const main = fileURLToPath(new URL('main.ts', import.meta.url));
    const child = spawn(
      process.execPath,
      [main, name, `--${unit}`, String(units[name]), '--jobs', '2', '--seed', '1'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      process.stdout.write(text);
    });
    child.once('close', (code) => {
      const line = said.split('\n').find((one) => one.startsWith('{'));
      const { controls } = JSON.parse(line ?? '{"controls":{}}') as { controls: Record<string, number> };
      resolve({ code, controls });
    });
  });

for (const [name, { controls, needsStrace }] of Object.entries(programs)) {
  if (needsStrace && !hasStrace && process.platform !== 'linux') {
    console.log(`${name} needs strace, which is only on Linux: left out.`);
    continue;
  }
  const { code, controls: found } = await run(name as ProgramName);
  const unnoticed = Object.keys(controls).filter((control) => (found[control] ?? 0) === 0);
  for (const control of unnoticed) console.log(`${name}: the control ${control} was not found out`);
  failed += unnoticed.length + (code === 0 || unnoticed.length > 0 ? 0 : 1);
  passed += Object.keys(controls).length - unnoticed.length + (code === 0 ? 1 : 0);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
