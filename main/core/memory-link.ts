/** The link between the two halves inside one thread, for tests and the simulator: delivers in order, each message in a later microtask. */
import type { DataEnd, IngestEnd, LinkEnd, ToData, ToIngest } from './link.ts';

const oneWay = <M>() => {
  const waiting: M[] = [];
  let handler: ((message: M) => void) | null = null;
  let scheduled = false;
  const drain = () => {
    scheduled = false;
    const next = waiting.shift();
    if (next === undefined || !handler) return;
    if (waiting.length > 0) schedule();
    handler(next);
  };
  const schedule = () => {
    if (scheduled || !handler || waiting.length === 0) return;
    scheduled = true;
    queueMicrotask(drain);
  };
  return {
    // Cloned, as a thread boundary would, so that neither half can change what the other holds.
    post: (message: M) => {
      waiting.push(structuredClone(message));
      schedule();
    },
    listen: (listener: (message: M) => void) => {
      handler = listener;
      schedule();
    },
  };
};

/** Two joined ends. */
export const createMemoryLink = (): { ingest: IngestEnd; data: DataEnd } => {
  const toData = oneWay<ToData>();
  const toIngest = oneWay<ToIngest>();
  const ingest: LinkEnd<ToData, ToIngest> = { post: toData.post, listen: toIngest.listen };
  const data: LinkEnd<ToIngest, ToData> = { post: toIngest.post, listen: toData.listen };
  return { ingest, data };
};
