/** End-to-end specs: each starts the built app with its own profile, server and desktop. */
import { defineConfig } from '@playwright/test';

export default defineConfig({
  outputDir: 'test-results',
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  // CI tries once more and names what needed it; at a desk a flaky test fails at once.
  retries: process.env['CI'] ? 1 : 0,
  // Generous for a computer that is busy with other things: a story that goes well takes a tenth of it.
  timeout: 120_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/report.json' }]],
  projects: [
    // What the stand-in promises is checked where it is the host.
    {
      name: 'suite',
      testDir: 'e2e/specs',
      testIgnore: process.env['ELECTRON_OVERRIDE_DIST_PATH'] ? [] : ['host.spec.ts'],
    },
    // Pictures for people: `npm run shots`.
    { name: 'shots', testDir: 'e2e/shots', testMatch: '**/*.shots.ts' },
  ],
});
