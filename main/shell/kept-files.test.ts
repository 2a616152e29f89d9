/** Secrets and settings survive restarts and damage, and a token is never plain on disk. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { firstSettings } from '../../contract/first-settings.ts';
import { settingsSchema } from '../../contract/ipc.ts';
import type { Vault } from './secrets.ts';
import { createSecrets } from './secrets.ts';
import type { OpenShelf } from './keep.ts';
import { createSettings } from './settings.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** Same file, without Electron. */
const openShelf: OpenShelf = (place, name) => {
  const file = join(place, `${name}.json`);
  return {
    get: () =>
      existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { value: unknown }).value : undefined,
    set: (_key, value) => writeFileSync(file, JSON.stringify({ value })),
  };
};
let folder = '';
let told: string[] = [];
const tell = (id: string): void => void told.push(id);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-'));
  told = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Turns the bytes round: enough to tell plain from encrypted. */
function vault(available: boolean): Vault {
  return {
    isEncryptionAvailable: () => available,
    encryptString: (text) => Buffer.from(text).reverse(),
    decryptString: (encrypted) => {
      if (encrypted.includes('broken')) throw new Error('bad key');
      return Buffer.from(encrypted).reverse().toString();
    },
  };
}

describe('secrets', () => {
  test('survive a restart, encrypted, in a file that only the person may read', () => {
    expect(createSecrets(folder, vault(true), quiet, tell).set('token', 'hush-hush-1')).toBe('kept');
    expect(createSecrets(folder, vault(true), quiet, tell).get('token')).toBe('hush-hush-1');
    const file = join(folder, 'secrets.json');
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain('hush-hush-1');
    expect(text).not.toContain(Buffer.from('hush-hush-1').toString('base64'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('without a keyring stay in memory, and say so', () => {
    const secrets = createSecrets(folder, vault(false), quiet, tell);
    expect(secrets.set('token', 'hush-hush-1')).toBe('memory-only');
    expect(secrets.get('token')).toBe('hush-hush-1');
    expect(readdirSync(folder)).toEqual([]);
    expect(createSecrets(folder, vault(false), quiet, tell).get('token')).toBeNull();
  });

  test('that cannot be decrypted or read any more are as if absent', () => {
    const encrypted = Buffer.from('broken').toString('base64');
    writeFileSync(join(folder, 'secrets.json'), JSON.stringify({ token: encrypted }));
    expect(createSecrets(folder, vault(true), quiet, tell).get('token')).toBeNull();
    expect(told).toEqual([]);
    writeFileSync(join(folder, 'secrets.json'), '{');
    expect(createSecrets(folder, vault(true), quiet, tell).get('token')).toBeNull();
    expect(told).toEqual(['damaged:secrets']);
    const aside = readdirSync(folder).find((name) => name.startsWith('secrets.damaged-'));
    expect(readFileSync(join(folder, aside ?? ''), 'utf8')).toBe('{');
    expect(createSecrets(folder, vault(true), quiet, tell).set('token', 'new')).toBe('kept');
  });

  test('that cannot be written stay in memory, and cost none of those that were there', () => {
    const secrets = createSecrets(folder, vault(true), quiet, tell);
    secrets.set('other', 'b');
    mkdirSync(join(folder, 'secrets.json.new'));
    expect(secrets.set('token', 'a')).toBe('memory-only');
    expect([secrets.get('token'), secrets.get('other')]).toEqual(['a', 'b']);
    expect(createSecrets(folder, vault(true), quiet, tell).get('other')).toBe('b');
  });

  test('are gone after deleting', () => {
    const secrets = createSecrets(folder, vault(true), quiet, tell);
    secrets.set('token', 'a');
    secrets.set('other', 'b');
    secrets.delete('token');
    expect([secrets.get('token'), secrets.get('other')]).toEqual([null, 'b']);
    writeFileSync(join(folder, 'secrets.damaged-1.json'), 'may hold tokens');
    secrets.delete('other');
    expect(readdirSync(folder)).toEqual(['secrets.json']);
  });
});

describe('settings', () => {
  const open = (): ReturnType<typeof createSettings> =>
    createSettings(openShelf, folder, quiet, tell, () => undefined);

  test('survive a restart; unset ones keep their values', () => {
    expect(open().get()).toEqual(firstSettings);
    open().change({ theme: 'dark', density: undefined });
    expect(open().get()).toEqual({ ...firstSettings, theme: 'dark' });
  });

  test('of an older version take first values for what they lack', () => {
    writeFileSync(join(folder, 'settings.json'), JSON.stringify({ value: { theme: 'light' } }));
    expect(open().get()).toEqual({ ...firstSettings, theme: 'light' });
  });

  test.each(['{"value":', '{"value":{"theme":"purple"}}', '[]'])(
    '%s is set aside, not overwritten',
    (content) => {
      writeFileSync(join(folder, 'settings.json'), content);
      expect(open().get()).toEqual(firstSettings);
      const aside = readdirSync(folder).filter((name) => name.startsWith('settings.damaged-'));
      expect(aside).toHaveLength(1);
      expect(readFileSync(join(folder, aside[0] ?? ''), 'utf8')).toBe(content);
      expect(told).toEqual(['damaged:settings']);
    },
  );

  test('of which anything was changed on the disk are read as they were meant or set aside whole, and work', () => {
    const file = join(folder, 'settings.json');
    const sound = Buffer.from(JSON.stringify({ value: { ...firstSettings, theme: 'dark', historyDays: 9 } }));
    const place = fc.nat(sound.length - 1);
    const bytes = fc.uint8Array({ maxLength: 40 }).map((some) => Buffer.from(some));
    const damaged = fc.oneof(
      fc.tuple(place, fc.nat(7)).map(([at, bit]) => {
        const flipped = Buffer.from(sound);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        return flipped;
      }),
      place.map((at) => sound.subarray(0, at)),
      fc
        .tuple(place, place)
        .map(([at, length]) => Buffer.from(sound).fill(0, at, Math.min(sound.length, at + length))),
      fc
        .tuple(place, bytes)
        .map(([at, some]) => Buffer.concat([sound.subarray(0, at), some, sound.subarray(at)])),
      bytes,
      fc.json().map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(`{"value":${text}}`)),
    );
    const seen = { setAside: 0, read: 0 };
    fc.assert(
      fc.property(damaged, (content) => {
        for (const name of readdirSync(folder)) rmSync(join(folder, name));
        told = [];
        writeFileSync(file, content);
        const settings = open();
        const got = settings.get();
        expect(settingsSchema.parse(got)).toEqual(got);
        const aside = readdirSync(folder).filter((name) => name.startsWith('settings.damaged-'));
        if (aside.length > 0) {
          expect(readFileSync(join(folder, aside[0] ?? '')).equals(content)).toBe(true);
          expect(got).toEqual(firstSettings);
          expect([aside.length, existsSync(file), told]).toEqual([1, false, ['damaged:settings']]);
          seen.setAside += 1;
        } else {
          // Only what it says may be read from it.
          const { value } = JSON.parse(readFileSync(file, 'utf8')) as { value: object };
          expect({ ...firstSettings, ...value }).toMatchObject(got);
          expect(readFileSync(file).equals(content)).toBe(true);
          expect(told).toEqual([]);
          seen.read += 1;
        }
        settings.change({ density: 'compact' });
        expect(open().get()).toEqual({ ...got, density: 'compact' });
      }),
      { numRuns: 500 },
    );
    expect(Math.min(seen.setAside, seen.read)).toBeGreaterThan(5);
  });

  test('that cannot be written hold until the app is closed, and that is said', () => {
    const settings = open();
    mkdirSync(join(folder, 'settings.json'));
    expect(settings.change({ theme: 'dark' }).theme).toBe('dark');
    expect(settings.get().theme).toBe('dark');
    expect(told).toEqual(['unwritten:settings']);
    rmSync(join(folder, 'settings.json'), { recursive: true });
    settings.change({ density: 'compact' });
    expect(open().get()).toMatchObject({ theme: 'dark', density: 'compact' });
  });

  test('tell who listens', () => {
    const heard: unknown[] = [];
    createSettings(openShelf, folder, quiet, tell, (settings) => heard.push(settings.historyDays)).change({
      historyDays: 9,
    });
    expect(heard).toEqual([9]);
  });
});
