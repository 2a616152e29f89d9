/** The HTTP side: fastify with the routes, the error bodies and the answers of the wire. */
import type { IncomingMessage } from 'node:http';
import Fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Backend } from '../backend.ts';
import { isAdministrator } from '../rules/visibility.ts';
import { accessToken, accountOf, callerOf, enterAccount } from './auth.ts';
import { createLimits } from './limits.ts';
import { isRecord, parseQuery } from './params.ts';
import { Refusal, json, notAllowed, notForBots, notInAccount, serverError } from './replies.ts';
import type { Reply } from './replies.ts';
import type { Request, Route } from './router.ts';
import type { Sessions } from './sessions.ts';
import { conversationRoutes } from './routes/conversations.ts';
import { assignmentRoutes } from './routes/assignments.ts';
import { directoryRoutes } from './routes/directory.ts';
import { manageRoutes } from './routes/manage.ts';
import { messageRoutes } from './routes/messages.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { profileRoutes } from './routes/profile.ts';
import { searchRoutes } from './routes/search.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { stateRoutes } from './routes/states.ts';

const notFoundPage =
  '<!DOCTYPE html><html><head><title>Not found (404)</title></head><body><h1>Not found</h1></body></html>\n';

function headersOf(request: FastifyRequest): Request['headers'] {
  const headers: Request['headers'] = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value[0] : value;
  return headers;
}

function answer(route: Route, request: Request, sessions: Sessions): Reply {
  const { backend } = request;
  if (route.access === 'public') return route.handle(request);
  const caller = callerOf(backend, sessions, request);
  if (caller.kind === 'bot') {
    if (route.access !== 'account' || route.bot === undefined) throw notForBots();
    const account = accountOf(request);
    if (caller.bot.accountId !== account.id) throw notInAccount();
    return route.bot({ ...request, bot: caller.bot, account });
  }
  const userRequest = { ...request, user: caller.user, session: caller.session };
  let reply: Reply;
  if (route.access === 'user') reply = route.handle(userRequest);
  else {
    const accountRequest = enterAccount(userRequest);
    if (route.access === 'administrator' && !isAdministrator(accountRequest.membership)) throw notAllowed();
    reply = route.handle(accountRequest);
  }
  if (caller.session !== null && reply.kind === 'json') {
    return { ...reply, headers: { ...caller.session, ...reply.headers } };
  }
  return reply;
}

function send(reply: FastifyReply, result: Reply): FastifyReply {
  switch (result.kind) {
    case 'json':
      if (result.headers !== undefined) reply.headers(result.headers);
      return reply
        .code(result.status)
        .header('content-type', 'application/json; charset=utf-8')
        .send(JSON.stringify(result.value ?? null));
    case 'empty':
      return reply.code(result.status).send();
    case 'text':
      return reply.code(result.status).header('content-type', result.type).send(result.body);
  }
}

/** Builds the app; the caller owns the listening socket and passes requests to `app.routing`. */
export async function createApp(
  backend: Backend,
  sessions: Sessions,
  noteBody: (request: IncomingMessage, body: unknown) => void,
): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    bodyLimit: 10 * 1024 * 1024,
    routerOptions: { querystringParser: parseQuery, ignoreTrailingSlash: true },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    const content = String(body).trim();
    if (content === '') return done(null, {});
    try {
      done(null, JSON.parse(content));
    } catch {
      done(new Refusal(400, { status: 400, error: 'Bad Request' }));
    }
  });
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, parseQuery(String(body))),
  );
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null, {}));

  const over = createLimits(backend);
  app.addHook('preValidation', (request, reply, done) => {
    noteBody(request.raw, request.body);
    const [path = ''] = request.url.split('?', 1);
    const input = isRecord(request.body) ? request.body : {};
    const token = accessToken(headersOf(request));
    const userId = token === undefined ? null : (backend.world.userByToken(token)?.id ?? null);
    if (over({ address: request.ip, method: request.method, path, input, userId })) {
      void reply.code(429).header('content-type', 'text/plain').send('Retry later\n');
      return;
    }
    done();
  });

  const routes: Route[] = [
    ...sessionRoutes(sessions),
    ...profileRoutes(),
    ...conversationRoutes(),
    ...assignmentRoutes(),
    ...stateRoutes(),
    ...messageRoutes(),
    ...searchRoutes(),
    ...directoryRoutes(),
    ...manageRoutes(),
    ...notificationRoutes(),
  ];
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.url,
      exposeHeadRoute: false,
      handler: (request, reply) => {
        const body: unknown = request.body;
        const input = { ...(request.query as object), ...(isRecord(body) ? body : {}) };
        const path = request.params as Record<string, string>;
        return send(reply, answer(route, { backend, path, input, headers: headersOf(request) }, sessions));
      },
    });
  }
  const unknownPath: Reply = {
    kind: 'text',
    status: 404,
    type: 'text/html; charset=utf-8',
    body: notFoundPage,
  };
  app.setNotFoundHandler((_request, reply) => send(reply, unknownPath));
  app.setErrorHandler((error, _request, reply) => {
    const refusal = error instanceof Refusal ? error : serverError();
    if (!(error instanceof Refusal))
      backend.warn(error instanceof Error ? (error.stack ?? error.message) : String(error));
    if (refusal.body === undefined) return send(reply, unknownPath);
    return send(reply, { ...json(refusal.body), status: refusal.status } as Reply);
  });
  await app.ready();
  return app;
}
