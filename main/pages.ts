/** A thread of *ingest*: fetches pages of lists and reads them, so that the writer never waits for 70 KB of JSON. */
import { parentPort } from 'node:worker_threads';
import { createHttp } from './core/host/http.ts';
import { readBody } from './core/liveagent/read-body.ts';
import type { FromPages, ToPages } from './threaded-http.ts';

const http = createHttp();

parentPort?.on('message', ({ id, request }: ToPages) => {
  void http
    .request(request)
    .then((answer) => parentPort?.postMessage({ id, answer: readBody(request, answer) } satisfies FromPages));
});
