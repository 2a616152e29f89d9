/** The account that the tortured app works on: the modelled server with people, teams and conversations, and a log of what the app wrote. */
import type { HttpAnswer, HttpRequest } from '../../main/core/ports.ts';
import { EPOCH_MS } from '../simulate/clock.ts';
import { createModelServer } from '../simulate/model-server.ts';
import type { CableConnection } from '../simulate/model/cable.ts';
import type { Level } from '../simulate/model/levels.ts';
import { levels } from '../simulate/model/levels.ts';
import type { Standing } from '../simulate/model/records.ts';
import { standingOf } from '../simulate/model/records.ts';
import { createDice } from '../simulate/random.ts';

/** The user under test. */
export const ME = 12;
const OTHER = 13;
const ACCOUNT = 3;
export const TOKEN = `token-of-user-${ME}-000000`;
export const workspace = {
  origin: 'http://127.0.0.1:4600',
  accountId: ACCOUNT,
  userId: ME,
  name: 'Nordlicht Support',
  demo: false,
};

/** A write that the server took from the app, and whether anything was different afterwards. */
export type TakenWrite = { conversation: number; body: string; status: number; changed: boolean };

export type World = {
  /** Virtual ms; never goes back. */
  time: () => number;
  /** The app's time as it says it. */
  advance: (time: number) => void;
  request: (request: HttpRequest) => HttpAnswer;
  connect: (send: (text: string) => void, close: () => void) => CableConnection;
  /** Another supervisor assigns something else; answers the conversation. */
  interfere: () => number;
  /** Everything the app wrote, in order. */
  writes: TakenWrite[];
  /** Conversations that the app wrote a note to. */
  noted: Set<number>;
  /** Conversations that somebody else has changed, how often. */
  interfered: Map<number, number>;
  standing: (conversation: number) => Standing | null;
  /** Of a team; they never change. */
  members: (team: number) => readonly number[];
  /** Server seconds of the last change of assignee, team or status by anybody. */
  changedAt: Map<number, number>;
  /** Live conversations and all. */
  live: () => number[];
};

const isLive = (status: string) => ['open', 'pending', 'snoozed'].includes(status);

/** @param seed the same seed gives the same account */
export const createWorld = (
  seed: string,
  options: { conversations: number } = { conversations: 30 },
): World => {
  const dice = createDice(`world ${seed}`);
  const level: Level = dice.pick(levels);
  let time = 3_600_000;
  let last = 0;
  const now = () => {
    last = Math.max(last + 0.000001, (EPOCH_MS + time) / 1000);
    return last;
  };
  const changedAt = new Map<number, number>();
  let changes = 0;
  let requests = 0;
  const jobs: (() => void)[] = [];
  const server = createModelServer(
    level,
    {
      now,
      // Done after the answer, as a queue would.
      job: (run) => void jobs.push(run),
      event: (user, name, data) => {
        if (user === ME) server.cable.deliver(user, name, data());
      },
      choose: (candidates) => candidates[0] ?? 0,
      onChange: ({ conversation }) => {
        changes++;
        changedAt.set(conversation, now());
      },
      onNotification: () => undefined,
      onActivity: () => undefined,
      onMembers: () => undefined,
    },
    { accountId: ACCOUNT, pageSize: dice.pick([5, 10, 25]), limit: null },
  );
  const { truth, acts } = server;
  const person = (id: number, name: string, role: string) =>
    truth.users.set(id, {
      id,
      name,
      role,
      availability: 'online',
      present: id !== ME,
      left: false,
      token: `token-of-user-${id}-000000`,
      pubsub: `pubsub-of-user-${id}-0000`,
    });
  person(ME, 'Mara Lindqvist', 'administrator');
  person(OTHER, 'Sara Okafor', 'administrator');
  const agents = ['Tom', 'Lin', 'Ana', 'Jo', 'Kai'].map((name, index) => {
    person(14 + index, name, 'agent');
    return 14 + index;
  });
  const everyone = [ME, ...agents];
  for (const id of [4, 5])
    truth.inboxes.set(id, { id, name: `Inbox ${id}`, auto: false, members: everyone, queue: [...everyone] });
  // Nobody is picked automatically: what happens to a conversation is somebody's doing.
  for (const id of [7, 8, 9])
    truth.teams.set(id, {
      id,
      name: ['billing', 'support', 'sales'][id - 7] ?? 'team',
      auto: false,
      members: everyone.filter(() => dice.chance(0.6)),
    });
  const system = { user: null, request: null };
  const runJobs = () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) job();
  };
  for (let i = 0; i < options.conversations; i++) {
    time += 1000;
    const c = acts.create(dice.pick([4, 5]), { id: 900 + i, name: `Contact ${i}` });
    if (dice.chance(0.5)) acts.assignAgent(c, system, dice.pick(everyone));
    if (dice.chance(0.5)) acts.assignTeam(c, system, dice.pick([7, 8, 9]));
    if (dice.chance(0.2)) acts.setStatus(c, system, dice.pick(['resolved', 'snoozed']));
    runJobs();
  }
  const writes: TakenWrite[] = [];
  const noted = new Set<number>();
  const interfered = new Map<number, number>();
  const live = () => [...truth.conversations.values()].filter((c) => isLive(c.status)).map(({ id }) => id);

  return {
    time: () => time,
    advance: (to) => {
      time = Math.max(time, to);
    },
    request: (request) => {
      const before = changes;
      const answer = server.routes.answer(request, requests++);
      const path = new URL(request.url).pathname;
      const target = /\/conversations\/(\d+)\/assignments$/.exec(path)?.[1];
      if (request.method === 'POST' && target !== undefined)
        writes.push({
          conversation: Number(target),
          body: request.body ?? '',
          status: answer.status,
          changed: changes > before,
        });
      const note = /\/conversations\/(\d+)\/messages$/.exec(path)?.[1];
      if (request.method === 'POST' && note !== undefined) noted.add(Number(note));
      runJobs();
      return {
        kind: 'answered',
        status: answer.status,
        headers: {
          date: new Date(Math.floor(now()) * 1000).toUTCString(),
          'content-type': 'application/json',
          ...answer.headers,
        },
        body: answer.body,
      };
    },
    connect: (send, close) => server.cable.connect(send, close),
    interfere: () => {
      const id = dice.pick(live());
      const c = truth.conversations.get(id);
      const before = changes;
      if (c) acts.assignAgent(c, { user: OTHER, request: null }, dice.pick(everyone));
      if (changes > before) interfered.set(id, (interfered.get(id) ?? 0) + 1);
      runJobs();
      return id;
    },
    writes,
    noted,
    interfered,
    standing: (id) => {
      const c = truth.conversations.get(id);
      return c ? standingOf(c) : null;
    },
    members: (team) => truth.teams.get(team)?.members ?? [],
    changedAt,
    live,
  };
};
