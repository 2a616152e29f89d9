/** A restart shows the saved board before the network answers, says how old it is, and then becomes live. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { expect, test } from '../fixture.ts';
import { card, cardInLane, connection, expectConnection } from '../pages.ts';
import { emptyServer, enter, mark, setStage, settle } from '../stories/stage.ts';

test.use({ serverSettings: emptyServer, computer: { width: 2800, height: 800 } });

test('the board is there before the server has answered anything', async ({ server, app }) => {
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const id = await arrive('Ada Lovell', { agent: 'tom', minutesAgo: 3 });
  const other = await arrive('Ben Okafor', { team: 'support' });
  await enter(app.page, stage);
  await expect(cardInLane(app.page, id, `agent:${cast.agent('tom')}`)).toBeVisible();
  await app.quit();

  // Meanwhile somebody moves one; the server is slow when the app comes back.
  await control.act({ do: 'assign', conversation: id, agent: cast.agent('sara'), by: cast.agent('sara') });
  const before = await mark(control);
  await control.call('fault.add', {
    times: null,
    path: '^/(api|auth)',
    effect: { kind: 'delay', ms: 3_000 },
  });
  await app.start();
  const { page } = app;
  await expect(cardInLane(page, id, `agent:${cast.agent('tom')}`)).toBeVisible();
  await expect(card(page, other)).toBeVisible();
  const log = await control.log({ after: before });
  expect(
    log.filter(({ ms }) => ms !== null),
    'answers before the board was shown',
  ).toEqual([]);
  await expectConnection(page, 'connecting');
  await expect(connection(page)).toContainText(/as of \d\d?:\d\d:\d\d/);
  await expect(card(page, id)).toHaveAttribute('data-unconfirmed', 'true');
  await expect(card(page, id).getByRole('button').first()).toHaveAccessibleName(
    /not confirmed by the server yet/,
  );

  await control.call('fault.clear', {});
  await settle(page);
  await expect(cardInLane(page, id, `agent:${cast.agent('sara')}`)).toBeVisible();
  await expect(card(page, id)).not.toHaveAttribute('data-unconfirmed', 'true');
  await expect(card(page, other)).not.toHaveAttribute('data-unconfirmed', 'true');
});

test('without a server the saved board opens, says offline, and catches up when the server is back', async ({
  server,
  app,
}) => {
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const id = await arrive('Ada Lovell', { agent: 'tom' });
  await enter(app.page, stage);
  await expect(card(app.page, id)).toBeVisible();
  await app.quit();
  await control.call('server.pause', {});
  await app.start();
  const { page } = app;
  await expect(cardInLane(page, id, `agent:${cast.agent('tom')}`)).toBeVisible();
  await expectConnection(page, 'offline');
  await expect(connection(page)).toContainText(/as of \d\d?:\d\d:\d\d/);
  await connection(page).click();
  await expect(page.getByText(/cannot be reached/)).toBeVisible();
  await page.keyboard.press('Escape');

  const arrived = await arrive('Late Comer');
  await control.act({ do: 'status', conversation: id, status: 'resolved' });
  await control.call('server.resume', {});
  await expectConnection(page, 'live', 40_000);
  await expect(card(page, arrived)).toBeVisible();
  await expect(card(page, id)).toBeHidden();
});

test('while what was saved is brought to this version of the app, that is said', async ({ server, app }) => {
  const stage = await setStage(server);
  const id = await stage.arrive('Ada Lovell');
  await enter(app.page, stage);
  await expect(card(app.page, id)).toBeVisible();
  await app.quit();

  const workspaces = join(app.profile, 'workspaces', 'workspaces');
  const [only = ''] = readdirSync(workspaces);
  const cache = join(workspaces, only, 'cache.db');
  const older = join(import.meta.dirname, '../../main/core/store/released/cache-001.db.gz');
  writeFileSync(cache, gunzipSync(readFileSync(older)));
  // Whoever holds the lock makes it last as long as a very large file would.
  const other = new Database(cache);
  other.exec('BEGIN IMMEDIATE');
  // A slow computer finds it locked for so long that it says so, and tries again.
  app.expectComplaint(/cannot be used/);
  await app.start();
  const { page } = app;
  await expect(page.getByText('being prepared for this version of the app')).toBeVisible();
  await expectConnection(page, 'connecting');
  other.exec('COMMIT');
  other.close();
  await expect(card(page, id)).toBeVisible();
  await expect(page.getByText('being prepared for this version of the app')).toHaveCount(0);
});
