/** The link between the two halves inside one thread, for tests and the simulator: delivers in order, each message in a later microtask. */
import type { DataEnd, IngestEnd, LinkEnd, ToData, ToIngest } from './link.ts';

/** A copy of plain data, as a thread boundary makes it but several times faster; of anything else, the real thing. */
const copyOf = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError('cannot cross a link');
    return value;
  }
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (Object.getPrototypeOf(value) !== Object.prototype) return structuredClone(value);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = copyOf((value as Record<string, unknown>)[key]);
  return copy as T;
};

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
      waiting.push(copyOf(message));
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
