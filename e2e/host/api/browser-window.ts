/** `BrowserWindow`: a window of the system's Chromium: its bounds, showing, focus and closing. */
import { EventEmitter } from 'node:events';
import { randomUUID } from 'node:crypto';
import type { Params, Session } from '../cdp.ts';
import type { Chromium } from '../chromium.ts';
import { strict } from '../strict.ts';
import { preventable } from './app.ts';
import { WebContents } from './web-contents.ts';
import type { WebContentsParts } from './web-contents.ts';

export type Bounds = { x: number; y: number; width: number; height: number };

export type WindowOptions = Partial<Bounds> & {
  show?: boolean;
  title?: string;
  minWidth?: number;
  minHeight?: number;
  backgroundColor?: string;
  webPreferences?: { preload?: string };
};

/** A window, as main sees it. */
export type StandInWindow = EventEmitter & {
  readonly id: number;
  readonly webContents: WebContents;
  loadURL: (url: string) => Promise<void>;
  show: () => void;
  showInactive: () => void;
  hide: () => void;
  focus: () => void;
  blur: () => void;
  minimize: () => void;
  restore: () => void;
  maximize: () => void;
  close: () => void;
  destroy: () => void;
  isFocused: () => boolean;
  isVisible: () => boolean;
  isMinimized: () => boolean;
  isMaximized: () => boolean;
  isDestroyed: () => boolean;
  getBounds: () => Bounds;
  getNormalBounds: () => Bounds;
  setBounds: (bounds: Partial<Bounds>) => void;
  getTitle: () => string;
  setTitle: (title: string) => void;
  setBackgroundColor: () => void;
  setMenuBarVisibility: () => void;
  flashFrame: () => void;
};

export type StandInWindows = {
  BrowserWindow: {
    new (options?: WindowOptions): StandInWindow;
    /** Told when the last window has gone. */
    onAllClosed: () => void;
    getAllWindows: () => StandInWindow[];
    getFocusedWindow: () => StandInWindow | null;
    fromWebContents: (contents: WebContents | null) => StandInWindow | null;
  };
  webContents: {
    getAllWebContents: () => WebContents[];
    fromId: (id: number) => WebContents | undefined;
    fromDevToolsTargetId: (targetId: string) => WebContents | undefined;
  };
};

