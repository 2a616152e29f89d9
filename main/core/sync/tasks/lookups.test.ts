/** Who waits for lookups waits for his own: the rest of an older connection's work does not answer for them. */
import { expect, it } from 'vitest';
import type { Outcome } from '../../liveagent/outcome.ts';
import type { SingleConversation } from '../../liveagent/api.ts';
import type { ConversationFact } from '../../facts.ts';
import { createLife, type Life } from '../life.ts';
import type { Session } from '../session.ts';
import { createLookups } from './lookups.ts';

const clock = { now: () => 0, monotonic: () => 0, after: () => ({ cancel: () => undefined }) };

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

const factOf = (id: number): ConversationFact => ({
  kind: 'conversation',
  id,
  heard: { via: 'rest', since: 0 },
  serverUpdatedAt: null,
  fields: {},
});
const answered = (id: number): Outcome<SingleConversation> => ({
  outcome: 'answered',
  sentAt: 0,
  value: { fact: factOf(id), messages: [] },
});

/** A session, as far as lookups use it, whose requests for one conversation are answered by hand. */
const byHand = () => {
  const asked: { id: number; answer: (outcome: Outcome<SingleConversation>) => void }[] = [];
  const read: number[] = [];
  const session = {
    ports: { clock },
    inboxes: { ids: null },
    serverNow: () => 0,
    isBack: () => false,
    writer: { truth: () => null, stamps: () => new Map() },
    commit: (facts: { id: number }[]) => read.push(...facts.map(({ id }) => id)),
    api: {
      conversation: (id: number) =>
        new Promise<Outcome<SingleConversation>>((answer) => {
          asked.push({ id, answer });
        }),
      byIds: (ids: readonly number[]) =>
        Promise.resolve({ outcome: 'answered', value: { facts: ids.map(factOf) } }),
    },
    ask: async <T>(life: Life, _bucket: string, request: () => Promise<T>): Promise<T | null> => {
      if (life.over()) return null;
      const outcome = await request();
      return life.over() ? null : outcome;
    },
  };
  return { asked, read, lookups: createLookups(session as unknown as Session) };
};

it('one that hangs keeps no other waiting', async () => {
  const { asked, read, lookups } = byHand();
  lookups.start(createLife(clock));
  lookups.need([1]);
  await settle();
  lookups.need([2]);
  await settle();
  asked[1]?.answer(answered(2));
  await settle();
  lookups.need([3]);
  await settle();
  expect(asked.map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(read).toEqual([2]);
});

it('what is heard of one that is being read is not forgotten when its answer comes', async () => {
  const { asked, lookups } = byHand();
  lookups.start(createLife(clock));
  for (const id of [1, 2, 3]) lookups.need([id]);
  await settle();
  // All readers are busy: it waits.
  lookups.need([1]);
  asked[0]?.answer(answered(1));
  await settle();
  expect(asked.map(({ id }) => id)).toEqual([1, 2, 3, 1]);
});

it('what comes as the last of them end is read as well', async () => {
  const { asked, read, lookups } = byHand();
  lookups.start(createLife(clock));
  for (const id of [1, 2, 3]) lookups.need([id]);
  await settle();
  for (const { id, answer } of asked.slice()) answer(answered(id));
  for (let turn = 0; turn < 30; turn += 1) {
    await Promise.resolve();
    lookups.need([10 + turn]);
  }
  for (let done = 3; done < asked.length; done += 1) {
    asked[done]?.answer(answered(asked[done]?.id ?? 0));
    await settle();
  }
  const late = Array.from({ length: 30 }, (_, turn) => 10 + turn);
  expect(read.toSorted((a, b) => a - b)).toEqual([1, 2, 3, ...late]);
});

it('a new connection is not told that its conversations were read when the old one ends', async () => {
  const { asked, read, lookups } = byHand();
  const old = createLife(clock);
  lookups.start(old);
  lookups.need([1]);
  await settle();
  expect(asked.map(({ id }) => id)).toEqual([1]);

  // The connection breaks while that request hangs; the next one sweeps and has a suspect.
  old.end();
  lookups.start(createLife(clock));
  let confirmed = false;
  const confirming = lookups.confirm([2]).then(() => {
    confirmed = true;
  });
  await settle();
  asked[0]?.answer({ outcome: 'unreachable', reason: 'timeout', sent: 'maybe', detail: '' });
  await settle();
  expect(confirmed).toBe(false);
  // Now both are read, by the new connection.
  for (let done = 1; done < asked.length; done += 1) {
    asked[done]?.answer(answered(asked[done]?.id ?? 0));
    await settle();
  }
  await confirming;
  expect(read).toEqual([2, 1]);
});

it('a file that cannot be read while something is looked up ends neither the process nor the looking up', async () => {
  const asked: number[] = [];
  let ill = true;
  const session = {
    ports: { clock },
    inboxes: { ids: null },
    writer: {
      truth: () => {
        if (ill) throw Object.assign(new Error('disk I/O error'), { code: 'EIO' });
        return null;
      },
      stamps: () => new Map(),
    },
    api: {
      conversation: (id: number): Promise<Outcome<SingleConversation>> => {
        asked.push(id);
        return Promise.resolve({ outcome: 'gone' });
      },
    },
    ask: async <T>(life: Life, _bucket: string, request: () => Promise<T>): Promise<T | null> => {
      const outcome = await request();
      return life.over() ? null : outcome;
    },
  };
  const lookups = createLookups(session as unknown as Session);
  lookups.start(createLife(clock));
  await lookups.confirm([1]);
  ill = false;
  await lookups.confirm([2]);
  // The one that came to nothing is still the first.
  expect(asked).toEqual([1, 1, 2]);
});
