/** One life of the built core in a process of its own, from its start to its death. */
import { fork } from 'node:child_process';
import type { World } from '../world.ts';
import type { FromChild, Plan, ToChild } from './plan.ts';

export type Ended = {
  killed: boolean;
  hung: boolean;
  heard: ReadonlySet<FromChild['kind']>;
  code: number | null;
};

/** A life that does nothing for this long, in real ms, has hung. */
const HUNG_MS = 60_000;

/**
 * @param compiled a folder for compiled code
 * @param outside real ms at which it is killed, from its start or from the begin of a checkpoint; null = not from here
 */
export const live = (
  program: string,
  compiled: string,
  plan: Plan,
  world: World,
  hear: { acked: (command: string, conversation: number) => void; trouble: (what: string) => void },
  outside: number | null,
): Promise<Ended> =>
  new Promise((resolve) => {
    const child = fork(program, [JSON.stringify(plan)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, NODE_COMPILE_CACHE: compiled },
    });
    let connection: ReturnType<World['connect']> | null = null;
    let hung = false;
    const heard = new Set<FromChild['kind']>();
    const kill = () => void child.kill('SIGKILL');
    const killSoon = () => {
      if (outside === null) return;
      if (outside > 1) {
        setTimeout(kill, outside);
        return;
      }
      // No timer is as fine as this.
      const at = performance.now() + outside;
      while (performance.now() < at);
      kill();
    };
    const watchdog = setTimeout(() => {
      hung = true;
      kill();
    }, HUNG_MS);
    const send = (message: ToChild) => {
      if (child.connected) child.send(message, () => undefined);
    };
    child.on('message', (message: FromChild) => {
      heard.add(message.kind);
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
        case 'starts':
          if (plan.point !== 'checkpoint') killSoon();
          return;
        case 'checkpoint':
          killSoon();
          return;
        case 'opened':
        case 'checkpoint-over':
        case 'missed':
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
      resolve({ killed: signal === 'SIGKILL', hung, heard, code });
    };
    child.once('exit', (withCode, withSignal) => {
      code = withCode;
      signal = withSignal;
      end();
    });
    // After everything that it still said.
    child.once('disconnect', end);
  });
