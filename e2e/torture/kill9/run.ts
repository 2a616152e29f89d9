/** Kills the built core again and again on the same files, while the server lives on, and looks at the files after every death. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDice } from '../../simulate/random.ts';
import type { Workshop } from '../bundle.ts';
import type { Chunk, Part, Program, Worker } from '../part.ts';
import { countOf } from '../part.ts';
import type { World } from '../world.ts';
import { createWorld } from '../world.ts';
import type { Finding, Store } from './check.ts';
import { checkEffects, checkFiles } from './check.ts';
import type { FromChild, Plan, ToChild } from './plan.ts';
import { pickPoint } from './plan.ts';

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

/** A line of deaths on the same files; then all is settled and checked to the end. */
const line = async (
  parts: { program: string; core: string; store: Store; root: string },
  chunk: Chunk,
): Promise<Part> => {
  const { store, root } = parts;
  const folder = join(root, 'files');
  const copy = join(root, 'copy');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const name = `${chunk.seed}/${chunk.index}`;
  const dice = createDice(`kill9 ${name}`);
  const world = createWorld(name);
  const acked = new Map<string, number>();
  const points: Record<string, number> = {};
  const states: Record<string, number> = {};
  const found: string[] = [];
  const counts = {
    cycles: 0,
    killed: 0,
    acked: 0,
    writes: 0,
    settled: 0,
    lost: 0,
    duplicated: 0,
    torn: 0,
    corrupt: 0,
    cursor: 0,
    unfounded: 0,
    stuck: 0,
    troubles: 0,
  };
  const answer = (): Part => ({ counts: { ...counts, points, states }, found });
  const find = (findings: readonly Finding[], where: string) => {
    for (const { what, detail } of findings) {
      counts[what]++;
      if (found.length < 10)
        found.push(`${what}: ${detail} (seed ${chunk.seed}, line ${chunk.index}, ${where})`);
    }
  };
  const once = (point: Plan['point'], n: number, life: number): Promise<Ended> => {
    const plan: Plan = {
      core: parts.core,
      folder,
      seed: `${name}/${life}`,
      at: world.time() + 1000,
      point,
      n,
      control: chunk.control === 'early-ack' || chunk.control === 'resend' ? chunk.control : null,
    };
    const delay =
      point === 'opening' ? dice.next() * 12 : point === 'random' ? dice.next() * 250 : dice.next() * 2;
    return live(
      parts.program,
      plan,
      world,
      {
        acked: (command, conversation) => {
          acked.set(command, conversation);
          counts.acked++;
        },
        trouble: (what) => {
          if (counts.troubles++ < 3) found.push(`trouble: ${what} (line ${chunk.index}, life ${life})`);
        },
      },
      delay,
    );
  };
  for (let death = 0; death < Math.min(DEATHS, chunk.most) && Date.now() <= chunk.until; death++) {
    const { point, n } = pickPoint(dice, death < 3);
    const ended = await once(point, n, death);
    counts.cycles++;
    if (ended.killed) {
      counts.killed++;
      points[point] = (points[point] ?? 0) + 1;
    } else if (ended.code !== 0 || !ended.reached)
      throw new Error(
        `A life ended by itself with code ${String(ended.code)} (line ${chunk.index}, life ${death}).`,
      );
    if (ended.hung) find([{ what: 'stuck', detail: 'a life hung' }], `life ${death}`);
    const { findings } = checkFiles({ store, folder, copy, world, acked });
    find(findings, `life ${death}, ${point} ${n}`);
    // What is lost stays lost: counted once.
    if (findings.length > 0) return answer();
    if (dice.chance(0.2)) world.interfere();
  }
  const ended = await once('none', 0, DEATHS);
  if (ended.code !== 0) find([{ what: 'stuck', detail: 'the last life did not end' }], 'at the end');
  const { commands, findings } = checkFiles({ store, folder, copy, world, acked });
  find([...findings, ...checkEffects(commands, world)], 'at the end');
  for (const { state } of commands) states[state] = (states[state] ?? 0) + 1;
  counts.settled++;
  counts.writes = world.writes.length;
  return answer();
};

const open = async (workshop: Workshop): Promise<Worker> => {
  const program = workshop.bundled('kill9/child.ts');
  const store = (await import(workshop.bundled('store.ts'))) as Store;
  const root = mkdtempSync(join(tmpdir(), 'torture-kill9-'));
  return {
    chunk: (chunk) => line({ program, core: workshop.core, store, root }, chunk),
    close: () => rmSync(root, { recursive: true, force: true }),
  };
};

export const kill9: Program = {
  unit: 'cycles',
  usual: 200,
  chunk: DEATHS,
  controls: { 'early-ack': 30, resend: 30 },
  needsStrace: false,
  bundles: ['kill9/child.ts', 'store.ts'],
  open,
  faults: ['lost', 'duplicated', 'torn', 'corrupt', 'cursor', 'unfounded', 'stuck'],
  isVoid: (counts) => (countOf(counts, 'acked') === 0 ? 'Nothing was promised.' : null),
};
