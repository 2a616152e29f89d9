/** Serves the built renderer under `app://`, with a policy that allows nothing from anywhere else. */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

export const SCHEME = 'app';
export const ORIGIN = `${SCHEME}://supervisor`;
export const PAGE = `${ORIGIN}/index.html`;

/** Nothing inline, no eval, no remote images, fonts or requests: the renderer talks through the bridge only. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.wav': 'audio/wav',
};

/** Answers requests for files below `folder`; anything else is not found. */
export function createPageServer(folder: string): (request: Request) => Promise<Response> {
  const none = (): Response => new Response('Not found', { status: 404 });
  return async (request) => {
    const { host, pathname } = new URL(request.url);
    if (`${SCHEME}://${host}` !== ORIGIN) return none();
    let path: string;
    try {
      path = normalize(decodeURIComponent(pathname));
    } catch {
      return none();
    }
    const file = join(folder, path === sep ? 'index.html' : path);
    const type = types[extname(file)];
    if (type === undefined || !file.startsWith(folder + sep)) return none();
    try {
      const body = await readFile(file);
      return new Response(new Uint8Array(body), {
        headers: {
          'content-type': type,
          'content-security-policy': POLICY,
          'x-content-type-options': 'nosniff',
          'cross-origin-opener-policy': 'same-origin',
          'referrer-policy': 'no-referrer',
        },
      });
    } catch {
      return none();
    }
  };
}
