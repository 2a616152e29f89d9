/** The smallest app that uses every part of the stand-in; its specs drive it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { app, BrowserWindow, ipcMain, Notification, protocol, session } from 'electron';

const sameModule = createRequire(import.meta.url)('electron').app === app;
const headers = {
  'content-type': 'text/html',
  'content-security-policy': "default-src 'none'; script-src 'self'; connect-src 'self'",
};

if (!app.requestSingleInstanceLock()) app.exit(0);
globalThis.seen = { second: 0, clicks: 0, pings: [] };
app.on('second-instance', () => {
  globalThis.seen.second += 1;
});
app.on('window-all-closed', () => app.quit());
ipcMain.on('ping', (_event, value) => globalThis.seen.pings.push(value));
ipcMain.handle('double', (event, value) => {
  if (event.senderFrame.url !== 'app://sample/index.html') throw new Error('stranger');
  if (typeof value !== 'number') throw new Error('not a number');
  event.sender.send('doubled', value);
  return { value: value * 2, sameModule, version: app.getVersion() };
});
globalThis.notify = () => {
  const notification = new Notification({ title: 'Hello', body: 'from the sample' });
  notification.on('click', () => {
    globalThis.seen.clicks += 1;
  });
  notification.show();
};

app.whenReady().then(() => {
  protocol.handle('app', (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/data') return new Response('from main', { headers: { 'content-type': 'text/plain' } });
    if (pathname === '/page.js') {
      const script = readFileSync(join(import.meta.dirname, 'page.js'));
      return new Response(script, { headers: { 'content-type': 'text/javascript' } });
    }
    return new Response(
      '<!doctype html><title>sample</title><body><script src="page.js"></script><script>window.inlineRan = true</script>',
      { headers },
    );
  });
  session.defaultSession.setPermissionRequestHandler((_contents, permission, callback) =>
    callback(permission === 'notifications'),
  );
  const window = new BrowserWindow({
    width: 900,
    height: 700,
    webPreferences: {
      preload: join(import.meta.dirname, 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
    },
  });
  window.webContents.on('will-navigate', (event) => event.preventDefault());
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  return window.loadURL('app://sample/index.html');
});
