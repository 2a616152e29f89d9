/** Starts the app: the shell around it, and the two worker threads of the core within it. */
import { join } from 'node:path';
import { runShell } from './shell/shell.ts';

const built = (path: string): string => join(import.meta.dirname, '..', path);

runShell({
  pages: built('renderer'),
  preload: built('preload/index.cjs'),
  demoServer: built('main/demo-server.js'),
  startCore: () => ({
    forward: async () => ({ ok: false, error: { code: 'internal', message: 'The core is not part of this build.' } }),
    signal: () => undefined,
    stop: async () => undefined,
  }),
});
