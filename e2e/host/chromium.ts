/** Starts the one Chromium of this main process and ties its life to ours. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { createCdp } from './cdp.ts';
import type { Cdp } from './cdp.ts';
import { findChromium } from './find-chromium.ts';

export type Chromium = {
  cdp: Cdp;
  visible: boolean;
  /** Opens one more bare window in the running browser; visible mode only. */
  openAppWindow: (url: string, bounds: { x: number; y: number; width: number; height: number }) => void;
  /** Asks Chromium to close; resolves when it has gone. */
  close: () => Promise<void>;
};

export type ChromiumOptions = {
  profile: string;
  visible: boolean;
  sandbox: boolean;
  /** Asked for on the command line or by `app.commandLine`: name -> value. */
  switches: ReadonlyMap<string, string>;
  /** The DevTools port of tests, or null for none. */
  debuggingPort: string | null;
  onGone: () => void;
};

function switchArguments(options: ChromiumOptions): string[] {
  const own = new Map<string, string>([
    ['no-first-run', ''],
    ['no-default-browser-check', ''],
    ['disable-gpu', ''],
    ['disable-quic', ''],
    ['disable-sync', ''],
    ['disable-background-networking', ''],
    ['disable-component-update', ''],
    ['disable-search-engine-choice-screen', ''],
    ['password-store', 'basic'],
    ['hide-crash-restore-bubble', ''],
    // A test's window is in front, whatever a headless browser thinks of it.
    ['disable-background-timer-throttling', ''],
    ['disable-renderer-backgrounding', ''],
    ['disable-backgrounding-occluded-windows', ''],
    // Removes the bar that warns of --no-sandbox, which would take room from the page.
    ['test-type', ''],
    ['remote-debugging-pipe', ''],
    ['user-data-dir', options.profile],
    // Opened by BrowserWindow, never by Chromium itself.
    ['no-startup-window', ''],
    // Without it Chromium ends together with its last window; ending is main's decision.
    ['keep-alive-for-test', ''],
  ]);
  if (!options.visible) own.set('headless', 'new');
  if (!options.sandbox) own.set('no-sandbox', '');
  if (options.debuggingPort !== null) own.set('remote-debugging-port', options.debuggingPort);
  for (const [name, value] of options.switches) own.set(name, value);
  return [...own].map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`));
}

export function startChromium(options: ChromiumOptions): Chromium {
  const path = findChromium();
  if (!path) throw new Error('The Electron stand-in needs Chromium: none found on this computer.');
  mkdirSync(options.profile, { recursive: true });
  const browserProcess = spawn(path, switchArguments(options), {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  });
  createInterface({ input: browserProcess.stderr as Readable }).on('line', (line) => {
    // Test runners wait for this line; the rest is Chromium talking to itself.
    if (line.startsWith('DevTools listening on ') || process.env['STANDIN_VERBOSE']) {
      process.stderr.write(`${line}\n`);
    }
  });
  const gone = new Promise<void>((resolve) => {
    browserProcess.once('exit', () => {
      resolve();
      options.onGone();
    });
  });
  // Chromium leaves by itself when the far end of this pipe closes: nothing outlives main, not even after SIGKILL.
  const cdp = createCdp(browserProcess.stdio[3] as Writable, browserProcess.stdio[4] as Readable);

  return {
    cdp,
    visible: options.visible,
    openAppWindow: (url, bounds) => {
      // The process singleton hands this to the running browser and ends.
      spawn(
        path,
        [
          `--app=${url}`,
          '--test-type',
          `--user-data-dir=${options.profile}`,
          `--window-size=${bounds.width},${bounds.height}`,
          `--window-position=${bounds.x},${bounds.y}`,
          ...(options.sandbox ? [] : ['--no-sandbox']),
        ],
        { stdio: 'ignore' },
      );
    },
    close: async () => {
      void cdp.browser.send('Browser.close').catch(() => undefined);
      const killer = setTimeout(() => browserProcess.kill('SIGKILL'), 3_000);
      await gone;
      clearTimeout(killer);
    },
  };
}
