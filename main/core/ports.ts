/** What the core needs from outside, so that tests and the simulator can supply it; nothing in core reaches past these. */
import type { Words } from '../../contract/model.ts';
import type { PortInput, PortName, PortOutput } from '../../contract/ipc.ts';

export type Timer = { cancel: () => void };

/** Two clocks: `now` for people (ms since 1970, may jump), `monotonic` for order and waiting (ms, never goes back). */
export type Clock = {
  now: () => number;
  monotonic: () => number;
  after: (ms: number, run: () => void) => Timer;
};

export type HttpRequest = {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  url: string;
  headers: Record<string, string>;
  /** JSON text. */
  body?: string;
  timeoutMs: number;
  /** A page of a list, heard `since` (monotonic ms): to be read where it arrives, by whoever can. */
  reads?: { as: 'page'; since: number };
};

/** `failed` = no complete answer. `sent: 'maybe'` when the server may have acted on the request. */
export type HttpAnswer =
  | {
      kind: 'answered';
      status: number;
      headers: Record<string, string>;
      body: string;
      /** What `reads` asked for, instead of the body; null = it is none. */
      read?: { value: unknown };
    }
  | {
      kind: 'failed';
      reason: 'unreachable' | 'timeout' | 'certificate' | 'dns' | 'broken';
      sent: 'no' | 'maybe';
      detail: string;
    };

/** Never rejects. */
export type Http = { request: (request: HttpRequest) => Promise<HttpAnswer> };

export type SocketHandlers = {
  onOpen: () => void;
  onText: (text: string) => void;
  /** Called exactly once, whether opening failed or the socket closed. */
  onClose: (reason: string) => void;
};
export type Socket = { send: (text: string) => void; close: () => void };
export type SocketFactory = { open: (url: string, protocols: string[], handlers: SocketHandlers) => Socket };

/** Uniform in [0, 1), and unique ids; seeded in tests. */
export type Random = { next: () => number; id: () => string };

export type Log = {
  info: (what: string, details?: Record<string, unknown>) => void;
  warn: (what: string, details?: Record<string, unknown>) => void;
  error: (what: string, details?: Record<string, unknown>) => void;
};

/** Calls the main process; see `ports` in the contract. Rejects when the main process could not do it. */
export type MainPort = { call: <N extends PortName>(name: N, input: PortInput<N>) => Promise<PortOutput<N>> };

/** What the main process tells the core without being asked. */
export type Signal =
  | { kind: 'suspend' }
  | { kind: 'resume' }
  | { kind: 'focus'; focused: boolean; conversation: number | null }
  | { kind: 'settings'; historyDays: number; watchedTeams: number[]; receiveAutomaticAssignments: boolean }
  | { kind: 'alert-clicked'; id: string }
  /** Something happened to a file that the main process keeps. */
  | { kind: 'notice'; id: string; words: Words };

export type Ports = {
  clock: Clock;
  http: Http;
  sockets: SocketFactory;
  random: Random;
  log: Log;
  main: MainPort;
};
