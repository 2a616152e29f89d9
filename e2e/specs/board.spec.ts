/** The board at the live-agent level: order, groupings, filters, and everything that is shown but not to be repaired. */
import type { Page } from '@playwright/test';
import { expect, test } from '../fixture.ts';
import { card, cardInLane, cardsOf, lane } from '../pages.ts';
import { answerNoReads, emptyServer, enter, setStage } from '../stories/stage.ts';

test.use({ serverSettings: emptyServer, computer: { width: 2800, height: 900 } });

const sortBy = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('button', { name: /^Sort: / }).click();
  await page.getByRole('menuitemradio', { name }).click();
};

const groupBy = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('group', { name: 'Group by' }).getByRole('button', { name, exact: true }).click();
};

/** Opens the filter menu and ticks one entry of one of its lists. */
const filter = async (page: Page, list: string, entry: string): Promise<void> => {
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('menuitem', { name: list }).click();
  await page
    .getByRole('menuitemcheckbox', { name: entry, exact: true })
    .or(page.getByRole('menuitemradio', { name: entry, exact: true }))
    .click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
};

const unfilter = async (page: Page): Promise<void> => {
  const chips = page.getByRole('button', { name: /^Remove filter/ });
  while ((await chips.count()) > 0) await chips.first().click();
};

test('who waits longest comes first, although the wire does not say since when', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const three = await arrive('Three Minutes', { minutesAgo: 3 });
  const twelve = await arrive('Twelve Minutes', { minutesAgo: 12 });
  const seven = await arrive('Seven Minutes', { minutesAgo: 7 });
  const answered = await arrive('Answered', { minutesAgo: 20 });
  await control.act({ do: 'message', conversation: answered, content: 'Done.', from: cast.agent('tom') });
  await control.act({ do: 'priority', conversation: three, priority: 'urgent' });

  const list = await fetch(`${server.url}/api/v1/accounts/${server.accountId}/conversations?status=open`, {
    headers: { api_access_token: await stage.tokenOf('mara') },
  });
  const { data } = (await list.json()) as { data: { payload: Record<string, unknown>[] } };
  expect(data.payload).toHaveLength(4);
  for (const row of data.payload) expect(row).not.toHaveProperty('waiting_since');

  await enter(page, stage);
  const order = (): Promise<number[]> => cardsOf(page, 'no-team');
  await expect.poll(order).toEqual([twelve, seven, three, answered]);
  await sortBy(page, 'Oldest first');
  await expect.poll(order).toEqual([answered, twelve, seven, three]);
  await sortBy(page, 'Priority');
  await expect.poll(async () => (await order())[0]).toBe(three);
  await sortBy(page, 'Latest activity');
  await expect.poll(async () => (await order()).at(-1)).toBe(twelve);
  await sortBy(page, 'Longest wait');
  await expect.poll(order).toEqual([twelve, seven, three, answered]);

  // The order follows what happens: the longest wait is answered, the answered one writes again.
  await control.act({ do: 'message', conversation: twelve, content: 'Here.', from: cast.agent('sara') });
  await control.act({ do: 'message', conversation: answered, content: 'Thank you!' });
  await expect.poll(order).toEqual([seven, three, answered, twelve]);
  await expect(lane(page, 'no-team')).toContainText('7 min');
});

test('three groupings of the same conversations', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const free = await arrive('Nobody Yet');
  const queued = await arrive('In Queue', { team: 'support' });
  const held = await arrive('With Tom', { agent: 'tom', team: 'support' });
  const bot = await arrive('With A Bot', { agent: 'bot:helper' });
  const [tom, support] = [`agent:${cast.agent('tom')}`, `team:${cast.team('support')}`];
  const helper = `bot:${cast.bot('bot:helper')}`;
  await enter(page, stage);
  const expectLanes = async (places: Record<string, number[]>): Promise<void> => {
    for (const [key, ids] of Object.entries(places))
      for (const id of ids) await expect(cardInLane(page, id, key)).toBeVisible();
    // Each conversation is shown once.
    await expect(page.locator('[data-conversation]')).toHaveCount(4);
  };
  await expectLanes({ 'no-team': [free], [support]: [queued], [tom]: [held], [helper]: [bot] });
  await expect(lane(page, support)).toHaveAccessibleName(/^Support queue/);
  await expect(card(page, held)).toContainText('Support');
  await expect(lane(page, helper)).toHaveAccessibleName(/^Helper.*not a target/);

  await groupBy(page, 'Agents');
  await expectLanes({ unassigned: [free, queued], [tom]: [held], [helper]: [bot] });
  await expect(lane(page, support)).toHaveCount(0);
  await groupBy(page, 'Teams');
  await expectLanes({ 'no-team': [free, bot], [support]: [queued, held] });
  await expect(lane(page, tom)).toHaveCount(0);
  await expect(card(page, held)).toContainText('Tom');
  await app.restart();
  await expect(lane(app.page, 'no-team')).toBeVisible();
  await expect(lane(app.page, support)).toHaveAccessibleName(/^Support, /);
  // The list of unassigned conversations holds every one without an agent, whatever its team.
  await app.page.getByRole('button', { name: 'Unassigned list' }).click();
  await expect(app.page.getByRole('list', { name: 'Unassigned' }).getByRole('listitem')).toHaveCount(2);
  expect((await control.truth(queued)).assigneeId).toBeNull();
});

