/** The real Http port against real sockets: why a request failed, and whether the server may have acted. */
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { classify, createHttp } from './http.ts';

const { request } = createHttp();

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function') {
      (server.closeAllConnections as () => void)();
    }
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

const ask = (url: string, timeoutMs = 5000) =>
  request({ method: 'GET', url, headers: { api_access_token: 't' }, timeoutMs });

const serve = async (listener: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listen(createServer(listener))}`;

describe('an answer', () => {
  it('comes with status, headers and body, and the token is sent as it is written', async () => {
    const url = await serve((incoming, response) => {
      response.writeHead(201, { 'x-one': 'two' });
      response.end(String(incoming.headers['api_access_token']));
    });
    expect(await ask(url)).toMatchObject({
      kind: 'answered',
      status: 201,
      headers: { 'x-one': 'two' },
      body: 't',
    });
  });

  it('that points elsewhere is not followed', async () => {
    let visited = false;
    const elsewhere = await serve((_, response) => {
      visited = true;
      response.end();
    });
    const url = await serve((_, response) => response.writeHead(302, { location: elsewhere }).end());
    expect(await ask(url)).toMatchObject({ kind: 'answered', status: 302, headers: { location: elsewhere } });
    expect(visited).toBe(false);
  });
});

describe('a failure', () => {
  it('before anything was sent says so', async () => {
    const port = await listen(createTcpServer());
    const closed = createTcpServer();
    const free = await listen(closed);
    await new Promise((resolve) => closed.close(resolve));
    expect(port).not.toBe(free);
    expect(await ask(`http://127.0.0.1:${free}`)).toMatchObject({
      kind: 'failed',
      reason: 'unreachable',
      sent: 'no',
    });
  });

  it('of an answer that is cut off says that the server may have acted', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      response.socket?.destroy();
    });
    expect(await ask(url)).toMatchObject({ kind: 'failed', reason: 'broken', sent: 'maybe' });
  });

  it('of a connection that is cut before the answer says that the server may have acted', async () => {
    const url = await serve((incoming) => incoming.socket.destroy());
    expect(await ask(url)).toMatchObject({ kind: 'failed', reason: 'broken', sent: 'maybe' });
  });

  it('of time is a timeout, also in the middle of the body', async () => {
    const silent = await serve(() => undefined);
    expect(await ask(silent, 50)).toMatchObject({ kind: 'failed', reason: 'timeout', sent: 'maybe' });
    const slow = await serve((_, response) => {
      response.writeHead(200);
      response.write('begun');
    });
    expect(await ask(slow, 200)).toMatchObject({ kind: 'failed', reason: 'timeout', sent: 'maybe' });
  });

  it('of a server that speaks no TLS, or one whose certificate nobody knows, is told apart from no server', async () => {
    const plain = await listen(createServer((_, response) => response.end()));
    expect(await ask(`https://127.0.0.1:${plain}`)).toMatchObject({ kind: 'failed', reason: 'certificate' });
    const bare = await listen(createTlsServer({}));
    expect(await ask(`https://127.0.0.1:${bare}`)).toMatchObject({ kind: 'failed', reason: 'certificate' });
  });

  it('is classified by its code, wherever it is wrapped', () => {
    const wrapped = (code: string) =>
      new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) });
    expect(classify(wrapped('ENOTFOUND'))).toMatchObject({ reason: 'dns', sent: 'no' });
    expect(classify(wrapped('EAI_AGAIN'))).toMatchObject({ reason: 'unreachable', sent: 'no' });
    expect(classify(wrapped('DEPTH_ZERO_SELF_SIGNED_CERT'))).toMatchObject({
      reason: 'certificate',
      sent: 'no',
    });
    expect(classify(wrapped('ERR_TLS_CERT_ALTNAME_INVALID'))).toMatchObject({ reason: 'certificate' });
    expect(classify(wrapped('UND_ERR_CONNECT_TIMEOUT'))).toMatchObject({ reason: 'timeout', sent: 'no' });
    expect(classify(wrapped('ECONNRESET'))).toMatchObject({ reason: 'broken', sent: 'maybe' });
    expect(classify('nonsense')).toMatchObject({ reason: 'broken', sent: 'maybe' });
  });
});
