/** The compiled proof that the stand-in has every part of Electron that the app uses, with the same types. */
import type { ElectronSlice } from '../../main/shell/electron.ts';
import type { createApp } from './api/app.ts';
import type { createBrowserWindows } from './api/browser-window.ts';
import type { createDialog } from './api/dialog.ts';
import type { createIpcMain } from './api/ipc-main.ts';
import type { createMenu } from './api/menu.ts';
import type { createNativeTheme } from './api/native-theme.ts';
import type { createNotification } from './api/notification.ts';
import type { createProtocol } from './api/protocol.ts';
import type { createSafeStorage } from './api/safe-storage.ts';
import type { createScreen } from './api/screen.ts';
import type { createSession } from './api/session.ts';
import type { createShell } from './api/shell.ts';
import type { EventEmitter } from 'node:events';

/** What `host.ts` puts under each name. */
type StandIn = {
  app: ReturnType<typeof createApp>['electronApp'];
  BrowserWindow: ReturnType<typeof createBrowserWindows>['BrowserWindow'];
  dialog: ReturnType<typeof createDialog>;
  ipcMain: ReturnType<typeof createIpcMain>['electronIpcMain'];
  Menu: ReturnType<typeof createMenu>;
  nativeTheme: ReturnType<typeof createNativeTheme>['electronNativeTheme'];
  Notification: ReturnType<typeof createNotification>;
  powerMonitor: EventEmitter;
  protocol: ReturnType<typeof createProtocol>['electronProtocol'];
  safeStorage: ReturnType<typeof createSafeStorage>;
  screen: ReturnType<typeof createScreen>;
  session: ReturnType<typeof createSession>['electronSession'];
  shell: ReturnType<typeof createShell>;
};

/** Fails to compile when `Given` lacks something of `Wanted`. */
type Proof<Wanted, Given extends Wanted> = Given;
export type StandInHasTheSlice = Proof<ElectronSlice, StandIn>;
