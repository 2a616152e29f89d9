/** The parts of the screen by the names that everybody relies on, and the gestures on them. */
import { expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';
import type { Bridge, CallInput, CallName, CallOutput, Reply } from '../contract/ipc.ts';
import type { TestServer } from './fixture.ts';

/** Values of `data-connection`. */
export type ConnectionState =
  | 'signed-out'
  | 'connecting'
  | 'catching-up'
  | 'live'
  | 'stale'
  | 'offline'
  | 'throttled'
  | 'needs-sign-in'
  | 'no-access'
  | 'unsupported-server';

export type Pending = 'none' | 'waiting' | 'sending' | 'refused' | 'conflict';

export function lane(page: Page, key: string): Locator {
  return page.locator(`[data-lane="${key}"]`);
}

/** A conversation's card by its display id, wherever it is. */
export function card(page: Page, id: number): Locator {
  return page.locator(`[data-conversation="${id}"]`);
}

export function cardInLane(page: Page, id: number, key: string): Locator {
  return lane(page, key).locator(`[data-conversation="${id}"]`);
}

/** Display ids of the cards that a lane shows, in order. */
export async function cardsOf(page: Page, key: string): Promise<number[]> {
  const ids = await lane(page, key)
    .locator('[data-conversation]')
    .evaluateAll((cards) => cards.map((one) => Number(one.getAttribute('data-conversation'))));
  return ids;
}

export function connection(page: Page): Locator {
  return page.locator('[data-connection]').first();
}

export async function expectConnection(page: Page, state: ConnectionState, timeout = 15_000): Promise<void> {
  await expect(connection(page)).toHaveAttribute('data-connection', state, { timeout });
}

export async function expectPending(
  page: Page,
  id: number,
  pending: Pending,
  timeout = 10_000,
): Promise<void> {
  // Lanes are read one by one: for a moment a card on its way stands in both, which is no state to judge.
  await expect
    .poll(() => card(page, id).evaluateAll((cards) => cards.map((one) => one.getAttribute('data-pending'))), {
      timeout,
    })
    .toEqual([pending]);
}

/** Fills in the sign-in page and presses "Sign in". */
export async function signIn(page: Page, server: Pick<TestServer, 'url'>, token: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Server address' }).fill(server.url);
  await page.getByRole('textbox', { name: 'Access token' }).fill(token);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Signs in on a new profile and waits until the board is live. */
export async function openBoard(
  page: Page,
  server: TestServer,
  role: keyof TestServer['tokens'] = 'supervisor',
): Promise<void> {
  await signIn(page, server, server.tokens[role]);
  await expectConnection(page, 'live', 30_000);
  await passFirstRun(page);
}

/** Drags with the mouse, as a person does; `hold` runs while the card hangs over the lane. */
export async function dragCardToLane(
  page: Page,
  id: number,
  key: string,
  hold?: () => Promise<void>,
): Promise<void> {
  const source = card(page, id);
  const target = lane(page, key);
  await source.scrollIntoViewIfNeeded();
  await target.scrollIntoViewIfNeeded();
  const from = await source.boundingBox();
  const to = await target.boundingBox();
  if (!from || !to) throw new Error(`card ${id} or lane ${key} is not on the screen`);
  const view = page.viewportSize() ?? { width: 1440, height: 900 };
  // A lane may reach below the window: aim at the part that is visible.
  const bottom = Math.min(to.y + to.height, view.height - 8);
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + from.width / 2 + 8, from.y + from.height / 2 + 8, { steps: 3 });
  await page.mouse.move(to.x + to.width / 2, Math.max(to.y + 12, (to.y + bottom) / 2), { steps: 12 });
  if (hold) await hold();
  await page.mouse.up();
}

/** The Details pane and its Conversation Actions. */
export function details(page: Page): {
  region: Locator;
  agent: Locator;
  team: Locator;
  assignToMe: Locator;
  unassignAgent: Locator;
  unassignTeam: Locator;
} {
  const region = page.getByRole('region', { name: 'Conversation details' });
  return {
    region,
    agent: region.getByRole('combobox', { name: 'Assigned Agent' }),
    team: region.getByRole('combobox', { name: 'Assigned Team' }),
    assignToMe: region.getByRole('button', { name: 'Assign to me' }),
    unassignAgent: region.getByRole('button', { name: 'Unassign agent' }),
    unassignTeam: region.getByRole('button', { name: 'Unassign team' }),
  };
}

/** Opens the menu of a card: the button named "Move" followed by the conversation. */
export async function openCardMenu(page: Page, id: number): Promise<void> {
  const one = card(page, id);
  await one.hover();
  await one.getByRole('button', { name: /^Move/ }).click();
}

/** Picks one entry of a searchable list such as Assigned Agent. */
export async function choose(page: Page, box: Locator, name: string): Promise<void> {
  await box.click();
  await box.fill(name);
  await page.getByRole('option', { name }).first().click();
}

/** Asks the app through the page's own bridge, as the renderer does. */
export async function invoke<N extends CallName>(
  page: Page,
  name: N,
  input: CallInput<N>,
): Promise<CallOutput<N>> {
  const reply = (await page.evaluate(
    async ([call, given]) => (window as unknown as { bridge: Bridge }).bridge.invoke(call, given),
    [name, input] as [string, unknown],
  )) as Reply<CallOutput<N>>;
  if (!reply.ok) throw new Error(`${name}: ${reply.error.message}`);
  return reply.value;
}

/** Closes the explanation of the first run. */
export async function passFirstRun(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Show the board' }).click();
}
