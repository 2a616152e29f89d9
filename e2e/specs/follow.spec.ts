/** What other people and customers do appears by itself: no list is asked for between the event and the card. */
import type { Page } from '@playwright/test';
import { expect, test } from '../fixture.ts';
import { card, cardInLane, lane } from '../pages.ts';
import { answerNoReads, countsOf, emptyServer, enter, mark, listsAfter, setStage } from '../stories/stage.ts';
import type { Stage } from '../stories/stage.ts';

test.use({ serverSettings: emptyServer, computer: { width: 2800, height: 800 } });

const main = (page: Page, id: number) => card(page, id).getByRole('button').first();

/** Does something elsewhere, waits for it on the screen, and expects that no list was asked for in between. */
async function follows(stage: Stage, act: () => Promise<unknown>, shown: () => Promise<void>): Promise<void> {
  const before = await mark(stage.control);
  await act();
  await shown();
  expect(await listsAfter(stage.control, before), 'lists between event and card').toEqual([]);
}

test('a foreign change moves the card without a request', async ({ server, app }) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const plain = await arrive('Ada Lovell', { minutesAgo: 9 });
  const queued = await arrive('Ben Okafor', { team: 'support', minutesAgo: 4 });
  const held = await arrive('Chiara Rossi', { team: 'support', agent: 'tom', minutesAgo: 2 });
  await enter(page, stage);
  await expect(cardInLane(page, plain, 'no-team')).toBeVisible();
  await expect(cardInLane(page, queued, `team:${cast.team('support')}`)).toBeVisible();
  await expect(cardInLane(page, held, `agent:${cast.agent('tom')}`)).toBeVisible();

  // What follows comes from the events alone: nothing else would be answered.
  await answerNoReads(control);
  const by = cast.agent('ines');
  await follows(
    stage,
    () => control.act({ do: 'assign', conversation: held, agent: cast.agent('sara'), by }),
    () => expect(cardInLane(page, held, `agent:${cast.agent('sara')}`)).toBeVisible(),
  );
  await expect(lane(page, `agent:${cast.agent('tom')}`).locator('[data-conversation]')).toHaveCount(0);

  await follows(
    stage,
    () => control.act({ do: 'team', conversation: plain, team: cast.team('billing'), by }),
    () => expect(cardInLane(page, plain, `team:${cast.team('billing')}`)).toBeVisible(),
  );
  let arrived = 0;
  await follows(
    stage,
    async () => {
      arrived = await arrive('Dilnoza Karimova', { content: 'My parcel has not arrived.' });
    },
    async () => {
      await expect(cardInLane(page, arrived, 'no-team')).toContainText('My parcel has not arrived.');
    },
  );
  await follows(
    stage,
    () => control.act({ do: 'status', conversation: queued, status: 'resolved', by }),
    () => expect(card(page, queued)).toBeHidden(),
  );
});

test('waiting follows the conversation: a customer waits, a reply ends it, the next message begins it again', async ({
  server,
  app,
}) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const id = await arrive('Elif Demir', { agent: 'tom', minutesAgo: 7 });
  await enter(page, stage);
  // The wire of this level has no waiting_since: the wait is derived, and lanes add it up.
  const tom = lane(page, `agent:${cast.agent('tom')}`);
  await expect(main(page, id)).toHaveAccessibleName(/waits (at least )?7 min/);
  await expect(tom).toContainText('7 min');
  await expect(tom).toHaveAccessibleName(/^Tom\b.*1 open.*1 not answered/);
  await answerNoReads(control);

  await follows(
    stage,
    () => control.act({ do: 'message', conversation: id, content: 'I will look.', from: cast.agent('tom') }),
    () => expect(main(page, id)).toHaveAccessibleName(/answered/),
  );
  await expect(tom).not.toHaveAccessibleName(/not answered/);
  await follows(
    stage,
    () =>
      control.act({
        do: 'message',
        conversation: id,
        content: 'internal',
        from: cast.agent('tom'),
        private: true,
      }),
    () => expect(main(page, id)).toHaveAccessibleName(/answered/),
  );
  await follows(
    stage,
    () => control.act({ do: 'message', conversation: id, content: 'Anything new?' }),
    async () => {
      await expect(main(page, id)).toHaveAccessibleName(/waits < 1 min/);
      await expect(card(page, id)).toContainText('Anything new?');
    },
  );
});

test('the count of Unassigned is the server’s unassigned_count, before and after changes', async ({
  server,
  app,
}) => {
  const { page } = app;
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const ids = [
    await arrive('One'),
    await arrive('Two', { team: 'support' }),
    await arrive('Three', { team: 'sales' }),
    await arrive('Four', { agent: 'sara', team: 'support' }),
    await arrive('Five', { agent: 'tom' }),
    await arrive('Six', { status: 'pending' }),
    await arrive('Seven', { status: 'resolved' }),
  ];
  await enter(page, stage);
  const shown = page
    .getByRole('region', { name: 'Unassigned', exact: true })
    .getByRole('heading', { level: 2 });
  const agree = async (expected: number): Promise<void> => {
    expect((await countsOf(stage)).unassigned).toBe(expected);
    await expect(shown).toHaveText(`Unassigned${expected}`);
  };
  await agree(3);
  await control.act({ do: 'assign', conversation: ids[0] ?? 0, agent: cast.agent('tom') });
  await agree(2);
  await control.act({ do: 'assign', conversation: ids[3] ?? 0, agent: null });
  await arrive('Eight');
  await agree(4);
  await control.act({ do: 'status', conversation: ids[1] ?? 0, status: 'resolved' });
  await control.act({ do: 'status', conversation: ids[5] ?? 0, status: 'open' });
  await agree(4);
});
