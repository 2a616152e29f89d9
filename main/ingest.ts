/** Worker thread 1: the network, merge, and the only writer of cache.db. */
import { parentPort, workerData } from 'node:worker_threads';
import { createCheckpointer } from './checkpointer.ts';
import { createClock } from './core/host/clock.ts';
import { createRandom } from './core/host/random.ts';
import { createSockets } from './core/host/socket.ts';
import type { ToData, ToIngest } from './core/link.ts';
import { openCacheWriter } from './core/store/cache-writer.ts';
import { createIngest } from './core/sync/engine.ts';
import type { FromWorker, WorkerStart } from './thread.ts';
import { createMainPort, portLink } from './thread.ts';
import { createThreadedHttp } from './threaded-http.ts';

const { link, checkpointPath, pagesPath, pace } = workerData as WorkerStart;
const { main, log } = createMainPort((message: FromWorker) => parentPort?.postMessage(message));

const checkpointer = createCheckpointer(checkpointPath);

createIngest(
  {
    clock: createClock(),
    http: createThreadedHttp(pagesPath, log),
    sockets: createSockets(),
    random: createRandom(),
    log,
    main,
  },
  portLink<ToData, ToIngest>(link),
  {
    openCacheWriter: (folder, deps, options) => openCacheWriter(folder, { ...deps, checkpointer }, options),
    ...(pace === undefined ? {} : { pace }),
  },
);
