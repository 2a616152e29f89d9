/** Unit and property tests: every `*.test.ts` beside the code it tests. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{contract,main,preload,renderer,server,scripts,e2e}/**/*.test.{ts,tsx}'],
    pool: 'forks',
  },
});
