/** Undo and redo as a supervisor sees them, judged by what the server was asked for. */
import type { Page } from '@playwright/test';
import { expect, test } from '../fixture.ts';
import {
  card,
  cardInLane,
  details,
  dragCardToLane,
  expectConnection,
  expectPending,
  invoke,
} from '../pages.ts';
import { listen } from '../stories/announcements.ts';
import { chooseInMenu } from '../stories/menu.ts';
import { emptyServer, enter, setStage, settle, truthOf, writesOf } from '../stories/stage.ts';

test.use({ serverSettings: emptyServer, computer: { width: 2800, height: 900 } });

const face = (page: Page, id: number) => card(page, id).getByRole('button').first();
/** The app itself has seen what came of the last move. */
const confirmed = async (page: Page, conversation: number): Promise<void> => {
  await expect
    .poll(async () => {
      const { entries } = await invoke(page, 'outbox.list', { limit: 10 });
      return entries.find((entry) => entry.conversation === conversation)?.state;
    })
    .toBe('confirmed');
};
const toast = (page: Page, words: string | RegExp) =>
  page
    .getByRole('group')
    .filter({ hasText: words })
    .filter({ hasNot: page.locator('[data-lane]') });

test('a drag is undone with Ctrl+Z, done again with Ctrl+Y, and undone from its toast', async ({
  server,
  app,
}) => {
  const { page } = app;
  const stage = await setStage(server);
  const { cast, arrive } = stage;
  const id = await arrive('Ada Lovell', { team: 'support' });
  await enter(page, stage);
  const heard = await listen(page);
  const tom = `agent:${cast.agent('tom')}`;
  await dragCardToLane(page, id, tom);
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: 'tom', team: 'support' });
  await confirmed(page, id);

  await page.keyboard.press('Control+z');
  await expect(cardInLane(page, id, `team:${cast.team('support')}`)).toBeVisible();
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: null, team: 'support' });
  await expect(toast(page, 'Undone: put back as it was.').first()).toContainText('Confirmed.');
  await expect.poll(heard).toContain('Undone: put back as it was.');

  await page.keyboard.press('Control+y');
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: 'tom', team: 'support' });
  await expect(toast(page, 'Again: Assigned to Tom.').first()).toContainText('Confirmed.');
  await expectPending(page, id, 'none');

  // F6 goes to the toasts, Tab to what they offer.
  const undo = page.getByRole('button', { name: 'Undo: Again: Assigned to Tom.', exact: true });
  await page.keyboard.press('F6');
  await expect(async () => {
    await page.keyboard.press('Tab');
    await expect(undo).toBeFocused({ timeout: 100 });
  }).toPass({ timeout: 5_000 });
  await page.keyboard.press('Enter');
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: null, team: 'support' });
  expect(await writesOf(stage, 'mara'), 'one write for each').toHaveLength(4);
  await page.keyboard.press('Control+Shift+Z');
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: 'tom', team: 'support' });
});

test('in a text field Ctrl+Z undoes typing; the menu and the palette undo the move', async ({
  server,
  app,
}) => {
  const { page } = app;
  const stage = await setStage(server);
  const { cast, arrive } = stage;
  const id = await arrive('Ada Lovell');
  await enter(page, stage);
  await dragCardToLane(page, id, `agent:${cast.agent('tom')}`);
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: 'tom', team: null });
  await confirmed(page, id);

  await face(page, id).click();
  const { agent } = details(page);
  await agent.click();
  await page.keyboard.type('xyz');
  await page.keyboard.press('Control+z');
  await expect(agent).not.toHaveValue('xyz');
  await page.keyboard.type('q');
  await chooseInMenu(app.electron, 'undo');
  await expect(agent).not.toHaveValue(/q/);
  expect(await writesOf(stage, 'mara'), 'nothing is undone on the server').toHaveLength(1);
  await page.keyboard.press('Escape');

  await face(page, id).focus();
  await chooseInMenu(app.electron, 'undo');
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: null, team: null });
  await confirmed(page, id);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('redo');
  await expect(page.getByRole('option', { name: /^Redo/ })).toContainText('Assigned to Tom.');
  await page.keyboard.press('Enter');
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: 'tom', team: null });
});

