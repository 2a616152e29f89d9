/** The typed client of the bridge: calls by name, events by name, nothing else. */
import type {
  Bridge,
  CallError,
  CallInput,
  CallName,
  CallOutput,
  EventName,
  EventPayload,
  Reply,
} from '../../contract/ipc.ts';

/** A call that was answered with an error; `message` is a sentence for a person. */
export class CallFailed extends Error {
  readonly code: CallError['code'];
  constructor(error: CallError) {
    super(error.message);
    this.name = 'CallFailed';
    this.code = error.code;
  }
}

export type Client = {
  /** Resolves with the value of the reply; rejects with `CallFailed`. */
  invoke: <N extends CallName>(name: N, input: CallInput<N>) => Promise<CallOutput<N>>;
  /** Returns the unsubscribe function. */
  on: <N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void) => () => void;
};

/** The shapes were parsed on the main side of the bridge, so they are only named here. */
export const createClient = (bridge: Bridge): Client => ({
  invoke: async <N extends CallName>(name: N, input: CallInput<N>) => {
    const reply = (await bridge.invoke(name, input)) as Reply<CallOutput<N>>;
    if (!reply.ok) throw new CallFailed(reply.error);
    return reply.value;
  },
  on: (name, listener) =>
    bridge.subscribe((event, payload) => {
      if (event === name) listener(payload as EventPayload<typeof name>);
    }),
});
