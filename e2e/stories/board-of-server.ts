/** Compares what is drawn with what the server has: every lane of every grouping, its cards and its count, and the totals. */
import type { Page } from '@playwright/test';
import { groupingSchema, laneOf } from '../../contract/model.ts';
import type { Grouping } from '../../contract/model.ts';
import { expect } from '../fixture.ts';
import { countsOf } from './stage.ts';
import type { Stage } from './stage.ts';

type Lanes = Record<string, { count: number; cards: number[] }>;

const BUTTON: Record<Grouping, string> = { queues: 'Queues & agents', agents: 'Agents', teams: 'Teams' };

/** Lanes that hold something; all of them must be on the screen. */
const drawnLanes = (page: Page): Promise<Lanes> =>
  page.locator('[data-lane]').evaluateAll((lanes) =>
    Object.fromEntries(
      lanes.flatMap((lane) => {
        const count = Number(/(\d+) open/.exec(lane.getAttribute('aria-label') ?? '')?.[1]);
        const cards = [...lane.querySelectorAll('[data-conversation]')]
          .map((card) => Number(card.getAttribute('data-conversation')))
          .toSorted((a, b) => a - b);
        return count === 0 && cards.length === 0 ? [] : [[lane.getAttribute('data-lane'), { count, cards }]];
      }),
    ),
  );

const serverLanes = async ({ control }: Stage, grouping: Grouping): Promise<Lanes> => {
  const live = await control.call('conversation.live', {});
  const lanes: Lanes = {};
  for (const { id, status, assigneeId, botId, teamId } of live) {
    if (status !== 'open') continue;
    const assignee =
      assigneeId !== null
        ? ({ type: 'agent', id: assigneeId } as const)
        : botId === null
          ? null
          : ({ type: 'bot', id: botId } as const);
    const lane = (lanes[laneOf(grouping, { assignee, team: teamId })] ??= { count: 0, cards: [] });
    lane.count += 1;
    lane.cards.push(id);
  }
  for (const { cards } of Object.values(lanes)) cards.sort((a, b) => a - b);
  return lanes;
};

/** Looks at all groupings, and ends with the first. */
export const expectBoardOfServer = async (page: Page, stage: Stage): Promise<void> => {
  await page.getByRole('navigation').getByRole('button', { name: 'Board', exact: true }).click();
  for (const grouping of [...groupingSchema.options].toReversed()) {
    const button = page
      .getByRole('group', { name: 'Group by' })
      .getByRole('button', { name: BUTTON[grouping], exact: true });
    await button.click();
    await expect(button).toHaveAttribute('aria-pressed', 'true');
    await expect.poll(() => drawnLanes(page), grouping).toEqual(await serverLanes(stage, grouping));
  }
  const { all, unassigned } = await countsOf(stage);
  const totals = page.getByRole('status', { name: 'Queue in numbers' });
  await expect(totals).toContainText(`${all} open`);
  await expect(totals).toContainText(`${unassigned} unassigned`);
};
