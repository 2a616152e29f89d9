/** The one window: locked down, back where it was left, and shown without stealing the focus of others. */
import type { Log } from '../core/ports.ts';
import { FIRST_SIZE, fitBounds, MIN_SIZE } from './bounds.ts';
import type { Placement } from './bounds.ts';
import { BrowserWindow, nativeTheme, screen } from './electron.ts';
import type { WindowSlice } from './electron.ts';
import type { Kept } from './keep.ts';
import { ORIGIN, PAGE } from './page.ts';

export type MainWindow = {
  /** The contents to talk to; null while no window is open. */
  contents: () => WindowSlice['webContents'] | null;
  /** Opens the window where there is none; brings it to the front either way. */
  bringForward: () => void;
  isFocused: () => boolean;
};

type Options = {
  preload: string;
  placement: Kept<Placement | null>;
  /** Show without taking the focus. */
  quietly: boolean;
  onFocus: (focused: boolean) => void;
  log: Log;
};

/** The ground of the page before it has painted: the same colours as its tokens. */
const ground = (): string => (nativeTheme.shouldUseDarkColors ? '#0e1015' : '#f3f4f7');

function lockDown(window: WindowSlice, log: Log): void {
  const { webContents } = window;
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  // One page for the whole life of the window: no link, form or script leads anywhere else.
  webContents.on('will-navigate', (event) => {
    event.preventDefault();
    log.warn('a navigation was stopped', { from: webContents.getURL() });
  });
  webContents.on('will-redirect', (event) => event.preventDefault());
  webContents.on('will-attach-webview', (event) => event.preventDefault());
}

export function createMainWindow(options: Options): MainWindow {
  const { placement, log } = options;
  let current: WindowSlice | null = null;

  function open(): void {
    const remembered = placement.get();
    const window = new BrowserWindow({
      ...FIRST_SIZE,
      ...fitBounds(
        remembered,
        screen.getAllDisplays().map((display) => display.workArea),
      ),
      show: false,
      title: 'Live Agent Supervisor',
      minWidth: MIN_SIZE.width,
      minHeight: MIN_SIZE.height,
      backgroundColor: ground(),
      webPreferences: {
        preload: options.preload,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
      },
    });
    current = window;
    lockDown(window, log);
    window.once('ready-to-show', () => {
      if (remembered?.maximized) window.maximize();
      if (options.quietly) window.showInactive();
      else window.show();
    });
    window.on('focus', () => options.onFocus(true));
    window.on('blur', () => options.onFocus(false));
    window.on('close', () =>
      placement.set({ bounds: window.getNormalBounds(), maximized: window.isMaximized() }),
    );
    window.on('closed', () => {
      current = null;
      options.onFocus(false);
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      log.error('the page crashed', { reason });
      if (reason !== 'clean-exit') void load(window);
    });
    void load(window);
  }

  async function load(window: WindowSlice): Promise<void> {
    try {
      await window.loadURL(PAGE);
    } catch (error) {
      if (!window.isDestroyed()) log.error('the page did not load', { error: String(error), origin: ORIGIN });
    }
  }

  nativeTheme.on('updated', () => current?.setBackgroundColor(ground()));

  return {
    contents: () => (current && !current.isDestroyed() ? current.webContents : null),
    bringForward: () => {
      if (!current) return open();
      if (current.isMinimized()) current.restore();
      current.show();
      current.focus();
      return undefined;
    },
    isFocused: () => current?.isFocused() ?? false,
  };
}
