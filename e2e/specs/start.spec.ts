/** `npm start` on a display shows the demo workspace with its traffic. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, expect, test } from '@playwright/test';
import { builtApp } from '../fixture/app.ts';
import { expectConnection, passFirstRun } from '../pages.ts';

const shots = join(builtApp, 'shots');

/** A picture of everything on a display, where ImageMagick is installed. */
function takeWholeScreen(display: NodeJS.ProcessEnv, file: string): void {
  const { error, status, stderr } = spawnSync('import', ['-window', 'root', file], {
    env: { ...process.env, ...display },
    encoding: 'utf8',
  });
  if (error && 'code' in error && error.code === 'ENOENT') return;
  expect(status, stderr).toBe(0);
  // One colour makes a small file: a board is much more than that.
  expect(statSync(file).size).toBeGreaterThan(30_000);
}

/** Command lines that name a text: what outlives the start would show here. */
function processesWith(text: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const line = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
      return line.includes(text) ? [line.replaceAll('\0', ' ')] : [];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

test('npm start shows the demo workspace with live traffic', async () => {
  test.setTimeout(180_000);
  const profile = mkdtempSync(join(tmpdir(), 'start-'));
  const app = spawn(
    'xvfb-run',
    [
      '-a',
      '-s',
      '-screen 0 1600x1000x24',
      // Says which display it was given: the picture at the end is of all of it.
      'sh',
      '-c',
      'echo "Display $DISPLAY $XAUTHORITY" >&2; exec npm start -- "$@"',
      'sh',
      '--test',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
    ],
    // A group of its own, so that the display, npm and the app end together.
    { cwd: builtApp, detached: true, stdio: ['ignore', 'inherit', 'pipe'] },
  );
  const ended = new Promise((resolve) => app.once('exit', resolve));
  let display: NodeJS.ProcessEnv = {};
  try {
    const endpoint = await new Promise<string>((resolve, reject) => {
      createInterface({ input: app.stderr }).on('line', (line) => {
        const [, name, authority] = /^Display (\S+) (\S+)$/.exec(line) ?? [];
        if (name !== undefined) display = { DISPLAY: name, XAUTHORITY: authority };
        const [, address] = /^DevTools listening on (\S+)/.exec(line) ?? [];
        if (address) resolve(address);
      });
      void ended.then((code) => reject(new Error(`npm start ended with ${String(code)}`)));
    });
    const browser = await chromium.connectOverCDP(endpoint);
    const context = browser.contexts()[0];
    const isOurs = (url: string): boolean => url.includes('index.html');
    await expect
      .poll(() => context?.pages().some((page) => isOurs(page.url())), { timeout: 20_000 })
      .toBe(true);
    const page = context?.pages().find((one) => isOurs(one.url()));
    if (!page) throw new Error('no window');

    await page.getByRole('button', { name: 'Open demo workspace' }).click();
    await expectConnection(page, 'live', 60_000);
    await passFirstRun(page);
    const board = (): Promise<string[]> =>
      page.locator('[data-conversation]').evaluateAll((cards) => cards.map((card) => card.textContent ?? ''));
    await expect.poll(async () => (await board()).length).toBeGreaterThan(10);
    // Nobody touches anything here: what changes is the shift going on.
    const before = await board();
    await expect
      .poll(async () => JSON.stringify(await board()) === JSON.stringify(before), { timeout: 60_000 })
      .toBe(false);

    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: join(shots, 'npm-start.png') });
    expect(display).toHaveProperty('DISPLAY');
    takeWholeScreen(display, join(shots, 'npm-start-screen.png'));
    await browser.close();
  } finally {
    if (app.pid !== undefined && app.exitCode === null) process.kill(-app.pid, 'SIGTERM');
    await ended;
    await expect.poll(() => processesWith(profile), { timeout: 20_000 }).toEqual([]);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
