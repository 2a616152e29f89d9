/** Everybody else: the second supervisor, agents, customers and the system, acting on the modelled server. */
import type { ModelServer } from './model-server.ts';
import type { Actor, Conversation } from './model/records.ts';
import { liveStatus } from './model/records.ts';
import { ME, OTHER } from './population.ts';
import type { Dice } from './random.ts';
import type { Trace } from './trace.ts';

const weights = {
  reassign: 18,
  team: 10,
  unassign: 4,
  resolve: 5,
  snooze: 2,
  reopen: 2,
  priority: 4,
  labels: 2,
  'assign-me': 8,
  customer: 14,
  reply: 6,
  'new-conversation': 5,
  delete: 2,
  'move-inbox': 3,
  'member-change': 3,
  'agent-leaves': 0.7,
  'team-deleted': 0.5,
  presence: 4,
  bot: 1,
} as const;

/** One act of somebody else. @param targets conversations that are often chosen @param trace counts it */
export const actOfOthers = (
  server: ModelServer,
  dice: Dice,
  targets: readonly number[],
  trace?: Trace,
): void => {
  const { truth, acts } = server;
  const all = [...truth.conversations.values()];
  const live = all.filter((c) => liveStatus(c.status));
  const agents = [...truth.users.values()].filter((u) => !u.left && u.id !== OTHER).map((u) => u.id);
  const teams = [...truth.teams.keys()];
  const other: Actor = { user: OTHER, request: null };
  const system: Actor = { user: null, request: null };
  // Often the very conversations that the supervisor under test is moving.
  const busy = live.filter((c) => targets.includes(c.id));
  const one = (): Conversation | null =>
    live.length === 0 ? null : dice.pick(busy.length > 0 && dice.chance(0.4) ? busy : live);
  const c = one();
  const what = dice.weighted(weights);
  trace?.fault(`other-${what}`);
  if (what === 'new-conversation') {
    acts.create(
      dice.pick([...truth.inboxes.keys()]),
      { id: 2000 + dice.below(1000), name: 'Newcomer' },
      teams.length > 0 && dice.chance(0.4) ? { team: dice.pick(teams) } : {},
    );
    return;
  }
  if (!c) return;
  switch (what) {
    case 'reassign':
      acts.assignAgent(c, dice.chance(0.8) ? other : system, dice.pick(agents));
      return;
    case 'assign-me':
      acts.assignAgent(c, dice.chance(0.7) ? other : system, ME);
      return;
    case 'team':
      if (teams.length > 0) acts.assignTeam(c, other, dice.chance(0.85) ? dice.pick(teams) : null);
      return;
    case 'unassign':
      acts.assignAgent(c, other, null);
      return;
    case 'resolve':
      acts.setStatus(c, other, truth.abilities.finals && dice.chance(0.3) ? 'abandoned' : 'resolved');
      return;
    case 'snooze':
      acts.setStatus(c, other, 'snoozed');
      return;
    case 'reopen': {
      const done = all.filter((row) => row.status !== 'open');
      if (done.length > 0) acts.setStatus(dice.pick(done), other, 'open');
      return;
    }
    case 'priority':
      if (truth.abilities.priority) acts.setPriority(c, other, dice.pick(['low', 'high', 'urgent', null]));
      return;
    case 'labels':
      acts.setLabels(c, other, dice.pick([[], ['vip'], ['refund', 'vip']]));
      return;
    case 'customer':
      acts.incoming(dice.chance(0.8) ? c : dice.pick(all), 'Is anybody there?');
      return;
    case 'reply':
      acts.outgoing(c, { kind: 'user', id: c.assignee ?? OTHER }, 'On its way', dice.chance(0.2));
      return;
    case 'delete':
      acts.remove(c, other);
      return;
    case 'move-inbox':
      acts.moveInbox(c, dice.pick([...truth.inboxes.keys()]));
      return;
    case 'member-change':
      if (teams.length > 0)
        acts.setMembers(
          dice.pick(teams),
          agents.filter(() => dice.chance(0.5)),
        );
      return;
    case 'agent-leaves': {
      const leavers = agents.filter((id) => id !== ME);
      if (leavers.length > 2) acts.leave(dice.pick(leavers));
      return;
    }
    case 'team-deleted':
      if (teams.length > 1) acts.deleteTeam(dice.pick(teams));
      return;
    case 'presence': {
      const user = truth.users.get(dice.pick(agents));
      if (user && user.id !== ME) user.present = !user.present;
      return;
    }
    case 'bot':
      if (truth.abilities.bots) acts.assignBot(c, other, 14);
      return;
  }
};
