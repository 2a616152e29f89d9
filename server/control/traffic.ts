/** Every request passes here first: it is numbered and logged, and faults hit it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault, FaultEffect, LogEntry, LogFilter } from '../control.ts';
import { faultSchema } from '../control.ts';

const mostEntries = 50_000;

const portal = `<!DOCTYPE html>
<html><head><title>Welcome to Hotel WiFi</title></head>
<body><form action="/accept"><p>Please accept the terms to use the Internet.</p><button>Accept</button></form></body></html>
`;

interface ActiveFault {
  fault: number;
  method: string | undefined;
  path: RegExp | null;
  user: number | undefined;
  skip: number;
  left: number | null;
  hits: number;
  effect: FaultEffect;
}

export interface Traffic {
  /** Logs the request, applies a fault and passes it on. */
  handle(request: IncomingMessage, response: ServerResponse, next: () => void): void;
  /** Adds the parsed body to the request's entry. */
  noteBody(request: IncomingMessage, body: unknown): void;
  /** Logs a websocket upgrade. */
  noteUpgrade(request: IncomingMessage): void;
  read(filter: LogFilter): LogEntry[];
  clear(): number;
  add(fault: Fault): number;
  list(): { fault: number; hits: number; effect: FaultEffect }[];
  remove(fault?: number): void;
  stop(): void;
}

/** @param userOf who sends a request, by its headers. @param now unix seconds. */
export function createTraffic(
  userOf: (request: IncomingMessage) => number | null,
  now: () => number,
): Traffic {
  let entries: LogEntry[] = [];
  const byRequest = new WeakMap<IncomingMessage, LogEntry>();
  let count = 0;
  let faults: ActiveFault[] = [];
  let nextFault = 1;
  const timers = new Set<ReturnType<typeof setTimeout>>();

  const later = (ms: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  };

  const record = (request: IncomingMessage): LogEntry => {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const entry: LogEntry = {
      n: ++count,
      at: now(),
      method: request.method ?? 'GET',
      path,
      query,
      userId: userOf(request),
      body: undefined,
      status: 0,
      ms: null,
      fault: null,
    };
    entries.push(entry);
    if (entries.length > mostEntries) entries = entries.slice(-mostEntries / 2);
    byRequest.set(request, entry);
    return entry;
  };

  const hitBy = (entry: LogEntry, url: string): FaultEffect | null => {
    for (const fault of faults) {
      if (fault.method !== undefined && fault.method !== entry.method) continue;
      if (fault.path !== null && !fault.path.test(url)) continue;
      if (fault.user !== undefined && fault.user !== entry.userId) continue;
      if (fault.skip > 0) {
        fault.skip--;
        continue;
      }
      fault.hits++;
      if (fault.left !== null && --fault.left <= 0) faults = faults.filter((other) => other !== fault);
      return fault.effect;
    }
    return null;
  };

  const answer = (response: ServerResponse, status: number, type: string, body: string): void => {
    response.writeHead(status, { 'content-type': type });
    response.end(body);
  };

  const apply = (
    effect: FaultEffect,
    request: IncomingMessage,
    response: ServerResponse,
    next: () => void,
  ): void => {
    switch (effect.kind) {
      case 'answer': {
        const plain = typeof effect.body === 'string' ? effect.body : null;
        const type =
          effect.contentType ??
          (plain === null ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8');
        const body = plain ?? (effect.body === undefined ? '' : JSON.stringify(effect.body));
        request.resume();
        answer(response, effect.status, type, body);
        break;
      }
      case 'drop-request':
        request.socket.destroy();
        break;
      case 'drop-response': {
        // The request is processed; the connection is cut where the answer would begin.
        const cut = (): never => {
          request.socket.destroy();
          return response as never;
        };
        response.writeHead = cut;
        response.write = cut;
        response.end = cut;
        next();
        break;
      }
      case 'delay':
        later(effect.ms, next);
        break;
      case 'delay-response': {
        const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
        response.end = ((...args: unknown[]) => {
          later(effect.ms, () => end(...args));
          return response;
        }) as typeof response.end;
        next();
        break;
      }
      case 'hang':
        break;
      case 'too-many':
        request.resume();
        answer(response, 429, 'text/plain', 'Retry later\n');
        break;
      case 'captive-portal':
        request.resume();
        answer(response, 200, 'text/html; charset=utf-8', portal);
        break;
    }
  };

  return {
    handle: (request, response, next) => {
      const entry = record(request);
      const start = performance.now();
      response.on('finish', () => {
        entry.status = response.statusCode;
        entry.ms = performance.now() - start;
      });
      const effect = faults.length === 0 ? null : hitBy(entry, request.url ?? '');
      if (effect === null) {
        next();
        return;
      }
      entry.fault = effect.kind;
      apply(effect, request, response, next);
    },
    noteBody: (request, body) => {
      const entry = byRequest.get(request);
      if (entry !== undefined) entry.body = body;
    },
    noteUpgrade: (request) => {
      record(request).status = 101;
    },
    read: (filter) => {
      const path = filter.path === undefined ? null : new RegExp(filter.path);
      return entries.filter(
        (entry) =>
          (filter.method === undefined || entry.method === filter.method) &&
          (path === null || path.test(entry.query === '' ? entry.path : `${entry.path}?${entry.query}`)) &&
          (filter.userId === undefined || entry.userId === filter.userId) &&
          (filter.status === undefined || entry.status === filter.status) &&
          (filter.after === undefined || entry.n > filter.after),
      );
    },
    clear: () => {
      const cleared = entries.length;
      entries = [];
      return cleared;
    },
    add: (fault) => {
      const parsed = faultSchema.parse(fault);
      const number = nextFault++;
      faults.push({
        fault: number,
        method: parsed.method,
        path: parsed.path === undefined ? null : new RegExp(parsed.path),
        user: parsed.user,
        skip: parsed.skip,
        left: parsed.times,
        hits: 0,
        effect: parsed.effect,
      });
      return number;
    },
    list: () => faults.map(({ fault, hits, effect }) => ({ fault, hits, effect })),
    remove: (fault) => {
      faults = fault === undefined ? [] : faults.filter((other) => other.fault !== fault);
    },
    stop: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
