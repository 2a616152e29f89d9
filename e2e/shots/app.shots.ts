/** Pictures of the app for people, on a believable queue: written to `shots/`, one of them chosen for the README. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Truth } from '../../server/control.ts';
import { createControlClient } from '../../server/control-client.ts';
import type { ControlClient } from '../../server/control-client.ts';
import { expect, test } from '../fixture.ts';
import type { TestServer } from '../fixture.ts';
import {
  card,
  details,
  dragCardToLane,
  expectConnection,
  expectPending,
  invoke,
  lane,
  openBoard,
} from '../pages.ts';
import { settle } from '../stories/stage.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'shots');

test.use({
  serverSettings: { conversations: 500, agents: 8, teams: 3, seed: 11 },
  computer: { width: 1600, height: 960 },
});
test.setTimeout(180_000);

/** One picture; unless something hangs on it, the pointer rests where nothing changes under it. */
const shoot = async (page: Page, name: string, held = false): Promise<void> => {
  if (!held) await page.mouse.move((page.viewportSize()?.width ?? 1600) / 2, 4);
  mkdirSync(folder, { recursive: true });
  await page.evaluate(() => document.fonts.ready.then(() => null));
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
};

type Me = { id: number; control: ControlClient; open: Truth[] };

/** Who is signed in, and the open conversations that this person sees on the board. */
const look = async (page: Page, server: TestServer): Promise<Me> => {
  const control = createControlClient(server.controlUrl);
  const directory = await invoke(page, 'directory.get', {});
  if (!directory) throw new Error('no directory yet');
  const inboxes = new Set(directory.inboxes.map(({ id }) => id));
  const live = await control.call('conversation.live', {});
  return {
    id: directory.me.id,
    control,
    open: live.filter(({ status, inboxId }) => status === 'open' && inboxes.has(inboxId)),
  };
};

const view = async (page: Page, name: string): Promise<void> => {
  await page
    .getByRole('navigation')
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .click();
  await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
};

const group = (page: Page, name: string): Promise<void> =>
  page.getByRole('group', { name: 'Group by' }).getByRole('button', { name, exact: true }).click();

