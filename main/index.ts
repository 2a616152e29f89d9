/** Starts the app: the shell around it, and the two worker threads of the core within it. */
import { join } from 'node:path';
import checkpointPath from './checkpoint.ts?modulePath';
import dataPath from './data.ts?modulePath';
import ingestPath from './ingest.ts?modulePath';
import pagesPath from './pages.ts?modulePath';
import { runShell } from './shell/shell.ts';
import { startWorkers } from './workers.ts';

const built = (path: string): string => join(import.meta.dirname, '..', path);

runShell({
  pages: built('renderer'),
  preload: built('preload/index.cjs'),
  demoServer: built('main/demo-server.js'),
  startCore: ({ folder, log, ports, tell, workspace, standing }) =>
    startWorkers({
      ingestPath,
      dataPath,
      checkpointPath,
      pagesPath,
      folder: join(folder, 'workspaces'),
      log,
      ports,
      workspace,
      standing,
      onEvent: tell,
    }),
});
