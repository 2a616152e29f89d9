/** Refuses every power a page can ask for, except showing notifications. */
import { session } from './electron.ts';

export function guardPermissions(): void {
  const allowed = (permission: string): boolean => permission === 'notifications';
  session.defaultSession.setPermissionRequestHandler((_contents, permission, callback) =>
    callback(allowed(permission)),
  );
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => allowed(permission));
}
