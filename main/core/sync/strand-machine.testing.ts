/** For tests: one strand worked on against a model server, with what is on disk apart from what is in memory. */
import { isLive, sameAssignment } from '../../../contract/model.ts';
import type { Action, Assignment, Card } from '../../../contract/model.ts';
import { makeCommand } from '../commands/make.ts';
import { isPending, type Command } from '../commands/types.ts';
import type { ReadOutcome, Truth, WriteOutcome } from '../link.ts';
import { agentId, assignmentOf, cases, directoryOf, INBOX, worldOf } from '../rules/cases.testing.ts';
import { namedBy, serverWrite } from '../rules/server-model.ts';
import {
  advance,
  newStrand,
  type Strand,
  type StrandContext,
  type StrandEffect,
  type StrandEvent,
} from './strands.ts';

const [someCase] = cases.cases;
if (!someCase) throw new Error('The table is empty.');
export const directory = directoryOf(someCase, true);
export const world = { ...worldOf(someCase), online: [agentId('tom'), agentId('ines')] };
export const context: StrandContext = {
  directory,
  now: 5_000,
  outdated: () => false,
  timeOfDay: (at) => `at ${at}`,
};
export const a = (agent: string | null, team: string | null) => assignmentOf({ agent, team });

export type Server = {
  state: Assignment;
  status: string;
  writes: { before: Assignment; command: string; step: number }[];
  /** Grows with every change of the assignment, as `updated_at` does. */
  changes: number;
};

export const truthOf = (server: Server): Truth => ({
  ...server.state,
  id: 7,
  status: server.status,
  live: isLive(server.status),
  contact: 'Ivo',
  createdAt: 0,
});
export const cardOf = (shown: Assignment, status: string): Card => ({
  id: 7,
  contact: 'Ivo',
  inbox: INBOX,
  channel: 'Channel::Api',
  status,
  live: isLive(status),
  priority: null,
  labels: [],
  unread: 0,
  assignee: shown.assignee,
  team: shown.team,
  createdAt: 0,
  lastActivityAt: 0,
  waitingSince: null,
  waitingAtLeast: false,
  notAnswered: false,
  lastMessage: null,
  violation: false,
  unconfirmed: false,
  pending: 'none',
  command: null,
});

export const make = (action: Action, shown: Assignment, id = 'c1'): Command => {
  const made = makeCommand(action, { ...shown, live: true }, cardOf(shown, 'open'), directory, {
    id,
    now: 1_000,
  });
  if (made.kind !== 'made') throw new Error(`${made.kind}: ${'words' in made ? made.words.key : ''}`);
  return made.command;
};
export const read = (server: Server): ReadOutcome => ({
  outcome: 'read',
  truth: truthOf(server),
  activity: null,
  stamp: String(server.changes),
  at: 9,
});

/** What is on disk, and the strand in memory; a crash keeps only the first. */
export const machine = (server: Server, commands: Command[]) => {
  const disk = new Map(commands.map((one) => [one.id, one]));
  let strand: Strand = newStrand(commands);
  let effect: StrandEffect | null = null;
  const take = (event: StrandEvent) => {
    const step = advance(strand, event, context);
    for (const one of step.save) disk.set(one.id, one);
    strand = step.strand;
    effect = step.effect;
  };
  const write = (): WriteOutcome => {
    const head = strand.commands[0];
    if (effect?.kind !== 'write' || !head) throw new Error('nothing to write');
    server.writes.push({ before: server.state, command: head.id, step: head.sent });
    server.state = serverWrite(server.state, effect.write, world);
    return { outcome: 'accepted', named: namedBy(effect.write, server.state) };
  };
  return {
    take,
    write,
    effect: () => effect,
    strand: () => strand,
    state: (id = 'c1') => disk.get(id),
    all: () => [...disk.values()],
    crash: () => {
      strand = newStrand([...disk.values()].filter(isPending));
      effect = null;
    },
    /** Everything answers. */
    run: () => {
      take({ kind: 'go' });
      for (let turn = 0; turn < 40 && effect !== null; turn += 1) {
        if (effect.kind === 'read') take({ kind: 'read', answer: read(server) });
        else if (effect.kind === 'write') take({ kind: 'written', answer: write() });
        else if (effect.kind === 'members') take({ kind: 'members', answer: 'loaded' });
        else take({ kind: 'go' });
      }
    },
  };
};
export const serverAt = (start: Assignment, status = 'open'): Server => {
  let now = start;
  const server = { status, writes: [], changes: 0 };
  return Object.defineProperty(server as Omit<Server, 'state'>, 'state', {
    enumerable: true,
    get: () => now,
    set: (next: Assignment) => {
      if (!sameAssignment(now, next)) server.changes += 1;
      now = next;
    },
  }) as Server;
};
export const tom = { kind: 'assign-agent', agent: agentId('tom') } as const;
