/** The parts of the stand-in that need no Chromium. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMenu } from './api/menu.ts';
import { createProtocol } from './api/protocol.ts';
import { createSafeStorage } from './api/safe-storage.ts';
import { parseCommandLine, switchValue } from './command-line.ts';
import type { Desktop } from './desktop.ts';
import { takeInstanceLock } from './instance-lock.ts';
import { createMembrane } from './page/membrane.ts';
import { strict } from './strict.ts';

describe('the command line', () => {
  test('is read as a test runner writes it', () => {
    const line = [
      '-r',
      '/loader.js',
      '--no-sandbox',
      '--inspect=0',
      '--remote-debugging-port=0',
      '/app',
      '--test',
      'x',
    ];
    const { preloads, switches, app, appArguments } = parseCommandLine(line);
    expect(preloads).toEqual(['/loader.js']);
    expect([...switches]).toEqual([
      ['no-sandbox', ''],
      ['inspect', '0'],
      ['remote-debugging-port', '0'],
    ]);
    expect([app, appArguments]).toEqual(['/app', ['--test', 'x']]);
  });

  test('has the present folder as its app when none is named', () => {
    expect(parseCommandLine([]).app).toBe('.');
    expect(switchValue(['--a=b=c', '--d'], 'a')).toBe('b=c');
    expect(switchValue(['--a=b=c', '--d'], 'd')).toBeNull();
  });
});

test('unknown members have a name when they fail; known ones can be replaced', () => {
  const part = strict({ known: 1 } as { known: number; missing?: number }, 'part');
  part.known = 2;
  expect(part.known).toBe(2);
  expect(() => part.missing).toThrow('electron part.missing is not in the stand-in');
});

test('addresses of own schemes go to Chromium and back', () => {
  const protocol = createProtocol();
  protocol.electronProtocol.handle('app', () => new Response('x'));
  for (const address of ['app://supervisor/index.html?a=1#b', 'app://supervisor/', 'app://supervisor']) {
    const there = protocol.toChromium(address);
    expect(there).toMatch(/^https:\/\/supervisor\.app\.localhost/);
    expect(protocol.fromChromium(there)).toBe(address);
  }
  expect(protocol.toChromium('https://example.com/')).toBe('https://example.com/');
  expect(protocol.fromChromium('https://example.com/')).toBe('https://example.com/');
});

test('secrets need the same keyring to be read again', () => {
  const desktop = (password: string | null): Desktop => ({ keyringPassword: () => password }) as Desktop;
  const encrypted = createSafeStorage(desktop('one')).encryptString('hush');
  expect(encrypted.toString('latin1')).not.toContain('hush');
  expect(createSafeStorage(desktop('one')).decryptString(encrypted)).toBe('hush');
  expect(() => createSafeStorage(desktop('two')).decryptString(encrypted)).toThrow();
  expect(createSafeStorage(desktop(null)).isEncryptionAvailable()).toBe(false);
  expect(() => createSafeStorage(desktop(null)).encryptString('hush')).toThrow('not available');
});

test('menu items are found by id at any depth, and disabled ones do nothing', () => {
  const clicked: string[] = [];
  const menu = createMenu(() => null).buildFromTemplate([
    { label: 'File', submenu: [{ id: 'a', click: () => clicked.push('a') }] },
    { id: 'b', enabled: false, click: () => clicked.push('b') },
  ]);
  menu.getMenuItemById('a')?.click();
  menu.getMenuItemById('b')?.click();
  expect(menu.getMenuItemById('c')).toBeNull();
  expect(clicked).toEqual(['a']);
});

describe('the instance lock', () => {
  let profile = '';
  beforeAll(() => {
    profile = mkdtempSync(join(tmpdir(), 'lock-'));
  });
  afterAll(() => rmSync(profile, { recursive: true }));

  test('is held by one, told of others, and free after it', async () => {
    const told: string[] = [];
    const first = takeInstanceLock(profile, ({ cwd }) => told.push(cwd));
    expect(first).not.toBeNull();
    expect(takeInstanceLock(profile, () => undefined)).toBeNull();
    await expect.poll(() => told).toEqual([process.cwd()]);
    first?.release();
    const next = takeInstanceLock(profile, () => undefined);
    expect(next).not.toBeNull();
    next?.release();
  });
});

describe('the membrane between page and preload', () => {
  function pair(): { page: ReturnType<typeof createMembrane>; preload: ReturnType<typeof createMembrane> } {
    Object.assign(globalThis, { document: new EventTarget() });
    return { page: createMembrane('secret', 'page'), preload: createMembrane('secret', 'preload') };
  }

  test('carries data, functions, errors and promises in both directions', async () => {
    const { page, preload } = pair();
    preload.offer(-1, (given) => ({
      given,
      twice: (n: unknown) => Number(n) * 2,
      later: Promise.resolve([1]),
    }));
    const answer = page.call(-1, { a: [null, undefined, 'x'] }) as {
      given: unknown;
      twice: (n: number) => number;
      later: Promise<number[]>;
    };
    expect(answer.given).toEqual({ a: [null, undefined, 'x'] });
    expect(answer.twice(21)).toBe(42);
    expect(await answer.later).toEqual([1]);
    expect(Object.isFrozen(answer)).toBe(true);

    page.offer(-2, () => {
      throw new TypeError('no');
    });
    expect(() => preload.call(-2)).toThrow('no');
    expect(() => preload.call(-9)).toThrow('no such function');
  });

  test('gives back the same function for the same listener', () => {
    const { page, preload } = pair();
    const heard: unknown[] = [];
    preload.offer(-1, (listener) => void heard.push(listener));
    const listener = (): void => undefined;
    page.call(-1, listener);
    page.call(-1, listener);
    expect(heard[0]).toBe(heard[1]);
  });
});
