/** Sends one request with the access token and sorts what comes back into an outcome. */
import type { Clock, Http, HttpAnswer, HttpRequest } from '../ports.ts';
import type { Failure, Outcome } from './outcome.ts';
import { parseJson } from './wire/json.ts';
import { refusalOf401, serverWordsOf } from './wire/refusal.ts';

/** The server gives up on a request after 15 s. */
const TIMEOUT_MS = 20_000;

export type Call = {
  method: HttpRequest['method'];
  path: string;
  body?: unknown;
  timeoutMs?: number;
  /** What `read` makes of the body may be made where it arrives. */
  reads?: 'page';
};

/** Our two clocks at one moment, ms: since 1970, and monotonic. */
type Moment = { wall: number; monotonic: number };

/** Called with every complete answer: `Date` header (seconds since 1970) and the moments around it. */
export type OnAnswer = (heard: { date: number | null; sent: Moment; answered: Moment }) => void;

/** The `Date` header in seconds since 1970. */
const dateOf = (headers: Record<string, string>): number | null => {
  const text = headers['date'];
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isFinite(ms) ? ms / 1000 : null;
};

/** "Wed, 21 Oct 2026 07:28:00 GMT"; anything else that a date may look like is not taken for one. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const LONGEST_RETRY_AFTER_MS = 99_999_000;

/** Seconds, or a date by the clock of whoever says it. `now` = ms since 1970 here, for an answer without a date. */
const retryAfterMs = (headers: Record<string, string>, now: number | null): number | null => {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,5}$/.test(text)) return Number(text) * 1000;
  const until = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  const date = dateOf(headers);
  const from = date === null ? now : date * 1000;
  return Number.isNaN(until) || from === null
    ? null
    : Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, until - from));
};

/** Whether a call is about one conversation. */
const ofObject = (call: Call): boolean => /\/conversations\/\d+/.test(call.path);

/** The failure in an answer, or null when it is a success. `ofObject`: one conversation was asked about; `now`: ms since 1970. */
export const failureOf = (
  status: number,
  headers: Record<string, string>,
  body: string,
  ofObject = false,
  now: number | null = null,
): Failure | null => {
  if (status >= 200 && status < 300) return null;
  const serverWords = serverWordsOf(body);
  if (status === 401) {
    const refusal = refusalOf401(body, ofObject);
    switch (refusal) {
      case 'needs-sign-in':
        // A proxy's own 401 is a page, not the server's JSON: asking for a new token would not help.
        return parseJson(body) === undefined && body.trim().length > 0
          ? { outcome: 'unreachable', reason: 'not-the-server', sent: 'no', detail: 'HTTP 401' }
          : { outcome: 'needs-sign-in', serverWords };
      case 'no-access':
        return { outcome: 'no-access', why: 'removed', serverWords };
      case 'suspended':
      case 'bot-token':
        return { outcome: 'no-access', why: refusal, serverWords };
      case 'invisible':
        return { outcome: 'invisible' };
      case 'refused':
        return { outcome: 'refused', status, serverWords };
    }
  }
  if (status === 404) {
    // A 404 of the server is JSON; a page is somebody else's.
    return parseJson(body) === undefined && body.trim().length > 0
      ? { outcome: 'unreachable', reason: 'not-the-server', sent: 'no', detail: 'HTTP 404' }
      : { outcome: 'gone' };
  }
  if (status === 429) return { outcome: 'throttled', retryAfterMs: retryAfterMs(headers, now) };
  if (status >= 500) {
    return { outcome: 'unreachable', reason: 'server-error', sent: 'maybe', detail: `HTTP ${status}` };
  }
  if (status < 400 || status === 407 || status === 511) {
    return { outcome: 'unreachable', reason: 'not-the-server', sent: 'no', detail: `HTTP ${status}` };
  }
  return { outcome: 'refused', status, serverWords };
};

const readHere = <T>(text: string, read: (body: unknown) => T | null): T | null => {
  const empty = text.trim().length === 0;
  const body = empty ? undefined : parseJson(text);
  return body === undefined && !empty ? null : read(body);
};

/** A function that sends calls to one origin with one token. */
export const createSender = (
  ports: { http: Http; clock: Clock },
  origin: string,
  token: string,
  onAnswer: OnAnswer = () => undefined,
) => {
  // Some proxies drop headers with an underscore; the other spelling means the same to the server.
  let header: 'api_access_token' | 'api-access-token' = 'api_access_token';
  let proven = false;

  const send = async (call: Call): Promise<{ answer: HttpAnswer; sentAt: number }> => {
    const moment = (): Moment => ({ wall: ports.clock.now(), monotonic: ports.clock.monotonic() });
    const sent = moment();
    const sentAt = sent.monotonic;
    const answer = await ports.http.request({
      method: call.method,
      url: origin + call.path,
      headers: {
        accept: 'application/json',
        [header]: token,
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      timeoutMs: call.timeoutMs ?? TIMEOUT_MS,
      ...(call.reads === undefined ? {} : { reads: { as: call.reads, since: sentAt } }),
    });
    if (answer.kind === 'answered') {
      onAnswer({ date: dateOf(answer.headers), sent, answered: moment() });
    }
    return { answer, sentAt };
  };

  /** `read` takes the parsed body (undefined when empty) and answers null for what cannot be the server's. */
  return async <T>(call: Call, read: (body: unknown, sentAt: number) => T | null): Promise<Outcome<T>> => {
    let { answer, sentAt } = await send(call);
    if (answer.kind === 'answered' && answer.status === 401 && !proven && header === 'api_access_token') {
      const first = failureOf(answer.status, answer.headers, answer.body, ofObject(call));
      if (first?.outcome === 'needs-sign-in') {
        header = 'api-access-token';
        const second = await send(call);
        const worked =
          second.answer.kind === 'answered' &&
          failureOf(second.answer.status, second.answer.headers, second.answer.body)?.outcome !==
            'needs-sign-in';
        if (worked) ({ answer, sentAt } = second);
        else header = 'api_access_token';
      }
    }
    if (answer.kind === 'failed') {
      return { outcome: 'unreachable', reason: answer.reason, sent: answer.sent, detail: answer.detail };
    }
    const { status, headers, body } = answer;
    const failure = failureOf(status, headers, body, ofObject(call), ports.clock.now());
    if (failure !== null) return failure;
    proven = true;
    const value =
      answer.read === undefined
        ? readHere(answer.body, (body) => read(body, sentAt))
        : // Another thread has applied the same reader.
          (answer.read.value as T | null);
    return value === null
      ? {
          outcome: 'unreachable',
          reason: 'not-the-server',
          sent: 'maybe',
          detail: `HTTP ${answer.status} without the expected JSON`,
        }
      : { outcome: 'answered', value, sentAt };
  };
};

export type Sender = ReturnType<typeof createSender>;
