/** No violation that axe knows, in light and dark; usable at 400 % zoom and in forced colours. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixture.ts';
import { card, cardInLane, details, dragCardToLane, lane, openCardMenu } from '../pages.ts';
import { emptyServer, enter, set, setStage, truthOf } from '../stories/stage.ts';
import type { Stage } from '../stories/stage.ts';

test.use({ serverSettings: emptyServer });

/** Everything axe finds on the screen as it is, or within what is open on top of it (the rest is hidden then). */
const violations = async (page: Page, within?: string): Promise<string[]> => {
  // Colours that are fading in are no colours yet.
  await page.evaluate(async () => {
    await Promise.all(
      document
        .getAnimations()
        .map((one) =>
          one.effect?.getTiming().iterations === Infinity
            ? Promise.resolve(null)
            : one.finished.catch(() => null),
        ),
    );
  });
  // The default mode opens pages of its own, which Electron does not have.
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  const { violations: found } = await (within === undefined ? axe : axe.include(within)).analyze();
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n${html.slice(0, 300)}\n${failureSummary ?? ''}`),
  );
};

const fill = async (stage: Stage): Promise<{ free: number; queued: number; held: number }> => {
  const { control, cast, arrive } = stage;
  const free = await arrive('Ada Lovell', { minutesAgo: 18 });
  const queued = await arrive('Ben Okafor', { team: 'billing', minutesAgo: 6 });
  const held = await arrive('ليلى حداد', {
    agent: 'noor',
    team: 'billing',
    minutesAgo: 2,
    content: 'أين طلبي؟',
  });
  await control.act({ do: 'priority', conversation: free, priority: 'urgent' });
  await control.act({ do: 'priority', conversation: queued, priority: 'low' });
  await control.act({
    do: 'message',
    conversation: held,
    content: 'Private remark',
    from: cast.agent('noor'),
    private: true,
  });
  await control.act({
    do: 'message',
    conversation: held,
    content: 'One moment, please.',
    from: cast.agent('noor'),
  });
  await control.act({
    do: 'team-member',
    team: cast.team('billing'),
    user: cast.agent('noor'),
    member: false,
  });
  return { free, queued, held };
};

for (const theme of ['light', 'dark'] as const) {
  test(`axe finds nothing on any screen, ${theme}`, async ({ server, app }) => {
    test.setTimeout(240_000);
    const { page } = app;
    await page.emulateMedia({ colorScheme: theme });
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page.getByText('Address and token are both needed.')).toBeVisible();
    expect(await violations(page), 'sign-in').toEqual([]);

    const stage = await setStage(server);
    const { free, queued, held } = await fill(stage);
    await enter(page, stage);
    for (const id of [free, queued]) await expect(card(page, id)).toBeVisible();
    expect(await violations(page), 'board').toEqual([]);
    await page.getByRole('button', { name: 'Teams', exact: true }).click();
    await expect(card(page, held)).toBeVisible();
    await card(page, held).getByRole('button').first().click();
    await expect(details(page).region).toContainText('One moment, please.');
    expect(await violations(page), 'board by teams with Details').toEqual([]);
    for (const tab of ['Details', 'History']) {
      await details(page).region.getByRole('tab', { name: tab }).click();
      expect(await violations(page), tab).toEqual([]);
    }
    await details(page).agent.click();
    await expect(page.getByRole('option').first()).toBeVisible();
    expect(await violations(page, '[role="listbox"]'), 'list of agents').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Close details' }).click();
    await page.getByRole('button', { name: 'Queues & agents' }).click();

    await openCardMenu(page, queued);
    await expect(page.getByRole('menuitem', { name: /^Sara/ })).toContainText('asks first');
    expect(await violations(page, '[role="menu"]'), 'menu of a card').toEqual([]);
    await page.getByRole('menuitem', { name: /^Sara/ }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(await violations(page, '[role="dialog"]'), 'chooser').toEqual([]);
    await page.keyboard.press('Enter');
    await expect.poll(() => truthOf(stage, queued)).toEqual({ agent: 'sara', team: null });
    // A toast stays while the pointer rests on it; one that is fading out is not judged with the views.
    const toast = page
      .getByRole('region', { name: 'Notifications' })
      .getByText('Confirmed.', { exact: true });
    await toast.hover();
    expect(await violations(page), 'toast').toEqual([]);
    await page.mouse.move(4, 4);
    await expect(toast).toBeHidden({ timeout: 20_000 });

    for (const view of ['Outbox', 'Alerts', 'Unassigned list', 'Search', 'Settings']) {
      await page
        .getByRole('navigation')
        .getByRole('button', { name: new RegExp(`^${view}`) })
        .click();
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      expect(await violations(page), view).toEqual([]);
    }
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(await violations(page, '[role="dialog"]'), 'commands').toEqual([]);
  });
}

test.describe('at 400 % zoom', () => {
  // 1280 x 1024 seen four times as large.
  test.use({ computer: { width: 320, height: 256 } });
  test('everything can be reached, nothing scrolls sideways, and a move works', async ({ server, app }) => {
    const { page } = app;
    const sideways = () => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    expect(await sideways(), 'sign-in').toBe(false);
    const stage = await setStage(server);
    const { free } = await fill(stage);
    await enter(page, stage);
    expect(await sideways(), 'board').toBe(false);
    await expect(card(page, free)).toBeVisible();
    await card(page, free).scrollIntoViewIfNeeded();
    await openCardMenu(page, free);
    const item = page.getByRole('menuitem', { name: /^Tom/ });
    await item.scrollIntoViewIfNeeded();
    await item.click();
    await expect.poll(() => truthOf(stage, free)).toEqual({ agent: 'tom', team: null });
    await page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();
    await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
    expect(await sideways(), 'settings').toBe(false);
    const signOut = page.getByRole('button', { name: 'Sign out' });
    await signOut.scrollIntoViewIfNeeded();
    await expect(signOut).toBeInViewport();
  });
});

test('forced colours keep borders, states and verdicts visible', async ({ server, app }) => {
  const { page } = app;
  await page.setViewportSize({ width: 2800, height: 800 });
  const stage = await setStage(server);
  const { free } = await fill(stage);
  await enter(page, stage);
  await page.emulateMedia({ forcedColors: 'active' });
  await expect(card(page, free)).toBeVisible();
  const edge = await card(page, free).evaluate((element) => {
    const style = getComputedStyle(element);
    return { width: Number.parseFloat(style.borderTopWidth), style: style.borderTopStyle };
  });
  expect(edge.width, 'a card has an edge without colours').toBeGreaterThan(0);
  expect(edge.style).toBe('solid');
  await page.keyboard.press('Tab');
  const ring = await page.evaluate(() => {
    const style = getComputedStyle(document.activeElement ?? document.body);
    return style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0;
  });
  expect(ring, 'the focus is visible').toBe(true);
  const tom = `agent:${stage.cast.agent('tom')}`;
  await dragCardToLane(page, free, tom, async () => {
    await expect(lane(page, tom)).toHaveAttribute('data-verdict', 'accepts');
    await expect(lane(page, tom)).toContainText('Assign to Tom');
  });
  await expect(cardInLane(page, free, tom)).toBeVisible();
  await expect.poll(() => truthOf(stage, free)).toEqual({ agent: 'tom', team: null });
});

test('text at 200 % and reduced motion change no layout rule', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const { free } = await fill(stage);
  await enter(page, stage);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await set(page, { density: 'compact' });
  await page.setViewportSize({ width: 720, height: 450 });
  await expect(card(page, free)).toBeVisible();
  // Targets are at least 24 px in both directions, also when everything is small.
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('button, a[href], input, [role="tab"], [role="combobox"]')]
      .filter((element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
      .map((element) => ({
        box: element.getBoundingClientRect(),
        name: element.getAttribute('aria-label') ?? element.textContent,
      }))
      .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
      .map(({ box, name }) => `${name}: ${Math.round(box.width)} x ${Math.round(box.height)}`),
  );
  expect(small, 'targets under 24 px').toEqual([]);
  const moving = await page.evaluate(
    () =>
      document.getAnimations().filter((one) => Number(one.effect?.getComputedTiming().duration ?? 0) > 1)
        .length,
  );
  expect(moving, 'nothing moves').toBe(0);
});
