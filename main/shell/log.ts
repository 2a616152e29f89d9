/** Writes the log: a file that turns over at one megabyte, beside the app's data. */
import { join } from 'node:path';
// The variant for plain Node: the one for Electron opens an ipc channel of its own beside our door.
import log from 'electron-log/node';
import type { Log } from '../core/ports.ts';

/** `aloud` also writes to standard error. */
export function createLog(folder: string, aloud: boolean): Log {
  log.transports.file.resolvePathFn = () => join(folder, 'logs', 'main.log');
  log.transports.file.maxSize = 1_048_576;
  log.transports.file.writeOptions = { flag: 'a', mode: 0o600, encoding: 'utf8' };
  log.transports.console.level = aloud ? 'info' : false;
  // Whoever listened there may be gone: an error about that, written there, would be the next one, for ever.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const write =
    (level: keyof Log) =>
    (what: string, details?: Record<string, unknown>): void =>
      details ? log[level](what, details) : log[level](what);
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
