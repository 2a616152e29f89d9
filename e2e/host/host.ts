/** Puts the parts of the stand-in together and owns the order of start and end. */
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { createApp } from './api/app.ts';
import { createBrowserWindows } from './api/browser-window.ts';
import { createDialog } from './api/dialog.ts';
import { createIpcMain } from './api/ipc-main.ts';
import { createMenu } from './api/menu.ts';
import { createNotification } from './api/notification.ts';
import { createProtocol } from './api/protocol.ts';
import { createSafeStorage } from './api/safe-storage.ts';
import { createScreen } from './api/screen.ts';
import { createSession } from './api/session.ts';
import { createShell } from './api/shell.ts';
import { createNativeTheme } from './api/native-theme.ts';
import { startChromium } from './chromium.ts';
import type { Chromium } from './chromium.ts';
import type { CommandLine } from './command-line.ts';
import { connectDesktop } from './desktop.ts';
import { strict } from './strict.ts';

export type HostOptions = {
  commandLine: CommandLine;
  folder: string;
  name: string;
  version: string;
};

/** Everything a part may need of the others; filled while starting. */
export type Host = {
  electron: object;
  /** Starts Chromium and emits `ready`. */
  becomeReady: () => Promise<void>;
};

export function createHost(options: HostOptions): Host {
  let chromium: Chromium | null = null;
  const running = (): Chromium => {
    if (!chromium) throw new Error('Cannot be used before the app is ready');
    return chromium;
  };

  const desktop = connectDesktop();
  const protocol = createProtocol();
  const ipcMain = createIpcMain();
  const nativeTheme = createNativeTheme();
  const session = createSession();
  const { BrowserWindow, webContents } = createBrowserWindows({
    running,
    protocol,
    ipcMain,
    session,
    nativeTheme,
  });
  const app = createApp({
    ...options,
    windows: () => BrowserWindow.getAllWindows(),
    leave: async () => {
      await desktop.close();
      await chromium?.close();
    },
  });
  BrowserWindow.onAllClosed = () => app.allWindowsClosed();

  const api: Record<string, object> = {
    app: app.electronApp,
    BrowserWindow,
    webContents,
    ipcMain: ipcMain.electronIpcMain,
    protocol: protocol.electronProtocol,
    session: session.electronSession,
    nativeTheme: nativeTheme.electronNativeTheme,
    Menu: createMenu(() => BrowserWindow.getFocusedWindow()),
    Notification: createNotification(desktop),
    safeStorage: createSafeStorage(desktop),
    shell: createShell(),
    dialog: createDialog(),
    screen: createScreen(),
    powerMonitor: new EventEmitter(),
  };
  for (const name of Object.keys(api)) {
    const part = api[name];
    if (part && typeof part !== 'function') api[name] = strict(part, name);
  }

  return {
    electron: strict(api, ''),
    becomeReady: async () => {
      await desktop.ready;
      if (app.isLeaving()) return;
      const { commandLine } = options;
      const isRoot = process.getuid?.() === 0;
      chromium = startChromium({
        profile: join(app.electronApp.getPath('userData'), 'chromium'),
        visible: process.env['STANDIN_VISIBLE'] === '1',
        sandbox: !isRoot && !commandLine.switches.has('no-sandbox'),
        switches: app.chromiumSwitches(),
        debuggingPort: commandLine.switches.get('remote-debugging-port') ?? null,
        onGone: () => app.chromiumGone(),
      });
      await chromium.cdp.browser.send('Target.setDiscoverTargets', { discover: true });
      app.emitReady();
    },
  };
}
