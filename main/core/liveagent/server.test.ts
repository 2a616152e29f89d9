/** Talking to a server: outcomes of requests, the two spellings of the token header, signing in, frames of the socket, what a server can do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock, Http, HttpAnswer, HttpRequest } from '../ports.ts';
import { createApi } from './api.ts';
import { cableUrl, identifierOf, readFrame, subscribeText } from './cable.ts';
import { atLeast, isTooOld, understoodUpdatedWithin } from './probe.ts';
import { createSender, failureOf } from './request.ts';
import { chooseAccount, readAddress, signIn } from './signin.ts';
import { readProfile } from './wire/directory.ts';

const clock: Clock = { now: () => 0, monotonic: () => 5, after: () => ({ cancel: () => undefined }) };

const json = (status: number, body: unknown): HttpAnswer => ({
  kind: 'answered',
  status,
  headers: { 'content-type': 'application/json' },
  body: body === undefined ? '' : JSON.stringify(body),
});
const html: HttpAnswer = {
  kind: 'answered',
  status: 200,
  headers: {},
  body: '<html>Welcome to our WiFi</html>',
};

/** An Http that answers by path and remembers what it was asked. */
const fakeHttp = (answer: (path: string, request: HttpRequest) => HttpAnswer) => {
  const asked: HttpRequest[] = [];
  const http: Http = {
    request: (request) => {
      asked.push(request);
      return Promise.resolve(answer(new URL(request.url).pathname, request));
    },
  };
  return { http, asked };
};

const profile = {
  id: 12,
  email: 'mara@example.test',
  name: 'Mara',
  pubsub_token: 'pubsub',
  account_id: 3,
  accounts: [
    { id: 2, name: 'Old', status: 'active', active_at: '2026-01-01T00:00:00.000Z', role: 'agent' },
    { id: 3, name: 'Nordlicht', status: 'active', active_at: '2026-01-31T00:00:00.000Z', role: 'supervisor' },
  ],
};

const api = (answer: (path: string, request: HttpRequest) => HttpAnswer) => {
  const { http, asked } = fakeHttp(answer);
  return { api: createApi(createSender({ http, clock }, 'https://s.test', 'token'), 3), asked };
};

/** Any UTF-16, half characters too. */
const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));

