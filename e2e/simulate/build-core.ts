/** Bundles the core alone, for tests that must run what is in the tree now and not what was built last. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles `main/core/index.ts` (or another entry) and answers the path of the bundle. */
export const buildCore = async (name: string, entry = `${root}main/core/index.ts`): Promise<string> => {
  const outDir = `${root}node_modules/.cache/simulate/${name}`;
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: true,
      minify: false,
      rollupOptions: { output: { entryFileNames: 'core.js', format: 'es' } },
    },
    ssr: { noExternal: true, external: ['better-sqlite3', 'zod'] },
  });
  return `${outDir}/core.js`;
};
