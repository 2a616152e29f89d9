/** `webContents`: one page over its DevTools session: loading, the two worlds, ipc, own schemes and guarded powers. */
import { EventEmitter } from 'node:events';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Cdp, Params, Session } from '../cdp.ts';
import { worldScripts } from '../page/worlds.ts';
import type { FromWorld, ToWorld, WorldNames } from '../page/worlds.ts';
import { strict } from '../strict.ts';
import { preventable } from './app.ts';
import type { StandInIpcMain } from './ipc-main.ts';
import type { StandInNativeTheme } from './native-theme.ts';
import type { StandInProtocol } from './protocol.ts';
import type { StandInSession } from './session.ts';

export type WebContentsParts = {
  protocol: StandInProtocol;
  ipcMain: StandInIpcMain;
  session: StandInSession;
  nativeTheme: StandInNativeTheme;
};

export type StandInFrame = {
  readonly url: string;
  readonly origin: string;
  readonly parent: StandInFrame | null;
};

type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' };

let lastContentsId = 0;

export class WebContents extends EventEmitter {
  readonly id = (lastContentsId += 1);
  readonly mainFrame: StandInFrame;
  targetId = '';
  private page: Session | null = null;
  private address = '';
  private world: number | null = null;
  private expected: string | null = null;
  private destroyed = false;
  private openHandler: OpenHandler = () => ({ action: 'allow' });
  private readonly names: WorldNames;
  private readonly parts: WebContentsParts;
  private readonly requestClose: () => void;

  constructor(parts: WebContentsParts, requestClose: () => void) {
    super();
    this.parts = parts;
    this.requestClose = requestClose;
    const random = randomUUID().replaceAll('-', '');
    this.names = { secret: `s${random}`, binding: `b${random}`, receive: `r${random}` };
    const url = (): string => this.getURL();
    this.mainFrame = {
      get url() {
        return url();
      },
      get origin() {
        return /^[a-z]+:\/\/[^/]*/.exec(url())?.[0] ?? 'null';
      },
      parent: null,
    };
  }