test('filters by status, inbox, label, priority and wait', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const post = async (path: string, body: unknown): Promise<{ id: number }> => {
    const answer = await fetch(`${server.url}/api/v1/accounts/${server.accountId}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', api_access_token: server.tokens.administrator },
      body: JSON.stringify(body),
    });
    expect(answer.ok, `POST ${path}`).toBe(true);
    return (await answer.json()) as { id: number };
  };
  const shop = await post('inboxes', { name: 'Shop', channel: { type: 'api', webhook_url: '' } });
  await post('inbox_members', { inbox_id: shop.id, user_ids: [cast.me] });
  await post('labels', { title: 'refund', color: '#cc3300', show_on_sidebar: true });

  const plain = await arrive('Plain One');
  const pending = await arrive('Pending One', { status: 'pending' });
  const snoozed = await arrive('Snoozed One', { status: 'snoozed' });
  const urgent = await arrive('Urgent One');
  await control.act({ do: 'priority', conversation: urgent, priority: 'urgent' });
  const labelled = await arrive('Labelled One');
  await control.act({ do: 'labels', conversation: labelled, labels: ['refund'] });
  const slow = await arrive('Slow One', { minutesAgo: 17 });
  const { id: shopped } = await control.act({
    do: 'create-conversation',
    inbox: shop.id,
    customer: 'Shop One',
  });
  const strange = await arrive('Strange One');
  await control.call('conversation.inject', { conversation: strange, status: 'on_hold' });

  await enter(page, stage);
  const all = [plain, urgent, labelled, slow, shopped, strange];
  const shown = async (): Promise<number[]> => (await cardsOf(page, 'no-team')).toSorted((a, b) => a - b);
  const expectShown = (ids: number[]) => expect.poll(shown).toEqual(ids.toSorted((a, b) => a - b));
  await expectShown(all);
  // Filters ask the cache, not the server, which answers nothing any more.
  await answerNoReads(control);
  // A status nobody knows is live, and is written as it is.
  await expect(card(page, strange)).toContainText('on_hold');

  await filter(page, 'Status', 'Pending');
  await expectShown([...all, pending]);
  await filter(page, 'Status', 'Snoozed');
  await expectShown([...all, pending, snoozed]);
  await expect(card(page, snoozed)).not.toContainText(/\d min/);
  await unfilter(page);
  await filter(page, 'Inbox', 'Shop');
  await expectShown([shopped]);
  await unfilter(page);
  await filter(page, 'Label', 'refund');
  await expectShown([labelled]);
  await unfilter(page);
  await filter(page, 'Priority', 'Urgent');
  await expectShown([urgent]);
  await unfilter(page);
  await filter(page, 'Waiting longer than', '15 min');
  await expectShown([slow]);
  await filter(page, 'Priority', 'Urgent');
  await expectShown([]);
  await unfilter(page);
  await expectShown(all);
});

test('who left and what breaks the rule is shown, not repaired, and is no target', async ({
  server,
  app,
}) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const wrong = await arrive('Wrong Team', { agent: 'noor', team: 'billing' });
  const left = await arrive('Left Behind', { agent: 'sara', minutesAgo: 2 });
  const free = await arrive('Free One');
  // The rule is broken from outside: memberships change under an assignment.
  await control.act({
    do: 'team-member',
    team: cast.team('billing'),
    user: cast.agent('noor'),
    member: false,
  });
  await control.act({ do: 'remove-agent', user: cast.agent('sara') });
  await enter(page, stage);

  await expect(cardInLane(page, wrong, `agent:${cast.agent('noor')}`)).toContainText('not in team Billing');
  await card(page, wrong).getByRole('button').first().click();
  await expect(page.getByRole('region', { name: 'Conversation details' })).toContainText(
    'Noor is not in team Billing. Nothing is changed unless you change it.',
  );
  await page.getByRole('button', { name: 'Close details' }).click();
  const sara = lane(page, `agent:${cast.agent('sara')}`);
  await expect(cardInLane(page, left, `agent:${cast.agent('sara')}`)).toBeVisible();
  await expect(sara).toHaveAccessibleName(/^Sara, no longer in the account.*not a target/);
  await card(page, free).hover();
  await card(page, free).getByRole('button', { name: /^Move/ }).click();
  const item = page.getByRole('menuitem', { name: /^Sara/ });
  await expect(item).toHaveAttribute('aria-disabled', 'true');
  await expect(item).toContainText('Sara has left');
  await page.keyboard.press('Escape');
  expect(await control.log({ method: 'POST', path: '/assignments' }), 'nothing is written').toEqual([]);
  expect(await control.truth(wrong)).toMatchObject({
    assigneeId: cast.agent('noor'),
    teamId: cast.team('billing'),
  });
  expect((await control.truth(left)).assigneeId).toBe(cast.agent('sara'));
});
