/** The built core over virtual ports: time moves to the next timer at once, but never while an answer is under way. */
import type { CallInput, CallName, CallOutput, Reply } from '../../contract/ipc.ts';
import type { createCore } from '../../main/core/index.ts';
import type { HttpAnswer, HttpRequest, Ports } from '../../main/core/ports.ts';
import { EPOCH_MS } from '../simulate/clock.ts';
import { createDice } from '../simulate/random.ts';
import { TOKEN, workspace } from './world.ts';

export type CreateCore = typeof createCore;

/** The way to the server: in this process, or in another one that survives this one. `time` = the app's virtual ms. */
export type Link = {
  request: (time: number, request: HttpRequest) => Promise<HttpAnswer>;
  connect: (
    time: number,
    heard: (text: string) => void,
    closed: () => void,
  ) => Promise<{ send: (time: number, text: string) => Promise<void>; close: () => void }>;
};

export type Rig = {
  time: () => number;
  connection: () => string;
  call: <N extends CallName>(name: N, input: CallInput<N>) => Promise<Reply<CallOutput<N>>>;
  /** Lets things happen until `done`, or for at most `ms` of virtual time; answers whether it is done. */
  run: (ms: number, done?: () => boolean) => Promise<boolean>;
  /** Runs until the promise is settled. */
  wait: <T>(promise: Promise<T>) => Promise<T | null>;
  stop: () => Promise<void>;
};

type Entry = { time: number; order: number; run: () => void };

/** No call of the core takes longer than this, in virtual ms. */
const LONGEST_CALL_MS = 60_000;
const PING_MS = 3000;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** @param at virtual ms at which it starts @param ids makes ids unique between lives @param log hears errors */
export const createRig = (options: {
  createCore: CreateCore;
  folder: string;
  link: Link;
  at: number;
  ids: string;
  log: (what: string, details: unknown) => void;
  /** Told before an answer enters the core. */
  onAnswer?: (request: HttpRequest) => void;
}): Rig => {
  let now = options.at;
  let order = 0;
  let queue: Entry[] = [];
  let under = 0;
  let wake: () => void = () => undefined;
  let state = 'signed-out';
  let number = 0;
  const dice = createDice(`rig ${options.ids}`);

  const after = (ms: number, run: () => void) => {
    const entry: Entry = { time: now + Math.max(0, ms), order: order++, run };
    let i = queue.length;
    while (i > 0 && (queue[i - 1] as Entry).time > entry.time) i--;
    queue.splice(i, 0, entry);
    return {
      cancel: () => {
        queue = queue.filter((one) => one !== entry);
      },
    };
  };
  const away = async <T>(work: Promise<T>): Promise<T> => {
    under++;
    try {
      return await work;
    } finally {
      under--;
      wake();
    }
  };

  const step = async (until: number): Promise<boolean> => {
    await turn();
    if (under > 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      return true;
    }
    const next = queue[0];
    if (!next || next.time > until) {
      now = Math.max(now, until);
      return false;
    }
    queue.shift();
    now = Math.max(now, next.time);
    next.run();
    return true;
  };

  const ports: Ports = {
    clock: { now: () => Math.floor(EPOCH_MS + now), monotonic: () => now, after },
    http: {
      request: (request) =>
        new Promise((resolve) => {
          void away(options.link.request(now, request)).then((answer) => {
            after(dice.between(1, 40), () => {
              options.onAnswer?.(request);
              resolve(answer);
            });
          });
        }),
    },
    sockets: {
      open: (_url, _protocols, handlers) => {
        let open = true;
        let wire: Awaited<ReturnType<Link['connect']>> | null = null;
        const close = (reason: string) => {
          if (!open) return;
          open = false;
          wire?.close();
          after(0, () => handlers.onClose(reason));
        };
        const ping = () => {
          if (!open) return;
          handlers.onText(JSON.stringify({ type: 'ping', message: Math.floor((EPOCH_MS + now) / 1000) }));
          after(PING_MS, ping);
        };
        let opened = false;
        const early: string[] = [];
        const hear = (text: string) => {
          if (!opened) early.push(text);
          else if (open) handlers.onText(text);
        };
        void away(options.link.connect(now, hear, () => close('closed by the server'))).then((connected) => {
          wire = connected;
          after(20, () => {
            if (!open) return;
            handlers.onOpen();
            opened = true;
            for (const text of early) handlers.onText(text);
            after(PING_MS, ping);
          });
        });
        return {
          send: (text) => {
            if (wire && open) void away(wire.send(now, text));
          },
          close: () => close('closed by the client'),
        };
      },
    },
    random: { next: dice.next, id: () => `${options.ids}-${String(number++)}` },
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (what, details) => options.log(what, details),
    },
    main: {
      call: async (name) => {
        const answers: Record<string, unknown> = {
          'secrets.get': { value: TOKEN },
          'notifier.show': { shown: true, reason: null },
        };
        // The answers of the main process are the contract's; here only these two say anything.
        return (answers[name] ?? {}) as never;
      },
    },
  };

  const core = options.createCore(ports, { folder: options.folder });
  core.onEvent((name, payload) => {
    if (name === 'connection') state = (payload as { state: string }).state;
  });
  const run = async (ms: number, done: () => boolean = () => false) => {
    const until = now + ms;
    while (!done()) if (!(await step(until))) return done();
    return true;
  };
  const wait = async <T>(promise: Promise<T>): Promise<T | null> => {
    let value: { is: T } | null = null;
    const settled = promise.then((is) => {
      value = { is };
    });
    const fine = await run(LONGEST_CALL_MS, () => value !== null);
    if (fine) await settled;
    return (value as { is: T } | null)?.is ?? null;
  };
  void core.start(workspace);
  return {
    time: () => now,
    connection: () => state,
    call: (name, input) =>
      // The core checks its own side against the table of calls.
      core.dispatch(name, structuredClone(input)) as Promise<Reply<never>>,
    run,
    wait,
    stop: async () => {
      await wait(core.stop());
    },
  };
};

/** Both in one process. */
export const localLink = (world: {
  advance: (time: number) => void;
  request: (request: HttpRequest) => HttpAnswer;
  connect: (
    send: (text: string) => void,
    close: () => void,
  ) => { receive: (text: string) => void; closed: () => void };
}): Link => ({
  request: async (time, request) => {
    world.advance(time);
    return world.request(request);
  },
  connect: async (time, heard, closed) => {
    world.advance(time);
    const connection = world.connect(heard, closed);
    return {
      send: async (at, text) => {
        world.advance(at);
        connection.receive(text);
      },
      close: () => connection.closed(),
    };
  },
});
