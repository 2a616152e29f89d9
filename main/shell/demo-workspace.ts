/** The demo as a workspace: opens it, and keeps it open over restarts of the app. */
import type { CallOutput, EventName, EventPayload, Reply, Workspace } from '../../contract/ipc.ts';
import type { Log } from '../core/ports.ts';
import type { DemoServer } from './demo.ts';

type Opened = CallOutput<'workspace.openDemo'>;

type Options = {
  server: DemoServer;
  forward: (name: string, input: unknown) => Promise<Reply<unknown>>;
  workspace: () => Workspace | null;
  log: Log;
};

export type DemoWorkspace = {
  open: () => Promise<Opened>;
  /** Starts the server of a remembered demo; signs in anew where it has moved to another port. */
  resume: () => Promise<void>;
  /** Hears what the core says: without a keyring the token of the demo is forgotten, but the app knows it. */
  hear: (name: EventName, payload: EventPayload<EventName>) => void;
};

export function createDemoWorkspace({ server, forward, workspace, log }: Options): DemoWorkspace {
  let signedInAgain = false;

  async function open(): Promise<Opened> {
    try {
      const { url, token } = await server.start();
      const reply = await forward('workspace.signIn', { address: url, token, demo: true });
      if (!reply.ok) return { outcome: 'failed', failure: 'unreachable', detail: reply.error.message };
      // The core answers by the same contract, and the two calls have one shape of answer.
      return reply.value as Opened;
    } catch (error) {
      log.error('the demo did not start', { error: String(error) });
      return { outcome: 'failed', failure: 'unreachable', detail: 'The demo server did not start.' };
    }
  }

  async function signInAgain(): Promise<void> {
    // Once: a demo that refuses its own token would be asked for ever.
    if (signedInAgain) return;
    signedInAgain = true;
    const answer = await open();
    if (answer.outcome === 'failed') log.error('the demo did not open', { detail: answer.detail });
  }

  return {
    open,
    resume: async () => {
      const remembered = workspace();
      if (!remembered?.demo) return;
      try {
        const { url } = await server.start();
        if (new URL(url).origin !== remembered.origin) await signInAgain();
      } catch (error) {
        log.error('the demo did not start', { error: String(error) });
      }
    },
    hear: (name, payload) => {
      if (name !== 'connection' || !workspace()?.demo) return;
      if ((payload as EventPayload<'connection'>).state === 'needs-sign-in') void signInAgain();
    },
  };
}
