/** The rules of manual mode for one conversation and one action: refused, already so, to be asked, or a plan. */
import { isLive, sameAssignee, sameAssignment } from '../../../contract/model.ts';
import type {
  Action,
  Agent,
  AssigneeKey,
  Assignment,
  Choice,
  Directory,
  Team,
  Words,
} from '../../../contract/model.ts';
import { agentName, assigneeName, teamName, words } from './names.ts';
import { restore, setExactly, setTeam, toQueue, type Plan, type Stays } from './plan.ts';

/** What the rules look at. */
export type MoveState = Assignment & { status: string; inbox: number };

export type Decision =
  | { kind: 'refuses'; words: Words }
  | { kind: 'already-here'; words: Words }
  | { kind: 'asks'; words: Words; choices: Choice[] }
  | {
      kind: 'goes';
      /** `unknown`: a membership must be loaded before it is sent, and the action be decided again. */
      certainty: 'sure' | 'unknown';
      words: Words;
      /** Something happens besides what was asked for. */
      but: boolean;
      warnings: Words[];
      plan: Plan;
      /** The agent who would have it then; null = nobody new. */
      target: number | null;
    };

const ACCEPTS = words('hint.accepts');
const ALREADY: Decision = { kind: 'already-here', words: words('hint.alreadyHere') };
const refuses = (key: string, params: Words['params'] = {}): Decision => ({
  kind: 'refuses',
  words: words(key, params),
});
const goes = (plan: Plan, more: Partial<Extract<Decision, { kind: 'goes' }>> = {}): Decision => ({
  kind: 'goes',
  certainty: 'sure',
  words: ACCEPTS,
  but: false,
  warnings: [],
  target: null,
  plan,
  ...more,
});

const agentKey = (id: number): AssigneeKey => ({ type: 'agent', id });

/** The agent as a target, or why he cannot be one. */
const targetAgent = (id: number, state: MoveState, directory: Directory): Agent | Decision => {
  const agent = directory.agents.find((one) => one.id === id);
  if (!agent) return refuses('refuse.unknownAgent');
  if (agent.left) return refuses('refuse.left', { agent: agent.name });
  const inbox = directory.inboxes.find((one) => one.id === state.inbox);
  if (inbox?.assignable && !inbox.assignable.includes(id))
    return refuses('refuse.notInInbox', { agent: agent.name, inbox: inbox.name });
  return agent;
};

/** The team as a target, or why it cannot be one. */
const targetTeam = (id: number, directory: Directory): Team | Decision => {
  const team = directory.teams.find((one) => one.id === id);
  if (!team) return refuses('refuse.unknownTeam');
  return team.gone ? refuses('refuse.teamGone', { team: team.name }) : team;
};

const isDecision = (value: Agent | Team | Decision): value is Decision => 'kind' in value;

/** Whether an agent is a member of a team. A team that is gone or unknown has no members. */
const membership = (agent: number, team: number, directory: Directory): Stays => {
  const found = directory.teams.find((one) => one.id === team);
  if (!found || found.gone) return 'no';
  if (found.members === null) return 'not-known';
  return found.members.includes(agent) ? 'yes' : 'no';
};

const unknown = (agent: string) => ({
  certainty: 'unknown' as const,
  words: words('hint.membershipChecked', { agent }),
});

const choicesFor = (agent: Agent, without: number, directory: Directory): Choice[] => [
  {
    words: words('choice.removeTeam', { agent: agent.name, team: teamName(directory, without) }),
    action: { kind: 'assign-agent-without-team', agent: agent.id },
  },
  ...directory.teams
    .filter((team) => team.id !== without && !team.gone && team.members?.includes(agent.id))
    .toSorted((a, b) => a.name.localeCompare(b.name) || a.id - b.id)
    .map((team): Choice => ({
      words: words('choice.inTeam', { agent: agent.name, team: team.name }),
      action: { kind: 'assign-both', agent: agent.id, team: team.id },
    })),
];

const assignAgent = (id: number, state: MoveState, directory: Directory): Decision => {
  const agent = targetAgent(id, state, directory);
  if (sameAssignee(state.assignee, agentKey(id))) return ALREADY;
  if (isDecision(agent)) return agent;
  const plan = setExactly(state, { assignee: agentKey(id), team: state.team });
  if (state.team === null) return goes(plan, { target: id });
  switch (membership(id, state.team, directory)) {
    case 'yes':
      return goes(plan, { target: id });
    case 'not-known':
      return goes(plan, { ...unknown(agent.name), target: id });
    case 'no':
      return {
        kind: 'asks',
        words: words('hint.asksFirst', { agent: agent.name, team: teamName(directory, state.team) }),
        choices: choicesFor(agent, state.team, directory),
      };
  }
};

/** Removes the team only where the agent is not known to be in it, so that one choice fits many conversations. */
const assignWithoutTeam = (id: number, state: MoveState, directory: Directory): Decision => {
  const agent = targetAgent(id, state, directory);
  if (isDecision(agent)) return agent;
  const keepsTeam = state.team !== null && membership(id, state.team, directory) === 'yes';
  const to = { assignee: agentKey(id), team: keepsTeam ? state.team : null };
  if (to.team === state.team && sameAssignee(state.assignee, to.assignee)) return ALREADY;
  return goes(setExactly(state, to), { target: id });
};

