/** Worker thread 2: queries, commands, alerts, and the only writer of outbox.db. */
import { parentPort, workerData } from 'node:worker_threads';
import { createClock } from './core/host/clock.ts';
import { createData } from './core/data/create-data.ts';
import { createHttp } from './core/host/http.ts';
import { createRandom } from './core/host/random.ts';
import { createSockets } from './core/host/socket.ts';
import type { ToData, ToIngest } from './core/link.ts';
import { openCacheReader } from './core/store/cache-reader.ts';
import type { FromWorker, ToWorker, WorkerStart } from './thread.ts';
import { createMainPort, portLink } from './thread.ts';

const { link, folder } = workerData as WorkerStart;
const post = (message: FromWorker): void => parentPort?.postMessage(message);
const { main, log, answered, failed } = createMainPort(post);

const data = createData(
  { clock: createClock(), http: createHttp(), sockets: createSockets(), random: createRandom(), log, main },
  portLink<ToIngest, ToData>(link),
  { folder, openCacheReader },
);
data.onEvent((name, payload) => post({ kind: 'event', name, payload }));

parentPort?.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'start':
      void data.start(message.workspace);
      return;
    case 'call':
      void data
        .dispatch(message.name, message.input)
        .then((reply) => post({ kind: 'reply', id: message.id, reply }));
      return;
    case 'signal':
      data.signal(message.signal);
      return;
    case 'port-reply':
      answered(message.id, message.value);
      return;
    case 'port-failed':
      failed(message.id);
      return;
    case 'stop':
      void data.stop().then(() => post({ kind: 'stopped' }));
      return;
  }
});
