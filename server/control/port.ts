/** The control port's HTTP server: JSON in, JSON out, on the loopback address. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { logFilterSchema } from '../control.ts';
import { createHandlers } from './calls.ts';
import type { Handlers, Steering } from './calls.ts';

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as unknown);
}

async function answer(handlers: Handlers, request: IncomingMessage): Promise<unknown> {
  const url = new URL(request.url ?? '/', 'http://control');
  const name = url.pathname.slice(1);
  if (name === 'log' && request.method === 'GET') {
    return handlers['log.read'](logFilterSchema.parse(Object.fromEntries(url.searchParams)));
  }
  if (name === 'log' && request.method === 'DELETE') return handlers['log.clear']({});
  if (request.method !== 'POST' || !Object.hasOwn(handlers, name))
    throw new Error(`no call ${request.method} ${name}`);
  // Calls parse what they need; the types of the client are the contract.
  const handler = handlers[name as keyof Handlers] as (input: unknown) => unknown;
  return handler(await readBody(request));
}

function respond(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value ?? null));
}

/** A server that is not yet listening. */
export function createControlPort(steering: Steering): { server: Server; stop(): void } {
  const { handlers, stop } = createHandlers(steering);
  const server = createServer((request, response) => {
    answer(handlers, request).then(
      (value) => respond(response, 200, value),
      (error: unknown) =>
        respond(response, 400, { error: error instanceof Error ? error.message : String(error) }),
    );
  });
  return { server, stop };
}