const assignBoth = (agentId: number, teamId: number, state: MoveState, directory: Directory): Decision => {
  const agent = targetAgent(agentId, state, directory);
  if (isDecision(agent)) return agent;
  const team = targetTeam(teamId, directory);
  if (isDecision(team)) return team;
  if (sameAssignee(state.assignee, agentKey(agentId)) && state.team === teamId) return ALREADY;
  const plan = setExactly(state, { assignee: agentKey(agentId), team: teamId });
  switch (membership(agentId, teamId, directory)) {
    case 'yes':
      return goes(plan, { target: agentId });
    case 'not-known':
      return goes(plan, { ...unknown(agent.name), target: agentId });
    case 'no':
      return refuses('refuse.notInTeam', { agent: agent.name, team: team.name });
  }
};

/** Whether the present assignee may stay in the team; nobody and bots stay out of the server's rule. */
const staysIn = (state: MoveState, team: Team, directory: Directory): Stays =>
  state.assignee?.type === 'agent' ? membership(state.assignee.id, team.id, directory) : 'no';

/** What is said before a team comes in, the same for assigning it and for its queue. */
const teamHint = (state: MoveState, team: Team, stays: Stays, directory: Directory) => {
  const agent = state.assignee?.type === 'agent' ? agentName(directory, state.assignee.id) : null;
  const automatic = words('hint.assignsAutomatically', { team: team.name });
  if (agent === null) return team.autoAssign ? { but: true, words: automatic } : {};
  switch (stays) {
    case 'yes':
      return {};
    case 'not-known':
      return { ...unknown(agent), warnings: team.autoAssign ? [automatic] : [] };
    case 'no':
      return {
        but: true,
        words: words('hint.willBeUnassigned', { agent, team: team.name }),
        warnings: team.autoAssign ? [automatic] : [],
      };
  }
};

const assignTeam = (id: number, state: MoveState, directory: Directory): Decision => {
  const team = targetTeam(id, directory);
  if (isDecision(team)) return team;
  if (state.team === id) return ALREADY;
  const stays = staysIn(state, team, directory);
  return goes(setTeam(state, team, stays), teamHint(state, team, stays, directory));
};

/** Inboxes that assign automatically may give an unassigned conversation to the next agent at once. */
const mayAssignAgain = (state: MoveState, directory: Directory) =>
  directory.inboxes.find((one) => one.id === state.inbox)?.autoAssign
    ? { but: true, words: words('hint.mayAssignAgain') }
    : {};

const queue = (id: number, state: MoveState, directory: Directory): Decision => {
  const team = targetTeam(id, directory);
  if (isDecision(team)) return team;
  if (state.team === id) {
    return state.assignee === null
      ? ALREADY
      : goes(toQueue(state, team, 'no'), mayAssignAgain(state, directory));
  }
  const stays = staysIn(state, team, directory);
  return goes(toQueue(state, team, stays), teamHint(state, team, stays, directory));
};

const unassign = (to: Assignment, nothing: string, state: MoveState, directory: Directory): Decision => {
  const plan = setExactly(state, to);
  if (plan.steps.length === 0) return { kind: 'already-here', words: words(nothing) };
  const frees = state.assignee !== null && to.assignee === null;
  return goes(plan, frees ? mayAssignAgain(state, directory) : {});
};

/**
 * What was truth once may be put back, whatever the rules say of memberships and inboxes. Only who left and what is
 * gone cannot come back.
 */
const putBack = (to: Assignment, state: MoveState, directory: Directory): Decision => {
  if (sameAssignment(to, state)) return ALREADY;
  const agent = to.assignee?.type === 'agent' ? to.assignee.id : null;
  const comesIn = to.team !== null && to.team !== state.team;
  // A team that comes in may drop him, and nobody could bring him back.
  if (agent !== null && (comesIn || !sameAssignee(to.assignee, state.assignee))) {
    const found = directory.agents.find((one) => one.id === agent);
    if (!found) return refuses('refuse.unknownAgent');
    if (found.left) return refuses('refuse.left', { agent: found.name });
  }
  if (to.team === null || !comesIn) return goes(restore(state, to, null), { target: agent });
  const team = targetTeam(to.team, directory);
  if (isDecision(team)) return team;
  const comes = agent === null ? 'no' : membership(agent, team.id, directory);
  const stays = staysIn(state, team, directory);
  const plan = restore(state, to, { id: team.id, autoAssign: team.autoAssign, comes, stays });
  const asked = to.assignee ?? state.assignee;
  return asked && team.members === null
    ? goes(plan, { ...unknown(assigneeName(directory, asked)), target: agent })
    : goes(plan, { target: agent });
};

/** Judges one action for one conversation. Pure; the same answer for drag, menu, keyboard, palette and before sending. */
export const decide = (action: Action, state: MoveState, directory: Directory): Decision => {
  if (!isLive(state.status)) return refuses('refuse.final', { context: state.status });
  switch (action.kind) {
    case 'assign-agent':
      return assignAgent(action.agent, state, directory);
    case 'assign-agent-without-team':
      return assignWithoutTeam(action.agent, state, directory);
    case 'assign-team':
      return assignTeam(action.team, state, directory);
    case 'assign-both':
      return assignBoth(action.agent, action.team, state, directory);
    case 'queue':
      return queue(action.team, state, directory);
    case 'unassign-agent':
      return unassign({ assignee: null, team: state.team }, 'hint.nobodyAssigned', state, directory);
    case 'unassign-team':
      return unassign({ assignee: state.assignee, team: null }, 'hint.noTeamAssigned', state, directory);
    case 'unassign-both':
      return unassign({ assignee: null, team: null }, 'hint.nothingAssigned', state, directory);
    case 'restore':
      return putBack(action.to, state, directory);
  }
};
