/** One worker of a torture run: does the chunks that it is sent and sends back what it counted. */
import { readFileSync } from 'node:fs';
import { workshopIn } from './bundle.ts';
import type { Chunk, Part } from './part.ts';
import { programs } from './programs.ts';
import type { ProgramName } from './programs.ts';

export type Assignment = { program: ProgramName; folder: string };
export type Answer = { part: Part; cpuSeconds: number } | { error: string };

/** Of this process and of those that it has waited for, where the system says so (Linux). */
const cpuSeconds = (): number => {
  try {
    const [user, system, childUser, childSystem] = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .slice(11, 15)
      .map(Number) as [number, number, number, number];
    return (user + system + childUser + childSystem) / 100;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000_000;
  }
};

const { program, folder } = JSON.parse(process.argv[2] ?? '') as Assignment;
const worker = await programs[program].open(workshopIn(folder));
process.on('message', (chunk: Chunk) => {
  const before = cpuSeconds();
  void worker.chunk(chunk).then(
    (part) => process.send?.({ part, cpuSeconds: cpuSeconds() - before } satisfies Answer),
    (error: unknown) =>
      process.send?.({
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      } satisfies Answer),
  );
});
process.once('disconnect', () => {
  worker.close();
  process.exit(0);
});
process.send?.('ready');
