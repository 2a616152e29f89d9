/** The faulty network between one life of the core and the modelled server: requests and sockets, every fault from the dice. */
import type { Http, HttpAnswer, HttpRequest, SocketFactory } from '../../main/core/ports.ts';
import type { ModelServer } from './model-server.ts';
import type { CableConnection } from './model/cable.ts';
import type { ModelAnswer } from './model/routes.ts';
import { mayRead } from './model/lists.ts';
import type { Standing } from './model/records.ts';
import { standingOf } from './model/records.ts';
import type { Dice } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace, WireWrite } from './trace.ts';
import type { RequestOdds, SocketOdds, Weather } from './weather.ts';

export const PING_MS = 3000;

/** Conditions shared by all lives of the core; the run changes them. */
export type Conditions = {
  weather: Weather;
  /** Conversations whose single requests answer 500 while the rest works. */
  sick: Set<number>;
  /** There is no server: nothing arrives, and nothing comes back of what was under way. */
  down?: boolean;
  /** Rewrites answers on their way, for controls. */
  tamper: ((path: string, answer: ModelAnswer) => ModelAnswer) | null;
};

export type Network = {
  http: Http;
  sockets: SocketFactory;
  /** The process died: nothing comes back, connections end for the server. */
  kill: () => void;
  /** The machine sleeps: connections go silent. */
  sleep: () => void;
  /** Its own addresses changed: every open connection is reset. */
  reset: () => void;
};

type Parts = {
  scheduler: Scheduler;
  dice: Dice;
  server: ModelServer;
  trace: Trace;
  conditions: Conditions;
  /** For what came later than the rest; without it that does not happen. */
  rare?: Dice;
  /** The user under test. */
  me: number;
  /** Number of the next request, over all lives. */
  count: { requests: number };
  awake: () => number;
  serverSeconds: () => number;
  /** Called before every use of the port; a crash may be due. */
  onUse: () => void;
};

const captivePage =
  '<!doctype html><html><head><title>Welcome</title></head><body>Please accept the terms.</body></html>';

const conversationOf = (path: string): number | null => {
  const match = /\/conversations\/(\d+)(?:\/|$|\?)/.exec(path);
  return match ? Number(match[1]) : null;
};

const writeOf = (method: string, path: string, body: string | undefined): WireWrite | null => {
  if (method !== 'POST' || !path.endsWith('/assignments')) return null;
  const value = JSON.parse(body ?? '{}') as Record<string, unknown>;
  const half = 'assignee_id' in value ? 'agent' : 'team';
  const id = Number(half === 'agent' ? value['assignee_id'] : value['team_id']);
  const bot = value['assignee_type'] === 'AgentBot';
  return { half, to: id === 0 ? null : id, ...(half === 'agent' && bot ? { bot } : {}) };
};

/** What an answer of the server shows of conversations, by its own truth at that moment. */
const shownBy = (parts: Parts, path: string, answer: ModelAnswer): [number, Standing | null][] => {
  const { truth } = parts.server;
  // A transcript tells nothing about the assignment that anybody would act on.
  if (path.endsWith('/messages')) return [];
  const one = conversationOf(path);
  if (one !== null) {
    const c = truth.conversations.get(one);
    const viewer = truth.users.get(parts.me);
    return [[one, c && viewer && mayRead(truth, viewer, c) ? standingOf(c) : null]];
  }
  return (answer.rows ?? []).map((c) => [c.id, standingOf(c)]);
};

const pickFault = (odds: Partial<RequestOdds>, dice: Dice): keyof RequestOdds | null => {
  let rest = dice.next();
  for (const [name, chance] of Object.entries(odds) as [keyof RequestOdds, number][]) {
    rest -= chance;
    if (rest < 0) return name;
  }
  return null;
};

