/** Every case of the table of manual mode, done on the screen by drag, card menu or Details, and checked on the server. */
import type { Page } from '@playwright/test';
import { manualModeCasesSchema } from '../../contract/cases.ts';
import type { CaseAction, ManualModeCase } from '../../contract/cases.ts';
import table from '../../contract/manual-mode-cases.json' with { type: 'json' };
import type { Action, Assignment, Grouping } from '../../contract/model.ts';
import { isLive } from '../../contract/model.ts';
import { createControlClient } from '../../server/control-client.ts';
import { buildCast } from '../cast.ts';
import type { Cast } from '../cast.ts';
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
  openCardMenu,
  passFirstRun,
  signIn,
} from '../pages.ts';

const cases = manualModeCasesSchema.parse(table);
const SHARDS = 4;

/** How a case is done on the screen. `bridge` = it has no gesture of its own, or nothing to lift. */
type Route =
  | { by: 'drag'; grouping: Grouping; lane: string }
  | { by: 'menu'; grouping: Grouping; name: string }
  | { by: 'details'; press: 'Assign to me' | 'Unassign agent' | 'Unassign team' }
  | { by: 'details'; pick: 'Assigned Agent' | 'Assigned Team'; name: string }
  | { by: 'bridge' };

const teamName = (name: string): string => cases.teams[name]?.name ?? name;
const agentName = (name: string): string => cases.agents[name]?.name ?? name;

const routesOf = (one: ManualModeCase, cast: Cast): Route[] => {
  const { action, start } = one;
  // Finished conversations are not on the board; statuses other than open are filtered out by default.
  if (start.status !== 'open') return [{ by: 'bridge' }];
  switch (action.kind) {
    case 'assign-agent': {
      if (!Object.hasOwn(cases.agents, action.agent) || cases.agents[action.agent]?.left)
        return [{ by: 'bridge' }];
      const to = `agent:${cast.agent(action.agent)}`;
      return [
        { by: 'drag', grouping: 'queues', lane: to },
        { by: 'menu', grouping: 'queues', name: agentName(action.agent) },
        { by: 'details', pick: 'Assigned Agent', name: agentName(action.agent) },
        { by: 'drag', grouping: 'agents', lane: to },
      ];
    }
    case 'assign-to-me':
      return [{ by: 'details', press: 'Assign to me' }];
    case 'assign-team': {
      if (cases.teams[action.team]?.gone) return [{ by: 'bridge' }];
      const to = `team:${cast.team(action.team)}`;
      return [
        { by: 'drag', grouping: 'teams', lane: to },
        { by: 'details', pick: 'Assigned Team', name: teamName(action.team) },
        { by: 'menu', grouping: 'teams', name: teamName(action.team) },
      ];
    }
    case 'queue': {
      if (cases.teams[action.team]?.gone) return [{ by: 'bridge' }];
      const to = `team:${cast.team(action.team)}`;
      return [
        { by: 'drag', grouping: 'queues', lane: to },
        { by: 'menu', grouping: 'queues', name: `${teamName(action.team)} queue` },
      ];
    }
    case 'unassign-agent':
      return start.agent === null
        ? [{ by: 'bridge' }]
        : [
            { by: 'details', press: 'Unassign agent' },
            { by: 'drag', grouping: 'agents', lane: 'unassigned' },
          ];
    case 'unassign-team':
      return start.team === null
        ? [{ by: 'bridge' }]
        : [
            { by: 'details', press: 'Unassign team' },
            { by: 'drag', grouping: 'teams', lane: 'no-team' },
          ];
    case 'unassign-both':
      return [
        { by: 'drag', grouping: 'queues', lane: 'no-team' },
        { by: 'menu', grouping: 'queues', name: 'No team' },
      ];
    case 'assign-both':
      return [{ by: 'bridge' }];
  }
};

const assigneeOf = (cast: Cast, name: string | null): Assignment['assignee'] => {
  if (name === null) return null;
  return name.startsWith('bot:')
    ? { type: 'bot', id: cast.bot(name) }
    : { type: 'agent', id: cast.agent(name) };
};

const actionOf = (cast: Cast, action: CaseAction): Action => {
  // A bot is no agent: nobody of its id may be meant instead.
  const agent = (name: string): number => (name.startsWith('bot:') ? cast.bot(name) : cast.agent(name));
  switch (action.kind) {
    case 'assign-agent':
      return { kind: 'assign-agent', agent: agent(action.agent) };
    case 'assign-to-me':
      return { kind: 'assign-agent', agent: cast.me };
    case 'assign-both':
      return { kind: 'assign-both', agent: agent(action.agent), team: cast.team(action.team) };
    case 'assign-team':
    case 'queue':
      return { kind: action.kind, team: cast.team(action.team) };
    case 'unassign-agent':
    case 'unassign-team':
    case 'unassign-both':
      return action;
  }
};

