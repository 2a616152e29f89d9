/** Virtual time: a heap of events; those that enter the core run to the end of their promise reactions before the next one. */

/** `world` = server, network, people; `core` = whatever enters the core, held back while the machine sleeps. */
export type Owner = 'world' | 'core';

export type Scheduled = { cancel: () => void };

export type Scheduler = {
  /** Milliseconds of virtual time since the start. */
  time: () => number;
  at: (time: number, owner: Owner, run: () => void) => Scheduled;
  after: (ms: number, owner: Owner, run: () => void) => Scheduled;
  /** Runs every event up to `time`, then stands there. */
  runUntil: (time: number) => Promise<void>;
  /** Lets promise reactions that are ready run, without moving time. */
  settle: () => Promise<void>;
  /** Holds back events of the core until `wake`. */
  sleep: () => void;
  /** Held back events run from now on, in their order. */
  wake: () => void;
  asleep: () => boolean;
  /** Milliseconds spent asleep so far. */
  slept: () => number;
  /** How many events have run. */
  events: () => number;
};

/** More events than this in one second of virtual time is a loop that never ends. */
const BUSY_EVENTS = 20_000;

/** Thrown when virtual time no longer moves. */
export class StandStill extends Error {
  override name = 'StandStill';
}

type Entry = { time: number; order: number; owner: Owner; run: () => void; cancelled: boolean };

/** Times lie on a grid of 1/1024 ms, so that sums and differences of them are exact and time always moves. */
export const onGrid = (ms: number): number => Math.ceil(ms * 1024) / 1024;

const earlier = (a: Entry, b: Entry): boolean => a.time < b.time || (a.time === b.time && a.order < b.order);

/** Node runs every ready promise reaction before an immediate, so one turn of the loop drains them all. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A scheduler at time 0. @param onError is told what an event throws; time goes on */
export const createScheduler = (onError: (error: unknown) => void): Scheduler => {
  const heap: Entry[] = [];
  let now = 0;
  let order = 0;
  let ran = 0;
  let sleeping = false;
  let sleptSince = 0;
  let slept = 0;
  let held: Entry[] = [];
  let busy = 0;
  let busySince = 0;

  const push = (entry: Entry) => {
    let i = heap.length;
    heap.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent] as Entry;
      if (!earlier(entry, above)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = entry;
  };

  const pop = (): Entry | undefined => {
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && earlier(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      if (!earlier(heap[child] as Entry, last)) break;
      heap[i] = heap[child] as Entry;
      i = child;
    }
    heap[i] = last;
    return first;
  };

  const at = (time: number, owner: Owner, run: () => void): Scheduled => {
    const entry: Entry = { time: Math.max(onGrid(time), now), order: order++, owner, run, cancelled: false };
    push(entry);
    return {
      cancel: () => {
        entry.cancelled = true;
      },
    };
  };

  return {
    time: () => now,
    at,
    after: (ms, owner, run) => at(now + Math.max(0, ms), owner, run),
    runUntil: async (time) => {
      // What people did meanwhile comes first.
      await turn();
      for (;;) {
        const next = heap[0];
        if (!next || next.time > time) break;
        pop();
        if (next.cancelled) continue;
        if (next.time > busySince + 1000) {
          busySince = next.time;
          busy = 0;
        }
        if (++busy > BUSY_EVENTS)
          throw new StandStill(`more than ${BUSY_EVENTS} events in a second at ${Math.round(next.time)} ms`);
        now = next.time;
        if (sleeping && next.owner === 'core') {
          held.push(next);
          continue;
        }
        ran++;
        try {
          next.run();
        } catch (error) {
          onError(error);
        }
        // What the world does resolves no promise of the core.
        if (next.owner === 'core') await turn();
      }
      now = Math.max(now, onGrid(time));
    },
    settle: turn,
    sleep: () => {
      sleeping = true;
      sleptSince = now;
    },
    wake: () => {
      if (!sleeping) return;
      sleeping = false;
      slept += now - sleptSince;
      const late = held;
      held = [];
      for (const entry of late) push(Object.assign(entry, { time: now, order: order++ }));
    },
    asleep: () => sleeping,
    slept: () => slept + (sleeping ? now - sleptSince : 0),
    events: () => ran,
  };
};
