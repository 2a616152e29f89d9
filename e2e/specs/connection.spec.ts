/** The connection says the truth in every weather, and bad weather never empties the board or signs anybody out. */
import { expect, test } from '../fixture.ts';
import { card, cardInLane, connection, expectConnection, invoke } from '../pages.ts';
import { emptyServer, enter, setStage, settle } from '../stories/stage.ts';

test.use({ serverSettings: emptyServer, computer: { width: 2800, height: 800 } });

test('silence is stale after six seconds, a pause is offline, and afterwards everything is caught up', async ({
  server,
  app,
}) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const id = await arrive('Ada Lovell', { agent: 'tom' });
  await enter(page, stage);
  await expect(card(page, id)).toBeVisible();

  await control.call('cable.faults', { stopPings: true });
  const silentSince = Date.now();
  await expectConnection(page, 'stale', 9_000);
  const afterMs = Date.now() - silentSince;
  expect(afterMs, 'not before two pings are missed').toBeGreaterThan(2_500);
  await control.call('cable.faults', { stopPings: false });
  await expectConnection(page, 'live', 30_000);

  await control.call('server.pause', {});
  await expectConnection(page, 'offline', 20_000);
  await expect(connection(page)).toContainText(/as of/);
  await expect(card(page, id)).toBeVisible();
  const arrived = await arrive('Ben Okafor', { team: 'support' });
  await control.act({ do: 'assign', conversation: id, agent: cast.agent('sara') });
  await control.call('server.resume', {});
  await expectConnection(page, 'live', 40_000);
  await expect(cardInLane(page, arrived, `team:${cast.team('support')}`)).toBeVisible();
  await expect(cardInLane(page, id, `agent:${cast.agent('sara')}`)).toBeVisible();
});

test('a captive portal is never an empty board', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, arrive } = stage;
  const ids = [await arrive('Ada Lovell'), await arrive('Ben Okafor', { team: 'support' })];
  await enter(page, stage);
  for (const id of ids) await expect(card(page, id)).toBeVisible();

  await control.call('fault.add', { times: null, effect: { kind: 'captive-portal' } });
  await control.call('cable.close', {});
  await expectConnection(page, 'offline', 20_000);
  await connection(page).click();
  await expect(page.getByText(/Something else answers in place of/)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect
    .poll(async () => (await control.log()).filter(({ fault }) => fault === 'captive-portal').length)
    .toBeGreaterThan(1);
  for (const id of ids) await expect(card(page, id)).toBeVisible();

  await control.call('fault.clear', {});
  await expectConnection(page, 'live', 40_000);
  for (const id of ids) await expect(card(page, id)).toBeVisible();
});

test('one conversation that is forbidden does not sign anybody out', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, arrive } = stage;
  const id = await arrive('Ada Lovell');
  const other = await arrive('Ben Okafor');
  await enter(page, stage);
  // The server says 401 for an object that this user may not see, too.
  await control.call('fault.add', {
    path: `/conversations/${id}(/|\\?|$)`,
    times: null,
    effect: {
      kind: 'answer',
      status: 401,
      body: { error: 'You are not authorized to do this action' },
      contentType: 'application/json',
    },
  });
  await card(page, id).getByRole('button').first().click();
  await expect
    .poll(async () => (await control.log({ path: `/conversations/${id}/messages` })).length)
    .toBeGreaterThan(0);
  await settle(page);
  await expect(card(page, other)).toBeVisible();
  expect((await invoke(page, 'workspace.current', {})).workspace).not.toBeNull();
});

test('a revoked token asks for a new sign-in and deletes nothing', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const id = await arrive('Ada Lovell', { agent: 'tom' });
  await enter(page, stage);
  await expect(card(page, id)).toBeVisible();
  const { token } = await control.call('user.revoke', { user: cast.me, pubsub: true });
  await control.call('cable.close', {});
  await expectConnection(page, 'needs-sign-in', 20_000);
  await expect.poll(async () => (await control.log({ status: 401 })).length).toBeGreaterThan(0);
  await expect(card(page, id)).toBeVisible();
  await expect(page.getByText(/The server no longer accepts the access token/)).toBeVisible();

  await app.restart();
  const again = app.page;
  await expectConnection(again, 'needs-sign-in', 20_000);
  await expect(card(again, id)).toBeVisible();
  const field = again.getByRole('textbox', { name: 'New access token' });
  await field.fill('not-the-new-token');
  await again.getByRole('button', { name: 'Sign in again', exact: true }).click();
  await expect(again.getByText(/The server does not know this access token/)).toBeVisible();
  await expect(field).toHaveValue('not-the-new-token');
  await field.fill(token);
  await again.getByRole('button', { name: 'Sign in again', exact: true }).click();
  await expectConnection(again, 'live', 30_000);
  await expect(field).toBeHidden();
  await expect(card(again, id)).toBeVisible();
  // The board that stayed on screen hears of changes again.
  await control.act({ do: 'assign', conversation: id, agent: cast.agent('sara') });
  await expect(cardInLane(again, id, `agent:${cast.agent('sara')}`)).toBeVisible();
});

test('too many requests slow the app down, in words, and live changes still arrive', async ({
  server,
  app,
}) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const id = await arrive('Ada Lovell', { agent: 'tom' });
  await enter(page, stage);
  await control.call('fault.add', {
    method: 'GET',
    path: '/messages',
    times: null,
    effect: { kind: 'too-many' },
  });
  await card(page, id).getByRole('button').first().click();
  await expectConnection(page, 'throttled');
  await control.act({ do: 'assign', conversation: id, agent: cast.agent('sara') });
  await expect(cardInLane(page, id, `agent:${cast.agent('sara')}`)).toBeVisible();
});

test('a server without live updates is refreshed by request', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, arrive } = stage;
  await control.call('cable.faults', { neverConfirm: true });
  const id = await arrive('Ada Lovell');
  await page.getByRole('textbox', { name: 'Server address' }).fill(server.url);
  await page.getByRole('textbox', { name: 'Access token' }).fill(await stage.tokenOf('mara'));
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Show the board' }).click();
  await expect(card(page, id)).toBeVisible({ timeout: 30_000 });
  await expectConnection(page, 'stale', 20_000);
  await control.call('cable.faults', { neverConfirm: false });
  await expectConnection(page, 'live', 40_000);
});
