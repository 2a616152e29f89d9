/** Exposes what the specs call; keeps a secret that the page must not reach. */
const { contextBridge, ipcRenderer } = require('electron');

globalThis.preloadSecret = 'only here';
let cannot = 'nothing thrown';
try {
  require('node:fs');
} catch (error) {
  cannot = error.message;
}
contextBridge.exposeInMainWorld('sample', {
  double: (value) => ipcRenderer.invoke('double', value),
  ping: (value) => ipcRenderer.send('ping', value),
  onDoubled: (listener) => {
    const heard = (_event, value) => listener(value);
    ipcRenderer.on('doubled', heard);
    return () => ipcRenderer.off('doubled', heard);
  },
  fail: () => {
    throw new TypeError('as asked');
  },
  nested: { list: [1, { two: 2 }], cannot },
});