test('a move of several cards is undone as one; what somebody else changed stays and is named', async ({
  server,
  app,
}) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const ids = [
    await arrive('Ada', { minutesAgo: 9 }),
    await arrive('Ben', { minutesAgo: 8, agent: 'sara' }),
    await arrive('Cem', { minutesAgo: 7, team: 'support' }),
  ] as const;
  await enter(page, stage);
  for (const id of ids) await face(page, id).click({ modifiers: ['Control'] });
  await dragCardToLane(page, ids[0], `agent:${cast.agent('tom')}`);
  for (const id of ids) await expect.poll(async () => (await truthOf(stage, id)).agent).toBe('tom');
  for (const id of ids) await confirmed(page, id);

  await control.act({
    do: 'assign',
    conversation: ids[1],
    agent: cast.agent('ines'),
    by: cast.agent('ines'),
  });
  await expect(cardInLane(page, ids[1], `agent:${cast.agent('ines')}`)).toBeVisible();
  const before = (await writesOf(stage, 'mara')).length;
  await page.keyboard.press('Control+z');
  await expect.poll(() => truthOf(stage, ids[0])).toEqual({ agent: null, team: null });
  await expect.poll(() => truthOf(stage, ids[2])).toEqual({ agent: null, team: 'support' });
  await expect(toast(page, `Not undone: #${ids[1]} Ben.`).first()).toContainText(
    'Changed in the meantime: now with Ines',
  );
  expect(await truthOf(stage, ids[1]), 'nobody is taken from Ines').toEqual({ agent: 'ines', team: null });
  expect((await writesOf(stage, 'mara')).length - before).toBe(2);
});

test('without a network an undo cancels what was not sent: nothing is ever written', async ({
  server,
  app,
}) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const id = await arrive('Ada Lovell');
  await enter(page, stage);
  await control.call('server.pause', {});
  await expectConnection(page, 'offline', 20_000);
  await dragCardToLane(page, id, `agent:${cast.agent('tom')}`);
  await expectPending(page, id, 'waiting');
  await page.keyboard.press('Control+z');
  await expectPending(page, id, 'none');
  await expect(cardInLane(page, id, 'no-team')).toBeVisible();
  await expect(toast(page, 'Undone before it was sent.').first()).toBeVisible();
  await control.call('server.resume', {});
  await settle(page);
  expect(await truthOf(stage, id)).toEqual({ agent: null, team: null });
  expect(await writesOf(stage, 'mara')).toEqual([]);
});

test('an agent outside the team comes back, after a restart too; a change that only the server knows is a conflict', async ({
  server,
  app,
}) => {
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const id = await arrive('Ada Lovell', { team: 'billing', agent: 'tom' });
  await enter(app.page, stage);
  await dragCardToLane(app.page, id, `team:${cast.team('support')}`);
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: null, team: 'support' });
  await expectPending(app.page, id, 'none');
  await app.quit();
  await app.start();
  const { page } = app;
  await settle(page);
  await page.keyboard.press('Control+z');
  await expect(cardInLane(page, id, `agent:${cast.agent('tom')}`)).toBeVisible();
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: 'tom', team: 'billing' });
  await confirmed(page, id);

  await control.call('server.pause', {});
  await expectConnection(page, 'offline', 20_000);
  await control.act({ do: 'assign', conversation: id, agent: cast.agent('sara'), by: cast.agent('sara') });
  await page.keyboard.press('Control+y');
  await expectPending(page, id, 'waiting');
  const before = (await writesOf(stage, 'mara')).length;
  await control.call('server.resume', {});
  await expectPending(page, id, 'conflict', 40_000);
  expect((await writesOf(stage, 'mara')).length, 'nothing is written over it').toBe(before);
});

test('an agent whom the server picked is named before he loses it', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const { cast, arrive } = stage;
  const id = await arrive('Ada Lovell', { agent: 'noor' });
  await cast.setOnline(['ines']);
  await enter(page, stage);
  await dragCardToLane(page, id, `team:${cast.team('sales')}`);
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: 'ines', team: 'sales' });
  // Until then it could still be cancelled, and nobody would be asked.
  await confirmed(page, id);
  const before = (await writesOf(stage, 'mara')).length;
  await page.keyboard.press('Control+z');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('The server itself gave it to Ines, who loses it now');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect((await writesOf(stage, 'mara')).length, 'nothing is sent after Escape').toBe(before);
  await page.keyboard.press('Control+z');
  await dialog.getByRole('button', { name: /^Go back all the same/ }).click();
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: 'noor', team: null });
});
