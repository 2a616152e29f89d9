/** The stand-in of Electron keeps the promises that every other spec builds on. Skipped on the real Electron. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, expect, test as base } from '@playwright/test';
import type { ElectronApplication } from '@playwright/test';

const sample = join(import.meta.dirname, '../host/sample');

type Seen = { second: number; clicks: number; pings: unknown[] };

const test = base.extend<{ profile: string; app: ElectronApplication }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of fixtures from this pattern
  profile: async ({}, use) => {
    const profile = mkdtempSync(join(tmpdir(), 'standin-'));
    await use(profile);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  },
  app: async ({ profile }, use) => {
    const app = await _electron.launch({ args: [sample, `--user-data-dir=${profile}`] });
    await use(app);
    await app.close();
  },
});

/** Process ids of the Chromium that uses this profile. */
function chromiumOf(profile: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--user-data-dir=${profile}/chromium`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

test('a page calls main through its preload, and hears back', async ({ app }) => {
  const page = await app.firstWindow();
  await page.waitForFunction('window.seenAtStart');
  const answer = await page.evaluate(`new Promise((resolve, reject) => {
    const heard = [];
    const stop = window.sample.onDoubled((value) => heard.push(value));
    window.sample.double(21).then((reply) => { stop(); return window.sample.double(1).then(() => resolve({ reply, heard })); }, reject);
  })`);
  expect(answer).toEqual({ reply: { value: 42, sameModule: true, version: '1.2.3' }, heard: [21] });
});

test('errors cross as errors, nested values as frozen copies', async ({ app }) => {
  const page = await app.firstWindow();
  await page.waitForFunction('window.seenAtStart');
  const seen = await page.evaluate(`(async () => {
    let sync = null, remote = null;
    try { window.sample.fail(); } catch (error) { sync = [error instanceof Error, error.name, error.message]; }
    try { await window.sample.double('x'); } catch (error) { remote = error.message; }
    return { sync, remote, nested: window.sample.nested, frozen: Object.isFrozen(window.sample) };
  })()`);
  expect(seen).toEqual({
    sync: [true, 'TypeError', 'as asked'],
    remote: "Error invoking remote method 'double': Error: not a number",
    nested: { list: [1, { two: 2 }], cannot: 'module not found: node:fs' },
    frozen: true,
  });
});

test('context isolation is real: the page reaches neither the preload nor Node', async ({ app }) => {
  const page = await app.firstWindow();
  await page.waitForFunction('window.seenAtStart');
  expect(await page.evaluate('window.seenAtStart')).toEqual({
    sample: 'object',
    require: 'undefined',
    secret: 'undefined',
  });
  const afterPoisoning = await page.evaluate(`(() => {
    Array.prototype.map = () => { throw new Error('poisoned'); };
    EventTarget.prototype.dispatchEvent = () => { throw new Error('poisoned'); };
    return window.sample.double(2).then((reply) => reply.value);
  })()`);
  expect(afterPoisoning).toBe(4);
});

test('an own scheme is answered by main, under its policy', async ({ app }) => {
  const page = await app.firstWindow();
  await page.waitForFunction('window.seenAtStart');
  expect(await page.evaluate("fetch('data').then((answer) => answer.text())")).toBe('from main');
  expect(await page.evaluate('window.inlineRan')).toBeUndefined();
  expect(await page.evaluate('window.evaluated')).toBe('blocked');
  await page.evaluate("fetch('https://example.com/').catch(() => undefined)");
  expect(await page.evaluate('window.blocked')).toEqual(
    expect.arrayContaining(['script-src-elem', 'connect-src']),
  );
});

test('navigation and new windows go by what main decides', async ({ app }) => {
  const page = await app.firstWindow();
  await page.waitForFunction('window.seenAtStart');
  const before = page.url();
  await page.evaluate("location.href = 'https://example.com/'");
  await page.evaluate("void window.open('https://example.com/')");
  await expect.poll(() => app.windows().length).toBe(1);
  expect(page.url()).toBe(before);
  expect(await page.evaluate('window.seenAtStart.sample')).toBe('object');
});

test('permissions are what main answers', async ({ app }) => {
  const page = await app.firstWindow();
  await page.waitForFunction('window.seenAtStart');
  expect(await page.evaluate('Notification.requestPermission()')).toBe('granted');
  await page.evaluate('navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => undefined)');
  const state = "navigator.permissions.query({ name: 'microphone' }).then((permission) => permission.state)";
  expect(await page.evaluate(state)).toBe('denied');
});

test('the page has the size that was asked for', async ({ app }) => {
  const page = await app.firstWindow();
  await page.waitForFunction('window.innerWidth === 900 && window.innerHeight === 700');
});

test('what the stand-in lacks says so by name', async ({ app }) => {
  const message = await app.evaluate(({ app: electronApp }) => {
    try {
      return String(electronApp.getAppMetrics);
    } catch (error) {
      return String(error);
    }
  });
  expect(message).toContain('electron app.getAppMetrics is not in the stand-in');
});

test('a second start tells the first and ends', async ({ app, profile }) => {
  await app.firstWindow();
  const second = spawn(
    join(import.meta.dirname, '../host/electron'),
    [sample, `--user-data-dir=${profile}`],
    { stdio: 'ignore' },
  );
  const code = await new Promise((resolve) => second.once('exit', resolve));
  expect(code).toBe(0);
  await expect.poll(() => app.evaluate(() => (globalThis as unknown as { seen: Seen }).seen.second)).toBe(1);
});

test('nothing outlives a main process that was killed', async ({ profile }) => {
  const app = await _electron.launch({ args: [sample, `--user-data-dir=${profile}`] });
  await app.firstWindow();
  expect(chromiumOf(profile).length).toBeGreaterThan(0);
  app.process().kill('SIGKILL');
  await expect.poll(() => chromiumOf(profile)).toEqual([]);
});
