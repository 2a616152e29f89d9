/** A disk that runs full and is given room again, and a folder that is deleted: said at once, nothing acknowledged is lost, and nobody restarts anything. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixture.ts';
import { cardInLane, dragCardToLane, expectConnection, expectPending, invoke } from '../pages.ts';
import { emptyServer, enter, setStage, settle, truthOf, writesOf } from '../stories/stage.ts';

test.use({ serverSettings: emptyServer, computer: { width: 2800, height: 800 } });

const notice = (page: Page, id: string): Locator => page.locator(`[data-notice="${id}"]`);

/** A small disk of its own, for as long as `use` runs. */
const onSmallDisk = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'tmpfs', folder]);
  try {
    await use(folder);
  } finally {
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  }
};

/** Takes all the room that is left, down to the last page. */
const fill = (folder: string): void => {
  for (const size of [1_048_576, 65_536, 4096]) {
    for (let n = 0; ; n += 1) {
      try {
        writeFileSync(join(folder, `filler-${size}-${n}`), Buffer.alloc(size, 1));
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
        break;
      }
    }
  }
};

test('a full disk is said, a move is refused or kept, and everything goes on once there is room', async ({
  server,
  launch,
}) => {
  test.skip(process.platform !== 'linux' || process.getuid?.() !== 0, 'only root may mount a small disk');
  const stage = await setStage(server);
  const { cast, arrive } = stage;
  const tom = `agent:${cast.agent('tom')}`;
  const ids = [await arrive('Ada Lovell'), await arrive('Ben Okafor'), await arrive('Cyd Moreno')];
  await onSmallDisk(async (folder) => {
    const app = await launch({ profile: folder, width: 2800, height: 800 });
    app.expectComplaint(/cannot be used/);
    const { page } = app;
    await enter(page, stage);
    fill(folder);

    // News that cannot be kept: not the first, which find room in what the log had before.
    const full = page.getByText('The disk of this computer is full');
    let meanwhile = 0;
    await expect
      .poll(
        async () => {
          meanwhile = await arrive('Dee Fontaine');
          return full.count();
        },
        { timeout: 60_000, intervals: [0] },
      )
      .toBe(1);
    // Moves that cannot be saved.
    const refused: number[] = [];
    for (const id of ids) {
      await dragCardToLane(page, id, tom);
      await expect(
        page
          .getByText('Nothing was saved')
          .or(cardInLane(page, id, tom))
          .first(),
      ).toBeVisible();
      if ((await cardInLane(page, id, tom).count()) === 0) refused.push(id);
    }
    expect(refused.length, 'moves that a full disk refused').toBeGreaterThan(0);
    await expect(full).toHaveCount(1);
    for (const id of refused) expect(await truthOf(stage, id)).toEqual({ agent: null, team: null });

    // A minute of trouble writes lines, not a flood. (The log lies on the same disk: what fits of it.)
    const lines = app.mainLog().split('\n').length;
    await expect(full).toBeVisible();
    execFileSync('mount', ['-o', 'remount,size=64m', folder]);
    await expect(full).toHaveCount(0, { timeout: 15_000 });
    await settle(page);
    await expect
      .poll(async () => (await invoke(page, 'conversation.get', { id: meanwhile }))?.card.id)
      .toBe(meanwhile);
    expect(app.mainLog().split('\n').length - lines).toBeLessThan(40);

    for (const id of refused) await dragCardToLane(page, id, tom);
    for (const id of ids) {
      await expect(cardInLane(page, id, tom)).toBeVisible();
      await expectPending(page, id, 'none');
      expect(await truthOf(stage, id)).toEqual({ agent: 'tom', team: null });
    }
    const writes = await writesOf(stage, 'mara');
    expect(writes.map(({ path }) => path.replace(/.*conversations\/(\d+).*/, '$1')).toSorted()).toEqual(
      ids.map(String).toSorted(),
    );
    await app.quit();
  });
});

test('a folder that is deleted under the running app is put back with what waited in it', async ({
  server,
  app,
}) => {
  const stage = await setStage(server);
  const { control, cast, arrive } = stage;
  const id = await arrive('Ada Lovell');
  const tom = `agent:${cast.agent('tom')}`;
  const { page } = app;
  await enter(page, stage);
  await control.call('server.pause', {});
  await expectConnection(page, 'offline', 40_000);
  await dragCardToLane(page, id, tom);
  await expectPending(page, id, 'waiting');
  app.expectComplaint(/cannot be used/);
  rmSync(join(app.profile, 'workspaces'), { recursive: true });
  await expect(notice(page, 'files-put-back')).toBeVisible({ timeout: 20_000 });
  await expectPending(page, id, 'waiting');
  await notice(page, 'files-put-back').getByRole('button').click();
  await expect(notice(page, 'files-put-back')).toHaveCount(0);

  await app.kill();
  const parent = join(app.profile, 'workspaces', 'workspaces');
  const place = join(parent, readdirSync(parent)[0] ?? '');
  expect(statSync(place).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(place)) expect(statSync(join(place, name)).mode & 0o777, name).toBe(0o600);
  await control.call('server.resume', {});
  await app.start();
  await settle(app.page);
  await expect(cardInLane(app.page, id, tom)).toBeVisible();
  expect(await truthOf(stage, id)).toEqual({ agent: 'tom', team: null });
  expect(await writesOf(stage, 'mara')).toHaveLength(1);
});
