/** The Http port over Node's own fetch: never rejects, says whether the server may have acted, follows no redirect. */
import type { Http, HttpAnswer, HttpRequest } from '../ports.ts';

/** More than any page of the server; beyond it something is wrong. */
const LARGEST_BODY = 64 * 1024 * 1024;

type Failed = Extract<HttpAnswer, { kind: 'failed' }>;

const CERTIFICATE =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_SSL_|ERR_TLS_)/;

/** Looks through wrapped errors for the first that has a code. */
const codeOf = (error: unknown): { code: string; detail: string } => {
  let at: unknown = error;
  for (let depth = 0; depth < 6 && at instanceof Error; depth++) {
    if ('code' in at && typeof at.code === 'string')
      return { code: at.code, detail: `${at.code}: ${at.message}` };
    at = at instanceof AggregateError && at.errors.length > 0 ? (at.errors[0] as unknown) : at.cause;
  }
  return { code: '', detail: error instanceof Error ? error.message : String(error) };
};

/** Why a request failed, from the error that fetch rejected with. */
export const classify = (error: unknown): Failed => {
  const { code, detail } = codeOf(error);
  const failed = (reason: Failed['reason'], sent: Failed['sent']): Failed => ({
    kind: 'failed',
    reason,
    sent,
    detail,
  });
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
    return failed('timeout', 'maybe');
  }
  if (CERTIFICATE.test(code)) return failed('certificate', 'no');
  switch (code) {
    case 'ENOTFOUND':
    case 'ERR_INVALID_URL':
      return failed('dns', 'no');
    // No name server answers: no network, rather than a wrong name.
    case 'EAI_AGAIN':
    case 'ECONNREFUSED':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
      return failed('unreachable', 'no');
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return failed('timeout', 'no');
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return failed('timeout', 'maybe');
    default:
      return failed('broken', 'maybe');
  }
};

const readBody = async (response: Response): Promise<string | null> => {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > LARGEST_BODY) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
};

const request = async (asked: HttpRequest): Promise<HttpAnswer> => {
  try {
    const response = await fetch(asked.url, {
      method: asked.method,
      headers: asked.headers,
      ...(asked.body === undefined ? {} : { body: asked.body }),
      // The token must not travel to wherever an answer points.
      redirect: 'manual',
      signal: AbortSignal.timeout(asked.timeoutMs),
    });
    const body = await readBody(response);
    if (body === null)
      return { kind: 'failed', reason: 'broken', sent: 'maybe', detail: 'The answer is too large.' };
    return { kind: 'answered', status: response.status, headers: Object.fromEntries(response.headers), body };
  } catch (error) {
    return classify(error);
  }
};

/** The real Http port. */
export const createHttp = (): Http => ({ request });
