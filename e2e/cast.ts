/** Puts the cast of the table of cases on a server: its agents, teams, bot and inbox, and conversations in a case's start. */
import type { ManualModeCase, ManualModeCases } from '../contract/cases.ts';
import type { ControlClient } from '../server/control-client.ts';

/** A server reached as an administrator, with its control port. */
export type CastServer = { url: string; accountId: number; administrator: string; control: ControlClient };

/** The cast with the server's ids in place of names. */
export type Cast = {
  inbox: number;
  /** The token of the agent that is `me`. */
  myToken: string;
  me: number;
  agent: (name: string) => number;
  bot: (name: string) => number;
  team: (name: string) => number;
  /** Names an id again: `tom`, `bot:helper`, `support`. */
  nameOfAgent: (id: number | null, bot: number | null) => string | null;
  nameOfTeam: (id: number | null) => string | null;
  /** Exactly these count as present and online. */
  setOnline: (names: readonly string[]) => Promise<void>;
  /** A new conversation in the start of a case; answers its display id. */
  create: (start: ManualModeCase['start'], customer: string) => Promise<number>;
  /** Members of the cast who left go, and teams that are gone are deleted. */
  dismiss: () => Promise<void>;
};

/** Builds the cast through the public API, and what that cannot do through the control port. */
export const buildCast = async (
  server: CastServer,
  table: ManualModeCases,
  options: { inboxAutoAssign: boolean },
): Promise<Cast> => {
  const { control } = server;
  const post = async (path: string, body: unknown): Promise<{ id: number }> => {
    const response = await fetch(`${server.url}/api/v1/accounts/${server.accountId}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', api_access_token: server.administrator },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { id: number };
  };

  const agents = new Map<string, number>();
  const teams = new Map<string, number>();
  const inbox = (
    await post('inboxes', {
      name: table.inbox.name,
      enable_auto_assignment: options.inboxAutoAssign,
      channel: { type: 'api', webhook_url: '' },
    })
  ).id;
  for (const [name, agent] of Object.entries(table.agents)) {
    const role = agent.administrator ? 'administrator' : 'agent';
    agents.set(name, (await post('agents', { name: agent.name, email: `${name}@example.test`, role })).id);
  }
  const id = (map: Map<string, number>, name: string): number => {
    const found = map.get(name);
    if (found === undefined) throw new Error(`${name} is not in the cast`);
    return found;
  };
  const members = Object.entries(table.agents).filter(([, agent]) => agent.inInbox);
  await post('inbox_members', { inbox_id: inbox, user_ids: members.map(([name]) => id(agents, name)) });
  for (const [name, team] of Object.entries(table.teams)) {
    const made = await post('teams', {
      name: team.name,
      description: '',
      allow_auto_assign: team.autoAssign,
    });
    teams.set(name, made.id);
    const inTeam = (team.membersOnServer ?? team.members ?? []).map((member) => id(agents, member));
    if (inTeam.length > 0) await post(`teams/${made.id}/team_members`, { user_ids: inTeam });
  }
  const bots = new Map<string, number>();
  for (const [name, bot] of Object.entries(table.bots)) {
    bots.set(`bot:${name}`, (await post('agent_bots', { name: bot.name, description: '' })).id);
  }

  const mine = Object.entries(table.agents).find(([, agent]) => agent.me)?.[0] ?? '';
  const users = await control.call('users', {});
  const me = users.find((user) => user.id === id(agents, mine));
  if (!me) throw new Error('the server does not list me');

  const nameIn = (map: Map<string, number>, wanted: number): string | null =>
    [...map].find(([, one]) => one === wanted)?.[0] ?? null;

  return {
    inbox,
    myToken: me.token,
    me: me.id,
    agent: (name) => id(agents, name),
    bot: (name) => id(bots, name),
    team: (name) => id(teams, name),
    nameOfAgent: (agent, bot) =>
      agent !== null ? nameIn(agents, agent) : bot !== null ? nameIn(bots, bot) : null,
    nameOfTeam: (team) => (team === null ? null : nameIn(teams, team)),
    setOnline: async (names) => {
      for (const name of agents.keys()) {
        if (table.agents[name]?.left) continue;
        const online = names.includes(name);
        await control.act({
          do: 'availability',
          user: id(agents, name),
          availability: online ? 'online' : 'offline',
          autoOffline: !online,
        });
      }
    },
    create: async (start, customer) => {
      const { id: conversation } = await control.act({ do: 'create-conversation', inbox, customer });
      if (start.team !== null) await control.act({ do: 'team', conversation, team: id(teams, start.team) });
      if (start.agent?.startsWith('bot:')) {
        await control.act({ do: 'assign-bot', conversation, bot: id(bots, start.agent) });
      } else {
        await control.act({
          do: 'assign',
          conversation,
          agent: start.agent === null ? null : id(agents, start.agent),
        });
      }
      // Set last: a finished conversation takes no assignment. Injected: the status may be one nobody knows.
      if (start.status !== 'open')
        await control.call('conversation.inject', { conversation, status: start.status });
      return conversation;
    },
    dismiss: async () => {
      for (const [name, agent] of Object.entries(table.agents)) {
        if (agent.left) await control.act({ do: 'remove-agent', user: id(agents, name) });
      }
      for (const [name, team] of Object.entries(table.teams)) {
        if (team.gone) await control.act({ do: 'delete-team', team: id(teams, name) });
      }
    },
  };
};