/** Opens the card in Details. */
const openDetails = async (page: Page, id: number): Promise<void> => {
  await card(page, id).click();
  await expect(details(page).region).toContainText(`#${id}`);
};

/** Does the case on the screen; checks the words that are said before it happens. */
const act = async (page: Page, cast: Cast, one: ManualModeCase, id: number, route: Route): Promise<void> => {
  const { words, judgement, start } = one;
  switch (route.by) {
    case 'drag':
      await dragCardToLane(page, id, route.lane, async () => {
        if (words !== '') await expect(lane(page, route.lane)).toContainText(words);
      });
      break;
    case 'menu': {
      await openCardMenu(page, id);
      const item = page.getByRole('menuitem', { name: new RegExp(`^${route.name}`) });
      await expect(item).toContainText(words);
      const refused = judgement === 'refuses' || judgement === 'already-here';
      await expect(item).toHaveAttribute('aria-disabled', String(refused));
      // A refused lane can be pressed all the same, and says why: nothing may come of it.
      await item.click({ force: refused });
      if (refused) await page.keyboard.press('Escape');
      break;
    }
    case 'details': {
      await openDetails(page, id);
      const pane = details(page);
      if ('press' in route) {
        const button = pane.region.getByRole('button', { name: route.press });
        if (judgement === 'already-here') await expect(button).toBeDisabled();
        else await button.click();
        break;
      }
      const box = pane.region.getByRole('combobox', { name: route.pick });
      await box.click();
      await box.fill(route.name);
      const option = page.getByRole('option').filter({ hasText: route.name }).first();
      await expect(option).toContainText(words);
      const refused = judgement === 'refuses' || judgement === 'already-here';
      if (refused) await expect(option).toHaveAttribute('aria-disabled', 'true');
      await option.click({ force: refused });
      if (refused) await page.keyboard.press('Escape');
      break;
    }
    case 'bridge': {
      const base = {
        assignee: assigneeOf(cast, start.agent),
        team: start.team === null ? null : cast.team(start.team),
        live: isLive(start.status),
      };
      const items = [{ conversation: id, base }];
      const action = actionOf(cast, one.action);
      await expect
        .poll(async () => (await invoke(page, 'move.judge', { action, items })).judgements[0]?.outcome)
        .toBe(judgement);
      const answer = await invoke(page, 'move.submit', { action, items });
      const kept = judgement === 'refuses' || judgement === 'already-here' || judgement === 'asks-first';
      expect(answer.stored).toHaveLength(kept ? 0 : 1);
      return;
    }
  }
  if (judgement === 'asks-first') {
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText(words.replace(': asks first', ''));
    for (const choice of one.choices) await expect(dialog).toContainText(choice.label);
    await expect(dialog.getByRole('button', { name: one.choices[0]?.label ?? '' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
  }
};

/** Waits until the server has what the table says, with exactly the writes of the table. */
const expectServer = async (
  server: TestServer,
  cast: Cast,
  one: ManualModeCase,
  id: number,
  by: Route,
): Promise<void> => {
  const control = createControlClient(server.controlUrl);
  const writes = async (): Promise<unknown[]> => {
    const log = await control.log({
      method: 'POST',
      path: `/conversations/${id}/assignments`,
      userId: cast.me,
    });
    return log.map((entry) => {
      const body = entry.body as { assignee_id?: number | null; team_id?: number | null };
      return 'assignee_id' in body
        ? { write: 'agent', to: body.assignee_id ? cast.nameOfAgent(body.assignee_id, null) : null }
        : { write: 'team', to: body.team_id ? cast.nameOfTeam(body.team_id) : null };
    });
  };
  const wanted = by.by === 'bridge' && one.judgement === 'asks-first' ? [] : one.writes;
  const end = by.by === 'bridge' && one.judgement === 'asks-first' ? one.start : one.server;
  await expect.poll(writes, { message: `${one.name}: writes` }).toEqual(wanted);
  await expect
    .poll(
      async () => {
        const truth = await control.truth(id);
        return {
          agent: cast.nameOfAgent(truth.assigneeId, truth.botId),
          team: cast.nameOfTeam(truth.teamId),
        };
      },
      { message: `${one.name}: truth` },
    )
    .toEqual({ agent: end.agent, team: end.team });
};

const start = async (server: TestServer, options: { inboxAutoAssign: boolean }): Promise<Cast> => {
  const control = createControlClient(server.controlUrl);
  return buildCast(
    { url: server.url, accountId: server.accountId, administrator: server.tokens.administrator, control },
    cases,
    options,
  );
};

test.use({
  serverSettings: { conversations: 0, agents: 0, teams: 0 },
  computer: { width: 5600, height: 900 },
});

const known = cases.cases.filter((one) => one.judgement !== 'unknown');
for (const inboxAutoAssign of [false, true]) {
  const own = known.filter((one) => one.inboxAutoAssign === inboxAutoAssign);
  const shards = inboxAutoAssign ? 1 : SHARDS;
  for (let shard = 0; shard < shards; shard += 1) {
    const mine = own.filter((_, index) => index % shards === shard);
    if (mine.length === 0) continue;
    test(`cases ${shard + 1} of ${shards}${inboxAutoAssign ? ', automatic inbox' : ''} (${mine.length})`, async ({
      server,
      app,
    }) => {
      test.setTimeout(240_000);
      const { page } = app;
      const control = createControlClient(server.controlUrl);
      const cast = await start(server, { inboxAutoAssign });
      await cast.dismiss();
      await signIn(page, server, cast.myToken);
      await passFirstRun(page);
      await expectConnection(page, 'live');
      let grouping: Grouping = 'queues';
      for (const [index, one] of mine.entries()) {
        await test.step(one.name, async () => {
          await cast.setOnline([]);
          const id = await cast.create(one.start, `Customer ${index + 1}`);
          const routes = routesOf(one, cast);
          const route = routes[(index + shard) % routes.length] ?? { by: 'bridge' };
          const wanted = 'grouping' in route ? route.grouping : 'queues';
          if (wanted !== grouping) {
            await invoke(page, 'settings.set', { grouping: wanted });
            grouping = wanted;
          }
          // The card must show the start before it is lifted.
          await expect
            .poll(async () => {
              const shown = await invoke(page, 'conversation.get', { id });
              return shown && { assignee: shown.card.assignee, team: shown.card.team };
            })
            .toEqual({
              assignee: assigneeOf(cast, one.start.agent),
              team: one.start.team === null ? null : cast.team(one.start.team),
            });
          if (route.by !== 'bridge') await expect(card(page, id)).toHaveCount(1);
          await cast.setOnline(one.online);
          await act(page, cast, one, id, route);
          await expectServer(server, cast, one, id, route);
          if (route.by !== 'bridge') await expectPending(page, id, 'none');
          // Finished conversations are final; the others leave the board, so that it stays small.
          if (isLive(one.start.status))
            await control.act({ do: 'status', conversation: id, status: 'resolved' });
          await expect(card(page, id)).toHaveCount(0);
        });
      }
    });
  }
}

test('cases whose memberships are not loaded are checked before sending', async ({ server, launch }) => {
  test.setTimeout(120_000);
  const control = createControlClient(server.controlUrl);
  const cast = await start(server, { inboxAutoAssign: false });
  const unknown = cases.cases.filter((one) => one.judgement === 'unknown');
  const path = Object.keys(cases.teams)
    .filter((name) => cases.teams[name]?.members === null)
    .map((name) => `/teams/${cast.team(name)}/team_members`)
    .join('|');
  await control.call('fault.add', { path, times: null, effect: { kind: 'answer', status: 503, body: {} } });
  const { page } = await launch({ width: 5600, height: 900 });
  await signIn(page, server, cast.myToken);
  await passFirstRun(page);
  await expectConnection(page, 'live');
  await cast.setOnline([]);
  const begun: { one: ManualModeCase; id: number }[] = [];
  for (const one of unknown) {
    const id = await cast.create(one.start, one.name);
    await expect
      .poll(async () => (await invoke(page, 'conversation.get', { id }))?.card.team ?? null)
      .toBe(one.start.team === null ? null : cast.team(one.start.team));
    await act(page, cast, one, id, { by: 'bridge' });
    begun.push({ one, id });
  }
  const writes = await control.log({ method: 'POST', path: '/assignments', userId: cast.me });
  expect(writes, 'nothing is sent while memberships are unknown').toEqual([]);
  await control.call('fault.clear', {});
  for (const { one, id } of begun)
    await expectServer(server, cast, one, id, { by: 'menu', grouping: 'queues', name: 'No team' });
});
