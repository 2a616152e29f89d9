/** Moving under real conditions: many at once, by keyboard, cancelled, while others act, refused by the server, and back. */
import type { Page } from '@playwright/test';
import { expect, test } from '../fixture.ts';
import {
  card,
  cardInLane,
  cardsOf,
  details,
  dragCardToLane,
  expectPending,
  lane,
  openCardMenu,
} from '../pages.ts';
import { listen } from '../stories/announcements.ts';
import { emptyServer, enter, setStage, truthOf, writesOf } from '../stories/stage.ts';

test.use({ serverSettings: emptyServer, computer: { width: 2800, height: 900 } });

const face = (page: Page, id: number) => card(page, id).getByRole('button').first();

test('many cards at once: one chooser with counts, one answer for all', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const { cast, arrive } = stage;
  const ids = [
    await arrive('Ada', { minutesAgo: 9 }),
    await arrive('Ben', { minutesAgo: 8, team: 'billing' }),
    await arrive('Cem', { minutesAgo: 7, team: 'billing' }),
    await arrive('Dilnoza', { minutesAgo: 6, team: 'support' }),
  ] as const;
  await enter(page, stage);
  for (const id of ids) await face(page, id).click({ modifiers: ['Control'] });
  await expect(page.getByRole('group', { name: 'Selected conversations' })).toContainText('4 selected');

  const tom = `agent:${cast.agent('tom')}`;
  await dragCardToLane(page, ids[1], tom, async () => {
    await expect(lane(page, tom)).toContainText('Tom is not in the team of 2 of 4: asks first');
  });
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('2 other conversations need no choice and move with them.');
  const choice = (name: RegExp) => dialog.getByRole('button', { name });
  await expect(choice(/^Assign Tom and remove team Billing\b/)).toContainText('2 conversations');
  await expect(choice(/^Assign Tom in Support\b/)).toContainText('2 conversations');
  await expect(dialog).toContainText('Nothing has moved yet.');
  expect(await writesOf(stage, 'mara'), 'nothing is sent before the answer').toEqual([]);

  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  for (const id of ids) await expectPending(page, id, 'none');
  expect(await writesOf(stage, 'mara'), 'nothing is sent after Escape').toEqual([]);

  await dragCardToLane(page, ids[0], tom);
  await choice(/^Assign Tom in Support\b/).click();
  for (const id of ids) await expect(cardInLane(page, id, tom)).toBeVisible();
  const wanted = [null, 'support', 'support', 'support'];
  for (const [index, id] of ids.entries())
    await expect.poll(() => truthOf(stage, id)).toEqual({ agent: 'tom', team: wanted[index] });
  for (const id of ids) await expectPending(page, id, 'none');
  // Assignments go one by one: never through the queue of bulk actions.
  expect(await stage.control.log({ path: '/bulk_actions' })).toEqual([]);
  // One write for each half that changes: four agents, two teams.
  expect(await writesOf(stage, 'mara')).toHaveLength(6);
});

test('by keyboard: lift, hear every lane, drop, and go on with the next card', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const { cast, arrive } = stage;
  const first = await arrive('Ada Lovell', { minutesAgo: 9 });
  const second = await arrive('Ben Okafor', { minutesAgo: 8 });
  await enter(page, stage);
  await expect.poll(() => cardsOf(page, 'no-team')).toEqual([first, second]);
  const heard = await listen(page);
  await face(page, first).focus();
  await page.keyboard.press('m');
  await expect.poll(heard).toContain(`Conversation ${first}, Ada Lovell, lifted from No team.`);
  await page.keyboard.press('Escape');
  await expect.poll(heard).toContain('Cancelled. Nothing was moved.');
  await expect(face(page, first)).toBeFocused();

  await page.keyboard.press('m');
  const tom = lane(page, `agent:${cast.agent('tom')}`);
  await expect(tom).toHaveAttribute('data-verdict', 'accepts');
  while ((await tom.getAttribute('data-over')) === null) await page.keyboard.press('ArrowRight');
  await expect.poll(heard).toMatch(/Tom, 0 open, allowed\./);
  await page.keyboard.press('Enter');
  await expect(cardInLane(page, first, `agent:${cast.agent('tom')}`)).toBeVisible();
  await expect.poll(() => truthOf(stage, first)).toEqual({ agent: 'tom', team: null });
  await expect(face(page, second)).toBeFocused();
  await expect.poll(heard).toContain('Assigned to Tom. Sending.');
  await expect.poll(heard).toContain('Confirmed.');

  // Arrows walk the cards; a move that asks first is answered with Enter as well.
  await page.keyboard.press('m');
  const billing = lane(page, `team:${cast.team('billing')}`);
  while ((await billing.getAttribute('data-over')) === null) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect.poll(() => truthOf(stage, second)).toEqual({ agent: null, team: 'billing' });
  expect(await writesOf(stage, 'mara')).toHaveLength(2);
});

