/** The door keeps its order, and answers a value to whatever is thrown at it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Handlers, Reply } from '../../contract/ipc.ts';
import { calls, INVOKE_CHANNEL } from '../../contract/ipc.ts';
import { answer, createTeller, openDoor } from './ipc.ts';
import type { Caller, DoorOptions } from './ipc.ts';

const origin = 'app://supervisor';
const ours: Caller = { sender: { id: 7 }, senderFrame: { url: `${origin}/index.html`, parent: null } };
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

const shellHandlers = {
  'app.info': async () => ({ version: '1', platform: 'linux', test: true }),
  'link.open': async () => {
    throw new Error('secret detail');
  },
} as unknown as Handlers<'shell'>;

function door(over: Partial<DoorOptions> = {}): DoorOptions {
  return {
    trustedContents: () => 7,
    trustedOrigin: origin,
    handlers: shellHandlers,
    forward: async (name, input) => ({ ok: true, value: { name, input } }),
    log: quiet,
    ...over,
  };
}

function codeOf(reply: Reply<unknown>): string {
  return reply.ok ? 'ok' : reply.error.code;
}

describe('who may call', () => {
  const strangers: [string, Caller][] = [
    ['another window', { ...ours, sender: { id: 8 } }],
    ['a frame inside our page', { ...ours, senderFrame: { url: `${origin}/index.html`, parent: {} } }],
    ['a frame that has gone', { ...ours, senderFrame: null }],
    ['another page in our window', { ...ours, senderFrame: { url: 'https://example.com/', parent: null } }],
    [
      'a page whose host begins like ours',
      { ...ours, senderFrame: { url: `${origin}.example.com/`, parent: null } },
    ],
  ];
  for (const [who, caller] of strangers) {
    test(`not ${who}`, async () => {
      expect(codeOf(await answer(door(), caller, 'app.info', {}))).toBe('untrusted-sender');
    });
  }

  test('nobody while there is no window', async () => {
    expect(codeOf(await answer(door({ trustedContents: () => null }), ours, 'app.info', {}))).toBe(
      'untrusted-sender',
    );
  });

  test('a stranger does not learn which names exist', async () => {
    const stranger = { ...ours, sender: { id: 8 } };
    expect(codeOf(await answer(door(), stranger, 'no such call', {}))).toBe('untrusted-sender');
  });
});

test('names inherited from Object are not calls', async () => {
  for (const name of ['toString', '__proto__', 'constructor', 'hasOwnProperty']) {
    expect(codeOf(await answer(door(), ours, name, {}))).toBe('unknown-call');
  }
});

test('the input is parsed once, and what the handler gets is the parsed value', async () => {
  const bad = await answer(door(), ours, 'conversation.get', { id: 'seven' });
  expect(bad).toMatchObject({ ok: false, error: { code: 'bad-input' } });
  expect(bad.ok ? '' : bad.error.message).toContain('conversation.get: id');
  const good = await answer(door(), ours, 'conversation.get', { id: 7, extra: true });
  expect(good).toEqual({ ok: true, value: { name: 'conversation.get', input: { id: 7 } } });
});

test('the shell answers its own calls and forwards none of them', async () => {
  const forwarded: string[] = [];
  const options = door({
    forward: async (name) => {
      forwarded.push(name);
      return { ok: true, value: null };
    },
  });
  expect(await answer(options, ours, 'app.info', {})).toEqual({
    ok: true,
    value: { version: '1', platform: 'linux', test: true },
  });
  expect(forwarded).toEqual([]);
});

test('what a handler throws stays inside', async () => {
  const reply = await answer(door(), ours, 'link.open', { url: 'https://example.com' });
  expect(codeOf(reply)).toBe('internal');
  expect(JSON.stringify(reply)).not.toContain('secret detail');
});

test('the door never throws, for any name and any JSON', async () => {
  const names = fc.oneof(fc.constantFrom(...Object.keys(calls)), fc.string(), fc.anything());
  await fc.assert(
    fc.asyncProperty(names, fc.anything(), fc.boolean(), async (name, input, coreFails) => {
      const forward = async (): Promise<Reply<unknown>> => {
        if (coreFails) throw new Error('core has gone');
        return { ok: true, value: null };
      };
      const reply = await answer(door({ forward }), ours, name, input);
      expect(typeof reply.ok).toBe('boolean');
      if (!reply.ok) expect(typeof reply.error.message).toBe('string');
    }),
  );
});

test('there is one channel in, and events reach only a living window', async () => {
  const channels: string[] = [];
  openDoor({ handle: (channel) => void channels.push(channel) }, door());
  expect(channels).toEqual([INVOKE_CHANNEL]);

  const sent: unknown[][] = [];
  let gone = false;
  const tell = createTeller(() => ({ isDestroyed: () => gone, send: (...args) => void sent.push(args) }));
  tell('open', { conversation: 5 });
  gone = true;
  tell('open', { conversation: 6 });
  expect(sent).toEqual([['las:event', 'open', { conversation: 5 }]]);
});