const createHttp = (parts: Parts, life: { dead: boolean }): Http => {
  const { scheduler, dice, server, trace, conditions } = parts;
  /** The newest request that has been answered or given up. */
  let newestBack = -1;

  const faulty = (n: number, path: string, request: HttpRequest, resolve: (answer: HttpAnswer) => void) => {
    const { weather } = conditions;
    const [low, high] = weather.latency;
    let up = dice.between(low, high) / 2;
    let down = dice.between(low, high) / 2;
    const fault = pickFault(weather.requests, dice);
    if (fault) trace.fault(fault);
    if (fault === 'slow') {
      up += dice.exponential(4000);
      down += dice.exponential(6000);
    }
    // An arrival after the client gave up would be a write from the past; the connection is closed by then.
    up = Math.min(up, request.timeoutMs - 50);

    const restores = server.restores();
    const isCut = () => conditions.down === true || server.restores() !== restores;
    const cut: HttpAnswer = { kind: 'failed', reason: 'broken', sent: 'maybe', detail: 'server down' };
    const finish = (after: number, given: HttpAnswer, whole = false) => {
      scheduler.after(after, 'core', () => {
        if (life.dead) return;
        const answer = given.kind === 'answered' && isCut() ? cut : given;
        if (n < newestBack) trace.fault('answer-overtaken');
        newestBack = Math.max(n, newestBack);
        if (answer.kind === 'answered') {
          if ('retry-after' in answer.headers) trace.fault('retry-after');
          trace.add({ kind: 'answered', n, status: answer.status, whole });
        } else trace.add({ kind: 'failed', n, why: answer.reason });
        resolve(answer);
      });
    };
    const fail = (
      after: number,
      reason: 'unreachable' | 'timeout' | 'dns' | 'broken',
      sent: 'no' | 'maybe',
    ) => finish(after, { kind: 'failed', reason, sent, detail: fault ?? 'timeout' });
    const reply = (after: number, answer: ModelAnswer, whole = false) => {
      if (up + after > request.timeoutMs) fail(request.timeoutMs - up, 'timeout', 'maybe');
      else
        finish(
          after,
          {
            kind: 'answered',
            status: answer.status,
            headers: {
              date: new Date(Math.floor(parts.serverSeconds()) * 1000).toUTCString(),
              'content-type': answer.body.startsWith('<') ? 'text/html' : 'application/json',
              ...answer.headers,
            },
            body: answer.body,
          },
          whole,
        );
    };

    if (fault === 'unreachable')
      return fail(dice.between(1, 60), dice.chance(0.3) ? 'dns' : 'unreachable', 'no');
    if (fault === 'lost') return fail(request.timeoutMs, 'timeout', 'maybe');

    if (conditions.down) return fail(dice.between(1, 60), 'unreachable', 'no');
    scheduler.after(up, 'world', () => {
      if (isCut()) return fail(0, 'broken', 'maybe');
      if (fault === 'captive') return reply(down, { status: 200, body: captivePage });
      if (fault === 'throttled')
        return reply(down, {
          status: 429,
          body: 'Retry later\n',
          ...(dice.chance(0.2) ? { headers: { 'retry-after': String(dice.between(1, 30)) } } : {}),
        });
      const target = conversationOf(path);
      if (fault === 'failing' || (target !== null && conditions.sick.has(target))) {
        const html = dice.chance(0.5);
        return reply(down, {
          status: html ? 503 : 500,
          body: html
            ? '<html><body>Maintenance</body></html>'
            : '{"status":500,"error":"Internal Server Error"}',
        });
      }
      const answer = server.routes.answer(request, n);
      const shown = conditions.tamper ? conditions.tamper(path, answer) : answer;
      trace.add({ kind: 'served', n, status: answer.status, saw: shownBy(parts, path, answer) });
      switch (fault) {
        case 'answerLost':
          return fail(request.timeoutMs - up, 'timeout', 'maybe');
        case 'broken':
          return fail(down, 'broken', 'maybe');
        case 'gateway':
          return reply(down, {
            status: dice.chance(0.5) ? 502 : 504,
            body: '<html><body>Bad gateway</body></html>',
          });
        case 'garbled': {
          const cut = dice.below(Math.max(1, shown.body.length));
          return reply(down, {
            ...shown,
            body: dice.chance(0.7) ? shown.body.slice(0, cut) : `${shown.body.slice(0, cut)}\u0000{`,
          });
        }
        case 'slow':
        case null:
          return reply(down, shown, true);
      }
    });
  };

  return {
    request: (request) =>
      new Promise((resolve) => {
        parts.onUse();
        if (life.dead) return;
        const n = parts.count.requests++;
        const url = new URL(request.url);
        const path = url.pathname;
        trace.add({
          kind: 'sent',
          n,
          method: request.method,
          path: path + url.search,
          conversation: conversationOf(path),
          write: writeOf(request.method, path, request.body),
        });
        faulty(n, path, request, resolve);
      }),
  };
};