test('after a move by drag, menu and Details the focus is never lost', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const { cast, arrive } = stage;
  const ids = [
    await arrive('Ada', { minutesAgo: 9 }),
    await arrive('Ben', { minutesAgo: 8 }),
    await arrive('Cem', { minutesAgo: 7 }),
  ] as const;
  await enter(page, stage);
  await dragCardToLane(page, ids[0], `agent:${cast.agent('tom')}`);
  await expect(face(page, ids[1])).toBeFocused();
  await openCardMenu(page, ids[1]);
  await page.getByRole('menuitem', { name: /^Sara/ }).click();
  await expect(face(page, ids[2])).toBeFocused();
  await expect.poll(() => truthOf(stage, ids[0])).toEqual({ agent: 'tom', team: null });
  await expect.poll(() => truthOf(stage, ids[1])).toEqual({ agent: 'sara', team: null });
});

test('Escape cancels a drag, and the next drag works', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const { cast, arrive } = stage;
  const id = await arrive('Ada Lovell');
  await enter(page, stage);
  const heard = await listen(page);
  const tom = `agent:${cast.agent('tom')}`;
  await dragCardToLane(page, id, tom, async () => {
    await expect(lane(page, tom)).toHaveAttribute('data-over', 'true');
    await page.keyboard.press('Escape');
    await expect(lane(page, tom)).not.toHaveAttribute('data-verdict');
  });
  await expect.poll(heard).toContain('Cancelled. Nothing was moved.');
  await expect(cardInLane(page, id, 'no-team')).toBeVisible();
  expect(await writesOf(stage, 'mara')).toEqual([]);
  await dragCardToLane(page, id, tom);
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: 'tom', team: null });
});

test('a drag goes on while others change the board; a card that others took is not overwritten', async ({
  server,
  app,
}) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const first = await arrive('Ada Lovell', { minutesAgo: 9 });
  const second = await arrive('Ben Okafor', { minutesAgo: 8 });
  const third = await arrive('Cem Aydin', { minutesAgo: 7 });
  await enter(page, stage);
  const tom = `agent:${cast.agent('tom')}`;
  await dragCardToLane(page, first, tom, async () => {
    const arrived = await arrive('Dilnoza Karimova', { agent: 'sara' });
    await expect(cardInLane(page, arrived, `agent:${cast.agent('sara')}`)).toBeVisible();
    await control.act({ do: 'status', conversation: third, status: 'resolved' });
    await control.act({ do: 'message', conversation: first, content: 'Still there?' });
    await expect(page.getByRole('status', { name: 'Queue in numbers' })).toContainText('3 open');
  });
  await expect.poll(() => truthOf(stage, first)).toEqual({ agent: 'tom', team: null });
  await expect(cardInLane(page, first, tom)).toBeVisible();
  await expect(card(page, third)).toBeHidden();

  // Somebody takes the lifted card itself: it says who has it now, and nothing is written.
  const before = (await writesOf(stage, 'mara')).length;
  await dragCardToLane(page, second, tom, async () => {
    await control.act({
      do: 'assign',
      conversation: second,
      agent: cast.agent('sara'),
      by: cast.agent('sara'),
    });
    await expect(lane(page, `agent:${cast.agent('sara')}`)).toHaveAccessibleName(/2 open/);
  });
  await expect(page.getByText('Changed in the meantime: now with Sara').first()).toBeVisible();
  await expect(cardInLane(page, second, `agent:${cast.agent('sara')}`)).toBeVisible();
  expect(await writesOf(stage, 'mara')).toHaveLength(before);
  expect(await truthOf(stage, second)).toEqual({ agent: 'sara', team: null });
});

test.describe('a server that limits conversations', () => {
  test.use({ serverSettings: { ...emptyServer, limit: 1 } });
  test('refuses in its own words; the card is back where it was, and can be discarded', async ({
    server,
    app,
  }) => {
    const { page } = app;
    const stage = await setStage(server);
    const { cast, arrive } = stage;
    await arrive('First One', { agent: 'tom' });
    const id = await arrive('One Too Many');
    await enter(page, stage);
    const tom = `agent:${cast.agent('tom')}`;
    await dragCardToLane(page, id, tom);
    await expectPending(page, id, 'refused');
    await expect(cardInLane(page, id, 'no-team')).toContainText('Agent has reached the conversation limit');
    expect(await truthOf(stage, id)).toEqual({ agent: null, team: null });
    const writes = await writesOf(stage, 'mara');
    expect(
      writes.map(({ status }) => status),
      'asked once, refused, not repeated',
    ).toEqual([422]);

    await card(page, id).getByRole('button', { name: 'Review' }).click();
    const outbox = page.getByRole('region', { name: 'Needs your decision' });
    await expect(outbox).toContainText('The server said: “Agent has reached the conversation limit”');
    await outbox.getByRole('button', { name: /^Discard/ }).click();
    await expect(outbox).toBeHidden();
    await page.getByRole('button', { name: 'Board', exact: true }).click();
    await expectPending(page, id, 'none');
    await expect(cardInLane(page, id, 'no-team')).toBeVisible();
  });
});

