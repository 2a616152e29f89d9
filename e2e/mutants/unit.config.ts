/** How the unit tests of a scratch copy are run: there, and with one seed for every property. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // The copy stands below node_modules, where no test is looked for otherwise.
    exclude: [],
    setupFiles: [fileURLToPath(new URL('unit-seed.ts', import.meta.url))],
    testTimeout: 60_000,
  },
});
