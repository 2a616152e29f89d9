/** A typed client of the control port, for specs and the conformance suite. */
import type { Act, ControlCalls, ControlName, LogEntry, LogFilter, Truth } from './control.ts';

export interface ControlClient {
  /** Any call of the control port; rejects with the server's words. */
  call<N extends ControlName>(name: N, input: ControlCalls[N]['input']): Promise<ControlCalls[N]['output']>;
  /** Something another user or the system does. */
  act(act: Act): Promise<Truth>;
  /** The conversation as the server has it; rejects when there is none. */
  truth(conversation: number): Promise<Truth>;
  log(filter?: LogFilter): Promise<LogEntry[]>;
}

/** @param controlUrl as in the first line of the server's output. */
export function createControlClient(controlUrl: string): ControlClient {
  const call: ControlClient['call'] = async (name, input) => {
    const response = await fetch(`${controlUrl}/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`control ${name}: ${text}`);
    return JSON.parse(text) as never;
  };
  return {
    call,
    act: async (act) => (await call('act', act)) as Truth,
    truth: async (conversation) => {
      const truth = await call('conversation.truth', { conversation });
      if (truth === null) throw new Error(`conversation ${conversation} is not on the server`);
      return truth;
    },
    log: (filter = {}) => call('log.read', filter),
  };
}
