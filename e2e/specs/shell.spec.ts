/** The window is locked down, the contract answers, notifications travel, secrets stay secret. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Bridge } from '../../contract/ipc.ts';
import { expect, test } from '../fixture.ts';
import { builtApp } from '../fixture/app.ts';
import { chooseInMenu } from '../stories/menu.ts';

type Window = { bridge: Bridge };

/** A call through the bridge, as the renderer makes it. */
async function call(page: Page, name: string, input: unknown): Promise<unknown> {
  return page.evaluate(([n, i]) => (window as unknown as Window).bridge.invoke(n as string, i), [
    name,
    input,
  ] as const);
}

/** Runs a script of the page itself: what DevTools evaluates is not under the page's policy. */
async function asPageScript(page: Page, code: string): Promise<void> {
  await page.evaluate((text) => {
    const script = document.createElement('script');
    script.textContent = text;
    document.body.append(script);
  }, code);
}

test('hello through the contract', async ({ app }) => {
  expect(await call(app.page, 'app.info', {})).toEqual({
    ok: true,
    value: { version: '0.1.0', platform: process.platform, test: true },
  });
});

test('unknown names and bad input come back as values', async ({ app }) => {
  expect(await call(app.page, '__proto__', {})).toMatchObject({ ok: false, error: { code: 'unknown-call' } });
  expect(await call(app.page, 'link.open', { url: 5 })).toMatchObject({
    ok: false,
    error: { code: 'bad-input' },
  });
});

test('the page has two functions of the bridge, and nothing of Node or Electron', async ({ app }) => {
  const seen = await app.page.evaluate(() => ({
    bridge: Object.keys((window as unknown as Window).bridge),
    require: typeof (window as { require?: unknown }).require,
    process: typeof (window as { process?: unknown }).process,
    module: typeof (window as { module?: unknown }).module,
  }));
  expect(seen).toEqual({
    bridge: ['invoke', 'subscribe'],
    require: 'undefined',
    process: 'undefined',
    module: 'undefined',
  });
});

test('the built preload can run in a sandbox: CommonJS, and nothing required but electron', () => {
  const code = readFileSync(join(builtApp, 'out/preload/index.cjs'), 'utf8');
  expect([...code.matchAll(/require\((.*?)\)/g)].map(([, name]) => name)).toEqual(['"electron"']);
  expect(code).not.toMatch(/^\s*(import|export)\s/m);
  expect(code.length).toBeLessThan(2_000);
});

test('inline scripts, eval, remote images and requests are blocked', async ({ app }) => {
  const { page } = app;
  app.expectComplaint(/Content Security Policy|ERR_BLOCKED_BY_CSP|Failed to load resource/);
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { blocked: seen });
    document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
  });
  await asPageScript(page, 'window.inlineRan = true');
  await page.evaluate(() => {
    const image = document.createElement('img');
    image.src = 'https://example.com/avatar.png';
    document.body.append(image);
    void fetch('https://example.com/').catch(() => undefined);
    const button = document.createElement('button');
    button.setAttribute('style', 'color: red');
    document.body.append(button);
    // oxlint-disable-next-line typescript/no-implied-eval -- exactly this is what the policy must stop
    setTimeout('window.evaluated = true', 0);
  });
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { blocked: string[] }).blocked))
    .toEqual(
      expect.arrayContaining(['script-src-elem', 'img-src', 'connect-src', 'style-src-attr', 'script-src']),
    );
  const ran = await page.evaluate(() => [
    (window as { inlineRan?: boolean }).inlineRan,
    (window as { evaluated?: boolean }).evaluated,
  ]);
  expect(ran).toEqual([undefined, undefined]);
});

test('the window cannot be led away, and opens no other', async ({ app }) => {
  const { page, electron } = app;
  const before = page.url();
  await page.evaluate(() => {
    location.href = 'https://example.com/';
  });
  await page.evaluate(() => void window.open('https://example.com/'));
  await expect.poll(() => electron.windows().length).toBe(1);
  await expect.poll(() => app.mainLog()).toContain('a navigation was stopped');
  expect(page.url()).toBe(before);
  expect(await call(page, 'app.info', {})).toMatchObject({ ok: true });
});