type Wire = { alive: boolean; silent: boolean; close: (reason: string) => void };

const createSockets = (parts: Parts, life: { dead: boolean }, wires: Set<Wire>): SocketFactory => {
  const { scheduler, dice, server, trace, conditions } = parts;
  const odds = (name: keyof SocketOdds) => conditions.weather.sockets[name] ?? 0;
  let count = 0;

  return {
    open: (_url, _protocols, handlers) => {
      parts.onUse();
      const n = count++;
      let connection: CableConnection | null = null;
      let lastDelivery = 0;
      const wire: Wire = {
        alive: true,
        silent: false,
        close: (reason) => {
          if (!wire.alive) return;
          wire.alive = false;
          wires.delete(wire);
          connection?.closed();
          scheduler.after(dice.between(1, 40), 'core', () => {
            if (life.dead) return;
            trace.add({ kind: 'socket', what: 'closed', n, awake: parts.awake() });
            handlers.onClose(reason);
          });
        },
      };
      if (wires.size > 0) trace.add({ kind: 'violation', what: 'a second socket beside an open one' });
      wires.add(wire);
      const deliver = (run: () => void) => {
        if (wire.silent) return;
        // One connection keeps the order of its texts.
        const [low, high] = conditions.weather.latency;
        lastDelivery = Math.max(lastDelivery + 0.01, scheduler.time() + dice.between(low, high) / 2);
        scheduler.at(lastDelivery, 'core', () => {
          if (!life.dead && wire.alive && !wire.silent) run();
        });
      };
      const hear = (text: string) =>
        deliver(() => {
          trace.add({ kind: 'heard', awake: parts.awake() });
          handlers.onText(text);
        });
      const ping = () => {
        // A connection that went silent stays so: nobody notices until somebody gives up.
        if (!wire.alive || wire.silent || life.dead) return;
        if (dice.chance(odds('drop'))) {
          trace.fault('socket-drop');
          return wire.close('connection reset');
        }
        if (dice.chance(odds('zombie'))) {
          trace.fault('socket-zombie');
          wire.silent = true;
        }
        if (dice.chance(odds('noise'))) {
          trace.fault('socket-noise');
          hear(
            dice.pick([
              '',
              '{',
              'null',
              '[]',
              '{"type":"surprise"}',
              '{"identifier":"{}","message":{"event":"unheard.of","data":{"id":1}}}',
            ]),
          );
        }
        // Of no user's stream, and far larger than any of ours.
        if (odds('noise') > 0 && parts.rare?.chance(odds('noise') / 20)) {
          trace.fault('event-huge');
          hear(
            `{"identifier":"{}","message":{"event":"unheard.of","data":{"text":"${'x'.repeat(1_000_000)}"}}}`,
          );
        }
        connection?.ping();
        scheduler.after(PING_MS, 'world', ping);
      };
      const connect = () => {
        if (!wire.alive || life.dead) return;
        if (conditions.down === true || dice.chance(odds('refuse'))) {
          trace.fault('socket-refuse');
          return wire.close('connection refused');
        }
        deliver(() => {
          trace.add({ kind: 'socket', what: 'opened', n, awake: parts.awake() });
          handlers.onOpen();
        });
        connection = server.cable.connect(hear, () => wire.close('closed by the server'));
        scheduler.after(PING_MS, 'world', ping);
      };
      scheduler.after(dice.between(10, 150), 'world', connect);
      return {
        send: (text) => {
          if (!wire.alive || wire.silent || life.dead) return;
          scheduler.after(dice.between(5, 60), 'world', () => {
            if (wire.alive && !wire.silent) connection?.receive(text);
          });
        },
        close: () => wire.close('closed by the client'),
      };
    },
  };
};

/** The network of one life. */
export const createNetwork = (parts: Parts): Network => {
  const life = { dead: false };
  const wires = new Set<Wire>();
  return {
    http: createHttp(parts, life),
    sockets: createSockets(parts, life, wires),
    kill: () => {
      for (const wire of wires) wire.close('process ended');
      life.dead = true;
    },
    sleep: () => {
      for (const wire of wires) wire.silent = true;
    },
    reset: () => {
      for (const wire of wires) wire.close('connection reset');
    },
  };
};
