/** Entry of the stand-in: makes `electron` importable, loads the app's main module, and only then lets `ready` happen. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseCommandLine } from './command-line.ts';
import { createHost } from './host.ts';
import { provideElectron } from './provide.ts';

/** The app's folder, its package.json and the file that Electron would start. */
function findApp(path: string): { folder: string; entry: string; name: string; version: string } {
  const full = resolve(path);
  if (!statSync(full).isDirectory())
    return { folder: resolve(full, '..'), entry: full, name: 'app', version: '0.0.0' };
  const file = join(full, 'package.json');
  const described = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string | undefined>)
    : {};
  return {
    folder: full,
    entry: resolve(full, described['main'] ?? 'index.js'),
    name: described['productName'] ?? described['name'] ?? 'app',
    version: described['version'] ?? '0.0.0',
  };
}

const given = process.argv.slice(2);
const commandLine = parseCommandLine(given);
const described = findApp(commandLine.app);
// As Electron has it: the program itself is not in the list.
process.argv = [process.execPath, ...given];
Object.defineProperty(process.versions, 'electron', { value: 'stand-in', enumerable: true });
Object.defineProperty(process, 'type', { value: 'browser' });

const host = createHost({ commandLine, ...described });
provideElectron(host.electron);

// Node would run `-r` again in every worker thread, so it is done here and once.
const requireFrom = createRequire(join(described.folder, 'package.json'));
for (const preload of commandLine.preloads) requireFrom(preload);

if (described.entry.endsWith('.cjs')) {
  (Module as unknown as { _load: (file: string, parent: null, main: boolean) => void })._load(
    described.entry,
    null,
    true,
  );
} else {
  // Like Electron, `ready` waits for this: a main module that awaits whenReady() at its top level never gets there.
  await import(pathToFileURL(described.entry).href);
}
await host.becomeReady();
