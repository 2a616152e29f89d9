/** What the window does with its answers when a workspace is opened: another one starts empty, the same one asks again. */
import type { QueryClient } from '@tanstack/react-query';
import type { CallOutput, Workspace } from '../../contract/ipc.ts';

type Current = CallOutput<'workspace.current'>;

/** Answers that belong to no workspace. */
const KEPT = new Set<unknown>(['settings.get', 'workspace.current']);

const isSame = (a: Workspace | null, b: Workspace | null): boolean =>
  a?.origin === b?.origin && a?.accountId === b?.accountId && a?.userId === b?.userId;

/**
 * Returns whether it is another workspace (or none) than the one shown: then nothing of the old one stays on screen.
 * Queries in use are never removed: whoever watches one that was removed hears no news until it happens to be drawn again.
 */
export const changeWorkspace = (queries: QueryClient, workspace: Workspace | null): boolean => {
  const shown = queries.getQueryData<Current>(['workspace.current', {}])?.workspace ?? null;
  const another = !isSame(shown, workspace);
  const ofWorkspace = {
    predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => !KEPT.has(queryKey[0]),
  };
  if (another) {
    queries.removeQueries({ ...ofWorkspace, type: 'inactive' });
    void queries.resetQueries(ofWorkspace);
  } else void queries.invalidateQueries(ofWorkspace);
  queries.setQueryData<Current>(['workspace.current', {}], { workspace });
  return another;
};
