/** The demo workspace: an embedded server in a worker thread of this app, on one port of this computer for good. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { Log } from '../core/ports.ts';
import type { Kept } from './keep.ts';

/** The first line that the server prints. */
const greetingSchema = z.object({
  url: z.string(),
  accountId: z.number(),
  tokens: z.object({ supervisor: z.string() }),
});

export type DemoServer = {
  /** Starts the server, once; answers where it is and the token of the demo's supervisor. */
  start: () => Promise<{ url: string; token: string }>;
  stop: () => Promise<void>;
};

type Options = {
  /** The built server. */
  entry: string;
  /** The app's data. */
  folder: string;
  /** The workspace is known by its address, so the port stays the same over restarts. */
  port: Kept<number>;
  log: Log;
};

export const demoPortSchema = z.number().int().min(0).max(65_535);

/** The wanted port if it is free, else 0: any. */
async function usablePort(wanted: number): Promise<number> {
  const probe = createServer();
  probe.listen(wanted, '127.0.0.1');
  try {
    await once(probe, 'listening');
    return wanted;
  } catch {
    return 0;
  } finally {
    probe.close();
  }
}

export function createDemo(options: Options): DemoServer {
  let worker: Worker | null = null;
  let started: Promise<{ url: string; token: string }> | null = null;

  async function start(): Promise<{ url: string; token: string }> {
    const port = await usablePort(options.port.get());
    const running = new Worker(options.entry, {
      argv: ['--port', String(port), '--data', join(options.folder, 'demo.db'), '--live'],
      stdout: true,
      stderr: true,
    });
    worker = running;
    const failed = new Promise<never>((_resolve, reject) => {
      running.once('error', reject);
      running.once('exit', (code) => reject(new Error(`the demo server ended with ${code}`)));
    });
    createInterface({ input: running.stderr }).on('line', (line) =>
      options.log.warn('demo server', { line }),
    );
    const lines = createInterface({ input: running.stdout });
    const [line] = (await Promise.race([once(lines, 'line'), failed])) as [string];
    failed.catch((error: unknown) => {
      if (worker === running) options.log.error('the demo server stopped', { error: String(error) });
      started = null;
    });
    const greeting = greetingSchema.parse(JSON.parse(line));
    options.port.set(Number(new URL(greeting.url).port));
    return { url: greeting.url, token: greeting.tokens.supervisor };
  }

  return {
    start: () => {
      started ??= start().catch((error: unknown) => {
        started = null;
        throw error;
      });
      return started;
    },
    stop: async () => {
      const running = worker;
      worker = null;
      await running?.terminate();
    },
  };
}
