/** Small servers that are not Live Agent, or not one that this app can use. */
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from './certificate.ts';

export type StubServer = {
  url: string;
  /** Method, path and token of each request that arrived. */
  seen: { method: string; path: string; token: string | undefined }[];
  close: () => Promise<void>;
};

type Answer = (path: string) => { status: number; type: string; body: string };

const serve = async (answer: Answer, secure: boolean): Promise<StubServer> => {
  const seen: StubServer['seen'] = [];
  const listener: RequestListener = (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '/';
    const token = request.headers['api_access_token'] ?? request.headers['api-access-token'];
    seen.push({ method: request.method ?? '', path, token: Array.isArray(token) ? token[0] : token });
    const { status, type, body } = answer(path);
    response.writeHead(status, { 'content-type': type }).end(body);
  };
  const server = secure ? createHttps(selfSigned('localhost'), listener) : createHttp(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}`,
    seen,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

const json = (body: unknown): ReturnType<Answer> => ({
  status: 200,
  type: 'application/json',
  body: JSON.stringify(body),
});

/** A company's web site: HTML on every path. */
export const serveWebSite = (): Promise<StubServer> =>
  serve(() => ({ status: 200, type: 'text/html', body: '<!doctype html><title>Welcome</title>' }), false);

/** Answers only over a certificate that nobody trusts. */
export const serveUntrusted = (): Promise<StubServer> => serve(() => json({ version: '4.14.0' }), true);

/** A Chatwoot of years ago. */
export const serveOldServer = (): Promise<StubServer> =>
  serve(
    (path) =>
      path.startsWith('/api/v1/profile')
        ? json({
            id: 1,
            name: 'Vera Old',
            email: 'vera@example.test',
            account_id: 1,
            role: 'administrator',
            pubsub_token: 'p',
            accounts: [{ id: 1, name: 'Old', role: 'administrator', active_at: null, status: 'active' }],
          })
        : json({ version: '1.12.0', timestamp: '2021-01-01 00:00:00' }),
    false,
  );

/** An address at which nothing listens. */
export const deadAddress = async (): Promise<string> => {
  const stub = await serveWebSite();
  await stub.close();
  return stub.url;
};
