/** The way of events to sockets: published by actions, delivered a moment later to the streams of their recipients. */

/** One event on its way; `data` is called when it is delivered, so that newer servers can read the row again. */
export interface ServerEvent {
  event: string;
  accountId: number;
  /** User ids; each has one stream. */
  recipients: readonly number[];
  data: () => unknown;
}

export interface EventBus {
  publish(event: ServerEvent): void;
  /** The one receiver, the cable. */
  connect(deliver: (event: ServerEvent) => void): void;
  stop(): void;
}

export function createEventBus(): EventBus {
  let deliver: ((event: ServerEvent) => void) | null = null;
  let waiting: ServerEvent[] = [];
  let scheduled = false;
  let stopped = false;
  const flush = (): void => {
    scheduled = false;
    const events = waiting;
    waiting = [];
    for (const event of events) deliver?.(event);
  };
  return {
    publish: (event) => {
      if (stopped || event.recipients.length === 0) return;
      waiting.push(event);
      if (scheduled) return;
      scheduled = true;
      setImmediate(flush);
    },
    connect: (next) => {
      deliver = next;
    },
    stop: () => {
      stopped = true;
      waiting = [];
    },
  };
}