describe('an answer', () => {
  it('is sorted by what it means', () => {
    const outcome = (status: number, body: string) => failureOf(status, {}, body)?.outcome;
    expect(outcome(200, '')).toBeUndefined();
    expect(outcome(401, '{"error":"Invalid Access Token"}')).toBe('needs-sign-in');
    expect(outcome(401, '{"error":"You are not authorized to do this action"}')).toBe('invisible');
    expect(outcome(401, '{"error":"Account is suspended"}')).toBe('no-access');
    expect(outcome(401, '{"error":"Zugriff verweigert"}')).toBe('needs-sign-in');
    const ofConversation = failureOf(401, {}, '{"error":"Zugriff verweigert"}', true);
    expect(ofConversation, 'unknown words about one conversation sign nobody out').toEqual({
      outcome: 'refused',
      status: 401,
      serverWords: 'Zugriff verweigert',
    });
    expect(failureOf(401, {}, '{"error":"Invalid Access Token"}', true)?.outcome).toBe('needs-sign-in');
    expect(outcome(401, '<html>proxy</html>')).toBe('unreachable');
    expect(outcome(404, '{"error":"Resource could not be found"}')).toBe('gone');
    expect(outcome(404, '<html>nginx</html>')).toBe('unreachable');
    expect(outcome(429, 'Retry later\n')).toBe('throttled');
    expect(outcome(422, '{"error":"Limit"}')).toBe('refused');
    expect(outcome(402, '{"error":"Plan"}')).toBe('refused');
    expect(outcome(302, '')).toBe('unreachable');
    expect(failureOf(503, {}, '')).toMatchObject({ outcome: 'unreachable', sent: 'maybe' });
    expect(failureOf(429, { 'retry-after': '30' }, '')).toEqual({
      outcome: 'throttled',
      retryAfterMs: 30_000,
    });
  });

  it('that says a date to come back at means it by the clock of the server, else by ours', () => {
    const at = 'Wed, 21 Oct 2026 07:28:30 GMT';
    const after = (headers: Record<string, string>, now: number | null = null) => {
      const failure = failureOf(429, headers, '', false, now);
      return failure?.outcome === 'throttled' ? failure.retryAfterMs : failure;
    };
    const wrong = Date.UTC(2031, 0, 1);
    expect(after({ 'retry-after': at, date: 'Wed, 21 Oct 2026 07:28:00 GMT' }, wrong)).toBe(30_000);
    expect(after({ 'retry-after': at }, Date.UTC(2026, 9, 21, 7, 28, 20))).toBe(10_000);
    expect(after({ 'retry-after': at }, wrong), 'a moment that is over').toBe(0);
    expect(after({ 'retry-after': at }, 0), 'no longer than seconds may say').toBe(99_999_000);
    expect(after({ 'retry-after': at })).toBeNull();
    for (const text of ['soon', '-5', '1', '2026-10-21', 'Wed, 99 Oct 2026 07:28:30 GMT'])
      expect(after({ 'retry-after': text }, 0), text).toBe(text === '1' ? 1000 : null);
  });

  it('of a call reaches its caller with the time that is left', async () => {
    const { api: calls } = api(() => ({
      ...json(429, undefined),
      headers: { 'retry-after': 'Thu, 01 Jan 1970 00:00:07 GMT' },
    }));
    expect(await calls.profile()).toEqual({ outcome: 'throttled', retryAfterMs: 7000 });
  });

  it('of success that is not the expected JSON is not an answer', async () => {
    for (const body of [html, json(200, {}), json(200, []), json(200, { data: null })]) {
      const { api: calls } = api(() => body);
      expect(await calls.list({ status: 'open', page: 1 })).toMatchObject({
        outcome: 'unreachable',
        reason: 'not-the-server',
      });
    }
  });

  it('of nothing at all does not say what a write did', async () => {
    const { api: calls } = api(() => json(200, undefined));
    expect(await calls.assignTeam(1, 7)).toMatchObject({ outcome: 'answered', value: 'not-said' });
    expect(await calls.assignAgent(1, null)).toMatchObject({ outcome: 'answered', value: 'not-said' });
  });

  it('of a portal is no accepted write', async () => {
    const { api: calls } = api(() => html);
    expect(await calls.assignTeam(1, 7)).toMatchObject({ outcome: 'unreachable', sent: 'maybe' });
    expect(await calls.assignAgent(1, null)).toMatchObject({ outcome: 'unreachable', sent: 'maybe' });
  });

  it('never makes the reader throw', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 100, max: 599 }), fc.string(), async (status, body) => {
        const { api: calls } = api(() => ({ kind: 'answered', status, headers: {}, body }));
        await calls.list({ status: 'all' });
        await calls.conversation(1);
        await calls.assignAgent(1, { type: 'agent', id: 2 });
      }),
    );
  });
});

describe('the token', () => {
  it('is sent with the other spelling when the first is dropped on the way, and from then on', async () => {
    const { api: calls, asked } = api((_, { headers }) =>
      'api-access-token' in headers
        ? json(200, profile)
        : json(401, { errors: ['You need to sign in or sign up before continuing.'] }),
    );
    expect((await calls.profile()).outcome).toBe('answered');
    expect((await calls.profile()).outcome).toBe('answered');
    expect(asked.map(({ headers }) => 'api-access-token' in headers)).toEqual([false, true, true]);
  });

  it('that is wrong is tried with both once, and a proven one never again', async () => {
    let good = false;
    const { api: calls, asked } = api(() =>
      good ? json(200, profile) : json(401, { error: 'Invalid Access Token' }),
    );
    expect((await calls.profile()).outcome).toBe('needs-sign-in');
    expect(asked.length).toBe(2);
    good = true;
    await calls.profile();
    good = false;
    asked.length = 0;
    expect((await calls.profile()).outcome).toBe('needs-sign-in');
    expect(asked.length).toBe(1);
  });
});

