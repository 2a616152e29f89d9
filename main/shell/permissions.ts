/** Refuses every power a page can ask for, except showing notifications, and putting text on the clipboard. */
import { session } from './electron.ts';

export function guardPermissions(): void {
  const allowed = (permission: string): boolean =>
    permission === 'notifications' || permission === 'clipboard-sanitized-write';
  session.defaultSession.setPermissionRequestHandler((_contents, permission, callback) =>
    callback(allowed(permission)),
  );
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => allowed(permission));
}
