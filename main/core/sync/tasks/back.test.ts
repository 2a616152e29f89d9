/** The look at the begin of a connection: what it tells, and what it leaves open when there is no answer. */
import { expect, it } from 'vitest';
import type { ConversationFact } from '../../facts.ts';
import type { Outcome } from '../../liveagent/outcome.ts';
import { createLife } from '../life.ts';
import type { Session, Suspicion } from '../session.ts';
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
const noFilter: Answer = { outcome: 'refused', status: 404, serverWords: '' } as Answer;

type Options = {
  rows?: Map<number, Stamps>;
  suspected?: number | null;
  /** To reads of one conversation. */
  single?: Answer;
  /** Kept from a connection that could not look. */
  before?: Map<number, Stamps> | null;
};

/** Looks with `answers` to one question after the other, the last of them for ever. */
const look = async (
  answers: Answer[],
  { rows = new Map([[7, known]]), suspected = null, single = noAnswer, before = null }: Options = {},
) => {
  const timers: { ms: number; run: () => void }[] = [];
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    after: (ms: number, run: () => void) => {
      timers.push({ ms, run });
      return { cancel: () => undefined };
    },
  };
  const life = createLife(clock);
  const suspicion: Suspicion = {
    wentBack: suspected,
    cleared: false,
    known: before,
    knownUntil: null,
    told: false,
  };
  const posted: unknown[] = [];
  const kept: unknown[] = [];
  const asked: number[][] = [];
  const session = {
    ports: { log: { warn: () => undefined } },
    suspicion,
    state: () => 900,
    writer: {
      latest: () => [...rows.keys()],
      stamps: (ids: number[]) =>
        new Map(ids.flatMap((id) => (rows.has(id) ? [[id, rows.get(id)] as const] : []))),
    },
    post: (message: unknown) => posted.push(message),
    commit: (facts: ConversationFact[]) => kept.push(...facts.map(({ fields }) => fields.lastActivityAt)),
    api: {
      byIds: (ids: number[]) => {
        asked.push(ids);
        return answers[asked.length - 1] ?? answers.at(-1);
      },
      conversation: () =>
        single.outcome === 'answered' ? { ...single, value: { fact: single.value.facts[0] } } : single,
    },
    ask: (_life: unknown, _bucket: unknown, request: () => unknown) => Promise.resolve(request()),
  };
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  const checking = checkBack(session as unknown as Session, life);
  await settle();
  /** Lets the next wait come to its end; answers how long it was. */
  const pass = async () => {
    const next = timers.shift();
    next?.run();
    await settle();
    return next?.ms;
  };
  return { life, pass, suspicion, posted, kept, checking, asked };
};

it('clears a server that goes on, for this connection and no longer', async () => {
  const { checking, suspicion, posted, life } = await look([says(5000)]);
  expect(await checking).toBe(false);
  expect([suspicion.cleared, suspicion.known, posted]).toEqual([true, null, []]);
  life.end();
  expect(suspicion.cleared).toBe(false);
});

it('clears where nothing is known, without a question', async () => {
  const { checking, suspicion, asked } = await look([noAnswer], { rows: new Map() });
  expect(await checking).toBe(false);
  expect([suspicion.cleared, asked]).toEqual([true, []]);
});

it.each([
  ['something that the server lacks', null],
  ['what an answer said before', 7],
])(
  'tells that it went back by %s, if it is said twice, until the connection ends',
  async (_by, suspected) => {
    const { checking, suspicion, posted, pass, life } = await look([says(4000)], { suspected });
    expect(posted).toEqual([]);
    expect(await pass()).toBe(5000);
    expect([suspicion.told, suspicion.knownUntil, posted]).toEqual([true, 900, [{ kind: 'went-back' }]]);
    await pass();
    expect(posted).toEqual([{ kind: 'went-back' }, { kind: 'went-back' }]);
    life.end();
    expect(await checking).toBe(true);
    expect(suspicion.cleared).toBe(false);
  },
);

it('believes no single answer: a copy of a database may lag behind', async () => {
  const { checking, suspicion, posted, pass } = await look([says(4000), says(5000)], { suspected: 7 });
  await pass();
  expect(await checking).toBe(false);
  expect([suspicion.cleared, suspicion.wentBack, posted]).toEqual([true, null, []]);
});

