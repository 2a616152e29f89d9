/** Seeds the people of the demo account: administrator, supervisors, agents, teams, inboxes, labels and the bot. */
import type { Backend } from '../backend.ts';
import { createAgent } from '../actions/create.ts';
import type { Inbox, Seconds, Team, User } from '../model.ts';
import { agentNames, inboxSeeds, labelSeeds, maskedNames, teamNames } from './words.ts';

export interface SeededPeople {
  accountId: number;
  administrator: User;
  supervisor: User;
  agents: User[];
  /** Left, but still holds conversations. */
  left: User;
  teams: Team[];
  inboxes: Inbox[];
  botId: number;
}

/** Chosen availability of agents in turn: most are online. */
const availabilities = [
  'online',
  'online',
  'busy',
  'online',
  'online',
  'away',
  'online',
  'offline',
  'online',
  'busy',
];

function emailOf(name: string, index: number): string {
  const ascii = name
    .normalize('NFD')
    .replace(/[^A-Za-z ]/g, '')
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((part) => part !== '')
    .join('.');
  return `${ascii === '' ? `agent${index + 1}` : ascii}@nordlicht.example`;
}

/** Creates the account's directory as it was two months before `now`. */
export function seedPeople(
  backend: Backend,
  counts: { agents: number; teams: number },
  now: Seconds,
): SeededPeople {
  const { world, random, features, switches } = backend;
  const founded = now - 60 * 86400;
  const account = world.insert('account', {
    id: 1,
    name: 'Nordlicht Support',
    locale: 'en',
    status: 'active',
    conversationLimit: null,
    lastDisplayId: 0,
    cacheKeys: { label: founded, inbox: founded, team: founded },
  });
  const add = (
    name: string,
    role: string,
    index: number,
    availability: string,
    autoOffline: boolean,
  ): User => {
    const wanted = features.availabilities.includes(availability) ? availability : 'busy';
    const { user, membership } = createAgent(backend, account.id, {
      name,
      email: emailOf(name, index),
      role,
      availability: wanted,
      autoOffline,
    });
    membership.activeAt = now - random.between(60, 7200);
    return user;
  };

  const administrator = add('Mara Lindqvist', 'administrator', 0, 'online', true);
  administrator.displayName = 'Mara';
  const supervisor = add('Jonas Albrecht', switches.supervisorRole, 0, 'online', true);
  add('Ebru Yılmaz', switches.supervisorRole, 0, 'busy', true);
  const agents: User[] = [];
  for (let i = 0; i < counts.agents; i++) {
    const base = agentNames[i % agentNames.length] ?? 'Agent';
    const name = i < agentNames.length ? base : `${base} ${Math.floor(i / agentNames.length) + 1}`;
    const user = add(name, 'agent', i, availabilities[i % availabilities.length] ?? 'online', i % 5 === 3);
    if (i >= agentNames.length) user.email = `agent${i + 1}@nordlicht.example`;
    const masked = maskedNames[i];
    if (backend.level === 'live-agent' && masked !== undefined) user.maskedName = masked;
    if (backend.level === 'live-agent') {
      user.customAttributes = { skills: i % 2 === 0 ? ['english', 'german'] : ['english', 'turkish'] };
    }
    agents.push(user);
  }
  const left = add('Viktor Hansen', 'agent', 0, 'offline', true);

  const bot = world.insert('bot', {
    id: world.nextId('bot'),
    accountId: account.id,
    name: 'Nordi (virtual agent)',
    description: 'Answers before people do',
    token: random.token(24),
    outgoingUrl: null,
  });

  const inboxes = inboxSeeds.map((seed, index) => {
    // Each agent serves most inboxes; the last one has only every second agent.
    const members = agents.filter((_agent, i) => (index === 4 ? i % 2 === 0 : (i + index) % 4 !== 3));
    const memberIds = [...(index < 3 ? [supervisor.id] : []), ...members.map((user) => user.id)];
    const id = world.nextId('inbox');
    return world.insert('inbox', {
      id,
      accountId: account.id,
      name: seed.name,
      channelId: id + 100,
      channelType: seed.channel,
      enableAutoAssignment: seed.auto,
      enableAutoReassignment: seed.auto,
      memberIds,
      queue: memberIds.toReversed(),
      botId: null,
      identifier: random.token(24),
      phoneNumber: seed.phone,
      webhookUrl: null,
      createdAt: founded,
    });
  });

  const teams: Team[] = [];
  for (let t = 0; t < counts.teams; t++) {
    const seed = teamNames[t % teamNames.length];
    if (seed === undefined) break;
    const name = t < teamNames.length ? seed.name : `${seed.name} ${Math.floor(t / teamNames.length) + 1}`;
    // Everybody is in one team, every third also in the next: both allowed and asked-first moves exist.
    const memberIds = agents
      .filter((_agent, i) => i % counts.teams === t || (i % 3 === 0 && (i + 1) % counts.teams === t))
      .map((user) => user.id);
    if (t === 0) memberIds.push(supervisor.id);
    teams.push(
      world.insert('team', {
        id: world.nextId('team'),
        accountId: account.id,
        name: features.lowerCaseTeamNames ? name.toLowerCase() : name,
        description: seed.description,
        allowAutoAssign: seed.autoAssign,
        memberIds,
        createdAt: founded,
        updatedAt: founded,
      }),
    );
  }
  for (const seed of labelSeeds) {
    world.insert('label', {
      id: world.nextId('label'),
      accountId: account.id,
      title: seed.title,
      description: seed.description,
      color: seed.color,
      showOnSidebar: true,
    });
  }
  return { accountId: account.id, administrator, supervisor, agents, left, teams, inboxes, botId: bot.id };
}
