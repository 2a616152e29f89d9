/** Speaks the Chrome DevTools Protocol over a pair of pipes: commands with answers, and events by session. */
import type { Readable, Writable } from 'node:stream';

export type Params = Record<string, unknown>;
type Listener = (params: Params) => void;

type Message = {
  id?: number;
  method?: string;
  params?: Params;
  sessionId?: string;
  result?: Params;
  error?: { message: string };
};

/** Commands and events of one target; the browser itself has the session `''`. */
export type Session = {
  id: string;
  send: (method: string, params?: Params) => Promise<Params>;
  on: (method: string, listener: Listener) => void;
};

export type Cdp = { browser: Session; session: (id: string) => Session; forget: (id: string) => void };

/** Messages are JSON texts, each ended by a NUL character. */
export function createCdp(output: Writable, input: Readable): Cdp {
  let lastId = 0;
  const waiting = new Map<number, { resolve: (result: Params) => void; reject: (error: Error) => void }>();
  const listeners = new Map<string, Map<string, Listener[]>>();
  let rest = '';

  function deliver(message: Message): void {
    if (message.id !== undefined) {
      const call = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error) call?.reject(new Error(message.error.message));
      else call?.resolve(message.result ?? {});
      return;
    }
    const ofSession = listeners.get(message.sessionId ?? '');
    for (const listener of ofSession?.get(message.method ?? '') ?? []) listener(message.params ?? {});
  }

  input.setEncoding('utf8');
  input.on('data', (chunk: string) => {
    const texts = (rest + chunk).split('\0');
    rest = texts.pop() ?? '';
    for (const text of texts) deliver(JSON.parse(text) as Message);
  });
  const fail = (): void => {
    for (const call of waiting.values()) call.reject(new Error('Chromium has gone'));
    waiting.clear();
  };
  input.on('close', fail);
  output.on('error', fail);

  function session(id: string): Session {
    return {
      id,
      send: (method, params = {}) =>
        new Promise((resolve, reject) => {
          lastId += 1;
          waiting.set(lastId, { resolve, reject });
          output.write(`${JSON.stringify({ id: lastId, method, params, ...(id && { sessionId: id }) })}\0`);
        }),
      on: (method, listener) => {
        const ofSession = listeners.get(id) ?? new Map<string, Listener[]>();
        listeners.set(id, ofSession);
        ofSession.set(method, [...(ofSession.get(method) ?? []), listener]);
      },
    };
  }

  return { browser: session(''), session, forget: (id) => void listeners.delete(id) };
}
