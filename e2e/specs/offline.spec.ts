/** Work goes on without the server: what was asked for is sent once it is back, and never over what others did meanwhile. */
import type { Page } from '@playwright/test';
import { expect, test } from '../fixture.ts';
import type { ServerSettings } from '../fixture.ts';
import {
  card,
  connection,
  details,
  dragCardToLane,
  expectConnection,
  expectPending,
  invoke,
  openCardMenu,
} from '../pages.ts';
import { expectBoardOfServer } from '../stories/board-of-server.ts';
import { emptyServer, enter, mark, setStage, settle, truthOf } from '../stories/stage.ts';
import type { Stage } from '../stories/stage.ts';

// Every lane and every card is on the screen.
test.use({ serverSettings: emptyServer, computer: { width: 2800, height: 1700 } });
test.setTimeout(240_000);

const levels = ['live-agent', '2.16', '3.11', '4.14'] as const satisfies ServerSettings['compat'][];

const face = (page: Page, id: number) => card(page, id).getByRole('button').first();
const view = (page: Page, name: string) =>
  page
    .getByRole('navigation')
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .click();
const outboxCounts = async (page: Page) => (await invoke(page, 'outbox.list', { limit: 1 })).counts;
const settled = { waiting: 0, sending: 0, refused: 0, conflict: 0 };

/** Drags, and waits until the card stands where it was put: the others have moved up by then. */
const moveByDrag = async (page: Page, id: number, lane: string): Promise<void> => {
  await dragCardToLane(page, id, lane);
  await expectPending(page, id, 'waiting');
};

/** Chooses a lane in the menu of a card. */
const moveByMenu = async (page: Page, id: number, lane: string): Promise<void> => {
  await openCardMenu(page, id);
  await page.getByRole('menuitem', { name: new RegExp(`^${lane}`) }).click();
  await expectPending(page, id, 'waiting');
};

/** Of what is selected: the focus may still be on its way to the neighbour of the last move. */
const moveByPalette = async (page: Page, id: number, lane: string): Promise<void> => {
  await face(page, id).click({ modifiers: ['Control'] });
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog');
  await palette.getByRole('combobox').fill(`Move to ${lane}`);
  await expect(palette.getByRole('option').first()).toContainText(`Move to ${lane}`);
  await page.keyboard.press('Enter');
  await expect(palette).toBeHidden();
  await expectPending(page, id, 'waiting');
};

/** Requests of the supervisor that change something about a conversation, with its display id, oldest first. */
const changesBy = async (stage: Stage, name: string, after: number) =>
  (await stage.control.log({ userId: stage.cast.agent(name), after })).flatMap(({ method, path, status }) => {
    const id = /\/conversations\/(\d+)(\/|$)/.exec(path)?.[1];
    return method === 'GET' || id === undefined ? [] : [{ id: Number(id), status }];
  });