export function createBrowserWindows(parts: WebContentsParts & { running: () => Chromium }): StandInWindows {
  const open = new Map<number, BrowserWindow>();
  const byTarget = new Map<string, BrowserWindow>();
  let lastId = 0;
  let focused: BrowserWindow | null = null;
  let watching = false;

  /** Windows closed by hand, and windows that pages try to open, show as targets coming and going. */
  function watchTargets(chromium: Chromium): void {
    if (watching) return;
    watching = true;
    const { browser } = chromium.cdp;
    browser.on('Target.targetDestroyed', ({ targetId }) => byTarget.get(targetId as string)?.gone());
    const judge = ({ targetInfo }: Params): void => {
      const { targetId, openerId, url, type } = targetInfo as Record<string, string>;
      const opener = openerId === undefined ? undefined : byTarget.get(openerId);
      if (type !== 'page' || !opener || !targetId) return;
      if (!opener.webContents.mayOpen(url ?? ''))
        void browser.send('Target.closeTarget', { targetId }).catch(() => undefined);
    };
    browser.on('Target.targetCreated', judge);
  }

  async function openHeadless(chromium: Chromium): Promise<string> {
    const { targetId } = await chromium.cdp.browser.send('Target.createTarget', {
      url: 'about:blank',
      newWindow: true,
    });
    return targetId as string;
  }

  /** A window without tabs or address bar is an "app" window, found again by a tag in its first address. */
  async function openVisible(chromium: Chromium, bounds: Bounds): Promise<string> {
    const tag = `standin-${randomUUID()}`;
    const { browser } = chromium.cdp;
    return new Promise((resolve) => {
      const look = ({ targetInfo }: Params): void => {
        const { targetId = '', url = '' } = targetInfo as Record<string, string>;
        if (url.includes(tag)) resolve(targetId);
      };
      browser.on('Target.targetCreated', look);
      browser.on('Target.targetInfoChanged', look);
      chromium.openAppWindow(`data:text/html,${tag}`, bounds);
    });
  }

  class BrowserWindow extends EventEmitter {
    static onAllClosed: () => void = () => undefined;
    static getAllWindows(): BrowserWindow[] {
      return [...open.values()];
    }
    static getFocusedWindow(): BrowserWindow | null {
      return focused;
    }
    static fromWebContents(contents: WebContents | null): BrowserWindow | null {
      return [...open.values()].find((window) => window.webContents.id === contents?.id) ?? null;
    }

    readonly id = (lastId += 1);
    readonly webContents: WebContents;
    private readonly bounds: Bounds;
    private readonly attached: Promise<Session>;
    private readonly whole: BrowserWindow;
    private title: string;
    private visible: boolean;
    private minimized = false;
    private maximized = false;
    private destroyed = false;

    constructor(options: WindowOptions = {}) {
      super();
      const { width = 800, height = 600, x = 0, y = 0 } = options;
      this.bounds = { x, y, width, height };
      this.title = options.title ?? '';
      this.visible = options.show ?? true;
      this.webContents = strict(new WebContents(parts, () => this.close()), 'webContents');
      const chromium = parts.running();
      watchTargets(chromium);
      this.attached = this.open(chromium, options.webPreferences?.preload);
      this.attached.catch(() => undefined);
      this.webContents.once('did-finish-load', () => this.emit('ready-to-show', {}));
      this.whole = strict(this, 'BrowserWindow');
      open.set(this.id, this.whole);
      if (this.visible) this.focus();
      return this.whole;
    }

    private async open(chromium: Chromium, preload: string | undefined): Promise<Session> {
      const targetId = await (chromium.visible ? openVisible(chromium, this.bounds) : openHeadless(chromium));
      byTarget.set(targetId, this.whole);
      const page = await this.webContents.attach(chromium.cdp, targetId, preload);
      await this.applyBounds(chromium, page, targetId);
      return page;
    }

    /** Width and height are the page's: Chromium's hidden frame is measured and added. */
    private async applyBounds(chromium: Chromium, page: Session, targetId: string): Promise<void> {
      const { windowId, bounds } = await chromium.cdp.browser.send('Browser.getWindowForTarget', {
        targetId,
      });
      const { result } = await page.send('Runtime.evaluate', {
        expression: '[innerWidth, innerHeight]',
        returnByValue: true,
      });
      const [innerWidth = 0, innerHeight = 0] = (result as { value: number[] }).value;
      const outer = bounds as Bounds;
      const wanted = {
        left: this.bounds.x,
        top: this.bounds.y,
        width: this.bounds.width + outer.width - innerWidth,
        height: this.bounds.height + outer.height - innerHeight,
      };
      await chromium.cdp.browser.send('Browser.setWindowBounds', { windowId, bounds: wanted });
    }

    async loadURL(url: string): Promise<void> {
      await this.attached;
      await this.webContents.loadURL(url);
    }

    show(): void {
      this.showInactive();
      this.focus();
    }

    showInactive(): void {
      this.minimized = false;
      if (this.visible) return;
      this.visible = true;
      this.emit('show', {});
    }

    hide(): void {
      this.visible = false;
      this.blur();
      this.emit('hide', {});
    }

    focus(): void {
      if (focused?.id === this.id) return;
      focused?.blur();
      focused = this.whole;
      this.emit('focus', {});
    }

    blur(): void {
      if (focused?.id !== this.id) return;
      focused = null;
      this.emit('blur', {});
    }

    isFocused(): boolean {
      return focused?.id === this.id;
    }
    isVisible(): boolean {
      return this.visible;
    }
    isMinimized(): boolean {
      return this.minimized;
    }
    isMaximized(): boolean {
      return this.maximized;
    }
    minimize(): void {
      this.minimized = true;
      this.blur();
      this.emit('minimize', {});
    }
    restore(): void {
      this.minimized = false;
      this.emit('restore', {});
    }
    maximize(): void {
      this.maximized = true;
      this.emit('maximize', {});
    }
    getBounds(): Bounds {
      return { ...this.bounds };
    }
    getNormalBounds(): Bounds {
      return { ...this.bounds };
    }
    setBounds(bounds: Partial<Bounds>): void {
      Object.assign(this.bounds, bounds);
      this.emit('resize', {});
      this.emit('move', {});
      const chromium = parts.running();
      void this.attached
        .then((page) => this.applyBounds(chromium, page, this.webContents.targetId))
        .catch(() => undefined);
    }
    setBackgroundColor(): void {}
    setMenuBarVisibility(): void {}
    flashFrame(): void {}
    setTitle(title: string): void {
      this.title = title;
    }
    getTitle(): string {
      return this.title;
    }
    isDestroyed(): boolean {
      return this.destroyed;
    }

    close(): void {
      if (this.destroyed) return;
      const event = preventable();
      this.emit('close', event);
      if (!event.defaultPrevented) this.destroy();
    }

    destroy(): void {
      const { targetId } = this.webContents;
      void parts
        .running()
        .cdp.browser.send('Target.closeTarget', { targetId })
        .catch(() => undefined);
      this.gone();
    }

    /** The target is no more, whoever closed it. */
    gone(): void {
      if (this.destroyed) return;
      this.blur();
      this.destroyed = true;
      open.delete(this.id);
      byTarget.delete(this.webContents.targetId);
      this.webContents.markDestroyed();
      this.emit('closed', {});
      if (open.size === 0) BrowserWindow.onAllClosed();
    }
  }

  const webContents = {
    getAllWebContents: () => [...open.values()].map((window) => window.webContents),
    fromId: (id: number) => [...open.values()].find((window) => window.webContents.id === id)?.webContents,
    fromDevToolsTargetId: (targetId: string) => byTarget.get(targetId)?.webContents,
  };
  return { BrowserWindow, webContents };
}
