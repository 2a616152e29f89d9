/** A plain HTTP client of one account for the conformance suite. */

export interface Answer {
  status: number;
  text: string;
  /** Parsed body; undefined when it is no JSON. */
  json: unknown;
  headers: Headers;
}

export interface Api {
  /** A path below the account, such as `/conversations/5`. */
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
  remove(path: string, body?: unknown): Promise<Answer>;
  /** Any path of the server, with any headers instead of the token. */
  raw(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: unknown },
  ): Promise<Answer>;
  readonly origin: string;
  readonly accountId: number;
}

async function send(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: unknown,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, text, json, headers: response.headers };
}

export function createApi(origin: string, accountId: number, token: string): Api {
  const base = `${origin.replace(/\/+$/, '')}/api/v1/accounts/${accountId}`;
  const own = { api_access_token: token };
  return {
    origin,
    accountId,
    get: (path) => send(base + path, 'GET', own, undefined),
    post: (path, body) => send(base + path, 'POST', own, body),
    patch: (path, body) => send(base + path, 'PATCH', own, body),
    remove: (path, body) => send(base + path, 'DELETE', own, body),
    raw: (method, path, options = {}) => send(origin + path, method, options.headers ?? own, options.body),
  };
}