for (const [index, compat] of levels.entries())
  test.describe(`a server like ${compat}`, () => {
    test.use({ serverSettings: { ...emptyServer, compat } });

    test('gone for a while: twenty moves, five changed by others, one finished', async ({ server, app }) => {
      const { page } = app;
      const stage = await setStage(server);
      const { control, cast, arrive } = stage;
      let minutesAgo = 40;
      const several = async (count: number, where: { team?: string; agent?: string }): Promise<number[]> => {
        const ids = [];
        for (let n = 0; n < count; n += 1)
          ids.push(await arrive(`Customer ${minutesAgo}`, { minutesAgo: minutesAgo--, ...where }));
        return ids;
      };
      const free = await several(8, {});
      const support = await several(6, { team: 'support' });
      const tomsOwn = await several(4, { team: 'support', agent: 'tom' });
      const billing = await several(2, { team: 'billing' });
      const [taken = 0, left = 0] = await several(2, { team: 'sales' });
      const [f1 = 0, f2 = 0, f3 = 0, f4 = 0, f5 = 0, f6 = 0, f7 = 0, f8 = 0] = free;
      const [s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0] = support;
      const [t1 = 0, t2 = 0, t3 = 0, t4 = 0] = tomsOwn;
      const [b1 = 0, b2 = 0] = billing;
      await enter(page, stage);
      await expectBoardOfServer(page, stage);

      const before = await mark(control);
      await control.call('server.pause', {});
      await expectConnection(page, 'offline', 20_000);

      const lane = (agent: string) => `agent:${cast.agent(agent)}`;
      const queue = (team: string) => `team:${cast.team(team)}`;
      await moveByDrag(page, f1, lane('tom'));
      await moveByDrag(page, f2, lane('tom'));
      await moveByDrag(page, f3, lane('sara'));
      await moveByDrag(page, f4, queue('support'));
      await moveByDrag(page, f5, lane('noor'));
      await moveByDrag(page, s1, lane('tom'));
      await moveByDrag(page, t1, lane('sara'));
      await moveByDrag(page, t2, queue('support'));
      await moveByMenu(page, f6, 'Sara');
      await moveByMenu(page, s2, 'Noor');
      await moveByMenu(page, s3, 'No team');
      await moveByMenu(page, t3, 'No team');
      await moveByMenu(page, b1, 'Ines');
      await moveByPalette(page, f7, 'Tom');
      await moveByPalette(page, s4, 'Tom');
      const together = [f8, s5, s6, t4, b2];
      for (const id of together) await face(page, id).click({ modifiers: ['Control'] });
      await expect(page.getByRole('group', { name: 'Selected conversations' })).toContainText('5 selected');
      await moveByDrag(page, s5, lane('noor'));

      const moved = [...free, ...support, ...tomsOwn, ...billing];
      expect(await outboxCounts(page)).toEqual({ ...settled, waiting: 20 });
      await expect(connection(page)).toContainText(/as of \d\d?:\d\d:\d\d/);

      // Meanwhile another supervisor works on, and customers come and write.
      const by = cast.agent('sara');
      const others: [number, Parameters<typeof control.act>[0]][] = [
        [f1, { do: 'assign', conversation: f1, agent: cast.agent('noor'), by }],
        [f4, { do: 'team', conversation: f4, team: cast.team('billing'), by }],
        [s2, { do: 'assign', conversation: s2, agent: cast.agent('sara'), by }],
        [s4, { do: 'assign', conversation: s4, agent: cast.agent('noor'), by }],
        [t4, { do: 'assign', conversation: t4, agent: null, by }],
      ];
      for (const [, act] of others) await control.act(act);
      await control.act({ do: 'status', conversation: f6, status: 'resolved', by });
      await control.act({ do: 'assign', conversation: taken, agent: cast.agent('ines'), by });
      await control.act({ do: 'status', conversation: left, status: 'resolved', by });
      await control.act({ do: 'message', conversation: f2, content: 'Are you still there?' });
      await arrive('Newcomer', { team: 'sales' });
      const theirs = others.map(([id]) => id);
      const untouched = new Set([...theirs, f6]);
      const held = new Map<number, Awaited<ReturnType<typeof truthOf>>>();
      for (const id of untouched) held.set(id, await truthOf(stage, id));
      // Long enough for the app to have tried in vain, more than once, with growing pauses.
      await expect
        .poll(async () => (await invoke(page, 'connection.get', {})).deadline ?? 0, { timeout: 30_000 })
        .toBeGreaterThan(Date.now() + 3_000);
      await expectConnection(page, 'offline');

      await control.call('server.resume', {});
      // The next attempt may be half a minute away.
      await expectConnection(page, 'live', 60_000);
      await settle(page);
      await expect
        .poll(() => outboxCounts(page), { timeout: 60_000 })
        .toEqual({ ...settled, conflict: 5, refused: 1 });
      const { entries } = await invoke(page, 'outbox.list', { limit: 100 });
      const inState = (state: string) =>
        entries
          .filter((one) => one.state === state)
          .map((one) => one.conversation)
          .toSorted((x, y) => x - y);
      const applied = moved.filter((id) => !untouched.has(id));
      expect(inState('confirmed')).toEqual(applied.toSorted((x, y) => x - y));
      expect(inState('conflict')).toEqual(theirs.toSorted((x, y) => x - y));
      expect(inState('refused')).toEqual([f6]);

      const changes = await changesBy(stage, 'mara', before);
      // One write each; only "No team" for a conversation of Tom's changes both halves.
      expect(changes.map(({ id }) => id).toSorted((x, y) => x - y)).toEqual(
        [...applied, t3].toSorted((x, y) => x - y),
      );
      expect(changes.every(({ status }) => status === 200)).toBe(true);
      for (const [id, was] of held) expect(await truthOf(stage, id)).toEqual(was);
      for (const id of theirs) await expectPending(page, id, 'conflict');
      await expectBoardOfServer(page, stage);

      await view(page, 'Outbox');
      const stopped = page.getByRole('region', { name: 'Needs your decision' });
      const entryOf = (id: number) =>
        stopped.getByRole('listitem').filter({ hasText: new RegExp(`#${id}\\b`) });
      await expect(stopped.getByRole('listitem')).toHaveCount(6);
      await expect(entryOf(f6)).toContainText('resolved by now');
      for (const [id, saw, now, mine] of [
        [f1, 'Nobody, no team', 'Noor, no team', 'Assign to Tom'],
        [f4, 'Nobody, no team', 'Nobody, team Billing', 'Back to Support queue'],
        [s2, 'Nobody, team Support', 'Sara, team Support', 'Assign to Noor'],
        [s4, 'Nobody, team Support', 'Noor, team Support', 'Assign to Tom'],
        [t4, 'Tom, team Support', 'Nobody, team Support', 'Assign to Noor'],
      ] as const)
        for (const [side, words] of [
          ['You saw', saw],
          ['Theirs, now', now],
          ['Yours', mine],
        ] as const) {
          const term = entryOf(id).locator('dl > div').filter({ hasText: side });
          // Chatwoot writes the names of teams in small letters.
          await expect(term.getByRole('definition').first()).toHaveText(words, { ignoreCase: true });
        }

      // One by one.
      const afterReplay = await mark(control);
      await entryOf(f6)
        .getByRole('button', { name: /^Discard/ })
        .click();
      await entryOf(f1)
        .getByRole('button', { name: /^Keep theirs/ })
        .click();
      await expect(stopped.getByRole('listitem')).toHaveCount(4);
      await entryOf(s2)
        .getByRole('button', { name: /^Apply mine/ })
        .click();
      await expect.poll(() => truthOf(stage, s2)).toEqual({ agent: 'noor', team: 'support' });
      expect(await truthOf(stage, f1)).toEqual(held.get(f1));

      // And all at once, after one question.
      const apply = index % 2 === 0;
      const words = apply ? 'Apply all mine' : 'Keep all theirs';
      await stopped.getByRole('button', { name: words }).click();
      await expect(stopped.getByRole('group')).toContainText(
        apply ? 'Apply 3 changes of yours over theirs?' : 'Keep 3 as someone else left them?',
      );
      await stopped.getByRole('group').getByRole('button', { name: words }).click();
      await expect(stopped).toBeHidden();
      await expect.poll(() => outboxCounts(page), { timeout: 30_000 }).toEqual(settled);
      const wanted = apply
        ? { [f4]: { agent: null, team: 'support' }, [s4]: { agent: 'tom', team: 'support' } }
        : { [f4]: held.get(f4), [s4]: held.get(s4) };
      for (const [id, truth] of Object.entries(wanted))
        expect(await truthOf(stage, Number(id))).toEqual(truth);
      expect(await truthOf(stage, t4)).toEqual(
        apply ? { agent: 'noor', team: 'support' } : { agent: null, team: 'support' },
      );
      expect(
        (await changesBy(stage, 'mara', afterReplay)).map(({ id }) => id).toSorted((x, y) => x - y),
      ).toEqual((apply ? [f4, s2, s4, t4] : [s2]).toSorted((x, y) => x - y));
      await expectBoardOfServer(page, stage);
      for (const id of moved.filter((one) => one !== f6)) await expectPending(page, id, 'none');
    });
  });

