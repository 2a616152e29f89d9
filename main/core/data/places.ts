/** Where this computer keeps what belongs to a workspace. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Workspace } from '../../../contract/ipc.ts';

/** The folder of its files: one for each (server, account, user). */
export const folderOf = (root: string, { origin, accountId, userId }: Workspace): string => {
  const server = createHash('sha256').update(origin).digest('hex').slice(0, 16);
  return join(root, 'workspaces', `${server}-${accountId}-${userId}`);
};

/** The name under which the system keeps its token. */
export const secretKeyOf = ({ origin, accountId, userId }: Workspace): string =>
  `token:${origin}:${accountId}:${userId}`;
