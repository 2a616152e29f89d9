/** Loaded into every thread of the app under a benchmark: notes how long the event loop of its workers was held up. */
'use strict';
const { appendFileSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { threadName } = require('node:worker_threads');

const file = process.env.BLOCK_PROBE_FILE;
if (file && (threadName === 'data' || threadName === 'ingest')) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // One line a tenth of a second, so that the benchmark can tell its phases apart.
  setInterval(() => {
    const line = {
      thread: threadName,
      at: Date.now(),
      max: delay.max / 1e6,
      p99: delay.percentile(99) / 1e6,
    };
    delay.reset();
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  }, 100).unref();
}
