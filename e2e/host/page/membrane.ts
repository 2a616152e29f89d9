/** Carries values, functions and promises between a page's own world and its preload's isolated world. */

/** A value as it crosses: plain data is cloned, functions and promises go by number. */
type Crossing =
  | { kind: 'plain'; value: unknown }
  | { kind: 'function'; id: number }
  | { kind: 'promise'; id: number }
  | { kind: 'error'; name: string; message: string }
  | { kind: 'array'; items: Crossing[] }
  | { kind: 'object'; entries: [string, Crossing][] };

type Note =
  | { kind: 'call'; call: number; fn: number; args: Crossing[] }
  | { kind: 'answer'; call: number; failed: boolean; value: Crossing }
  | { kind: 'settled'; promise: number; failed: boolean; value: Crossing };

type Callable = (...args: unknown[]) => unknown;

export type Membrane = {
  /** Lets the other side call `fn` under a number agreed beforehand (negative). */
  offer: (id: number, fn: Callable) => void;
  /** Calls what the other side offers under `id`, synchronously. */
  call: (id: number, ...args: unknown[]) => unknown;
};

/**
 * Runs once in each world, as text, so it uses nothing from outside itself. The two sides talk by synchronous events
 * on the document under a name only they know; what a page changes later in the prototypes does not reach it.
 */
export function createMembrane(secret: string, side: 'page' | 'preload'): Membrane {
  const other = side === 'page' ? 'preload' : 'page';
  const root = document;
  const dispatch = EventTarget.prototype.dispatchEvent;
  const NoteEvent = CustomEvent;
  const functions = new Map<number, Callable>();
  const numbers = new WeakMap<Callable, number>();
  const theirs = new Map<number, Callable>();
  const answers = new Map<number, { failed: boolean; value: Crossing }>();
  const promises = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  let last = 0;

  const tell = (note: Note): void => {
    dispatch.call(root, new NoteEvent(`${secret}>${other}`, { detail: note }));
  };

  /** `map`, out of the page's reach. */
  function each<T, R>(items: readonly T[], change: (item: T) => R): R[] {
    const changed: R[] = [];
    for (const item of items) changed[changed.length] = change(item);
    return changed;
  }

  function encode(value: unknown): Crossing {
    if (typeof value === 'function') {
      const fn = value as Callable;
      const id = numbers.get(fn) ?? (last += 1);
      numbers.set(fn, id);
      functions.set(id, fn);
      return { kind: 'function', id };
    }
    if (typeof value !== 'object' || value === null) return { kind: 'plain', value };
    if (value instanceof Promise) {
      const id = (last += 1);
      value.then(
        (result) => tell({ kind: 'settled', promise: id, failed: false, value: encode(result) }),
        (error) => tell({ kind: 'settled', promise: id, failed: true, value: encode(error) }),
      );
      return { kind: 'promise', id };
    }
    if (value instanceof Error) return { kind: 'error', name: value.name, message: value.message };
    if (Array.isArray(value)) return { kind: 'array', items: each(value, encode) };
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return { kind: 'plain', value };
    const entries = each(Object.entries(value), ([key, item]): [string, Crossing] => [key, encode(item)]);
    return { kind: 'object', entries };
  }

  function decode(crossing: Crossing): unknown {
    switch (crossing.kind) {
      case 'plain':
        return crossing.value;
      case 'array':
        return each(crossing.items, decode);
      case 'object': {
        const object: Record<string, unknown> = {};
        for (const [key, item] of crossing.entries) object[key] = decode(item);
        return Object.freeze(object);
      }
      case 'error': {
        const error = new Error(crossing.message);
        error.name = crossing.name;
        return error;
      }
      case 'function': {
        const known = theirs.get(crossing.id);
        if (known) return known;
        const fn: Callable = (...args) => call(crossing.id, ...args);
        theirs.set(crossing.id, fn);
        return fn;
      }
      case 'promise':
        return new Promise((resolve, reject) => promises.set(crossing.id, { resolve, reject }));
    }
  }

  function call(fn: number, ...args: unknown[]): unknown {
    const number = (last += 1);
    tell({ kind: 'call', call: number, fn, args: each(args, encode) });
    const answer = answers.get(number);
    answers.delete(number);
    if (!answer) throw new Error('the other world did not answer');
    const value = decode(answer.value);
    if (answer.failed) throw value;
    return value;
  }

  function answerCall(note: Note & { kind: 'call' }): void {
    try {
      const fn = functions.get(note.fn);
      if (!fn) throw new Error('no such function');
      const value = encode(fn(...each(note.args, decode)));
      tell({ kind: 'answer', call: note.call, failed: false, value });
    } catch (error) {
      tell({ kind: 'answer', call: note.call, failed: true, value: encode(error) });
    }
  }

  root.addEventListener(`${secret}>${side}`, (event) => {
    const note = (event as CustomEvent).detail as Note;
    switch (note.kind) {
      case 'call':
        return answerCall(note);
      case 'answer':
        answers.set(note.call, note);
        return undefined;
      case 'settled': {
        const promise = promises.get(note.promise);
        promises.delete(note.promise);
        if (note.failed) promise?.reject(decode(note.value));
        else promise?.resolve(decode(note.value));
        return undefined;
      }
    }
  });

  return { offer: (id, fn) => void functions.set(id, fn), call };
}