test('sign-in, and what it says when it fails', async ({ server, app }) => {
  const { page } = app;
  await shoot(page, 'sign-in');
  await page.emulateMedia({ colorScheme: 'dark' });
  await shoot(page, 'sign-in-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('textbox', { name: 'Server address' }).fill(server.url);
  await page.getByRole('textbox', { name: 'Access token' }).fill('not-a-token-of-anybody');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The server does not know this access token.')).toBeVisible();
  await shoot(page, 'sign-in-failed');
  await page.getByRole('textbox', { name: 'Access token' }).fill(server.tokens.administrator);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Show the board' })).toBeVisible();
  await expectConnection(page, 'live', 30_000);
  await shoot(page, 'first-run');
});

for (const theme of ['light', 'dark'] as const) {
  test(`the board, ${theme}`, async ({ server, app }) => {
    const { page } = app;
    await page.emulateMedia({ colorScheme: theme });
    await openBoard(page, server, 'administrator');
    await settle(page);
    const { open } = await look(page, server);
    await expect(page.locator('[data-conversation]').first()).toBeVisible();
    const count = new Map<number, number>();
    for (const { assigneeId } of open)
      if (assigneeId !== null) count.set(assigneeId, (count.get(assigneeId) ?? 0) + 1);
    const busiest = [...count].toSorted(([, a], [, b]) => b - a).slice(0, 3);
    await invoke(page, 'settings.set', { pinnedLanes: busiest.map(([id]) => `agent:${id}`) });
    await shoot(page, `board-queues-${theme}`);
    await group(page, 'Agents');
    await expect(lane(page, 'unassigned').locator('[data-conversation]').first()).toBeVisible();
    await shoot(page, `board-agents-${theme}`);
    await group(page, 'Teams');
    await expect(lane(page, 'no-team').locator('[data-conversation]').first()).toBeVisible();
    await shoot(page, `board-teams-${theme}`);
    await group(page, 'Queues & agents');

    const held = open.find(
      ({ assigneeId, teamId, messageCount }) =>
        assigneeId === busiest[0]?.[0] && teamId !== null && messageCount > 3,
    );
    if (!held) throw new Error('nobody holds a conversation');
    await expect(lane(page, `agent:${held.assigneeId}`)).toBeVisible();
    await card(page, held.id).scrollIntoViewIfNeeded();
    await card(page, held.id).getByRole('button').first().click();
    await expect(details(page).region).toContainText(`#${held.id}`);
    await expect(
      page.getByRole('region', { name: 'Conversation details' }).getByText(/^saved /),
    ).toBeVisible();
    await shoot(page, `details-${theme}`);
    if (theme === 'light') {
      await page.setViewportSize({ width: 1440, height: 810 });
      await shoot(page, 'readme');
      await page.setViewportSize({ width: 1600, height: 960 });
      mkdirSync(join(root, 'assets', 'screenshots'), { recursive: true });
      copyFileSync(join(folder, 'readme.png'), join(root, 'assets', 'screenshots', 'board.png'));
    }
    await details(page).agent.click();
    await expect(page.getByRole('option').first()).toBeVisible();
    await shoot(page, `assigned-agent-${theme}`);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Close details' }).click();

    // In the air over an agent who is not in the card's team.
    const directory = await invoke(page, 'directory.get', {});
    const queued = open.find(
      ({ assigneeId, botId, teamId }) => assigneeId === null && botId === null && teamId !== null,
    );
    const members = directory?.teams.find(({ id }) => id === queued?.teamId)?.members ?? [];
    const stranger = directory?.agents.find(
      ({ id, left, presence }) => !left && presence !== 'offline' && !members.includes(id),
    );
    if (!queued || !stranger) throw new Error('no conversation that asks first');
    await dragCardToLane(page, queued.id, `agent:${stranger.id}`, async () => {
      await expect(lane(page, `agent:${stranger.id}`)).toHaveAttribute('data-over', 'true');
      await expect(lane(page, `agent:${stranger.id}`)).toHaveAttribute('data-verdict', 'asks-first');
      await shoot(page, `drag-${theme}`, true);
    });
    await expect(page.getByRole('dialog')).toBeVisible();
    await shoot(page, `chooser-${theme}`);
    await page.keyboard.press('Escape');
    await card(page, queued.id).hover();
    await card(page, queued.id).getByRole('button', { name: /^Move/ }).click();
    await expect(page.getByRole('menuitem').first()).toBeVisible();
    await shoot(page, `move-menu-${theme}`);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog')).toBeVisible();
    await shoot(page, `commands-${theme}`);
    await page.keyboard.press('Escape');
    await view(page, 'Unassigned list');
    await shoot(page, `unassigned-${theme}`);
    await view(page, 'Settings');
    await shoot(page, `settings-${theme}`);
    await view(page, 'Board');
    await invoke(page, 'settings.set', { density: 'compact', pinnedLanes: [] });
    await expect(page.locator('[data-compact]').first()).toBeVisible();
    await shoot(page, `board-compact-${theme}`);
  });
}

test('alerts, outbox, offline and what went wrong', async ({ server, app }) => {
  const { page } = app;
  await openBoard(page, server, 'administrator');
  await settle(page);
  const { id: me, control, open } = await look(page, server);
  const free = open.filter(
    ({ assigneeId, botId, teamId }) => assigneeId === null && botId === null && teamId === null,
  );
  const [one, two, three, four] = free;
  if (!one || !two || !three || !four) throw new Error('too few conversations');
  const takes = async (agent: number): Promise<boolean> => {
    const items = [three, four].map(({ id }) => ({
      conversation: id,
      base: { assignee: null, team: null, live: true },
    }));
    const { summary } = await invoke(page, 'move.judge', { action: { kind: 'assign-agent', agent }, items });
    return summary.outcome === 'accepts';
  };
  const agents = (await invoke(page, 'directory.get', {}))?.agents ?? [];
  const able = await Promise.all(agents.map(async ({ id, left }) => id !== me && !left && (await takes(id))));
  const other = agents.find((_, index) => able[index]);
  if (!other) throw new Error('nobody can take these');
  await control.act({ do: 'assign', conversation: one.id, agent: me, by: other.id });
  await expect.poll(() => app.notifications.shown().length).toBe(1);
  await control.act({ do: 'assign', conversation: two.id, agent: me, by: other.id });
  await expect.poll(() => app.notifications.shown().length).toBe(2);
  await control.call('account.set', { conversationLimit: 1 });
  await dragCardToLane(page, three.id, `agent:${other.id}`);
  await expectPending(page, three.id, 'refused');
  await expect(page.getByText('Agent has reached the conversation limit').first()).toBeVisible();
  await shoot(page, 'refused');
  await control.call('account.set', { conversationLimit: null });
  await view(page, 'Alerts');
  await shoot(page, 'alerts');
  await view(page, 'Board');

  await control.call('server.pause', {});
  await expectConnection(page, 'offline', 30_000);
  await dragCardToLane(page, four.id, `agent:${other.id}`);
  await expectPending(page, four.id, 'waiting');
  await shoot(page, 'offline');
  await view(page, 'Outbox');
  await shoot(page, 'outbox-offline');
  await control.act({ do: 'assign', conversation: four.id, agent: me, by: me });
  await control.call('server.resume', {});
  await expect(page.getByText('Theirs, now')).toBeVisible({ timeout: 60_000 });
  await shoot(page, 'outbox-conflict');
  await view(page, 'Search');
  await page
    .getByRole('main')
    .getByRole('searchbox')
    .or(page.getByRole('main').getByRole('textbox'))
    .first()
    .fill('the');
  await expect(page.getByRole('main').getByRole('listitem').first()).toBeVisible();
  await shoot(page, 'search');
  await control.call('user.revoke', { user: me });
  await control.call('cable.close', {});
  await expectConnection(page, 'needs-sign-in', 30_000);
  await view(page, 'Board');
  await shoot(page, 'needs-sign-in');
});

for (const theme of ['light', 'dark'] as const)
  test(`without the server, ${theme}`, async ({ server, app }) => {
    const { page } = app;
    await page.emulateMedia({ colorScheme: theme });
    await openBoard(page, server, 'administrator');
    await settle(page);
    const { id: me, control, open } = await look(page, server);
    const free = open
      .filter(({ assigneeId, botId, teamId }) => assigneeId === null && botId === null && teamId === null)
      .slice(0, 12);
    await control.call('server.pause', {});
    await expectConnection(page, 'offline', 30_000);
    const items = free.map(({ id }) => ({
      conversation: id,
      base: { assignee: null, team: null, live: true },
    }));
    const { stored } = await invoke(page, 'move.submit', {
      action: { kind: 'assign-agent', agent: me },
      items,
    });
    expect(stored.length).toBeGreaterThan(5);
    await expect(page.getByRole('button', { name: /wait for the server/ })).toBeVisible();
    await expect
      .poll(async () => (await invoke(page, 'connection.get', {})).deadline ?? 0, { timeout: 30_000 })
      .toBeGreaterThan(Date.now() + 5_000);
    await shoot(page, `offline-${theme}`);
    await page.locator('[data-connection]').first().click();
    await expect(page.getByRole('button', { name: 'Try now' })).toBeVisible();
    await shoot(page, `offline-reason-${theme}`, true);
    await page.keyboard.press('Escape');
    await view(page, 'Outbox');
    await shoot(page, `outbox-waiting-${theme}`);
    await page.getByRole('button', { name: 'Cancel all' }).click();
    await shoot(page, `outbox-cancel-${theme}`);
    await page.getByRole('button', { name: 'Back' }).click();
    const others = (await invoke(page, 'directory.get', {}))?.agents.filter(
      ({ id, left }) => id !== me && !left,
    );
    const other = others?.[0]?.id ?? null;
    for (const { id } of free.slice(0, 3))
      await control.act({ do: 'assign', conversation: id, agent: other, by: other });
    for (const { id } of free.slice(3, 5))
      await control.act({ do: 'status', conversation: id, status: 'resolved' });
    // Held where some are done and others are not.
    await control.call('fault.add', {
      method: 'POST',
      path: '/assignments',
      skip: 3,
      times: null,
      effect: { kind: 'delay', ms: 6_000 },
    });
    await control.call('server.resume', {});
    await page.locator('[data-connection]').first().click();
    const tryNow = page.getByRole('button', { name: 'Try now' });
    if (await tryNow.isVisible()) await tryNow.click({ timeout: 3_000 }).catch(() => undefined);
    await page.keyboard.press('Escape');
    await expect(page.getByText('One by one').first()).toBeVisible({ timeout: 60_000 });
    await shoot(page, `outbox-progress-${theme}`);
    await control.call('fault.clear', {});
    await expect(page.getByRole('button', { name: 'Apply all mine' })).toBeVisible({ timeout: 60_000 });
    await expect
      .poll(async () => (await invoke(page, 'outbox.list', { limit: 1 })).counts, { timeout: 60_000 })
      .toMatchObject({ waiting: 0, sending: 0 });
    const changed = free[0]?.id ?? 0;
    await control.act({ do: 'assign', conversation: changed, agent: others?.[1]?.id ?? null, by: other });
    await expect(page.getByText(/Changed again/)).toBeVisible({ timeout: 20_000 });
    await shoot(page, `outbox-decide-${theme}`);
    await page.getByRole('button', { name: 'Apply all mine' }).click();
    await shoot(page, `outbox-apply-${theme}`);
    await page.setViewportSize({ width: 480, height: 800 });
    await shoot(page, `outbox-480-${theme}`);
  });

test.describe('a long history', () => {
  test.use({ serverSettings: { conversations: 4_000, agents: 8, teams: 3, seed: 11 } });
  test('is loaded, and says how far it is', async ({ server, app }) => {
    const { page } = app;
    await openBoard(page, server, 'administrator');
    await invoke(page, 'settings.set', { historyDays: 30 });
    await expect(page.getByText(/^Loading history, .* left$/)).toBeVisible({ timeout: 90_000 });
    await shoot(page, 'loading-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('[data-connection]').first().click();
    await shoot(page, 'loading-dark', true);
  });
});

test('narrow windows', async ({ server, app }) => {
  const { page } = app;
  await openBoard(page, server, 'administrator');
  await settle(page);
  await page.setViewportSize({ width: 1024, height: 700 });
  await expect(page.locator('[data-conversation]').first()).toBeVisible();
  await shoot(page, 'board-1024');
  await page.setViewportSize({ width: 480, height: 800 });
  await expect(page.locator('[data-conversation]').first()).toBeVisible();
  await shoot(page, 'board-480');
});
