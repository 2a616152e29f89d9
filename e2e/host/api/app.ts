/** `app`: life cycle, paths, the command line and the single-instance lock. */
import { EventEmitter } from 'node:events';
import { mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandLine } from '../command-line.ts';
import { switchValue } from '../command-line.ts';
import { takeInstanceLock } from '../instance-lock.ts';
import type { InstanceLock } from '../instance-lock.ts';

type ClosableWindow = { close: () => void; isDestroyed: () => boolean };

type AppOptions = {
  commandLine: CommandLine;
  folder: string;
  name: string;
  version: string;
  windows: () => ClosableWindow[];
  /** Closes what the stand-in holds open, Chromium last. */
  leave: () => Promise<void>;
};

/** Switches whose values are lists: asking twice adds up. */
const listSwitches = new Set(['enable-features', 'disable-features']);
/** Given to Node or meant for the host, not for Chromium. */
const notForChromium = new Set(['inspect', 'no-sandbox', 'remote-debugging-port', 'user-data-dir']);

/** An event whose default can be prevented, as listeners of `app` and windows get it. */
export function preventable(): { preventDefault: () => void; defaultPrevented: boolean } {
  const event = {
    defaultPrevented: false,
    preventDefault: () => {
      event.defaultPrevented = true;
    },
  };
  return event;
}

export function createApp(options: AppOptions) {
  let name = options.name;
  let ready = false;
  let leaving = false;
  let quitting = false;
  let lock: InstanceLock | null = null;
  let badgeCount = 0;
  const config = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  const paths = new Map<string, string>();
  const switches = new Map(options.commandLine.switches);
  const { promise: whenReady, resolve: resolveReady } = Promise.withResolvers<void>();

  function getPath(what: string): string {
    const set = paths.get(what);
    if (set) return set;
    switch (what) {
      case 'userData':
      case 'sessionData': {
        const asked =
          switches.get('user-data-dir') ?? switchValue(options.commandLine.appArguments, 'user-data-dir');
        return asked ?? join(config, name);
      }
      case 'logs':
        return join(getPath('userData'), 'logs');
      case 'appData':
        return config;
      case 'home':
        return homedir();
      case 'temp':
        return tmpdir();
      case 'downloads':
        return join(homedir(), 'Downloads');
      case 'exe':
        return process.execPath;
      default:
        throw new Error(`app.getPath('${what}') is not in the stand-in`);
    }
  }

  function exit(code = 0): void {
    if (leaving) return;
    leaving = true;
    lock?.release();
    const end = (): never => {
      electronApp.emit('quit', {}, code);
      process.exit(code);
    };
    options.leave().then(end, end);
  }

  function finishQuit(): void {
    const event = preventable();
    electronApp.emit('will-quit', event);
    if (event.defaultPrevented) {
      quitting = false;
      return;
    }
    exit(0);
  }

  function quit(): void {
    if (quitting || leaving) return;
    const event = preventable();
    electronApp.emit('before-quit', event);
    if (event.defaultPrevented) return;
    quitting = true;
    const open = options.windows();
    for (const window of open) window.close();
    if (options.windows().length === 0 && open.length === 0) finishQuit();
  }

  const electronApp = Object.assign(new EventEmitter(), {
    name,
    isPackaged: false,
    /** macOS only. */
    dock: undefined,
    commandLine: {
      appendSwitch: (key: string, value = '') => {
        const known = switches.get(key);
        const merged = listSwitches.has(key) && known ? `${known},${value}` : value;
        switches.set(key, merged);
      },
      hasSwitch: (key: string) => switches.has(key),
      getSwitchValue: (key: string) => switches.get(key) ?? '',
    },
    whenReady: () => whenReady,
    isReady: () => ready,
    getName: () => name,
    setName: (value: string) => {
      name = value;
    },
    getVersion: () => options.version,
    getAppPath: () => options.folder,
    getLocale: () => 'en-US',
    getPath,
    setPath: (what: string, path: string) => {
      mkdirSync(path, { recursive: true });
      paths.set(what, path);
    },
    requestSingleInstanceLock: () => {
      lock ??= takeInstanceLock(getPath('userData'), (instance) => {
        electronApp.emit('second-instance', {}, instance.argv, instance.cwd);
      });
      return lock !== null;
    },
    setAppUserModelId: () => undefined,
    setBadgeCount: (count: number) => {
      badgeCount = count;
      return true;
    },
    getBadgeCount: () => badgeCount,
    enableSandbox: () => undefined,
    focus: () => undefined,
    quit,
    exit,
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, quit);

  return {
    electronApp,
    isLeaving: () => leaving || quitting,
    chromiumSwitches: () => new Map([...switches].filter(([key]) => !notForChromium.has(key))),
    emitReady: () => {
      ready = true;
      electronApp.emit('ready', {});
      resolveReady();
    },
    allWindowsClosed: () => {
      if (quitting) finishQuit();
      else if (electronApp.listenerCount('window-all-closed') > 0) electronApp.emit('window-all-closed');
      else quit();
    },
    chromiumGone: () => exit(leaving ? 0 : 1),
  };
}
