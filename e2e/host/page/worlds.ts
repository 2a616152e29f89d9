/** The two scripts that run before a page: one in the page's own world, one with the preload in an isolated world. */
import { createMembrane } from './membrane.ts';
import type { Membrane } from './membrane.ts';

/** Names made up for each window, so that a page can neither guess nor collide with them. */
export type WorldNames = { secret: string; binding: string; receive: string };

/** Main -> preload. */
export type ToWorld =
  | { kind: 'message'; channel: string; args: unknown[] }
  | { kind: 'reply'; id: number; failed: boolean; value: unknown }
  | { kind: 'permission'; id: number; granted: boolean };

/** Preload -> main. */
export type FromWorld =
  | { kind: 'invoke'; id: number; channel: string; args: unknown[] }
  | { kind: 'send'; channel: string; args: unknown[] }
  | { kind: 'permission'; id: number; permission: string }
  | { kind: 'open'; url: string };

/** Runs in the page's own world: defines what the preload exposes, and asks main before a page uses a guarded power. */
function pageWorld(membrane: Membrane): void {
  const defineId = -1;
  const permissionId = -2;
  const openId = -3;
  membrane.offer(defineId, (key, value) => {
    Object.defineProperty(window, key as string, { value, enumerable: true });
  });
  const ask = (permission: string): Promise<boolean> =>
    membrane.call(permissionId, permission) as Promise<boolean>;

  // Main decides, and what it refuses is null for the page; allowing is not in the stand-in.
  window.open = (url) => {
    membrane.call(openId, String(url));
    return null;
  };

  const guard = <T extends object>(
    owner: T | undefined,
    name: keyof T & string,
    permission: string,
  ): void => {
    if (!owner) return;
    const original = owner[name] as (...args: unknown[]) => Promise<unknown>;
    const guarded = async function (this: unknown, ...args: unknown[]): Promise<unknown> {
      await ask(permission);
      return original.apply(this, args);
    };
    Object.defineProperty(owner, name, { value: guarded, configurable: true, writable: true });
  };
  if (typeof Notification !== 'undefined') guard(Notification, 'requestPermission', 'notifications');
  if (typeof MediaDevices !== 'undefined') guard(MediaDevices.prototype, 'getUserMedia', 'media');
  if (typeof Clipboard !== 'undefined') guard(Clipboard.prototype, 'readText', 'clipboard-read');
  if (typeof Clipboard !== 'undefined') guard(Clipboard.prototype, 'writeText', 'clipboard-sanitized-write');
  if (typeof Geolocation !== 'undefined') {
    const original = Geolocation.prototype.getCurrentPosition;
    Geolocation.prototype.getCurrentPosition = function (...args) {
      void ask('geolocation').then(() => original.apply(this, args));
    };
  }
}

type PreloadCode = (require: (name: string) => unknown, module: { exports: object }, exports: object) => void;

/** Runs in the isolated world: offers the preload `ipcRenderer` and `contextBridge`, then runs it. */
function preloadWorld(membrane: Membrane, names: WorldNames, preload: PreloadCode): void {
  const world = globalThis as unknown as Record<string, (text: string) => void>;
  const post = (note: FromWorld): void => world[names.binding]?.(JSON.stringify(note));
  const listeners = new Map<string, ((event: object, ...args: unknown[]) => void)[]>();
  const replies = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const permissions = new Map<number, (granted: boolean) => void>();
  let last = 0;

  const receive = (text: string): void => {
    const note = JSON.parse(text) as ToWorld;
    switch (note.kind) {
      case 'message':
        for (const listener of listeners.get(note.channel) ?? []) listener({}, ...note.args);
        return;
      case 'reply': {
        const reply = replies.get(note.id);
        replies.delete(note.id);
        if (note.failed) reply?.reject(new Error(String(note.value)));
        else reply?.resolve(note.value);
        return;
      }
      case 'permission':
        permissions.get(note.id)?.(note.granted);
        permissions.delete(note.id);
        return;
    }
  };
  Object.defineProperty(globalThis, names.receive, { value: receive });

  membrane.offer(
    -2,
    (permission) =>
      new Promise<boolean>((resolve) => {
        last += 1;
        permissions.set(last, resolve);
        post({ kind: 'permission', id: last, permission: String(permission) });
      }),
  );

  membrane.offer(-3, (url) => post({ kind: 'open', url: String(url) }));

  const ipcRenderer = {
    invoke: (channel: string, ...args: unknown[]) =>
      new Promise((resolve, reject) => {
        last += 1;
        replies.set(last, { resolve, reject });
        post({ kind: 'invoke', id: last, channel, args });
      }),
    send: (channel: string, ...args: unknown[]) => post({ kind: 'send', channel, args }),
    on(channel: string, listener: (event: object, ...args: unknown[]) => void) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
    off(channel: string, listener: (event: object, ...args: unknown[]) => void) {
      listeners.set(
        channel,
        (listeners.get(channel) ?? []).filter((known) => known !== listener),
      );
      return ipcRenderer;
    },
    sendSync: () => {
      throw new Error('electron ipcRenderer.sendSync is not in the stand-in');
    },
  };
  const contextBridge = {
    exposeInMainWorld: (key: string, api: unknown) => void membrane.call(-1, key, api),
  };
  // A sandboxed preload can require nothing else of what we use.
  const require = (name: string): unknown => {
    if (name === 'electron') return { ipcRenderer, contextBridge };
    throw new Error(`module not found: ${name}`);
  };
  const module = { exports: {} };
  preload(require, module, module.exports);
}

/** Both scripts as text, to be run in this order in every new document. */
export function worldScripts(names: WorldNames, preloadSource: string): { page: string; preload: string } {
  const secret = JSON.stringify(names.secret);
  const only = 'if (window !== window.top) return;';
  return {
    page: `(() => { ${only} (${pageWorld.toString()})((${createMembrane.toString()})(${secret}, 'page')); })();`,
    preload: `(() => { ${only} (${preloadWorld.toString()})(
      (${createMembrane.toString()})(${secret}, 'preload'), ${JSON.stringify(names)},
      (require, module, exports) => {${preloadSource}\n}); })();`,
  };
}
