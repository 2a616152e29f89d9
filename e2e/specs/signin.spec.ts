/** Signing in: seven failures in their own words with everything typed kept, success, the demo, the token's secrecy, signing out. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { createControlClient } from '../../server/control-client.ts';
import { expect, test } from '../fixture.ts';
import { expectConnection, invoke, openBoard, passFirstRun, signIn } from '../pages.ts';
import { deadAddress, serveOldServer, serveUntrusted, serveWebSite } from '../stories/stub-server.ts';
import type { StubServer } from '../stories/stub-server.ts';

test.use({ serverSettings: { conversations: 12, agents: 4, teams: 2 } });

const sentences = {
  'wrong-address': ['There is no Live Agent server at this address.', 'Copy the address from the browser'],
  unreachable: ['The server does not answer.', 'Check the network or VPN'],
  'bad-token': ['The server does not know this access token.', 'Copy the token again'],
  'bad-certificate': ["The server's certificate is not trusted on this computer.", 'Ask your administrator'],
  suspended: ['This account is suspended.', 'Ask an administrator of the account'],
  'bot-token': ['This is the token of a bot.', 'Use your own token'],
  'old-server': ['This server is too old for the app.', 'Ask your administrator about an update'],
} as const;

/** Tries to sign in and expects one sentence, what to do, and that nothing typed is lost. */
async function expectFailure(
  page: Page,
  url: string,
  token: string,
  failure: keyof typeof sentences,
): Promise<void> {
  await signIn(page, { url }, token);
  const alert = page.getByRole('alert').filter({ hasText: /\S/ });
  for (const words of sentences[failure]) await expect(alert).toContainText(words);
  const others = Object.entries(sentences).filter(([name]) => name !== failure);
  for (const [, [title]] of others) await expect(alert).not.toContainText(title);
  await expect(page.getByRole('textbox', { name: 'Server address' })).toHaveValue(url);
  await expect(page.getByRole('textbox', { name: 'Access token' })).toHaveValue(token);
  await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled();
  expect((await invoke(page, 'workspace.current', {})).workspace).toBeNull();
}

test('each failure says what is wrong and what to do, and keeps what was typed', async ({ server, app }) => {
  const { page } = app;
  const control = createControlClient(server.controlUrl);
  const stubs: StubServer[] = [];
  const open = async (starting: Promise<StubServer>): Promise<StubServer> => {
    const stub = await starting;
    stubs.push(stub);
    return stub;
  };
  try {
    const site = await open(serveWebSite());
    await expectFailure(page, site.url, 'some-token', 'wrong-address');
    await expectFailure(page, 'not an address', 'some-token', 'wrong-address');

    await expectFailure(page, await deadAddress(), 'some-token', 'unreachable');

    await expectFailure(page, server.url, 'nobody-has-this-token', 'bad-token');
    const refused = await control.log({ path: '/api/v1/profile', status: 401 });
    expect(refused.length, 'the server was asked and refused').toBeGreaterThan(0);

    const untrusted = await open(serveUntrusted());
    await expectFailure(page, untrusted.url, 'some-token', 'bad-certificate');
    expect(untrusted.seen, 'no token went to a server that nobody vouches for').toEqual([]);

    const old = await open(serveOldServer());
    await expectFailure(page, old.url, 'some-token', 'old-server');
    expect(old.seen.map(({ path }) => path)).toContain('/api');

    const [bot] = await control.call('bots', {});
    expect(bot).toBeDefined();
    await expectFailure(page, server.url, bot?.token ?? '', 'bot-token');

    await control.call('account.set', { status: 'suspended' });
    await expectFailure(page, server.url, server.tokens.supervisor, 'suspended');
    await control.call('account.set', { status: 'active' });

    // The way out of the last failure: try again as typed.
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expectConnection(page, 'live', 30_000);
  } finally {
    for (const stub of stubs) await stub.close();
  }
});

test('an empty field is named before anything is sent', async ({ server, app }) => {
  await signIn(app.page, server, '');
  await expect(app.page.getByRole('alert').filter({ hasText: /\S/ })).toContainText(
    'Address and token are both needed',
  );
  expect(await createControlClient(server.controlUrl).log()).toEqual([]);
});

