/** Private notes: kept as typed, written offline, never lost and never there twice, by the server's own rows. */
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixture.ts';
import { card, connection, expectConnection, invoke } from '../pages.ts';
import { emptyServer, enter, setStage, settle } from '../stories/stage.ts';
import type { Stage } from '../stories/stage.ts';

test.use({ serverSettings: emptyServer, computer: { width: 2800, height: 900 } });

const field = (page: Page): Locator => page.getByRole('textbox', { name: 'Private note' });
const waiting = (page: Page): Locator => page.locator('[data-note]');

const openDetails = async (page: Page, id: number): Promise<void> => {
  await card(page, id).getByRole('button').first().click();
  await expect(field(page)).toBeVisible();
};

const write = async (page: Page, text: string): Promise<void> => {
  await field(page).fill(text);
  await page.getByRole('button', { name: 'Add note' }).click();
  await expect(field(page)).toHaveValue('');
};

/** Private notes of a conversation as the server has them, oldest first. */
const notesOn = async ({ server, tokenOf }: Stage, id: number): Promise<string[]> => {
  const response = await fetch(
    `${server.url}/api/v1/accounts/${server.accountId}/conversations/${id}/messages`,
    { headers: { api_access_token: await tokenOf('mara') } },
  );
  const { payload } = (await response.json()) as { payload: { content: string; private: boolean }[] };
  return payload.filter((message) => message.private).map(({ content }) => content);
};

const sends = (stage: Stage) => stage.control.log({ method: 'POST', path: '/messages$' });

test('written without a server, notes and draft survive the death of the app; each is there once when the server is back', async ({
  server,
  app,
}) => {
  const stage = await setStage(server);
  const { control, arrive } = stage;
  const id = await arrive('Ada Lovell', { agent: 'tom' });
  await enter(app.page, stage);
  const before = (await control.truth(id)).messageCount;
  await openDetails(app.page, id);
  await control.call('server.pause', {});
  await expectConnection(app.page, 'offline', 20_000);
  await write(app.page, 'Promised a call back before noon.');
  await write(app.page, 'Promised a call back before noon.');
  await expect(waiting(app.page)).toHaveCount(2);
  await field(app.page).fill('Half a thou');
  await expect
    .poll(async () => (await invoke(app.page, 'conversation.get', { id }))?.draft)
    .toBe('Half a thou');
  await app.kill();

  await app.start();
  await expectConnection(app.page, 'offline', 20_000);
  await openDetails(app.page, id);
  await expect(waiting(app.page)).toHaveText([
    /Promised a call back.*waiting/s,
    /Promised a call back.*waiting/s,
  ]);
  await expect(field(app.page)).toHaveValue('Half a thou');
  await app.page.getByRole('button', { name: /Outbox/ }).click();
  await expect(app.page.getByRole('region', { name: 'Private notes' }).getByRole('listitem')).toHaveCount(2);
  expect(await sends(stage)).toEqual([]);

  await control.call('server.resume', {});
  await expectConnection(app.page, 'live', 40_000);
  await expect(waiting(app.page)).toHaveCount(0, { timeout: 20_000 });
  await expect(app.page.getByRole('log').getByText('Promised a call back before noon.')).toHaveCount(2);
  expect(await notesOn(stage, id)).toEqual([
    'Promised a call back before noon.',
    'Promised a call back before noon.',
  ]);
  expect((await control.truth(id)).messageCount).toBe(before + 2);
});

test('the answer is lost and the app dies: it is there once', async ({ server, app }) => {
  const stage = await setStage(server);
  const { control, arrive } = stage;
  const id = await arrive('Ada Lovell', { agent: 'tom' });
  const other = await arrive('Ben Okafor', { agent: 'tom' });
  await enter(app.page, stage);
  // The events would tell.
  await control.call('cable.faults', { drop: 1 });
  await control.call('fault.add', { method: 'POST', path: '/messages$', effect: { kind: 'drop-response' } });
  await openDetails(app.page, id);
  await write(app.page, 'Refund is approved.');
  await expect.poll(() => notesOn(stage, id)).toEqual(['Refund is approved.']);
  await expect(waiting(app.page)).toHaveCount(0, { timeout: 20_000 });
  expect(await notesOn(stage, id)).toEqual(['Refund is approved.']);
  expect(await sends(stage)).toHaveLength(1);

  // No answer for so long that the app is gone before.
  await control.call('fault.add', {
    method: 'POST',
    path: '/messages$',
    effect: { kind: 'delay-response', ms: 60_000 },
  });
  await openDetails(app.page, other);
  await write(app.page, 'Refund is approved.');
  await expect(waiting(app.page)).toContainText('Sending');
  await expect.poll(() => notesOn(stage, other)).toEqual(['Refund is approved.']);
  await app.kill();
  await app.start();
  await openDetails(app.page, other);
  await settle(app.page);
  await expect(waiting(app.page)).toHaveCount(0, { timeout: 20_000 });
  expect(await notesOn(stage, other)).toEqual(['Refund is approved.']);
  expect(await sends(stage)).toHaveLength(2);
});

