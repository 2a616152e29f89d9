/** Which links may leave the app. */
import { expect, test } from 'vitest';
import { mayOpen, openLink } from './links.ts';

test.each([
  ['https://example.com/a?b#c', true],
  ['http://127.0.0.1:4600/x', true],
  ['http://localhost/', true],
  ['http://[::1]:80/', true],
  ['http://example.com/', false],
  ['http://localhost.example.com/', false],
  ['https://user:secret@example.com/', false],
  ['file:///etc/passwd', false],
  ['javascript:alert(1)', false],
  ['smb://host/share', false],
  ['vscode://open', false],
  ['not a link', false],
])('%s: %s', (address, allowed) => {
  expect(mayOpen(address)).toBe(allowed);
});

test('a refused link is reported, not opened', async () => {
  const opened: string[] = [];
  const refused: string[] = [];
  for (const address of ['https://example.com', 'file:///etc/passwd']) {
    await openLink(
      address,
      async (url) => void opened.push(url),
      (url) => void refused.push(url),
    );
  }
  expect(opened).toEqual(['https://example.com/']);
  expect(refused).toEqual(['file:///etc/passwd']);
});
