/** Fills the modelled server for a seed: people, teams, inboxes, a bot, and twenty conversations in all states. */
import type { ModelServer } from './model-server.ts';
import type { Dice } from './random.ts';

/** The user under test. */
export const ME = 12;
/** The other supervisor. */
export const OTHER = 13;
export const ACCOUNT = 3;
export const CONVERSATIONS = 20;

/** @param dice decides memberships, switches and states; the same dice give the same account */
export const populate = (server: ModelServer, dice: Dice): void => {
  const { truth, acts } = server;
  const liveAgent = truth.abilities.finals;
  const administrator = dice.chance(0.3);
  const person = (id: number, name: string, role: string, availability: 'online' | 'busy' = 'online') => {
    truth.users.set(id, {
      id,
      name,
      role,
      availability,
      present: id !== ME && dice.chance(0.7),
      left: false,
      token: `token-of-user-${id}-000000`,
      pubsub: `pubsub-of-user-${id}-0000`,
    });
  };
  person(
    ME,
    'Mara Lindqvist',
    administrator ? 'administrator' : liveAgent ? 'supervisor' : 'agent',
    dice.chance(0.5) ? 'busy' : 'online',
  );
  person(OTHER, 'Sara Okafor', 'administrator', 'busy');
  const names = ['Tom', 'Lin', 'Ana', 'Jo', 'Kai', 'Uma'];
  const agents = names.map((name, index) => {
    person(14 + index, name, 'agent');
    return 14 + index;
  });
  const everyone = [ME, ...agents];
  const some = (from: readonly number[], chance: number) => from.filter(() => dice.chance(chance));
  for (const id of [4, 5, 6]) {
    // Not a member of the last inbox: what moves there is out of sight, unless administrator.
    const members = some(everyone, 0.7).filter((user) => user !== ME);
    if (id !== 6) members.push(ME);
    truth.inboxes.set(id, { id, name: `Inbox ${id}`, auto: dice.chance(0.3), members, queue: [...members] });
  }
  for (const id of [7, 8, 9])
    truth.teams.set(id, {
      id,
      name: ['billing', 'support', 'sales'][id - 7] ?? 'team',
      auto: dice.chance(0.5),
      members: some(everyone, 0.5),
    });
  // Its id is also the id of a person.
  truth.bots.set(14, { id: 14, name: 'Greeter' });
  for (let i = 0; i < CONVERSATIONS; i++) {
    const c = acts.create(
      dice.pick([4, 5, 5, 6]),
      { id: 900 + i, name: `Contact ${i}` },
      { status: dice.chance(0.1) ? 'pending' : 'open' },
    );
    if (truth.abilities.bots && dice.chance(0.05)) acts.assignBot(c, { user: null, request: null }, 14);
    else if (dice.chance(0.5)) acts.assignAgent(c, { user: null, request: null }, dice.pick(everyone));
    if (dice.chance(0.5)) acts.assignTeam(c, { user: null, request: null }, dice.pick([7, 8, 9]));
    if (dice.chance(0.15))
      acts.setStatus(c, { user: null, request: null }, dice.pick(['resolved', 'snoozed']));
  }
};
