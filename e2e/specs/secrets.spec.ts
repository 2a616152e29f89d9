/** The access token outlives the app only where a keyring keeps it, and is readable nowhere on disk. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../fixture.ts';
import { expectConnection, openBoard } from '../pages.ts';

/** Files of a folder, and below, that hold this text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => {
      try {
        return statSync(path).isFile() && readFileSync(path).includes(text);
      } catch {
        // Gone again while looking.
        return false;
      }
    });
}

test('with a keyring a restart is signed in, and the token is nowhere on disk', async ({ app, server }) => {
  await openBoard(app.page, server);
  expect(filesWith(app.profile, server.tokens.supervisor)).toEqual([]);
  await app.restart();
  await expectConnection(app.page, 'live', 30_000);
  await app.quit();
  expect(filesWith(app.profile, server.tokens.supervisor)).toEqual([]);
});

test.describe('without a keyring', () => {
  test.use({ computer: { keyring: false } });
  test('the token is kept in memory only, and a restart asks again', async ({ app, server }) => {
    await openBoard(app.page, server);
    await app.restart();
    await expectConnection(app.page, 'needs-sign-in', 30_000);
    expect(filesWith(app.profile, server.tokens.supervisor)).toEqual([]);
  });
});
