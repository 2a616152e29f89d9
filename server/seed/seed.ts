/** Fills an empty world with the demo account and a second, separate account. */
import type { Backend } from '../backend.ts';
import { createAgent } from '../actions/create.ts';
import type { Random } from '../random.ts';
import { seedConversations } from './conversations.ts';
import { freshen } from './freshen.ts';
import { seedPeople } from './people.ts';
import type { SeededPeople } from './people.ts';

export interface SeedOptions {
  conversations: number;
  agents: number;
  teams: number;
}

/** E-mails by which the three signed-in roles are found again in a kept data file. */
export const seededRoles = {
  administrator: 'mara.lindqvist@nordlicht.example',
  supervisor: 'jonas.albrecht@nordlicht.example',
  agent: 'tom.becker@nordlicht.example',
} as const;

export function seedWorld(backend: Backend, random: Random, options: SeedOptions): void {
  const now = backend.clock.now();
  const people = seedPeople(backend, options, now);
  // Nobody of the first account belongs to this one: it proves that accounts are apart.
  backend.world.insert('account', {
    id: 2,
    name: 'Sonnental Service',
    locale: 'de',
    status: 'active',
    conversationLimit: null,
    lastDisplayId: 0,
    cacheKeys: { label: 0, inbox: 0, team: 0 },
  });
  createAgent(backend, 2, {
    name: 'Petra Sommer',
    email: 'petra.sommer@sonnental.example',
    role: 'administrator',
  });
  seedConversations(backend, random, people, options.conversations, now);
}

/** The people of a kept world, found again by what they are; null when it is not the demo any more. */
function findPeople(backend: Backend): SeededPeople | null {
  const { world } = backend;
  const users = [...world.rows.user.values()];
  const byEmail = (email: string): (typeof users)[number] | undefined =>
    users.find((user) => user.email === email);
  const administrator = byEmail(seededRoles.administrator);
  const supervisor = byEmail(seededRoles.supervisor);
  const left = byEmail('viktor.hansen@nordlicht.example');
  const agents = users.filter((user) => {
    const membership = world.membership(1, user.id);
    return membership?.role === 'agent' && !membership.deactivated;
  });
  const botId = world.rows.bot.values().next().value?.id;
  const inboxes = world.inboxesOf(1);
  if (administrator === undefined || supervisor === undefined || left === undefined || botId === undefined)
    return null;
  if (agents.length === 0 || inboxes.length === 0) return null;
  return { accountId: 1, administrator, supervisor, agents, left, teams: world.teamsOf(1), inboxes, botId };
}

/** Brings a kept demo up to the present. */
export function freshenWorld(backend: Backend, random: Random): void {
  const people = findPeople(backend);
  if (people !== null) freshen(backend, random, people, backend.clock.now());
}