/** What the customer and the agents wrote, oldest first: more than is kept. */
const lines = (customer: string): string[] =>
  Array.from({ length: 24 }, (_, n) => `${customer} says line ${n + 1}.`);

test('started without a network: the ten who wait longest can be read in full and moved; all are sent once', async ({
  server,
  app,
}) => {
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const ids: number[] = [];
  for (let n = 0; n < 12; n += 1) {
    const customer = `Waiting ${String.fromCodePoint(65 + n)}`;
    const id = await arrive(customer, { minutesAgo: 60 - n });
    for (const content of lines(customer)) await control.act({ do: 'message', conversation: id, content });
    ids.push(id);
  }
  const longest = ids.slice(0, 10);
  await enter(app.page, stage);
  // Saved in the background, those who wait longest first.
  for (const id of longest)
    await expect
      .poll(async () => (await invoke(app.page, 'conversation.get', { id }))?.savedAt ?? null, {
        timeout: 90_000,
      })
      .not.toBeNull();
  await app.quit();
  const before = await mark(control);
  await control.call('server.pause', {});

  await app.start();
  const { page } = app;
  await expectConnection(page, 'offline', 20_000);
  const pane = details(page);
  for (const [n, id] of longest.entries()) {
    await face(page, id).click();
    await expect(pane.region).toContainText(`#${id}`);
    const said = lines(`Waiting ${String.fromCodePoint(65 + n)}`).slice(-20);
    const log = pane.region.getByRole('log', { name: 'Messages' });
    for (const line of said) await expect(log.getByText(line, { exact: true })).toBeAttached();
    await expect(pane.region.getByText(/^saved /)).toBeVisible();
  }
  await page.getByRole('button', { name: 'Close details' }).click();

  for (const id of longest.slice(0, 4)) await moveByDrag(page, id, `agent:${cast.agent('tom')}`);
  for (const id of longest.slice(4, 6)) await moveByMenu(page, id, 'Sara');
  for (const id of longest.slice(6, 7)) await moveByPalette(page, id, 'Ines');
  for (const id of longest.slice(7)) await face(page, id).click({ modifiers: ['Control'] });
  await moveByDrag(page, longest[8] ?? 0, `agent:${cast.agent('noor')}`);
  expect(await outboxCounts(page)).toEqual({ ...settled, waiting: 10 });

  await control.call('server.resume', {});
  await expectConnection(page, 'live', 60_000);
  await settle(page);
  await expect.poll(() => outboxCounts(page), { timeout: 60_000 }).toEqual(settled);
  const agents = ['tom', 'tom', 'tom', 'tom', 'sara', 'sara', 'ines', 'noor', 'noor', 'noor'];
  for (const [n, id] of longest.entries()) {
    await expectPending(page, id, 'none');
    expect(await truthOf(stage, id)).toEqual({ agent: agents[n], team: null });
  }
  const { entries } = await invoke(page, 'outbox.list', { limit: 100 });
  expect(entries.map(({ state }) => state)).toEqual(longest.map(() => 'confirmed'));
  const changes = await changesBy(stage, 'mara', before);
  expect(changes.map(({ id }) => id).toSorted((x, y) => x - y)).toEqual(longest);
  await expectBoardOfServer(page, stage);
});

