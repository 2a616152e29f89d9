/** Kills the built core again and again on the same files, while the server lives on, and looks at the files after every death. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDice } from '../../simulate/random.ts';
import type { Workshop } from '../bundle.ts';
import type { World } from '../world.ts';
import { createWorld } from '../world.ts';
import type { Finding, Store } from './check.ts';
import { checkEffects, checkFiles } from './check.ts';
import type { Controls, FromChild, Plan, ToChild } from './plan.ts';
import { pickPoint } from './plan.ts';

export type Kill9 = {
  cycles: number;
  seed: number;
  control: Controls;
  /** At most so many seconds. */
  seconds: number;
  report: (line: string) => void;
};

export type Kill9Result = {
  cycles: number;
  killed: number;
  acked: number;
  commands: Record<string, number>;
  writes: number;
  points: Record<string, number>;
  findings: Record<Finding['what'], number>;
  troubles: number;
};

/** Deaths on the same files before they are settled and checked to the end. */
const DEATHS = 30;
/** A life that does nothing for this long, in real ms, has hung. */
const HUNG_MS = 60_000;

type Ended = { killed: boolean; hung: boolean; reached: boolean; code: number | null };

const live = (
  program: string,
  plan: Plan,
  world: World,
  hear: { acked: (command: string, conversation: number) => void; trouble: (what: string) => void },
  killAfter: number,
): Promise<Ended> =>
  new Promise((resolve) => {
    const child: ChildProcess = fork(program, [JSON.stringify(plan)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(program, '..', '.compiled') },
    });
    let connection: ReturnType<World['connect']> | null = null;
    let hung = false;
    let reached = 0;
    const kill = () => void child.kill('SIGKILL');
    const killSoon = () => {
      if (killAfter < 1) setImmediate(kill);
      else setTimeout(kill, killAfter);
    };
    const watchdog = setTimeout(() => {
      hung = true;
      kill();
    }, HUNG_MS);
    const send = (message: ToChild) => {
      if (child.connected) child.send(message, () => undefined);
    };
    child.on('message', (message: FromChild) => {
      switch (message.kind) {
        case 'request':
          world.advance(message.time);
          send({ kind: 'answer', id: message.id, answer: world.request(message.request) });
          return;
        case 'connect':
          world.advance(message.time);
          connection?.closed();
          connection = world.connect(
            (text) => send({ kind: 'text', text }),
            () => send({ kind: 'closed' }),
          );
          send({ kind: 'done', id: message.id });
          return;
        case 'send':
          world.advance(message.time);
          connection?.receive(message.text);
          send({ kind: 'done', id: message.id });
          return;
        case 'closed':
          connection?.closed();
          connection = null;
          return;
        case 'acked':
          hear.acked(message.command, message.conversation);
          return;
        case 'reached':
          reached++;
          // The first one says that the core is loaded, a second one that a checkpoint begins.
          if (plan.point === 'random' || plan.point === 'opening' || reached === 2) killSoon();
          return;
        case 'trouble':
          hear.trouble(message.what);
          return;
      }
    });
    let code: number | null = null;
    let signal: string | null = null;
    let open = 2;
    const end = () => {
      if (--open > 0) return;
      clearTimeout(watchdog);
      connection?.closed();
      resolve({ killed: signal === 'SIGKILL', hung, reached: reached > 0, code });
    };
    child.once('exit', (withCode, withSignal) => {
      code = withCode;
      signal = withSignal;
      end();
    });
    // After everything that it still said.
    child.once('disconnect', end);
  });

/** One line of deaths after another until there were enough. Rejects when a life cannot even begin. */
export const runKill9 = async (options: Kill9, workshop: Workshop): Promise<Kill9Result> => {
  const program = await workshop.program('kill9/child.ts');
  const store = (await import(await workshop.program('store.ts'))) as Store;
  const root = mkdtempSync(join(tmpdir(), 'torture-kill9-'));
  const dice = createDice(`kill9 ${options.seed}`);
  const result: Kill9Result = {
    cycles: 0,
    killed: 0,
    acked: 0,
    commands: {},
    writes: 0,
    points: {},
    findings: { lost: 0, duplicated: 0, torn: 0, corrupt: 0, cursor: 0, unfounded: 0, stuck: 0 },
    troubles: 0,
  };
  const began = performance.now();
  const enough = () => result.cycles >= options.cycles || performance.now() - began > options.seconds * 1000;
  for (let line = 0; !enough(); line++) {
    const folder = join(root, 'files');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const name = `${options.seed}/${line}`;
    const world = createWorld(name);
    const acked = new Map<string, number>();
    const find = (findings: readonly Finding[], where: string) => {
      for (const { what, detail } of findings) {
        if (result.findings[what]++ < 5)
          options.report(`${what}: ${detail} (seed ${options.seed}, ${where})`);
      }
    };
    const once = async (point: Plan['point'], n: number, life: number): Promise<Ended> => {
      const plan: Plan = {
        core: workshop.core,
        folder,
        seed: `${name}/${life}`,
        at: world.time() + 1000,
        point,
        n,
        control: options.control,
      };
      const delay =
        point === 'opening' ? dice.next() * 12 : point === 'random' ? dice.next() * 250 : dice.next() * 2;
      return live(
        program,
        plan,
        world,
        {
          acked: (command, conversation) => {
            acked.set(command, conversation);
            result.acked++;
          },
          trouble: (what) => {
            if (result.troubles++ < 3) options.report(`trouble: ${what} (line ${line}, life ${life})`);
          },
        },
        delay,
      );
    };
    let broken = false;
    for (let death = 0; death < DEATHS && !enough() && !broken; death++) {
      const { point, n } = pickPoint(dice, death < 3);
      const ended = await once(point, n, death);
      result.cycles++;
      if (ended.killed) {
        result.killed++;
        result.points[point] = (result.points[point] ?? 0) + 1;
      } else if (ended.code !== 0 || !ended.reached)
        throw new Error(
          `A life ended by itself with code ${String(ended.code)} (line ${line}, life ${death}).`,
        );
      if (ended.hung) find([{ what: 'stuck', detail: 'a life hung' }], `line ${line}, life ${death}`);
      const { findings } = checkFiles({ store, folder, copy: join(root, 'copy'), world, acked });
      find(findings, `line ${line}, life ${death}, ${point} ${n}`);
      // What is lost stays lost: counted once.
      broken = findings.length > 0;
      if (dice.chance(0.2)) world.interfere();
    }
    if (broken) continue;
    const ended = await once('none', 0, DEATHS);
    if (ended.code !== 0) find([{ what: 'stuck', detail: 'the last life did not end' }], `line ${line}`);
    const { commands, findings } = checkFiles({ store, folder, copy: join(root, 'copy'), world, acked });
    find([...findings, ...checkEffects(commands, world)], `line ${line}, at the end`);
    for (const { state } of commands) result.commands[state] = (result.commands[state] ?? 0) + 1;
    result.writes += world.writes.length;
  }
  rmSync(root, { recursive: true, force: true });
  return result;
};
