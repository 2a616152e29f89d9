/** Fills an empty world with the demo account and a second, separate account. */
import type { Backend } from '../backend.ts';
import { createAgent } from '../actions/create.ts';
import type { Random } from '../random.ts';
import { seedConversations } from './conversations.ts';
import { seedPeople } from './people.ts';

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
