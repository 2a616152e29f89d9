/** `ipcMain`: one handler per invoked channel, events for the rest. */
import { EventEmitter } from 'node:events';
import type { StandInFrame, WebContents } from './web-contents.ts';

export type IpcEvent = { sender: WebContents; senderFrame: StandInFrame };
type Handler = (event: IpcEvent, ...args: unknown[]) => unknown;

export function createIpcMain() {
  const handlers = new Map<string, Handler>();
  const electronIpcMain = Object.assign(new EventEmitter(), {
    handle: (channel: string, handler: Handler) => {
      if (handlers.has(channel)) {
        throw new Error(`Attempted to register a second handler for '${channel}'`);
      }
      handlers.set(channel, handler);
    },
    removeHandler: (channel: string) => void handlers.delete(channel),
  });
  return {
    electronIpcMain,
    invoke: async (event: IpcEvent, channel: string, args: unknown[]): Promise<unknown> => {
      const handler = handlers.get(channel);
      if (!handler) throw new Error(`No handler registered for '${channel}'`);
      return handler(event, ...args);
    },
    send: (event: IpcEvent, channel: string, args: unknown[]) =>
      void electronIpcMain.emit(channel, event, ...args),
  };
}

export type StandInIpcMain = ReturnType<typeof createIpcMain>;
