/** The look at the begin of a connection: what it tells, and what it leaves open when there is no answer. */
import { expect, it } from 'vitest';
import type { ConversationFact } from '../../facts.ts';
import type { Outcome } from '../../liveagent/outcome.ts';
import { createLife } from '../life.ts';
import type { Session } from '../session.ts';
import type { Stamps } from '../went-back.ts';
import { checkBack } from './back.ts';

type Answer = Outcome<{ facts: ConversationFact[] }>;

const known: Stamps = { createdAt: 1000, lastActivityAt: 5000, updatedAt: null, lastMessage: 9 };
const says = (lastActivityAt: number): Answer => ({
  outcome: 'answered',
  sentAt: 0,
  value: {
    facts: [
      {
        kind: 'conversation',
        id: 7,
        heard: { via: 'rest', since: 1 },
        serverUpdatedAt: null,
        fields: { createdAt: 1000, lastActivityAt },
      },
    ],
  },
});
const noAnswer: Answer = { outcome: 'unreachable', reason: 'timeout', sent: 'maybe', detail: '' };

const look = async (answer: Answer, rows = new Map([[7, known]]), suspected = false) => {
  const timers: (() => void)[] = [];
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    after: (_ms: number, run: () => void) => {
      timers.push(run);
      return { cancel: () => undefined };
    },
  };
  const life = createLife(clock);
  const suspicion = { wentBack: suspected, cleared: false };
  const posted: unknown[] = [];
  let asked = 0;
  const session = {
    ports: { log: { warn: () => undefined } },
    suspicion,
    writer: { latest: () => [...rows.keys()], stamps: () => rows },
    post: (message: unknown) => posted.push(message),
    ask: () => {
      asked += 1;
      return Promise.resolve(answer);
    },
  };
  const checking = checkBack(session as unknown as Session, life);
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  return { life, timers, suspicion, posted, checking, asked: () => asked };
};

it('clears a server that goes on, for this connection and no longer', async () => {
  const { checking, suspicion, posted, life } = await look(says(5000));
  expect(await checking).toBe(false);
  expect([suspicion.cleared, posted]).toEqual([true, []]);
  life.end();
  expect(suspicion.cleared).toBe(false);
});

it('clears where nothing is known, without a question', async () => {
  const { checking, suspicion, asked } = await look(noAnswer, new Map());
  expect(await checking).toBe(false);
  expect([suspicion.cleared, asked()]).toEqual([true, 0]);
});

it('leaves it open where there is no answer', async () => {
  const { checking, suspicion, posted } = await look(noAnswer);
  expect(await checking).toBe(false);
  expect([suspicion.cleared, posted]).toEqual([false, []]);
});

it.each([
  ['by what the server lacks', says(4000), false],
  ['by what an answer said before', noAnswer, true],
] as const)('tells that it went back %s, until the connection ends', async (_how, answer, suspected) => {
  const { checking, suspicion, posted, timers, life } = await look(answer, undefined, suspected);
  expect(posted).toEqual([{ kind: 'went-back' }]);
  timers.shift()?.();
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  expect(posted).toEqual([{ kind: 'went-back' }, { kind: 'went-back' }]);
  life.end();
  expect(await checking).toBe(true);
  expect(suspicion.cleared).toBe(false);
});
