/** The server is restored from a backup while the app is away: what is saved of it holds no longer, and nothing that waited is sent by itself. */
import { expect, test } from '../fixture.ts';
import type { ServerSettings } from '../fixture.ts';
import { card, dragCardToLane, expectConnection, expectPending, invoke } from '../pages.ts';
import { expectBoardOfServer } from '../stories/board-of-server.ts';
import { emptyServer, enter, mark, setStage, settle, truthOf } from '../stories/stage.ts';

test.use({ serverSettings: emptyServer, computer: { width: 2800, height: 1700 } });
test.setTimeout(180_000);

const levels = ['live-agent', '2.16', '3.11', '4.14'] as const satisfies ServerSettings['compat'][];

for (const compat of levels)
  test.describe(`a server like ${compat}`, () => {
    test.use({ serverSettings: { ...emptyServer, compat } });

    test('goes back: the board is the server’s again, and moves that waited are asked anew', async ({
      server,
      app,
    }) => {
      const { page } = app;
      const stage = await setStage(server);
      const { control, cast, arrive } = stage;
      const free = await arrive('Ada Novak', { minutesAgo: 40 });
      const toms = await arrive('Ben Sato', { minutesAgo: 35, agent: 'tom', team: 'support' });
      const quiet = await arrive('Cleo Marsh', { minutesAgo: 30 });
      await enter(page, stage);
      await expectBoardOfServer(page, stage);

      // The backup; and what it will lack.
      await control.call('snapshot.take', { name: 'night' });
      await control.call('clock.skew', { seconds: 600 });
      const by = cast.agent('sara');
      await control.act({ do: 'assign', conversation: free, agent: cast.agent('ines'), by });
      await control.act({ do: 'message', conversation: toms, content: 'Still there?' });
      const lost = await arrive('Dora Lind', { team: 'support', content: 'Only before the restore' });
      await expectBoardOfServer(page, stage);
      await expect(card(page, lost)).toContainText('Dora Lind');

      await control.call('server.pause', {});
      await expectConnection(page, 'offline', 20_000);
      for (const id of [free, toms, lost]) {
        await dragCardToLane(page, id, `agent:${cast.agent('noor')}`);
        await expectPending(page, id, 'waiting');
      }

      await control.call('snapshot.restore', { name: 'night' });
      const before = await mark(control);
      await control.call('clock.skew', { seconds: 600 });
      // Another customer comes under the number of the one who is lost.
      const again = await arrive('Emil Roth', { team: 'billing', content: 'Since the restore' });
      expect(again).toBe(lost);
      await control.call('server.resume', {});

      await expect(page.locator('[data-notice="server-went-back"]')).toContainText('older copy of its data', {
        timeout: 60_000,
      });
      await expectConnection(page, 'live', 60_000);
      await settle(page);
      await expectBoardOfServer(page, stage);
      await expect(card(page, again)).toContainText('Emil Roth');
      await expect(card(page, again)).not.toContainText('Only before the restore');
      await expectPending(page, quiet, 'none');

      // Nothing was written by itself; each move can be looked at and done after all.
      const writes = async () =>
        (await control.log({ userId: cast.agent('mara'), after: before })).filter(({ path }) =>
          path.endsWith('/assignments'),
        );
      expect(await writes()).toEqual([]);
      const { counts, entries } = await invoke(page, 'outbox.list', { limit: 10 });
      expect(counts).toEqual({ waiting: 0, sending: 0, refused: 0, conflict: 3 });
      expect(entries.map(({ reason }) => reason?.key)).toEqual(Array(3).fill('outcome.wentBack'));

      await page
        .getByRole('navigation')
        .getByRole('button', { name: /^Outbox/ })
        .click();
      const stopped = page.getByRole('region', { name: 'Needs your decision' });
      const entryOf = (id: number) =>
        stopped.getByRole('listitem').filter({ hasText: new RegExp(`#${id}\\b`) });
      await expect(entryOf(free)).toContainText('restored from an older copy of its data');
      await expect(stopped).toContainText('3 are to be decided again.');
      await expect(stopped).not.toContainText('by someone else');
      await entryOf(free)
        .getByRole('button', { name: /^Apply mine/ })
        .click();
      await expect.poll(() => truthOf(stage, free)).toEqual({ agent: 'noor', team: null });
      await entryOf(again)
        .getByRole('button', { name: /^Keep theirs/ })
        .click();
      await expect(stopped.getByRole('listitem')).toHaveCount(1);
      expect(await truthOf(stage, again)).toEqual({ agent: null, team: 'billing' });
      expect(await writes()).toHaveLength(1);
    });
  });