test('Details: to me, unassign, asked first, and back to the queue that was left', async ({
  server,
  app,
}) => {
  const { page } = app;
  const stage = await setStage(server);
  const { arrive } = stage;
  const id = await arrive('Ada Lovell', { team: 'billing', content: 'I was charged twice.' });
  await enter(page, stage);
  await face(page, id).click();
  const pane = details(page);
  await expect(pane.region).toContainText('I was charged twice.');
  await expect(pane.unassignAgent).toBeDisabled();

  // Mara is not in Billing: her own assignment asks first, like any other.
  await pane.assignToMe.click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Assign Mara and remove team Billing');
  // Enter is for whoever has the focus.
  await expect(dialog.locator(':focus')).toContainText('Assign Mara and remove team Billing');
  await page.keyboard.press('Enter');
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: 'mara', team: null });
  await expect(pane.agent).toHaveValue('Mara');
  await expect(pane.assignToMe).toBeDisabled();

  await pane.unassignAgent.click();
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: null, team: null });
  await pane.region.getByRole('button', { name: 'Back to Billing queue' }).click();
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: null, team: 'billing' });
  await expect(pane.team).toHaveValue('Billing');
  await pane.unassignTeam.click();
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: null, team: null });
  await expectPending(page, id, 'none');

  await pane.region.getByRole('tab', { name: 'History' }).click();
  await expect(pane.region).toContainText('Mara');
  await page.getByRole('button', { name: 'Close details' }).click();
  await expect(pane.region).toBeHidden();
});

test('without a network a move is saved, shown, survives a crash and is sent once', async ({
  server,
  app,
}) => {
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const id = await arrive('Ada Lovell');
  await enter(app.page, stage);
  await expect(card(app.page, id)).toBeVisible();
  await control.call('server.pause', {});
  await expect(app.page.locator('[data-connection="offline"]')).toBeVisible({ timeout: 20_000 });
  await dragCardToLane(app.page, id, `agent:${cast.agent('tom')}`);
  await expectPending(app.page, id, 'waiting');
  await expect(app.page.getByText('Saved. 1 change waiting.', { exact: true })).toBeVisible();
  await app.kill();
  await app.start();
  const { page } = app;
  await expect(cardInLane(page, id, `agent:${cast.agent('tom')}`)).toBeVisible();
  await expectPending(page, id, 'waiting');
  expect(await truthOf(stage, id)).toEqual({ agent: null, team: null });

  await control.call('server.resume', {});
  await expect.poll(() => truthOf(stage, id), { timeout: 40_000 }).toEqual({ agent: 'tom', team: null });
  await expectPending(page, id, 'none', 20_000);
  expect(await writesOf(stage, 'mara')).toHaveLength(1);
});

test('what somebody else changed meanwhile is never overwritten: both sides are shown', async ({
  server,
  app,
}) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const id = await arrive('Ada Lovell');
  await enter(page, stage);
  await expect(card(page, id)).toBeVisible();
  await control.call('server.pause', {});
  await expect(page.locator('[data-connection="offline"]')).toBeVisible({ timeout: 20_000 });
  await dragCardToLane(page, id, `agent:${cast.agent('tom')}`);
  await expectPending(page, id, 'waiting');
  await control.act({ do: 'assign', conversation: id, agent: cast.agent('sara'), by: cast.agent('sara') });
  await control.call('server.resume', {});
  await expectPending(page, id, 'conflict', 40_000);
  await expect(cardInLane(page, id, `agent:${cast.agent('sara')}`)).toBeVisible();
  expect(await writesOf(stage, 'mara'), 'nothing is written over it').toEqual([]);
  await expect
    .poll(() => app.notifications.shown().map(({ title }) => title))
    .toContain('Changed by someone else: Ada Lovell');
  await card(page, id).getByRole('button', { name: 'Review' }).click();
  const stopped = page.getByRole('region', { name: 'Needs your decision' });
  await expect(stopped).toContainText('Sara');
  await expect(stopped).toContainText('Assign to Tom');
  await stopped.getByRole('button', { name: /^Keep theirs/ }).click();
  await expect(stopped).toBeHidden();
  await page.getByRole('button', { name: 'Board', exact: true }).click();
  await expectPending(page, id, 'none');
  expect(await truthOf(stage, id)).toEqual({ agent: 'sara', team: null });
});