test('a refusal shows the words of the server and keeps the text', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, arrive } = stage;
  const id = await arrive('Ada Lovell', { agent: 'tom' });
  await enter(page, stage);
  await control.call('fault.add', {
    method: 'POST',
    path: '/messages$',
    effect: { kind: 'answer', status: 422, body: { error: 'Too many messages' } },
  });
  await openDetails(page, id);
  await write(page, 'Called twice.');
  await expect(waiting(page)).toContainText(/Called twice\.[\s\S]*Too many messages/);
  await page.getByRole('button', { name: /Outbox/ }).click();
  const stopped = page.getByRole('region', { name: 'Private notes' });
  await expect(stopped).toContainText('Called twice.');
  await stopped.getByRole('button', { name: /Copy text/ }).click();
  await field(page).focus();
  await page.keyboard.press('ControlOrMeta+V');
  await expect(field(page)).toHaveValue('Called twice.');
  await field(page).fill('');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(page.getByRole('dialog')).toContainText('1 change has not reached the server');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /Outbox/ }).click();
  await stopped.getByRole('button', { name: /Try again/ }).click();
  await expect(waiting(page)).toHaveCount(0, { timeout: 20_000 });
  expect(await notesOn(stage, id)).toEqual(['Called twice.']);
});

test('a note of mine neither ends the wait nor counts as a reply', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const id = await stage.arrive('Ada Lovell', { agent: 'tom', minutesAgo: 7 });
  await enter(page, stage);
  const before = (await invoke(page, 'conversation.get', { id }))?.card;
  await openDetails(page, id);
  await write(page, 'Looks like a duplicate.');
  await expect.poll(() => notesOn(stage, id)).toEqual(['Looks like a duplicate.']);
  await expect(waiting(page)).toHaveCount(0);
  const { waitingSince, notAnswered, lastMessage } =
    (await invoke(page, 'conversation.get', { id }))?.card ?? {};
  expect({ waitingSince, notAnswered, lastMessage }).toEqual({
    waitingSince: before?.waitingSince,
    notAnswered: true,
    lastMessage: before?.lastMessage,
  });
});

test('how much can be read without a network is shown, and a transcript says up to when it is complete', async ({
  server,
  app,
}) => {
  const stage = await setStage(server);
  const { control, arrive } = stage;
  const id = await arrive('Ada Lovell', { agent: 'tom' });
  await arrive('Ben Okafor', { team: 'support' });
  await enter(app.page, stage);
  await connection(app.page).click();
  await expect(app.page.getByText('Readable offline: 2 of 2')).toBeVisible({ timeout: 20_000 });
  // One that arrives while connected soon can be read as well.
  await arrive('Late Comer');
  await expect(app.page.getByText('Readable offline: 3 of 3')).toBeVisible({ timeout: 20_000 });
  await app.page.keyboard.press('Escape');
  await app.quit();

  // Said while the app was not running; every transcript is refused from then on.
  await control.act({ do: 'message', conversation: id, content: 'Hello? Anybody?', from: 'customer' });
  await control.call('fault.add', {
    method: 'GET',
    path: '/messages(\\?|$)',
    times: null,
    effect: { kind: 'answer', status: 500, body: '{}' },
  });
  await app.start();
  await settle(app.page);
  await openDetails(app.page, id);
  await expect(app.page.getByText(/^saved \d\d?:\d\d, newer missing$/)).toBeVisible();
  await connection(app.page).click();
  await expect(app.page.getByText('Readable offline: 2 of 3')).toBeVisible();
  await app.page.keyboard.press('Escape');
  await control.call('fault.clear', {});
  await app.page.getByRole('button', { name: 'Close details' }).click();
  await openDetails(app.page, id);
  await expect(app.page.getByText(/^saved \d\d?:\d\d$/)).toBeVisible();
  await expect(app.page.getByRole('log').getByText('Hello? Anybody?')).toBeVisible();
});
