/** Makes what a torture run loads: a private copy of the built core, and small bundles of our own programs, so that nothing changes under a run. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Beside node_modules, so that better-sqlite3 and zod are found from there. */
const cache = join(root, 'node_modules', '.cache', 'torture');

export type Workshop = {
  folder: string;
  /** Path of the copy of the built core. */
  core: string;
  /** Path of the bundle of one of our entries; and of one that has the core in it. */
  bundled: (entry: string) => string;
  withCore: (entry: string) => string;
};

const placeOf = (entry: string) => entry.replaceAll(/[^a-z0-9]+/g, '-');

/** The workshop that another process has made. */
export const workshopIn = (folder: string): Workshop => ({
  folder,
  core: join(folder, 'core', 'core.js'),
  bundled: (entry) => join(folder, placeOf(entry), 'main.js'),
  withCore: (entry) => join(folder, placeOf(entry), 'main.cjs'),
});

/** Names the bundle that is tortured: runs of the same one add up. */
export const hashOf = ({ core }: Workshop): string => {
  const hash = createHash('sha256');
  const chunks = join(dirname(core), 'chunks');
  const parts = existsSync(chunks) ? readdirSync(chunks).map((name) => join(chunks, name)) : [];
  for (const path of [core, ...parts.toSorted()])
    // Maps are no code.
    if (path.endsWith('.js')) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 12);
};

/** One of our own programs; `withCore` = one file with the built core and its libraries, because it starts often. */
export type Entry = { entry: string; withCore?: true };

/** Takes modules of the app from a copy of them. */
const takenFrom = (sources: string) => ({
  name: 'taken-from',
  enforce: 'pre' as const,
  resolveId: (id: string, importer: string | undefined) => {
    const at = importer === undefined || !id.startsWith('.') ? '' : resolve(dirname(importer), id);
    const isOfApp = ['main', 'contract'].some((room) => at.startsWith(join(root, room, '/')));
    return isOfApp ? join(sources, relative(root, at)) : null;
  },
});

/**
 * @param built another bundle of the core than `out/main/core.js`
 * @param sources a copy of `main/core` and `contract` for the parts of the core that a program loads by themselves
 */
export const openWorkshop = async (
  built: string | null,
  sources: string | null,
  entries: readonly Entry[],
): Promise<Workshop> => {
  const folder = join(cache, String(process.pid));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const workshop = workshopIn(folder);
  const from = built ?? join(root, 'out', 'main', 'core.js');
  if (!existsSync(from)) throw new Error(`There is no built core at ${from}: run "npm run build" first.`);
  cpSync(from, workshop.core);
  const chunks = join(dirname(from), 'chunks');
  if (existsSync(chunks)) cpSync(chunks, join(folder, 'core', 'chunks'), { recursive: true });
  for (const { entry, withCore = false } of entries)
    await build({
      configFile: false,
      root,
      logLevel: 'error',
      plugins: sources === null ? [] : [takenFrom(sources)],
      resolve: { alias: { 'virtual:built-core': workshop.core } },
      build: {
        ssr: join(root, 'e2e', 'torture', entry),
        outDir: dirname(workshop.bundled(entry)),
        emptyOutDir: true,
        minify: false,
        rollupOptions: {
          // Only a file of the older kind of modules is loaded from a cache as fast as it can be.
          output: withCore
            ? { entryFileNames: 'main.cjs', format: 'cjs', codeSplitting: false }
            : { entryFileNames: 'main.js', format: 'es' },
        },
      },
      ssr: { noExternal: true, external: withCore ? ['better-sqlite3'] : ['better-sqlite3', 'zod'] },
    });
  return workshop;
};
