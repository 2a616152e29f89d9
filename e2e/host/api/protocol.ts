/** `protocol`: handlers for own schemes, which Chromium sees as hosts under `.localhost`. */

type Handler = (request: Request) => Response | Promise<Response>;

/** `app://supervisor/x` <-> `https://supervisor.app.localhost/x`. */
export function createProtocol() {
  const handlers = new Map<string, Handler>();

  return {
    electronProtocol: {
      registerSchemesAsPrivileged: () => undefined,
      handle: (scheme: string, handler: Handler) => void handlers.set(scheme, handler),
      unhandle: (scheme: string) => void handlers.delete(scheme),
    },
    /** What to intercept. */
    patterns: () => [...handlers.keys()].map((scheme) => `https://*.${scheme}.localhost/*`),
    toChromium: (address: string): string => {
      const [, scheme = '', host = '', rest = ''] =
        /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(address) ?? [];
      return handlers.has(scheme) ? `https://${host}.${scheme}.localhost${rest}` : address;
    },
    fromChromium: (address: string): string => {
      const [, host = '', scheme = '', rest = ''] =
        /^https:\/\/([^/?#]*)\.([a-z]+)\.localhost(.*)$/.exec(address) ?? [];
      return handlers.has(scheme) ? `${scheme}://${host}${rest}` : address;
    },
    /** Null when no handler owns the address. */
    answer: async (
      address: string,
      method: string,
      headers: Record<string, string>,
    ): Promise<Response | null> => {
      const handler = handlers.get(address.slice(0, address.indexOf(':')));
      return handler ? handler(new Request(address, { method, headers })) : null;
    },
  };
}

export type StandInProtocol = ReturnType<typeof createProtocol>;