test('the page may ask for notifications, put text on the clipboard, and nothing else', async ({ app }) => {
  const states = await app.page.evaluate(async () => {
    await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => undefined);
    const notifications = await Notification.requestPermission();
    const microphone = await navigator.permissions.query({ name: 'microphone' });
    return { notifications, microphone: microphone.state };
  });
  expect(states).toEqual({ notifications: 'granted', microphone: 'denied' });
});

test('a test notification arrives at the desktop, and the answer says so', async ({ app }) => {
  expect(await call(app.page, 'notifications.test', {})).toEqual({
    ok: true,
    value: { shown: true, reason: null },
  });
  expect(app.notifications.shown()).toMatchObject([
    { title: 'Notifications work', actions: ['default', 'View'] },
  ]);
});

test('clicking a notification brings the window forward', async ({ app }) => {
  await call(app.page, 'notifications.test', {});
  const focused = (): Promise<boolean> =>
    app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isFocused() ?? false);
  expect(await focused()).toBe(false);
  const [shown] = app.notifications.shown();
  app.notifications.click(shown?.id ?? 0);
  await expect.poll(focused).toBe(true);
});

test.describe('a computer without notifications', () => {
  test.use({ computer: { notifications: false } });
  test('is told apart from one with them', async ({ app }) => {
    expect(await call(app.page, 'notifications.test', {})).toEqual({
      ok: true,
      value: { shown: false, reason: 'This computer offers no notifications.' },
    });
  });
});

test('links leave only to the web', async ({ app }) => {
  await app.electron.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { opened });
    shell.openExternal = async (url) => void opened.push(url);
  });
  for (const url of [
    'https://example.com/help',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'http://example.com/',
  ]) {
    expect(await call(app.page, 'link.open', { url })).toEqual({ ok: true, value: {} });
  }
  const opened = await app.electron.evaluate(() => (globalThis as unknown as { opened: string[] }).opened);
  expect(opened).toEqual(['https://example.com/help']);
});

test('menu items reach the page', async ({ app }) => {
  await app.page.evaluate(() => {
    const heard: unknown[] = [];
    Object.assign(window, { heard });
    (window as unknown as Window).bridge.subscribe((name, payload) => heard.push([name, payload]));
  });
  await chooseInMenu(app.electron, 'outbox');
  await expect
    .poll(() => app.page.evaluate(() => (window as unknown as { heard: unknown[] }).heard))
    .toContainEqual(['menu', { item: 'outbox' }]);
});

test('settings and the window’s place survive a restart', async ({ app }) => {
  await call(app.page, 'settings.set', { theme: 'dark', historyDays: 7 });
  const bounds = { x: 60, y: 40, width: 1200, height: 800 };
  await app.electron.evaluate(
    ({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0]?.setBounds(wanted),
    bounds,
  );
  await app.restart();
  expect(await call(app.page, 'settings.get', {})).toMatchObject({
    ok: true,
    value: { theme: 'dark', historyDays: 7 },
  });
  const now = await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.getBounds(),
  );
  expect(now).toEqual(bounds);
  const dark = await app.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  expect(dark).toBe(true);
});

test('a second start brings the first forward and ends', async ({ app }) => {
  const executable = createRequire(import.meta.url)('electron') as string;
  const second = spawn(executable, [builtApp, '--test', `--user-data-dir=${app.profile}`], {
    stdio: 'ignore',
  });
  const code = await new Promise((resolve) => second.once('exit', resolve));
  expect(code).toBe(0);
  await expect
    .poll(() => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isFocused()))
    .toBe(true);
});

test('nothing outlives a main process that was killed', async ({ app }) => {
  const left = (): string[] =>
    readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(app.profile);
      } catch {
        return false;
      }
    });
  expect(left().length).toBeGreaterThan(1);
  await app.kill();
  await expect.poll(left).toEqual([]);
});