  /** Prepares a fresh target; nothing of the app has run in it yet. */
  async attach(cdp: Cdp, targetId: string, preload: string | undefined): Promise<Session> {
    const { sessionId } = await cdp.browser.send('Target.attachToTarget', { targetId, flatten: true });
    const page = cdp.session(sessionId as string);
    this.targetId = targetId;
    this.page = page;
    page.on('Runtime.executionContextCreated', ({ context }) => this.contextCreated(context as Params));
    page.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      if (executionContextId === this.world) this.world = null;
    });
    page.on('Runtime.executionContextsCleared', () => {
      this.world = null;
    });
    page.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === this.names.binding) void this.fromWorld(JSON.parse(payload as string) as FromWorld);
    });
    page.on('Page.frameNavigated', ({ frame }) => {
      const { id, url } = frame as { id: string; url: string };
      if (id === this.targetId) this.address = url;
    });
    page.on('Page.navigatedWithinDocument', ({ frameId, url }) => {
      if (frameId === this.targetId) this.address = url as string;
    });
    page.on('Page.loadEventFired', () => this.emit('did-finish-load', {}));
    page.on('Page.domContentEventFired', () => this.emit('dom-ready', {}));
    page.on('Inspector.targetCrashed', () =>
      this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }),
    );
    page.on('Fetch.requestPaused', (params) => void this.requestPaused(params).catch(() => undefined));

    const scripts = worldScripts(this.names, preload ? readFileSync(preload, 'utf8') : '');
    await Promise.all([
      page.send('Page.enable'),
      page.send('Runtime.addBinding', { name: this.names.binding, executionContextName: 'preload' }),
      page.send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.page }),
      page.send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.preload, worldName: 'preload' }),
      page.send('Runtime.enable'),
      page.send('Fetch.enable', {
        patterns: [
          ...this.parts.protocol.patterns().map((urlPattern) => ({ urlPattern })),
          { urlPattern: '*', resourceType: 'Document' },
        ],
      }),
    ]);
    this.parts.nativeTheme.electronNativeTheme.on('updated', this.followTheme);
    this.followTheme();
    return page;
  }

  async loadURL(url: string): Promise<void> {
    const page = this.connected();
    const finished = new Promise<void>((resolve) => this.once('did-finish-load', resolve));
    this.expected = this.parts.protocol.toChromium(url);
    const { errorText } = await page.send('Page.navigate', { url: this.expected });
    if (typeof errorText === 'string') {
      this.emit('did-fail-load', {}, -2, errorText, url, true);
      throw new Error(`${errorText} loading '${url}'`);
    }
    await finished;
  }

  getURL(): string {
    return this.parts.protocol.fromChromium(this.address);
  }

  /** Dropped while no document with a preload is there, as Electron does. */
  send(channel: string, ...args: unknown[]): void {
    this.toWorld({ kind: 'message', channel, args });
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler;
  }

  /** True when the app lets the page open this. */
  mayOpen(url: string): boolean {
    return this.openHandler({ url: this.parts.protocol.fromChromium(url) }).action === 'allow';
  }

  isDestroyed(): boolean {
    return this.destroyed;
  }

  /** Like Electron, closes the window with it. */
  close(): void {
    this.requestClose();
  }

  reload(): void {
    this.expected = this.address;
    void this.connected().send('Page.reload');
  }

  openDevTools(): void {}

  async executeJavaScript(expression: string): Promise<unknown> {
    const { result } = await this.connected().send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    return (result as { value?: unknown }).value;
  }

  markDestroyed(): void {
    this.destroyed = true;
    this.parts.nativeTheme.electronNativeTheme.off('updated', this.followTheme);
    this.emit('destroyed', {});
  }

  private connected(): Session {
    if (!this.page || this.destroyed) throw new Error('Object has been destroyed');
    return this.page;
  }

  private readonly followTheme = (): void => {
    const source = this.parts.nativeTheme.electronNativeTheme.themeSource;
    const features = source === 'system' ? [] : [{ name: 'prefers-color-scheme', value: source }];
    void this.page?.send('Emulation.setEmulatedMedia', { features }).catch(() => undefined);
  };

  private contextCreated(context: Params): void {
    const { frameId } = context['auxData'] as { frameId?: string };
    if (context['name'] === 'preload' && frameId === this.targetId) this.world = context['id'] as number;
  }

  private toWorld(note: ToWorld): void {
    if (this.world === null || this.destroyed) return;
    const expression = `${this.names.receive}(${JSON.stringify(JSON.stringify(note))})`;
    // The document may be gone by the time it arrives; then nobody waits for it.
    void this.page?.send('Runtime.evaluate', { expression, contextId: this.world }).catch(() => undefined);
  }

  private async fromWorld(note: FromWorld): Promise<void> {
    const { ipcMain, session } = this.parts;
    const event = {
      sender: strict(this, 'webContents'),
      senderFrame: this.mainFrame,
      type: 'frame',
      processId: 1,
      frameId: 1,
    };
    switch (note.kind) {
      case 'send':
        return ipcMain.send(event, note.channel, note.args);
      case 'open':
        if (this.mayOpen(new URL(note.url, this.address).href)) {
          process.stderr.write('opening windows from a page is not in the stand-in\n');
        }
        return undefined;
      case 'invoke': {
        const [failed, value] = await ipcMain.invoke(event, note.channel, note.args).then(
          (answer): [boolean, unknown] => [false, answer],
          (error: unknown): [boolean, unknown] => [
            true,
            `Error invoking remote method '${note.channel}': ${String(error)}`,
          ],
        );
        return this.toWorld({ kind: 'reply', id: note.id, failed, value });
      }
      case 'permission': {
        const details = { requestingUrl: this.getURL(), isMainFrame: true };
        const granted = await session.ask(this, note.permission, details);
        await this.applyPermission(note.permission, granted);
        return this.toWorld({ kind: 'permission', id: note.id, granted });
      }
    }
  }

  private async applyPermission(permission: string, granted: boolean): Promise<void> {
    const names: Record<string, string[]> = {
      notifications: ['notifications'],
      media: ['microphone', 'camera'],
      'clipboard-read': ['clipboard-read'],
      'clipboard-sanitized-write': ['clipboard-write'],
      geolocation: ['geolocation'],
    };
    const origin = new URL(this.address).origin;
    for (const name of names[permission] ?? []) {
      const setting = granted ? 'granted' : 'denied';
      await this.connected().send('Browser.setPermission', { permission: { name }, setting, origin });
    }
  }

  private async requestPaused(params: Params): Promise<void> {
    const page = this.connected();
    const { requestId, resourceType, frameId } = params as {
      requestId: string;
      resourceType: string;
      frameId: string;
    };
    const request = params['request'] as { url: string; method: string; headers: Record<string, string> };
    const own = this.parts.protocol.fromChromium(request.url);

    if (resourceType === 'Document' && frameId === this.targetId) {
      const asked = this.expected === request.url || request.url === this.address;
      this.expected = null;
      if (!asked) {
        const event = preventable();
        this.emit('will-navigate', Object.assign(event, { url: own }), own);
        if (event.defaultPrevented) {
          await page.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
          return;
        }
      }
    }
    if (own !== request.url && own.endsWith('/favicon.ico')) {
      // Chromium asks for it because it takes the page for a web site; Electron does not.
      await page.send('Fetch.fulfillRequest', { requestId, responseCode: 204 });
      return;
    }
    const response =
      own === request.url ? null : await this.parts.protocol.answer(own, request.method, request.headers);
    if (!response) {
      await page.send('Fetch.continueRequest', { requestId });
      return;
    }
    await page.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    });
  }
}
