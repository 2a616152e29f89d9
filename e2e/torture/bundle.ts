/** Makes what a torture run loads: a private copy of the built core, and small bundles of our own programs, so that nothing changes under a run. */
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Beside node_modules, so that better-sqlite3 and zod are found from there. */
const cache = join(root, 'node_modules', '.cache', 'torture');

export type Workshop = {
  /** Path of the copy of the built core. */
  core: string;
  /** Bundles one of our entries and answers its path. */
  program: (entry: string) => Promise<string>;
  remove: () => void;
};

/** @param built another bundle of the core than `out/main/core.js` */
export const openWorkshop = (built: string | null): Workshop => {
  const folder = join(cache, String(process.pid));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const from = built ?? join(root, 'out', 'main', 'core.js');
  if (!existsSync(from)) throw new Error(`There is no built core at ${from}: run "npm run build" first.`);
  const core = join(folder, 'core', 'core.js');
  cpSync(from, core);
  const chunks = join(dirname(from), 'chunks');
  if (existsSync(chunks)) cpSync(chunks, join(folder, 'core', 'chunks'), { recursive: true });
  return {
    core,
    program: async (entry) => {
      const name = entry.replaceAll(/[^a-z0-9]+/g, '-');
      const outDir = join(folder, name);
      await build({
        configFile: false,
        root,
        logLevel: 'error',
        build: {
          ssr: join(root, 'e2e', 'torture', entry),
          outDir,
          emptyOutDir: true,
          minify: false,
          rollupOptions: { output: { entryFileNames: 'main.js', format: 'es' } },
        },
        ssr: { noExternal: true, external: ['better-sqlite3', 'zod'] },
      });
      return join(outDir, 'main.js');
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
