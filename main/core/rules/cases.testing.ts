/** The cast of the table of cases as a directory with ids, for tests. */
import { manualModeCasesSchema, type CaseAction, type ManualModeCase } from '../../../contract/cases.ts';
import table from '../../../contract/manual-mode-cases.json' with { type: 'json' };
import type { Action, AssigneeKey, Assignment, Directory } from '../../../contract/model.ts';
import type { Write } from '../link.ts';
import { actionForLane } from './lanes.ts';
import type { ServerWorld } from './server-model.ts';

export const cases = manualModeCasesSchema.parse(table);

const agentNames = Object.keys(cases.agents);
const botNames = Object.keys(cases.bots);
const teamNames = Object.keys(cases.teams);

/** Bots share the first agent's id, as they may on a server. */
export const agentId = (name: string): number => agentNames.indexOf(name) + 1;
export const botId = (name: string): number => botNames.indexOf(name) + 1;
export const teamId = (name: string): number => teamNames.indexOf(name) + 1;

export const assigneeOf = (name: string | null): AssigneeKey | null => {
  if (name === null) return null;
  return name.startsWith('bot:')
    ? { type: 'bot', id: botId(name.slice(4)) }
    : { type: 'agent', id: agentId(name) };
};

export const assignmentOf = (named: { agent: string | null; team: string | null }): Assignment => ({
  assignee: assigneeOf(named.agent),
  team: named.team === null ? null : teamId(named.team),
});

/** What a row says of the world around its conversation. */
type Scene = Pick<ManualModeCase, 'online' | 'inboxAutoAssign'>;

export const INBOX = 1;
const me = agentNames.find((name) => cases.agents[name]?.me) ?? '';

/** `loaded`: memberships that the app has not loaded yet are loaded. */
export const directoryOf = (one: Scene, loaded = false): Directory => ({
  me: { id: agentId(me), name: cases.agents[me]?.name ?? '', role: 'supervisor', availability: 'online' },
  account: { id: 1, name: 'Account' },
  agents: Object.entries(cases.agents).map(([key, agent]) => ({
    id: agentId(key),
    name: agent.name,
    role: agent.administrator ? 'administrator' : 'agent',
    presence: 'online',
    limit: null,
    left: agent.left,
  })),
  bots: Object.entries(cases.bots).map(([key, bot]) => ({ id: botId(key), name: bot.name })),
  teams: Object.entries(cases.teams).map(([key, team]) => {
    const members = team.members ?? (loaded ? (team.membersOnServer ?? []) : null);
    return {
      id: teamId(key),
      name: team.name,
      autoAssign: team.autoAssign,
      members: members && members.map(agentId),
      mine: members?.includes(me) ?? null,
      gone: team.gone,
    };
  }),
  inboxes: [
    {
      id: INBOX,
      name: cases.inbox.name,
      channel: 'Channel::Api',
      autoAssign: one.inboxAutoAssign,
      assignable: agentNames
        .filter((name) => cases.agents[name]?.inInbox || cases.agents[name]?.administrator)
        .map(agentId),
    },
  ],
  labels: [],
});

export const worldOf = (one: Scene): ServerWorld => ({
  agents: agentNames.filter((name) => !cases.agents[name]?.left).map(agentId),
  teams: Object.entries(cases.teams)
    .filter(([, team]) => !team.gone)
    .map(([key, team]) => ({
      id: teamId(key),
      autoAssign: team.autoAssign,
      members: (team.members ?? team.membersOnServer ?? []).map(agentId),
    })),
  online: one.online.filter((name) => cases.agents[name]?.inInbox).map(agentId),
});

type AnyCaseAction = CaseAction | { kind: 'assign-agent-without-team'; agent: string };

/** null: no action of ours can express it (a bot as the target). */
export const actionOf = (action: AnyCaseAction): Action | null => {
  switch (action.kind) {
    case 'assign-agent':
      return action.agent.startsWith('bot:')
        ? actionForLane('queues', `bot:${botId(action.agent.slice(4))}`)
        : { kind: 'assign-agent', agent: agentId(action.agent) };
    case 'assign-agent-without-team':
      return { kind: 'assign-agent-without-team', agent: agentId(action.agent) };
    case 'assign-to-me':
      return { kind: 'assign-agent', agent: agentId(me) };
    case 'assign-team':
    case 'queue':
      return { kind: action.kind, team: teamId(action.team) };
    case 'assign-both':
      return { kind: 'assign-both', agent: agentId(action.agent), team: teamId(action.team) };
    default:
      return action;
  }
};

export const writeOf = (write: ManualModeCase['writes'][number]): Write =>
  write.write === 'agent'
    ? { write: 'agent', to: assigneeOf(write.to) }
    : { write: 'team', to: write.to === null ? null : teamId(write.to) };