it('goes on looking where there is no answer, with what was known before, and keeps that for the next connection', async () => {
  const { checking, suspicion, posted, pass } = await look([noAnswer, noAnswer, says(4000)]);
  expect(await checking).toBe(false);
  expect([suspicion.cleared, suspicion.known?.get(7), posted]).toEqual([false, known, []]);
  expect(await pass()).toBe(30_000);
  expect(posted).toEqual([]);
  await pass();
  expect(await pass()).toBe(5000);
  expect(posted).toEqual([{ kind: 'went-back' }]);
});

it('tells nothing where most of what is known is not shown at all', async () => {
  const rows = new Map([1, 2, 3, 7].map((id) => [id, known]));
  const { checking, suspicion, posted } = await look([says(5000)], { rows });
  expect(await checking).toBe(false);
  expect([suspicion.cleared, posted]).toEqual([false, []]);
});

it('reads some one by one on a server without such a filter', async () => {
  const gone = await look([noFilter], { suspected: 7, single: says(4000) });
  await gone.pass();
  expect(gone.posted).toEqual([{ kind: 'went-back' }]);
  // The suspect is among them, whatever else there is.
  const rows = new Map([1, 2, 3, 4, 7].map((id) => [id, known]));
  const last = await look([noFilter], { rows, suspected: 7, single: says(4000) });
  await last.pass();
  expect(last.posted).toEqual([{ kind: 'went-back' }]);
  const well = await look([noFilter], { suspected: 7, single: says(5000) });
  expect(await well.checking).toBe(false);
  expect(well.suspicion.cleared).toBe(true);
});

it('asks for those that go on for the longest beside those that were active last', async () => {
  const young = Array.from({ length: 60 }, (_, n) => [100 - n, { ...known, createdAt: 4990 }] as const);
  const rows = new Map<number, Stamps>([...young, [8, { ...known, createdAt: 10 }]]);
  const { asked } = await look([says(5000)], { rows });
  expect(asked[0]?.slice(0, 13)).toEqual([...young.slice(0, 12).map(([id]) => id), 8]);
  expect(asked[0]).toHaveLength(24);
  // A suspect beside them still fits into one page.
  const suspected = await look([says(5000)], { rows, suspected: 45 });
  expect(suspected.asked[0]).toHaveLength(25);
  expect(suspected.asked[0]).toContain(45);
});

it('asks about the suspect alone where the answer leaves it open, and holds nothing up for one that says nothing', async () => {
  const rows = new Map([1, 2, 3, 7].map((id) => [id, known]));
  const none: Answer = { outcome: 'answered', sentAt: 0, value: { facts: [] } };
  const back = await look([none], { rows, suspected: 7, single: says(4000) });
  await back.pass();
  expect(back.posted).toEqual([{ kind: 'went-back' }]);
  for (const single of [says(5000), { outcome: 'gone' } as Answer]) {
    const well = await look([none], { rows, suspected: 7, single });
    expect(await well.checking).toBe(false);
    expect([well.suspicion.wentBack, well.suspicion.cleared]).toEqual([null, false]);
    // What it says is kept: else the next read would suspect it again, for ever.
    expect(well.kept).toEqual(single.outcome === 'answered' ? [5000] : []);
  }
  // No answer at all: it is still suspected.
  const silent = await look([none], { rows, suspected: 7, single: noAnswer });
  expect(await silent.checking).toBe(false);
  expect(silent.suspicion.wentBack).toBe(7);
});

it('asks about the suspect alone where the list shows only others, which all go on', async () => {
  const rows = new Map([7, 8].map((id) => [id, known]));
  const back = await look([says(5000)], { rows, suspected: 8, single: says(4000) });
  await back.pass();
  expect(back.posted).toEqual([{ kind: 'went-back' }]);
  // It goes on as well: nothing is suspected any more, and the next look clears it.
  const well = await look([says(5000)], { rows, suspected: 8, single: says(5000) });
  expect(await well.checking).toBe(false);
  expect([well.suspicion.wentBack, well.suspicion.cleared]).toEqual([null, false]);
  await well.pass();
  expect(well.suspicion.cleared).toBe(true);
});

it('compares the suspect with what was known when it was suspected, not with what is kept from before', async () => {
  const before = new Map([[7, { ...known, lastActivityAt: 4000 }]]);
  const { posted, pass } = await look([says(4000)], { suspected: 7, before });
  await pass();
  expect(posted).toEqual([{ kind: 'went-back' }]);
});
