/** One running app per profile: the first takes the lock, later ones leave it a message. */
import { mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Instance = { argv: string[]; cwd: string };
export type InstanceLock = { release: () => void };

/** When the process started, so that a reused process id is not taken for the old owner; null = not running. */
function startOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** Null when another running process has the lock; it is told of this one. */
export function takeInstanceLock(
  profile: string,
  onSecond: (instance: Instance) => void,
): InstanceLock | null {
  const folder = join(profile, 'instance');
  const owner = join(folder, 'owner');
  mkdirSync(folder, { recursive: true });
  const mine = `${process.pid} ${startOf(process.pid)}`;
  try {
    const held = readFileSync(owner, 'utf8');
    const [pid = '0', start] = held.split(' ');
    if (startOf(Number(pid)) === start) {
      const note: Instance = { argv: process.argv, cwd: process.cwd() };
      writeFileSync(join(folder, `second-${process.pid}.json`), JSON.stringify(note));
      return null;
    }
  } catch {
    // Nobody had it.
  }
  writeFileSync(owner, mine);
  const watcher = watch(folder, () => {
    for (const name of readdirSync(folder)) {
      if (!name.startsWith('second-')) continue;
      const file = join(folder, name);
      try {
        const note = JSON.parse(readFileSync(file, 'utf8')) as Instance;
        rmSync(file);
        onSecond(note);
      } catch {
        // Still being written: the watcher calls again.
      }
    }
  });
  watcher.unref();
  return {
    release: () => {
      watcher.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
