/** What a command asks of the server: a read that was overtaken is made again; a write is accepted when the answer says what was written. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ConversationFact } from '../facts.ts';
import type { Write } from '../link.ts';
import { UNKNOWN_ABILITIES } from '../liveagent/probe.ts';
import { conversation, createCache, message, NOW, rest, socket, type Cache } from '../store/cache.fixture.ts';
import type { Session } from './session.ts';
import type { Stamps } from './went-back.ts';
import { createRequests } from './requests.ts';

let cache: Cache;
beforeEach(() => {
  cache = createCache();
});
afterEach(() => cache.close());

const team = (number: number, heard: ConversationFact['heard']) =>
  conversation(7, { team: number }, { heard });

/** `answers` = what the server says to one read after the other; `events` = what is heard before each answer. */
const rig = (
  answers: ConversationFact[],
  events: ConversationFact[],
  written: { team: number | null } | { agent: null } | 'not-said' = 'not-said',
) => {
  const commit = (facts: readonly ConversationFact[]) => cache.writer.apply(facts, { epoch: 1 });
  let reads = 0;
  const suspicion = { wentBack: null as number | null, cleared: true };
  const asked: unknown[] = [];
  const notes: unknown[] = [];
  const knownThen: (number | undefined)[] = [];
  const session = {
    ports: { clock: { now: () => NOW, monotonic: () => 0, after: () => ({ cancel: () => undefined }) } },
    gate: {
      run: (_bucket: string, request: () => unknown, options: unknown) => {
        asked.push(options);
        return request();
      },
      giveBack: () => undefined,
    },
    tellMachine: () => undefined,
    abilities: () => UNKNOWN_ABILITIES,
    api: {
      conversation: () => {
        const fact = answers[reads] ?? answers.at(-1);
        reads += 1;
        return Promise.resolve({ outcome: 'answered', value: { fact, messages: [] }, sentAt: 0 });
      },
      addNote: (...args: unknown[]) => {
        notes.push(args);
        const fact = { kind: 'message', conversation: 7, message: message(90) };
        return Promise.resolve({ outcome: 'answered', value: fact, sentAt: 0 });
      },
      assignAgent: () => Promise.resolve({ outcome: 'answered', value: written }),
      assignTeam: () => Promise.resolve({ outcome: 'answered', value: written }),
    },
    writer: cache.writer,
    commit,
    commits: () => 1,
    isBack: (fact: ConversationFact, known: ReadonlyMap<number, Stamps>) => {
      knownThen.push(known.get(fact.id)?.lastActivityAt);
      return fact.fields.contactName === 'Went back';
    },
    suspicion,
  };
  const flow = {
    flush: () => {
      const event = events.shift();
      if (event) commit([event]);
    },
  };
  // Only what a read uses of the session and of the other parts is there.
  const requests = createRequests(session as unknown as Session, { flow } as never);
  return {
    read: (thenWrite = true) => requests({ kind: 'read', conversation: 7, thenWrite }),
    asked,
    write: (write: Write) => requests({ kind: 'write', conversation: 7, write }),
    reads: () => reads,
    note: () => requests({ kind: 'note', conversation: 7, note: 'n', text: 'Call back' }),
    notes,
    suspicion,
    knownThen,
  };
};

it('is made once when nothing newer is known', async () => {
  const { read, reads } = rig([team(2, rest(10))], [team(2, socket(5))]);
  expect(await read()).toMatchObject({ answer: { outcome: 'read', truth: { team: 2 } } });
  expect(reads()).toBe(1);
});

it('takes the turn of a write with it for a command, and waits for its own for anything else', async () => {
  const { read, asked } = rig([team(2, rest(10))], []);
  await read(true);
  await read(false);
  expect(asked).toEqual([
    { first: true, reserve: true },
    { first: false, reserve: false },
  ]);
});

it('that an event has overtaken is made again, and the new answer counts', async () => {
  const { read, reads } = rig([team(2, rest(10)), team(3, rest(20))], [team(3, socket(15))]);
  expect(await read()).toMatchObject({ answer: { outcome: 'read', truth: { team: 3 } } });
  expect(reads()).toBe(2);
});

it('is not made for ever: where the cache stays with something else, the server has the last word', async () => {
  const late = team(3, socket(1_000_000));
  const { read, reads } = rig([team(2, rest(10)), team(2, rest(20)), team(2, rest(30))], [late]);
  expect(await read()).toMatchObject({ answer: { outcome: 'read', truth: { team: 2 } } });
  expect(reads()).toBe(3);
});

it('of a write is accepted with what the answer names, which need not be what was asked for', async () => {
  expect(await rig([], [], { team: null }).write({ write: 'team', to: 3 })).toEqual({
    kind: 'write',
    answer: { outcome: 'accepted', named: { write: 'team', to: null } },
  });
  expect(await rig([], [], { agent: null }).write({ write: 'agent', to: { type: 'agent', id: 4 } })).toEqual({
    kind: 'write',
    answer: { outcome: 'accepted', named: { write: 'agent', to: null } },
  });
});

it.each<Write>([
  { write: 'team', to: 3 },
  { write: 'agent', to: null },
])('of a write ($write) that succeeds and does not say what was written is no answer', async (write) => {
  expect(await rig([], []).write(write)).toEqual({ kind: 'write', answer: { outcome: 'no-answer' } });
});

it('of a note is preceded by a read until it is known that the server did not go back, and not made where it did', async () => {
  const { note, notes, reads, suspicion } = rig([team(2, rest(10))], []);
  await note();
  expect([reads(), notes.length]).toEqual([0, 1]);
  suspicion.cleared = false;
  expect(await note()).toMatchObject({ answer: { outcome: 'accepted' } });
  expect([reads(), notes.length]).toEqual([1, 2]);
  const other = rig([conversation(7, { contactName: 'Went back' }, { heard: rest(10) })], []);
  other.suspicion.cleared = false;
  expect(await other.note()).toEqual({ kind: 'note', answer: { outcome: 'not-sent' } });
  expect([other.reads(), other.notes.length]).toEqual([1, 0]);
});

it('is not made while the server may have gone back', async () => {
  const { read, write, note, reads, notes, asked, suspicion } = rig([team(2, rest(10))], []);
  suspicion.wentBack = 7;
  expect(await read()).toEqual({ kind: 'read', answer: { outcome: 'unreachable' } });
  expect(await write({ write: 'team', to: 3 })).toEqual({ kind: 'write', answer: { outcome: 'not-sent' } });
  expect(await note()).toEqual({ kind: 'note', answer: { outcome: 'not-sent' } });
  expect([reads(), notes.length, asked.length]).toEqual([0, 0, 0]);
});

it('is compared with what was known when it was made, not with what has overtaken it since', async () => {
  const at = (lastActivityAt: number, heard: ConversationFact['heard']) =>
    conversation(7, { lastActivityAt }, { heard });
  cache.writer.apply([at(5000, rest(1))], { epoch: 1 });
  const { read, knownThen } = rig([at(5000, rest(10))], [at(6000, socket(15))]);
  await read();
  expect(knownThen[0]).toBe(5000);
});
