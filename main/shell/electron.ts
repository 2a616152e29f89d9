/** The slice of Electron that this app uses, and the only import of it. What is not declared here cannot be used. */
import * as electron from 'electron';

export type Bounds = { x: number; y: number; width: number; height: number };
export type PreventableEvent = { preventDefault: () => void };

/** A frame, as far as trust is decided by it. `parent` null = a top frame. */
export type FrameSlice = { readonly url: string; readonly parent: unknown };

export type WebContentsSlice = {
  readonly id: number;
  readonly mainFrame: FrameSlice;
  send: (channel: string, ...args: unknown[]) => void;
  isDestroyed: () => boolean;
  getURL: () => string;
  on(event: 'will-navigate', listener: (event: PreventableEvent) => void): unknown;
  on(event: 'will-redirect', listener: (event: PreventableEvent) => void): unknown;
  on(event: 'will-attach-webview', listener: (event: PreventableEvent) => void): unknown;
  on(
    event: 'render-process-gone',
    listener: (event: unknown, details: { reason: string; exitCode: number }) => void,
  ): unknown;
  setWindowOpenHandler: (handler: () => { action: 'deny' }) => void;
};

export type WindowOptions = Partial<Bounds> & {
  show: boolean;
  title: string;
  minWidth: number;
  minHeight: number;
  backgroundColor: string;
  webPreferences: {
    preload: string;
    contextIsolation: true;
    sandbox: true;
    nodeIntegration: false;
    webviewTag: false;
    spellcheck: false;
  };
};

export type WindowSlice = {
  readonly webContents: WebContentsSlice;
  loadURL: (url: string) => Promise<void>;
  show: () => void;
  showInactive: () => void;
  focus: () => void;
  restore: () => void;
  maximize: () => void;
  isFocused: () => boolean;
  isMinimized: () => boolean;
  isMaximized: () => boolean;
  isDestroyed: () => boolean;
  getNormalBounds: () => Bounds;
  setBackgroundColor: (color: string) => void;
  flashFrame: (on: boolean) => void;
  on(event: 'close', listener: () => void): unknown;
  on(event: 'closed', listener: () => void): unknown;
  on(event: 'focus', listener: () => void): unknown;
  on(event: 'blur', listener: () => void): unknown;
  on(event: 'resize', listener: () => void): unknown;
  on(event: 'move', listener: () => void): unknown;
  once(event: 'ready-to-show', listener: () => void): unknown;
};

export type InvokeEvent = { sender: WebContentsSlice; senderFrame: FrameSlice | null };

export type NotificationSlice = {
  show: () => void;
  close: () => void;
  on(event: 'show', listener: () => void): unknown;
  on(event: 'click', listener: () => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  on(event: 'failed', listener: (event: unknown, error: string) => void): unknown;
};

export type MenuRole =
  | 'about'
  | 'services'
  | 'hide'
  | 'hideOthers'
  | 'unhide'
  | 'quit'
  | 'undo'
  | 'redo'
  | 'cut'
  | 'copy'
  | 'paste'
  | 'selectAll'
  | 'reload'
  | 'resetZoom'
  | 'zoomIn'
  | 'zoomOut'
  | 'togglefullscreen'
  | 'toggleDevTools'
  | 'minimize'
  | 'close'
  | 'windowMenu';

export type MenuItem = {
  id?: string;
  label?: string;
  role?: MenuRole;
  type?: 'separator';
  accelerator?: string;
  /** false: shown only, on Windows and Linux. */
  registerAccelerator?: false;
  click?: () => void;
  submenu?: MenuItem[];
};

export type ElectronSlice = {
  app: {
    readonly isPackaged: boolean;
    whenReady: () => Promise<void>;
    getVersion: () => string;
    getPath: (name: 'userData') => string;
    setPath: (name: 'userData', path: string) => void;
    requestSingleInstanceLock: () => boolean;
    setAppUserModelId: (id: string) => void;
    setBadgeCount: (count: number) => boolean;
    quit: () => void;
    exit: (code: number) => void;
    on(event: 'second-instance', listener: (event: unknown, argv: string[]) => void): unknown;
    on(event: 'window-all-closed', listener: () => void): unknown;
    on(event: 'activate', listener: () => void): unknown;
    on(event: 'will-quit', listener: (event: PreventableEvent) => void): unknown;
  };
  BrowserWindow: new (options: WindowOptions) => WindowSlice;
  ipcMain: {
    handle: (channel: string, handler: (event: InvokeEvent, ...args: unknown[]) => Promise<unknown>) => void;
  };
  Menu: {
    buildFromTemplate: (template: MenuItem[]) => object;
    setApplicationMenu: (menu: never) => void;
  };
  Notification: {
    new (options: { title: string; body: string }): NotificationSlice;
    isSupported: () => boolean;
  };
  safeStorage: {
    isEncryptionAvailable: () => boolean;
    encryptString: (text: string) => Buffer;
    decryptString: (encrypted: Buffer) => string;
  };
  session: {
    defaultSession: {
      setPermissionRequestHandler: (
        handler: (
          contents: WebContentsSlice,
          permission: string,
          callback: (granted: boolean) => void,
        ) => void,
      ) => void;
      setPermissionCheckHandler: (
        handler: (contents: WebContentsSlice | null, permission: string) => boolean,
      ) => void;
    };
  };
  protocol: {
    registerSchemesAsPrivileged: (
      schemes: {
        scheme: string;
        privileges: { standard: boolean; secure: boolean; supportFetchAPI: boolean };
      }[],
    ) => void;
    handle: (scheme: string, handler: (request: Request) => Promise<Response>) => void;
  };
  shell: { openExternal: (url: string) => Promise<void> };
  nativeTheme: {
    themeSource: 'system' | 'light' | 'dark';
    readonly shouldUseDarkColors: boolean;
    on(event: 'updated', listener: () => void): unknown;
  };
  powerMonitor: {
    on(event: 'suspend', listener: () => void): unknown;
    on(event: 'resume', listener: () => void): unknown;
  };
  dialog: { showErrorBox: (title: string, content: string) => void };
  screen: { getAllDisplays: () => { workArea: Bounds }[] };
};

// The compiled proof: Electron has everything declared above, with these types.
const slice: ElectronSlice = electron;

export const {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  Notification,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
} = slice;