describe('an address', () => {
  it('is read as a person types it', () => {
    expect(readAddress(' chat.example.test ')).toEqual({
      origin: 'https://chat.example.test',
      accountId: null,
    });
    expect(readAddress('https://chat.example.test/')?.origin).toBe('https://chat.example.test');
    expect(readAddress('chat.example.test:3000/api/v1')?.origin).toBe('https://chat.example.test:3000');
    expect(readAddress('http://127.0.0.1:4600')?.origin).toBe('http://127.0.0.1:4600');
    expect(readAddress('https://chat.example.test/app/accounts/3/dashboard')).toEqual({
      origin: 'https://chat.example.test',
      accountId: 3,
    });
    expect(readAddress('https://mara:secret@chat.example.test')?.origin).toBe('https://chat.example.test');
  });
  it('that is none is refused', () => {
    for (const typed of [
      '',
      '   ',
      'ftp://x.test',
      'javascript://alert(1)',
      'two words',
      'https://',
      'file:///etc',
    ]) {
      expect(readAddress(typed)).toBeNull();
    }
  });
  it('never throws', () => {
    fc.assert(fc.property(anyText, (typed) => void readAddress(typed)));
  });
});

describe('signing in', () => {
  const attempt = (
    answer: (path: string) => HttpAnswer,
    address = 'https://s.test',
    token = 'tokentokentokentokentoke',
  ) => signIn({ http: fakeHttp(answer).http, clock }, address, token);
  const good = (path: string): HttpAnswer =>
    path === '/api'
      ? json(200, { version: '3.11.0' })
      : path.endsWith('/teams')
        ? json(200, [])
        : json(200, profile);
  const failedRequest = (reason: 'dns' | 'certificate' | 'unreachable' | 'timeout') => (): HttpAnswer => ({
    kind: 'failed',
    reason,
    sent: 'no',
    detail: '',
  });

  it('opens the account used last', async () => {
    expect(await attempt(good)).toMatchObject({
      outcome: 'ok',
      workspace: { origin: 'https://s.test', accountId: 3, userId: 12, name: 'Nordlicht' },
    });
    expect(await attempt(good, 'https://s.test/app/accounts/2/inbox')).toMatchObject({
      outcome: 'ok',
      workspace: { accountId: 2 },
    });
  });

  it.each([
    ['wrong-address', () => html],
    ['wrong-address', () => json(404, { error: 'x' })],
    ['wrong-address', failedRequest('dns')],
    ['unreachable', failedRequest('unreachable')],
    ['unreachable', failedRequest('timeout')],
    ['unreachable', () => json(503, undefined)],
    ['bad-certificate', failedRequest('certificate')],
    ['bad-token', () => json(401, { error: 'Invalid Access Token' })],
    ['bot-token', () => json(401, { error: 'Access to this endpoint is not authorized for bots' })],
    [
      'suspended',
      (path: string) => (path.endsWith('/teams') ? json(401, { error: 'Account is suspended' }) : good(path)),
    ],
    [
      'suspended',
      (path: string) =>
        path.endsWith('/profile')
          ? json(200, { ...profile, accounts: [{ id: 3, name: 'N', status: 'suspended' }] })
          : good(path),
    ],
    ['old-server', (path: string) => (path === '/api' ? json(200, { version: '1.22.1' }) : good(path))],
    [
      'old-server',
      (path: string) =>
        path.endsWith('/profile') ? json(200, { ...profile, pubsub_token: undefined }) : good(path),
    ],
  ] as const)('fails as %s', async (failure, answer) => {
    expect(await attempt(answer)).toMatchObject({ outcome: 'failed', failure });
  });

  it('refuses what cannot be a token or an address without asking', async () => {
    const { http, asked } = fakeHttp(() => html);
    expect(await signIn({ http, clock }, 'https://s.test', 'with space\n')).toMatchObject({
      failure: 'bad-token',
    });
    expect(await signIn({ http, clock }, 'not an address', 'token')).toMatchObject({
      failure: 'wrong-address',
    });
    expect(asked).toEqual([]);
  });

  it('takes the active account when none says when it was used', () => {
    const read = readProfile({ ...profile, accounts: [{ id: 2 }, { id: 3 }] });
    expect(read && chooseAccount(read, null)?.id).toBe(3);
    expect(read && chooseAccount({ ...read, accounts: [] }, null)).toBeNull();
  });
});

