/** Two people at once: who is assigned hears it exactly once, who did it hears nothing, and a restart tells nothing again. */
import type { Page } from '@playwright/test';
import { expect, test } from '../fixture.ts';
import type { TestApp } from '../fixture.ts';
import { card, cardInLane, choose, details, dragCardToLane, expectPending, invoke } from '../pages.ts';
import { emptyServer, enter, mark, set, setStage, settle, truthOf } from '../stories/stage.ts';
import type { Stage } from '../stories/stage.ts';

test.use({ serverSettings: emptyServer });

const screen = { width: 2800, height: 800 };

const openDetails = async (page: Page, id: number): Promise<void> => {
  await card(page, id).getByRole('button').first().click();
  await expect(details(page).region).toContainText(`#${id}`);
};

/** Titles and conversations of everything that the desktop showed. */
const shownBy = (app: TestApp): string[] => app.notifications.shown().map(({ title }) => title);

/** Restarts and waits until everything that could bring an old alert back has been read again. */
const restart = async (stage: Stage, app: TestApp, name: string): Promise<void> => {
  const before = await mark(stage.control);
  await app.restart();
  await settle(app.page);
  await expect
    .poll(async () => {
      const userId = stage.cast.agent(name);
      const log = await stage.control.log({ after: before, path: '/notifications', userId });
      return log.filter(({ ms }) => ms !== null).length;
    })
    .toBeGreaterThan(0);
};

test('an assignment is heard once, by the assignee only, and opens in Details', async ({
  server,
  launch,
}) => {
  const stage = await setStage(server);
  const { cast, arrive, control } = stage;
  const id = await arrive('Ada Lovell', { team: 'support', minutesAgo: 6 });
  const other = await arrive('Ben Okafor');
  const [mara, tom] = await Promise.all([launch(screen), launch(screen)]);
  await Promise.all([enter(mara.page, stage, 'mara'), enter(tom.page, stage, 'tom')]);

  await openDetails(mara.page, id);
  await choose(mara.page, details(mara.page).agent, 'Tom');
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: 'tom', team: 'support' });
  await expect.poll(() => shownBy(tom)).toEqual(['Assigned to you']);
  expect(tom.notifications.shown()[0]?.body).toContain('Ada Lovell');
  await expect(cardInLane(tom.page, id, `agent:${cast.agent('tom')}`)).toBeVisible();
  await expectPending(mara.page, id, 'none');

  // The server wrote one notification, for Tom; the app of neither made one up.
  const rows = await control.call('notifications', {});
  expect(rows.filter(({ type }) => type === 'conversation_assignment')).toMatchObject([
    { userId: cast.agent('tom'), conversation: id },
  ]);

  // A second change to Tom proves that the first had every chance to come twice.
  await dragCardToLane(mara.page, other, `agent:${cast.agent('tom')}`);
  await expect.poll(() => shownBy(tom)).toEqual(['Assigned to you', 'Assigned to you']);
  expect(tom.notifications.shown()[1]?.body).toContain('Ben Okafor');

  const [first] = tom.notifications.shown();
  tom.notifications.click(first?.id ?? 0);
  await expect(details(tom.page).region).toContainText(`#${id}`);
  await expect
    .poll(async () => (await invoke(tom.page, 'alerts.list', { limit: 10 })).alerts.map(({ state }) => state))
    .toEqual(expect.arrayContaining(['clicked', 'shown']));

  await Promise.all([restart(stage, mara, 'mara'), restart(stage, tom, 'tom')]);
  expect(shownBy(tom)).toHaveLength(2);
  expect(shownBy(mara)).toEqual([]);
  expect((await invoke(mara.page, 'alerts.list', { limit: 10 })).alerts).toEqual([]);
});

test('assigning to oneself is no news', async ({ server, launch }) => {
  const stage = await setStage(server);
  const { cast, arrive } = stage;
  const id = await arrive('Ada Lovell');
  const later = await arrive('Ben Okafor');
  const tom = await launch(screen);
  await enter(tom.page, stage, 'tom');
  await openDetails(tom.page, id);
  await details(tom.page).assignToMe.click();
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: 'tom', team: null });
  // What comes after from somebody else is heard: the first had its chance and was silent.
  await stage.control.act({
    do: 'assign',
    conversation: later,
    agent: cast.agent('tom'),
    by: cast.agent('mara'),
  });
  await expect.poll(() => shownBy(tom)).toEqual(['Assigned to you']);
  expect(tom.notifications.shown()[0]?.body).toContain('Ben Okafor');
});

test('a team’s members and watchers hear of what comes into its queue; who did it does not', async ({
  server,
  launch,
}) => {
  const stage = await setStage(server);
  const { cast, arrive } = stage;
  const first = await arrive('Ada Lovell');
  const second = await arrive('Ben Okafor');
  const [mara, ines] = await Promise.all([launch(screen), launch(screen)]);
  // Mara and Tom are in Support, Ines is not and watches it; Ines is in Billing.
  await Promise.all([enter(mara.page, stage, 'mara'), enter(ines.page, stage, 'ines')]);
  await set(ines.page, { watchedTeams: [cast.team('support')] });

  await dragCardToLane(mara.page, first, `team:${cast.team('support')}`);
  await expect.poll(() => truthOf(stage, first)).toEqual({ agent: null, team: 'support' });
  await expect.poll(() => shownBy(ines)).toEqual(['New in Support']);

  await dragCardToLane(mara.page, second, `team:${cast.team('billing')}`);
  await expect.poll(() => truthOf(stage, second)).toEqual({ agent: null, team: 'billing' });
  await expect.poll(() => shownBy(ines)).toEqual(['New in Support', 'New in Billing']);

  await Promise.all([restart(stage, mara, 'mara'), restart(stage, ines, 'ines')]);
  expect(shownBy(ines)).toHaveLength(2);
  expect(shownBy(mara), 'own moves').toEqual([]);
});

test('what happened while the app was closed is told once, after it starts', async ({ server, launch }) => {
  const stage = await setStage(server);
  const { cast, arrive, control } = stage;
  const id = await arrive('Ada Lovell');
  const tom = await launch(screen);
  await enter(tom.page, stage, 'tom');
  await tom.quit();
  await control.act({ do: 'assign', conversation: id, agent: cast.agent('tom'), by: cast.agent('mara') });
  await tom.start();
  await expect.poll(() => shownBy(tom)).toEqual(['Assigned to you']);
  await restart(stage, tom, 'tom');
  expect(shownBy(tom)).toHaveLength(1);
});
