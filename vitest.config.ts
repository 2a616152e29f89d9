/** Unit and property tests: every `*.test.ts` beside the code it tests. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{contract,main,preload,renderer,server,scripts,e2e}/**/*.test.{ts,tsx}'],
    pool: 'forks',
    // A machine that is busy with something else must not fail a test.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