describe('the socket', () => {
  const identifier = identifierOf({ pubsubToken: 'p', accountId: 3, userId: 12 });
  const read = (frame: unknown) => readFrame(JSON.stringify(frame), identifier);

  it('is at /cable with the same kind of security', () => {
    expect(cableUrl('https://s.test')).toBe('wss://s.test/cable');
    expect(cableUrl('http://127.0.0.1:4600')).toBe('ws://127.0.0.1:4600/cable');
  });
  it('uses the identifier verbatim', () => {
    expect(identifier).toBe('{"channel":"RoomChannel","pubsub_token":"p","account_id":3,"user_id":12}');
    expect(JSON.parse(subscribeText(identifier))).toEqual({ command: 'subscribe', identifier });
    expect(read({ type: 'confirm_subscription', identifier })).toEqual({ kind: 'confirmed' });
    expect(read({ type: 'confirm_subscription', identifier: `${identifier} ` })).toEqual({ kind: 'other' });
    expect(read({ identifier, message: { event: 'x' } })).toEqual({ kind: 'data', message: { event: 'x' } });
    expect(read({ identifier: 'another', message: {} })).toEqual({ kind: 'other' });
  });
  it('reads what the server says about itself', () => {
    expect(read({ type: 'welcome' })).toEqual({ kind: 'welcome' });
    expect(read({ type: 'ping', message: 1 })).toEqual({ kind: 'ping' });
    expect(read({ type: 'reject_subscription', identifier })).toEqual({ kind: 'rejected' });
    expect(read({ type: 'disconnect', reason: 'unauthorized', reconnect: false })).toEqual({
      kind: 'disconnect',
      reason: 'unauthorized',
      reconnect: false,
    });
    expect(read({ type: 'surprise' })).toEqual({ kind: 'other' });
  });
  it('survives any text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void readFrame(text, identifier)));
  });
});

describe('what a server can do', () => {
  it('is judged by version where it says one', () => {
    expect(atLeast('3.11.0', '3.6.0')).toBe(true);
    expect(atLeast('3.4.9', '3.6.0')).toBe(false);
    expect(atLeast('v4.0', '4.0.0')).toBe(true);
    expect(atLeast(null, '3.6.0')).toBeNull();
    expect(atLeast('main', '3.6.0')).toBeNull();
    expect(isTooOld('1.22.1')).toBe(true);
    expect(isTooOld('2.16.1')).toBe(false);
    expect(isTooOld(null)).toBe(false);
  });
  it('understands updated_within when only new rows come', () => {
    const now = 1_000_000;
    const page = (ages: number[]) => ages.map((age) => now - age);
    const old25 = page(Array.from({ length: 25 }, (_, i) => 600 * (i + 1)));
    const understood = (active: number[], all: number, version: string | null, pageRows = 25) =>
      understoodUpdatedWithin({ active, rows: active.length, all, page: pageRows, now, version });
    expect(understood([], 500, null)).toBe(true);
    expect(understood(page([0]), 500, null)).toBe(true);
    // A page of a lively account says nothing where the server hides its version and pages by few.
    expect(understood(page([0, 5, 9, 40, 80]), 500, null, 5)).toBe(false);
    expect(understood(page([0, 5, 9]), 500, null, 3)).toBe(false);
    expect(understood(page([0]), 500, null, 1)).toBe(false);
    expect(understood(page([0, 5, 9]), 500, null, 25)).toBe(true);
    expect(understood(page([0, 5, 9, 40, 600]), 500, '2.16.1', 5)).toBe(false);
    expect(understood(page([0, 600]), 500, '2.16.1', 2)).toBe(false);
    expect(understood(page([0, 600]), 500, '2.16.1')).toBe(true);
    expect(understood(old25, 500, null)).toBe(false);
    expect(understood(old25, 500, '3.11.0')).toBe(false);
    expect(understood(old25.slice(0, 3), 3, '2.16.1')).toBe(false);
    expect(understood([], 0, '2.16.1')).toBe(false);
    expect(understood([], 0, '3.11.0')).toBe(true);
  });
});
