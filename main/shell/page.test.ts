/** Only files of the built renderer are served, each under the policy. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPageServer, ORIGIN, PAGE, POLICY } from './page.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'page-'));
  mkdirSync(join(root, 'renderer/assets'), { recursive: true });
  mkdirSync(join(root, 'renderer-secrets'));
  writeFileSync(join(root, 'renderer/index.html'), '<p>hello');
  writeFileSync(join(root, 'renderer/assets/a b.js'), '1');
  writeFileSync(join(root, 'secret.json'), 'secret');
  writeFileSync(join(root, 'renderer-secrets/secret.json'), 'secret');
});
afterAll(() => rmSync(root, { recursive: true }));

const get = (url: string): Promise<Response> => createPageServer(join(root, 'renderer'))(new Request(url));

test('the page and its assets, with the policy on each', async () => {
  const page = await get(PAGE);
  expect(await page.text()).toBe('<p>hello');
  expect(page.headers.get('content-security-policy')).toBe(POLICY);
  const script = await get(`${ORIGIN}/assets/a%20b.js`);
  expect(script.headers.get('content-type')).toContain('javascript');
  expect((await get(`${ORIGIN}/`)).status).toBe(200);
});

test('not another host, a missing file, or a broken address', async () => {
  expect((await get('app://elsewhere/index.html')).status).toBe(404);
  expect((await get(`${ORIGIN}/none.js`)).status).toBe(404);
  expect((await get(`${ORIGIN}/%E0%A4%A.js`)).status).toBe(404);
});

test('nothing outside the folder, however the path is written', async () => {
  const step = fc.constantFrom(
    '..',
    '%2e%2e',
    '..%2f',
    '%2e%2e%5c',
    '/',
    'assets',
    '%2f',
    'renderer-secrets',
    '-secrets',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
      const answer = await get(`${ORIGIN}/${steps.join('/')}/secret.json`);
      expect(await answer.text()).not.toBe('secret');
    }),
  );
});

test('the policy allows nothing inline, evaluated or remote', () => {
  expect(POLICY).not.toMatch(/unsafe|https?:|\*/);
});