test('Enter signs in; presence is explained before the board', async ({ server, app }) => {
  const { page } = app;
  await page.getByRole('textbox', { name: 'Server address' }).fill(`${server.url}/app/accounts/1/dashboard`);
  await page.getByRole('textbox', { name: 'Access token' }).fill(server.tokens.supervisor);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('the server counts you as online for up to 20 seconds');
  await dialog.getByRole('button', { name: 'Send a test notification' }).click();
  await expect(dialog).toContainText('The system accepted it.');
  await expect
    .poll(() => app.notifications.shown().map(({ title }) => title))
    .toEqual(['Notifications work']);

  const control = createControlClient(server.controlUrl);
  const [me] = (await control.call('users', {})).filter(({ token }) => token === server.tokens.supervisor);
  await dialog.getByRole('button', { name: 'Set me to Busy while I supervise' }).click();
  await expect
    .poll(async () => (await control.call('users', {})).find(({ id }) => id === me?.id)?.availability)
    .toBe('busy');
  await expect(dialog).toContainText('Your chosen availability is Busy');

  await passFirstRun(page);
  await expectConnection(page, 'live');
  await app.restart();
  await expectConnection(app.page, 'live');
  await expect(app.page.getByRole('dialog')).toBeHidden();
});

test('the demo workspace opens by itself and lives', async ({ app }) => {
  const { page } = app;
  await page.getByRole('button', { name: 'Open demo workspace' }).click();
  await passFirstRun(page);
  await expectConnection(page, 'live', 30_000);
  await expect(page.getByText('Demo workspace')).toBeVisible();
  await expect(page.locator('[data-conversation]').first()).toBeVisible();
  // The shift goes on: what the lanes hold changes without anybody doing anything.
  const board = { grouping: 'queues', filter: {}, sort: 'activity' } as const;
  const newest = async (): Promise<string> =>
    JSON.stringify((await invoke(page, 'board.lanes', board)).lanes);
  const before = await newest();
  await expect.poll(newest, { timeout: 30_000 }).not.toBe(before);
});

/** Files below a folder that contain a text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      try {
        return readFileSync(file).includes(text);
      } catch {
        // Chromium removed it meanwhile.
        return false;
      }
    });
}

test('the token is never plain on disk, and gone from the page after sign-in', async ({ server, app }) => {
  const token = server.tokens.supervisor;
  await openBoard(app.page, server);
  await expect(app.page.locator('[data-conversation]').first()).toBeVisible();
  expect(await app.page.content()).not.toContain(token);
  const values = await app.page.evaluate(() => [
    ...[...document.querySelectorAll('input')].map((input) => input.value),
    JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]),
    document.cookie,
  ]);
  expect(values.join('\n')).not.toContain(token);
  await app.restart();
  await expectConnection(app.page, 'live');
  await app.quit();
  expect(filesWith(app.profile, token)).toEqual([]);
  // The search itself works: the address is there.
  expect(filesWith(app.profile, new URL(server.url).host).length).toBeGreaterThan(0);
  await app.start();
  await expectConnection(app.page, 'live');
});

test.describe('a computer without a keyring', () => {
  test.use({ computer: { keyring: false } });
  test('keeps the token in memory only and asks again after a restart', async ({ server, app }) => {
    await openBoard(app.page, server);
    await app.restart();
    await expectConnection(app.page, 'needs-sign-in', 30_000);
    await app.quit();
    expect(filesWith(app.profile, server.tokens.supervisor)).toEqual([]);
  });
});

test('signing out removes everything of the workspace from this computer', async ({ server, app }) => {
  const { page } = app;
  await openBoard(page, server);
  const control = createControlClient(server.controlUrl);
  await expect(page.locator('[data-conversation]').first()).toBeVisible();
  const workspaceFiles = (): string[] =>
    readdirSync(app.profile, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /^(cache|outbox)\.db/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      // The browser inside has a cache.db of its own.
      .filter((file) => !file.includes('GPU'));
  expect(workspaceFiles().length).toBeGreaterThan(0);

  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('textbox', { name: 'Access token' })).toHaveValue('');
  await expect.poll(workspaceFiles).toEqual([]);
  await expect.poll(async () => (await control.call('cable.sockets', {})).length).toBe(0);
  await app.restart();
  await expect(app.page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
});