test('offline: what is waited for is counted down, quitting says what is kept, and nobody has to wait', async ({
  server,
  app,
}) => {
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const id = await arrive('Ada Lovell');
  await enter(app.page, stage);
  await expect(card(app.page, id)).toBeVisible();
  await control.call('server.pause', {});
  await expectConnection(app.page, 'offline', 20_000);
  await moveByDrag(app.page, id, `agent:${cast.agent('tom')}`);
  await expect(
    app.page.getByRole('button', { name: '1 change waits for the server. It is saved on this computer' }),
  ).toBeVisible();
  await app.quit();
  await expect
    .poll(() => app.notifications.shown().map(({ title, body }) => `${title}. ${body}.`))
    .toEqual(['1 change waits for the server. Saved on this computer and sent when the app is open again.']);

  await app.start();
  const { page } = app;
  await expectConnection(page, 'offline', 20_000);
  await expect(connection(page)).toContainText(/Next attempt in \d+ s/, { timeout: 30_000 });
  // An attempt far enough away to be overtaken.
  await expect
    .poll(async () => (await invoke(page, 'connection.get', {})).deadline ?? 0, { timeout: 60_000 })
    .toBeGreaterThan(Date.now() + 5_000);
  await connection(page).click();
  await expect(page.getByText(/cannot be reached/)).toBeVisible();
  const planned = (await invoke(page, 'connection.get', {})).deadline ?? 0;
  await control.call('server.resume', {});
  await page.getByRole('button', { name: 'Try now' }).click();
  await expectConnection(page, 'live', 60_000);
  const tried = (await control.log({ path: '/profile' })).at(-1)?.at ?? 0;
  expect(tried * 1000, 'tried before it was due').toBeLessThan(planned);
  await expect.poll(() => truthOf(stage, id)).toEqual({ agent: 'tom', team: null });
  await expect.poll(() => outboxCounts(page)).toEqual(settled);
});

