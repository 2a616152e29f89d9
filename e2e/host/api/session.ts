/** `session.defaultSession`: the permission handlers. */
import type { WebContents } from './web-contents.ts';

type Details = { requestingUrl: string; isMainFrame: boolean };
type RequestHandler = (
  contents: WebContents,
  permission: string,
  callback: (granted: boolean) => void,
  details: Details,
) => void;
type CheckHandler = (
  contents: WebContents | null,
  permission: string,
  origin: string,
  details: Details,
) => boolean;

export function createSession() {
  let requestHandler: RequestHandler | null = null;
  let checkHandler: CheckHandler | null = null;

  return {
    electronSession: {
      defaultSession: {
        setPermissionRequestHandler: (handler: RequestHandler | null) => {
          requestHandler = handler;
        },
        setPermissionCheckHandler: (handler: CheckHandler | null) => {
          checkHandler = handler;
        },
      },
    },
    /** Electron grants what nobody handles. */
    ask: async (contents: WebContents, permission: string, details: Details): Promise<boolean> => {
      const handler = requestHandler;
      if (!handler) return true;
      return new Promise((resolve) => handler(contents, permission, resolve, details));
    },
    check: (contents: WebContents, permission: string, details: Details): boolean =>
      checkHandler ? checkHandler(contents, permission, details.requestingUrl, details) : true,
  };
}

export type StandInSession = ReturnType<typeof createSession>;
