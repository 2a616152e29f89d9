/** Answers what the core asks of the main process: one function per line of the contract's `ports`. */
import type { PortInput, PortName, PortOutput, Workspace } from '../../contract/ipc.ts';
import type { Secrets } from './secrets.ts';

export type PortHandlers = { [N in PortName]: (input: PortInput<N>) => Promise<PortOutput<N>> };

type Options = {
  secrets: Secrets;
  rememberWorkspace: (workspace: Workspace | null) => void;
  showNotification: PortHandlers['notifier.show'];
};

export function createPortHandlers({ secrets, rememberWorkspace, showNotification }: Options): PortHandlers {
  return {
    'secrets.get': async ({ key }) => ({ value: secrets.get(key) }),
    'secrets.set': async ({ key, value }) => ({ stored: secrets.set(key, value) }),
    'secrets.delete': async ({ key }) => {
      secrets.delete(key);
      return {};
    },
    'workspace.remember': async ({ workspace }) => {
      rememberWorkspace(workspace);
      return {};
    },
    'notifier.show': showNotification,
  };
}