test('many go one by one: how far they have come is said, and what has not been sent can still be cancelled', async ({
  server,
  app,
}) => {
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const { page } = app;
  const ids: number[] = [];
  for (let n = 0; n < 12; n += 1) ids.push(await arrive(`Customer ${n}`, { minutesAgo: 30 - n }));
  await enter(page, stage);
  await expectBoardOfServer(page, stage);
  const before = await mark(control);
  await control.call('server.pause', {});
  await expectConnection(page, 'offline', 20_000);
  for (const id of ids) await face(page, id).click({ modifiers: ['Control'] });
  await moveByDrag(page, ids[0] ?? 0, `agent:${cast.agent('tom')}`);
  expect(await outboxCounts(page)).toEqual({ ...settled, waiting: 12 });

  // Three are answered at once; from then on the server takes its time.
  await control.call('fault.add', {
    method: 'POST',
    path: '/assignments',
    skip: 3,
    times: null,
    effect: { kind: 'delay', ms: 12_000 },
  });
  await view(page, 'Outbox');
  await control.call('server.resume', {});
  const open = page.getByRole('region', { name: 'On its way' });
  await expect(page.getByText('One by one: 3 of 12 done')).toBeVisible({ timeout: 90_000 });
  const bar = page.getByRole('progressbar', { name: 'One by one: 3 of 12 done' });
  await expect(bar).toHaveAttribute('value', '3');
  await expect(bar).toHaveAttribute('max', '12');

  await open.getByRole('button', { name: 'Cancel all' }).click();
  await open.getByRole('group').getByRole('button', { name: 'Cancel all' }).click();
  await control.call('fault.clear', {});
  await expect.poll(() => outboxCounts(page), { timeout: 60_000 }).toEqual(settled);
  const { entries } = await invoke(page, 'outbox.list', { limit: 100 });
  const inState = (state: string) =>
    entries.filter((one) => one.state === state).map(({ conversation }) => conversation);
  // Some were under way when it was cancelled, and are done; no word of the others has left.
  const sent = inState('confirmed');
  const cancelled = inState('cancelled');
  expect(sent.length + cancelled.length).toBe(12);
  expect(sent.length).toBeGreaterThanOrEqual(3);
  expect(cancelled.length).toBeGreaterThanOrEqual(6);
  const changes = await changesBy(stage, 'mara', before);
  expect(changes.map(({ id }) => id).toSorted((x, y) => x - y)).toEqual(sent.toSorted((x, y) => x - y));
  for (const id of cancelled) expect(await truthOf(stage, id)).toEqual({ agent: null, team: null });
  await expect(open).toBeHidden();
  await expectBoardOfServer(page, stage);
});
