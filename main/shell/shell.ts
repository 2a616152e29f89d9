/** Puts the capabilities of the shell together: before `ready`, at `ready`, and at the end. */
import type { Handlers, Reply, Workspace } from '../../contract/ipc.ts';
import { workspaceSchema } from '../../contract/ipc.ts';
import type { Log, Signal } from '../core/ports.ts';
import { placementSchema } from './bounds.ts';
import { createDemoWorkspace } from './demo-workspace.ts';
import { createDemo, demoPortSchema } from './demo.ts';
import {
  app,
  dialog,
  ipcMain,
  nativeTheme,
  Notification,
  powerMonitor,
  protocol,
  safeStorage,
  shell as desktop,
} from './electron.ts';
import { readFlags } from './flags.ts';
import { createTeller, openDoor } from './ipc.ts';
import { keep, type TellNotice } from './keep.ts';
import { openLink } from './links.ts';
import { createLog } from './log.ts';
import { installMenu } from './menu.ts';
import { createNotifier } from './notifications.ts';
import { createPageServer, ORIGIN, SCHEME } from './page.ts';
import { guardPermissions } from './permissions.ts';
import { createPortHandlers } from './port-handlers.ts';
import type { PortHandlers } from './port-handlers.ts';
import { createSecrets } from './secrets.ts';
import { createSettings } from './settings.ts';
import { openShelf } from './shelf.ts';
import { createMainWindow } from './window.ts';

/** What the shell needs of the core. */
export type Core = {
  forward: (name: string, input: unknown) => Promise<Reply<unknown>>;
  signal: (signal: Signal) => void;
  stop: () => Promise<void>;
};

/** What the shell offers to whoever starts the core. */
export type Surroundings = {
  /** Where workspaces are kept. */
  folder: string;
  log: Log;
  ports: PortHandlers;
  tell: ReturnType<typeof createTeller>;
  workspace: () => Workspace | null;
  /** Settings and focus as they are: the core must know them before it begins, whenever it begins. */
  standing: () => Signal[];
};

type Options = {
  /** The built renderer, preload and demo server. */
  pages: string;
  preload: string;
  demoServer: string;
  startCore: (surroundings: Surroundings) => Core;
};

/** Runs the app. Returns at once; a second instance hands over to the first and ends. */
export function runShell(options: Options): void {
  const flags = readFlags(process.argv);
  if (flags.userDataDir !== null) app.setPath('userData', flags.userDataDir);
  app.setAppUserModelId('org.live-agent-supervisor.desktop');
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  void app.whenReady().then(() => start(options, flags.test));
}

function start(options: Options, test: boolean): void {
  const folder = app.getPath('userData');
  const log = createLog(folder, !app.isPackaged);
  const now = (): Date => new Date();
  const notices: Extract<Signal, { kind: 'notice' }>[] = [];
  let running: Core | null = null;
  /** Also what happened before there was a core to show it. */
  const tellNotice: TellNotice = (id, words) => {
    const notice = { kind: 'notice', id, words } as const;
    notices.push(notice);
    running?.signal(notice);
  };
  const kept = { openShelf, folder, log, now };
  const placement = keep({ ...kept, name: 'window', schema: placementSchema.nullable(), fallback: null });
  const workspace = keep({ ...kept, name: 'workspace', schema: workspaceSchema.nullable(), fallback: null });
  const demoPort = keep({ ...kept, name: 'demo', schema: demoPortSchema, fallback: 0 });
  const tellPage = createTeller(() => window.contents());
  const tell: typeof tellPage = (name, payload) => {
    tellPage(name, payload);
    demo.hear(name, payload);
  };

  const settings = createSettings(openShelf, folder, log, tellNotice, (changed) => {
    nativeTheme.themeSource = changed.theme;
    tell('settings', changed);
    core.signal({ kind: 'settings', ...changed });
  });
  nativeTheme.themeSource = settings.get().theme;

  const demoServer = createDemo({ entry: options.demoServer, folder, port: demoPort, log });
  const showNotification = createNotifier({
    Notification,
    log,
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    onClick: ({ id, conversation }) => {
      core.signal({ kind: 'alert-clicked', id });
      window.bringForward();
      if (conversation !== null) tell('open', { conversation });
    },
  });
  const ports = createPortHandlers({
    secrets: createSecrets(folder, safeStorage, log, tellNotice),
    rememberWorkspace: (opened) => workspace.set(opened),
    showNotification,
  });

  let focused = false;
  const core = options.startCore({
    folder,
    log,
    ports,
    tell,
    workspace: () => workspace.get(),
    standing: () => [
      { kind: 'settings', ...settings.get() },
      { kind: 'focus', focused, conversation: null },
      ...notices,
    ],
  });
  running = core;
  const demo = createDemoWorkspace({
    server: demoServer,
    forward: core.forward,
    workspace: () => workspace.get(),
    log,
  });
  const window = createMainWindow({
    preload: options.preload,
    placement,
    quietly: test,
    onFocus: (has) => {
      focused = has;
      core.signal({ kind: 'focus', focused, conversation: null });
    },
    log,
  });

  const handlers: Handlers<'shell'> = {
    'app.info': async () => ({ version: app.getVersion(), platform: process.platform, test }),
    'settings.get': async () => settings.get(),
    'settings.set': async (some) => settings.change(some),
    'link.open': async ({ url }) => {
      await openLink(url, desktop.openExternal, () => log.warn('a link was refused'));
      return {};
    },
    'notifications.test': async () =>
      showNotification({
        id: `test-${now().getTime()}`,
        title: 'Notifications work',
        body: 'New assignments will look like this.',
        conversation: null,
      }),
    'workspace.openDemo': () => demo.open(),
  };

  protocol.handle(SCHEME, createPageServer(options.pages));
  guardPermissions();
  openDoor(ipcMain, {
    trustedContents: () => window.contents()?.id ?? null,
    trustedOrigin: ORIGIN,
    handlers,
    forward: core.forward,
    log,
  });
  installMenu((item) => tell('menu', { item }));

  powerMonitor.on('suspend', () => core.signal({ kind: 'suspend' }));
  powerMonitor.on('resume', () => core.signal({ kind: 'resume' }));
  app.on('second-instance', () => window.bringForward());
  app.on('activate', () => window.bringForward());
  app.on('window-all-closed', () => app.quit());

  let stopped = false;
  app.on('will-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    void Promise.allSettled([core.stop(), demoServer.stop()]).then(() => {
      stopped = true;
      app.quit();
    });
  });
  process.once('uncaughtException', (error) => {
    // Ending has begun: what fails on the way is written down and stops nothing.
    process.on('uncaughtException', (later) => log.warn('an error while ending', { error: String(later) }));
    log.error('an error nobody caught', { error: String(error), stack: error.stack });
    dialog.showErrorBox('Live Agent Supervisor has to close', error.message);
    app.exit(1);
  });

  // A remembered demo needs its server again before the core knocks there.
  void demo.resume();
  window.bringForward();
}
