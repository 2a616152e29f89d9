/** What every spec starts from: a server, and as many apps as it launches, each on a computer of its own. */
import { test as base } from '@playwright/test';
import { launchApp } from './fixture/app.ts';
import type { Computer, TestApp } from './fixture/app.ts';
import { launchServer } from './fixture/server.ts';
import type { ServerSettings, TestServer } from './fixture/server.ts';

export { expect } from '@playwright/test';
export type { TestApp } from './fixture/app.ts';
export type { ServerSettings, TestServer } from './fixture/server.ts';

type Fixtures = {
  /** Set with `test.use({ serverSettings: {…} })`. */
  serverSettings: ServerSettings;
  /** Set with `test.use({ computer: {…} })`. */
  computer: Computer;
  server: TestServer;
  /** Starts one more app, closed at the end of the test. */
  launch: (options?: Computer) => Promise<TestApp>;
  /** The app of most tests. */
  app: TestApp;
};

export const test = base.extend<Fixtures>({
  serverSettings: [{}, { option: true }],
  computer: [{}, { option: true }],
  server: async ({ serverSettings }, use, info) => {
    const server = await launchServer(serverSettings);
    await use(server);
    if (info.status !== info.expectedStatus) await info.attach('server.log', { body: server.log() });
    await server.stop();
  },
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of fixtures from this pattern
  launch: async ({}, use, info) => {
    const apps: TestApp[] = [];
    await use(async (options) => {
      const app = await launchApp(options);
      apps.push(app);
      return app;
    });
    if (info.status !== info.expectedStatus) {
      for (const [index, app] of apps.entries())
        await attachEvidence(app, `app-${index + 1}`, info.attach.bind(info));
    }
    const ends = await Promise.allSettled(apps.map((app) => app.close()));
    for (const end of ends) if (end.status === 'rejected') throw end.reason as Error;
  },
  app: async ({ launch, computer }, use) => {
    await use(await launch(computer));
  },
});

type Attach = (name: string, content: { body: string | Buffer; contentType?: string }) => Promise<void>;

/** What helps to understand a failure: the picture, the log, the notifications. */
async function attachEvidence(app: TestApp, name: string, attach: Attach): Promise<void> {
  try {
    const picture = await app.page.screenshot({ timeout: 5_000 });
    await attach(`${name}.png`, { body: picture, contentType: 'image/png' });
  } catch {
    // The app has gone: the rest still helps.
  }
  await attach(`${name}-main.log`, { body: app.mainLog() });
  const notes = JSON.stringify(
    { complaints: app.complaints(), notifications: app.notifications.shown() },
    null,
    2,
  );
  await attach(`${name}-notes.json`, { body: notes, contentType: 'application/json' });
}
