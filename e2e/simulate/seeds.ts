/** Runs seeds one after the other in this process, or dealt among several; hands their results on in the order of seeds. */
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Forcible } from './calamities.ts';
import type { Control } from './controls.ts';
import { installGuard } from './guard.ts';
import { forbidReality, loadCore } from './load-core.ts';
import type { Level } from './model/levels.ts';
import { runSeed } from './run.ts';
import type { Part } from './tally.ts';
import type { TraceEvent } from './trace.ts';

export type Plan = {
  from: number;
  /** One seed in so many, for one of several processes. */
  step: number;
  seeds: number;
  steps: number | null;
  level: Level | null;
  control: Control | null;
  calamities: boolean;
  forced: Forcible | null;
  core: string;
};

/** Told of each seed in turn; false = no more. */
type Hear = (part: Part, trace: TraceEvent[]) => boolean;

/** In this process. */
export const runHere = async (plan: Plan, hear: Hear): Promise<void> => {
  const guard = installGuard();
  const createCore = loadCore(plan.core);
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'simulate-'));
  const reality = new Set<string>();
  const restore = forbidReality((what) => reality.add(what));
  const { steps, level, control, calamities, forced } = plan;
  for (let seed = plan.from; seed < plan.from + plan.seeds; seed += plan.step) {
    const cpu = process.cpuUsage();
    const { trace, ...run } = await runSeed({
      seed,
      steps,
      level,
      control,
      calamities,
      forced,
      createCore,
      guard,
      folder: join(folder, 'run'),
    });
    for (const what of reality) run.findings.push({ rule: 'core', t: 0, what });
    reality.clear();
    const { user, system } = process.cpuUsage(cpu);
    if (!hear({ ...run, cpuSeconds: (user + system) / 1_000_000 }, trace)) break;
  }
  restore();
  rmSync(folder, { recursive: true, force: true });
};

/** Dealt like cards among `jobs` processes. */
export const runDealt = (plan: Plan, jobs: number, hear: (part: Part) => boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    const early = new Map<number, Part>();
    let next = plan.from;
    let running = jobs;
    let over = false;
    const children = Array.from({ length: jobs }, (_, index) =>
      fork(
        fileURLToPath(import.meta.url),
        [JSON.stringify({ ...plan, from: plan.from + index, seeds: plan.seeds - index, step: jobs })],
        { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' },
      ),
    );
    const stop = () => {
      over = true;
      for (const child of children) child.kill('SIGKILL');
    };
    const take = (part: Part) => {
      early.set(part.seed, part);
      for (let one = early.get(next); one && !over; one = early.get(next)) {
        early.delete(next);
        next += 1;
        if (!hear(one)) stop();
      }
    };
    for (const child of children) {
      child.on('message', take);
      child.on('exit', (code) => {
        running -= 1;
        if (!over && code !== 0) {
          stop();
          reject(new Error(`a process that runs seeds ended with ${String(code)}`));
        } else if (running === 0) resolve();
      });
    }
  });

// As one of several processes.
if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) {
  const plan = JSON.parse(process.argv[2] ?? '') as Plan;
  await runHere(plan, (part) => {
    // Whoever asked for it may have been killed.
    if (process.connected) process.send?.(part);
    return process.connected;
  });
  if (process.connected) process.disconnect();
}
