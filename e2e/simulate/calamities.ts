/** What seldom happens to a server and its account, from dice of its own: seeds found without them stay what they were. */
import type { ModelServer } from './model-server.ts';
import type { Backup } from './model/backup.ts';
import { visibleInbox } from './model/lists.ts';
import { liveStatus } from './model/records.ts';
import { ME, OTHER } from './population.ts';
import type { Dice } from './random.ts';
import type { Trace } from './trace.ts';

const weights = {
  'page-size': 2,
  'mass-deletion': 1,
  burst: 2,
  'inbox-lost': 1,
  'disconnected-for-good': 1,
  'customers-rush': 2,
} as const;

/** One of them, named in the trace. */
export const calamity = (server: ModelServer, dice: Dice, trace: Trace): void => {
  const { truth, acts } = server;
  const other = { user: OTHER, request: null };
  const live = [...truth.conversations.values()].filter((c) => liveStatus(c.status));
  const some = (count: number) => live.filter(() => dice.chance(count / Math.max(count, live.length)));
  const what = dice.weighted(weights);
  trace.fault(what);
  switch (what) {
    case 'page-size':
      truth.pageSize = dice.pick([3, 5, 10, 25]);
      return;
    case 'mass-deletion':
      for (const c of some(8)) acts.remove(c, other);
      return;
    case 'burst':
      for (const c of some(9)) acts.assignAgent(c, other, ME);
      return;
    case 'inbox-lost': {
      const inbox = dice.pick([...truth.inboxes.values()]);
      const me = !inbox.members.includes(ME);
      acts.setInboxMembers(inbox.id, me ? [...inbox.members, ME] : inbox.members.filter((id) => id !== ME));
      trace.add({ kind: 'inbox-member', inbox: inbox.id, me });
      return;
    }
    case 'disconnected-for-good':
      server.cable.disconnectAll('unauthorized', false);
      return;
    case 'customers-rush':
      // The list shifts while somebody pages through it.
      for (const c of some(10)) acts.incoming(c, 'Hello?');
      return;
  }
};

/** Calamities that a run can be made to meet. */
export const forcible = ['restored-backup'] as const;
export type Forcible = (typeof forcible)[number];

/** A backup is taken after one step and put back after a later one. */
export type RestorePlan = {
  takenAt: number;
  putBackAt: number;
  /** Virtual ms without a server. */
  downMs: number;
  /** What the supervisor does meanwhile: before the data go back, and before the server is there again. */
  acts: [before: number, after: number];
  /** The app is not running when it happens. */
  dies: boolean;
};

const RESTORE_CHANCE = 0.03;
const FEWEST_BETWEEN = 3;
const MOST_BETWEEN = 20;

/** @param dice of this calamity alone; the same plan, forced or not. Null = it does not happen */
export const planRestore = (dice: Dice, steps: number, forced: boolean): RestorePlan | null => {
  const due = dice.chance(RESTORE_CHANCE);
  const takenAt = dice.between(1, Math.max(1, steps - FEWEST_BETWEEN));
  const plan: RestorePlan = {
    takenAt,
    putBackAt: Math.min(steps, takenAt + dice.between(FEWEST_BETWEEN, MOST_BETWEEN)),
    downMs: dice.between(5000, 120_000),
    acts: [dice.between(0, 3), dice.between(0, 2)],
    dies: dice.chance(0.15),
  };
  return due || forced ? plan : null;
};

/** @param timeOf virtual ms of server seconds */
export const putBack = (
  server: ModelServer,
  backup: Backup,
  trace: Trace,
  timeOf: (seconds: number) => number,
): void => {
  const { truth } = server;
  const listed = (): Set<number> => {
    const me = truth.users.get(ME);
    const all = [...truth.conversations.values()];
    return new Set(all.filter((c) => me && visibleInbox(truth, me, c.inbox)).map(({ id }) => id));
  };
  const mine = (groups: ReadonlyMap<number, { members: readonly number[] }>, id: number): boolean =>
    groups.get(id)?.members.includes(ME) ?? false;
  const before = { listed: listed(), teams: truth.teams, inboxes: truth.inboxes };
  const lost = server.restore(backup);
  const after = listed();
  for (const team of lost.teams) {
    const me = mine(truth.teams, team);
    if (me !== mine(before.teams, team)) trace.add({ kind: 'member', team, me });
  }
  for (const inbox of lost.inboxes) {
    const me = mine(truth.inboxes, inbox);
    if (me !== mine(before.inboxes, inbox)) trace.add({ kind: 'inbox-member', inbox, me });
  }
  trace.add({
    kind: 'restored',
    gone: lost.gone,
    back: lost.back,
    differ: lost.differ,
    younger: lost.younger
      .filter(({ conversation }) => before.listed.has(conversation) && after.has(conversation))
      .map(({ conversation, said }) => ({ conversation, said: timeOf(said) })),
    notifications: lost.notifications.filter(({ user }) => user === ME).map(({ id }) => id),
    notes: lost.notes
      .filter(({ user }) => user === ME)
      .map(({ conversation, text }) => ({ conversation, text })),
  });
};
