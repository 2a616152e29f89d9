/** The one door from the renderer: checks who calls, which call and with what, once, then answers or forwards. */
import type { CallError, CallName, EventName, EventPayload, Handlers, Reply } from '../../contract/ipc.ts';
import { calls, EVENT_CHANNEL, INVOKE_CHANNEL } from '../../contract/ipc.ts';
import type { Log } from '../core/ports.ts';

/** Who calls, as far as trust is decided by it. */
export type Caller = {
  sender: { id: number };
  senderFrame: { readonly url: string; readonly parent: unknown } | null;
};

/** The part of `ipcMain` that the door stands in. */
export type Hallway = {
  handle: (channel: string, handler: (event: Caller, ...args: unknown[]) => Promise<unknown>) => void;
};

export type DoorOptions = {
  /** The id of our window's contents; null while there is no window. */
  trustedContents: () => number | null;
  /** Every address of ours begins so. */
  trustedOrigin: string;
  handlers: Handlers<'shell'>;
  /** Hands a parsed call to the core. */
  forward: (name: string, input: unknown) => Promise<Reply<unknown>>;
  log: Log;
};

function refuse(code: CallError['code'], message: string): Reply<never> {
  return { ok: false, error: { code, message } };
}

/** True for the top frame of our own window showing our own page. */
export function isOurs(caller: Caller, contents: number | null, origin: string): boolean {
  const { sender, senderFrame } = caller;
  return (
    contents !== null &&
    sender.id === contents &&
    senderFrame !== null &&
    senderFrame.parent === null &&
    senderFrame.url.startsWith(`${origin}/`)
  );
}

/** Answers one call. Never throws, whatever the name and the input are. */
export async function answer(
  options: DoorOptions,
  caller: Caller,
  name: unknown,
  input: unknown,
): Promise<Reply<unknown>> {
  if (!isOurs(caller, options.trustedContents(), options.trustedOrigin)) {
    options.log.warn('a stranger called', { url: caller.senderFrame?.url ?? null });
    return refuse('untrusted-sender', 'Only the app’s own window may ask this.');
  }
  if (typeof name !== 'string' || !Object.hasOwn(calls, name)) {
    return refuse('unknown-call', 'The app does not know this request.');
  }
  const call = calls[name as CallName];
  const parsed = call.input.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = issue?.path.join('.') ?? '';
    return refuse('bad-input', `${name}: ${place}${place === '' ? '' : ': '}${issue?.message ?? 'invalid'}`);
  }
  try {
    if (call.answeredBy === 'core') return await options.forward(name, parsed.data);
    // The table says that the shell answers this name, so the handler exists and takes this input.
    const handler = options.handlers[name as keyof Handlers<'shell'>] as (given: unknown) => Promise<unknown>;
    return { ok: true, value: await handler(parsed.data) };
  } catch (error) {
    options.log.error('a call failed', { name, error: String(error) });
    return refuse('internal', 'Something went wrong inside the app. The log has the details.');
  }
}

/** Opens the door: one channel, for everything. */
export function openDoor(hallway: Hallway, options: DoorOptions): void {
  hallway.handle(INVOKE_CHANNEL, (event, name, input) => answer(options, event, name, input));
}

/** Tells the renderer, if there is one. */
export function createTeller(
  contents: () => { isDestroyed: () => boolean; send: (channel: string, ...args: unknown[]) => void } | null,
): <N extends EventName>(name: N, payload: EventPayload<N>) => void {
  return (name, payload) => {
    const target = contents();
    if (target && !target.isDestroyed()) target.send(EVENT_CHANNEL, name, payload);
  };
}
