/** Starts the fake server of the benchmarks as a process and talks to it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Asked, FromPageServer, PageServerOptions, ToPageServer } from './page-server.ts';

export type PageServer = {
  origin: string;
  /** What was asked so far. */
  asked: () => Promise<Asked>;
  setBumps: (bumps: number) => void;
  stop: () => Promise<void>;
};

export const startPageServer = async (options: PageServerOptions): Promise<PageServer> => {
  const child = fork(join(import.meta.dirname, 'page-server.ts'), [JSON.stringify(options)]);
  const heard = (): Promise<FromPageServer> =>
    once(child, 'message').then(([message]) => message as FromPageServer);
  const tell = (message: ToPageServer): void => void child.send(message);
  const first = await heard();
  if (first.kind !== 'listening') throw new Error('The fake server did not start.');
  return {
    origin: `http://127.0.0.1:${first.port}`,
    asked: async () => {
      const answer = heard();
      tell({ kind: 'asked' });
      const message = await answer;
      if (message.kind !== 'asked') throw new Error('The fake server said something else.');
      return message.asked;
    },
    setBumps: (bumps) => tell({ kind: 'bumps', bumps }),
    stop: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
};
