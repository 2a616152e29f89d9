/** The only thing the page gets from outside: one way to ask, one way to listen. */
import { contextBridge, ipcRenderer } from 'electron';
import type { Bridge, EVENT_CHANNEL, INVOKE_CHANNEL } from '../contract/ipc.ts';

// Written out, and only checked against the contract: imported, they would bring all of the contract with them.
const invokeChannel: typeof INVOKE_CHANNEL = 'las:invoke';
const eventChannel: typeof EVENT_CHANNEL = 'las:event';

const bridge: Bridge = {
  invoke: (name, input) => ipcRenderer.invoke(invokeChannel, name, input),
  subscribe: (listener) => {
    const hear = (_event: unknown, name: string, payload: unknown): void => listener(name, payload);
    ipcRenderer.on(eventChannel, hear);
    return () => void ipcRenderer.off(eventChannel, hear);
  },
};
contextBridge.exposeInMainWorld('bridge', bridge);
