/** Seeds conversations with contacts and transcripts: about an eighth live, the rest history of a month. */
import type { Backend } from '../backend.ts';
import type { Conversation, Seconds } from '../model.ts';
import type { Random } from '../random.ts';
import { seedMessages } from './messages.ts';
import type { SeededPeople } from './people.ts';
import { labelSeeds, languages } from './words.ts';
import type { Language } from './words.ts';

/** How many of `total` are live: an eighth of many, more of few. */
export function liveShare(total: number): number {
  if (total <= 40) return total;
  if (total <= 1000) return Math.max(40, Math.min(120, Math.round(total * 0.22)));
  return Math.round(total / 8);
}

/** When a seeded conversation began and who spoke last. */
export interface Plan {
  status: string;
  createdAt: Seconds;
  /** Customer waits since; null = the last word was ours. */
  waitingSince: Seconds | null;
  lastAt: Seconds;
}

/** A conversation that is open, pending or snoozed now. */
export function planLive(random: Random, now: Seconds): Plan {
  const dice = random.next();
  const status = dice < 0.78 ? 'open' : dice < 0.89 ? 'pending' : 'snoozed';
  const waits = status === 'open' && random.chance(0.7);
  // Mostly a few minutes, a tail up to 25.
  const waited = waits ? Math.floor(25 * 60 * random.next() ** 2) : 0;
  const lastAt = waits ? now - waited : now - random.between(30, 2 * 3600);
  const createdAt = lastAt - random.between(60, 5 * 3600);
  return { status, createdAt, waitingSince: waits ? lastAt : null, lastAt };
}

function planDone(random: Random, now: Seconds, abandoned: boolean): Plan {
  // A third of the month's history lies within the last three days.
  const age = random.chance(0.35) ? random.next() * 3 * 86400 : random.next() * 30 * 86400;
  const lastAt = now - 3600 - age;
  const createdAt = lastAt - random.between(300, 6 * 3600);
  return { status: abandoned ? 'abandoned' : 'resolved', createdAt, waitingSince: null, lastAt };
}

interface Holder {
  assigneeId: number | null;
  teamId: number | null;
  botId: number | null;
}

function holderOf(
  backend: Backend,
  random: Random,
  people: SeededPeople,
  inboxId: number,
  plan: Plan,
): Holder {
  const inbox = people.inboxes.find((one) => one.id === inboxId);
  const members = inbox?.memberIds ?? [];
  const team = people.teams.length > 0 && random.chance(0.7) ? random.pick(people.teams) : null;
  const inTeam = team === null ? members : members.filter((id) => team.memberIds.includes(id));
  const dice = random.next();
  if (plan.status === 'open' || plan.status === 'snoozed') {
    if (dice < 0.3 && plan.status === 'open')
      return { assigneeId: null, teamId: team?.id ?? null, botId: null };
    if (dice > 0.97 && backend.switches.botAssignees)
      return { assigneeId: null, teamId: null, botId: people.botId };
    if (dice > 0.94 && team !== null) {
      // A violation that is already there: the agent is not in the team.
      const outside = members.filter((id) => !team.memberIds.includes(id));
      if (outside.length > 0) return { assigneeId: random.pick(outside), teamId: team.id, botId: null };
    }
  }
  if (plan.status === 'pending') {
    return { assigneeId: null, teamId: null, botId: backend.switches.botAssignees ? people.botId : null };
  }
  if (plan.status === 'abandoned') return { assigneeId: null, teamId: team?.id ?? null, botId: null };
  if (inTeam.length === 0) return { assigneeId: null, teamId: team?.id ?? null, botId: null };
  return { assigneeId: random.pick(inTeam), teamId: team?.id ?? null, botId: null };
}

function seedContact(
  backend: Backend,
  random: Random,
  accountId: number,
  language: Language,
  at: Seconds,
): number {
  const { world } = backend;
  const id = world.nextId('contact');
  const name =
    language.code === 'ja'
      ? `${random.pick(language.last)} ${random.pick(language.first)}`
      : `${random.pick(language.first)} ${random.pick(language.last)}`;
  world.insert('contact', {
    id,
    accountId,
    name,
    email: `customer${id}@mail.example`,
    phoneNumber: random.chance(0.6) ? `${language.dial}${random.between(100000000, 999999999)}` : null,
    identifier: random.chance(0.3) ? `crm-${10000 + id}` : null,
    thumbnail: '',
    blocked: false,
    additionalAttributes: { city: language.city, country_code: language.country },
    customAttributes: random.chance(0.3) ? { plan: random.pick(['basic', 'plus', 'business']) } : {},
    lastActivityAt: at,
    createdAt: at - random.between(3600, 200 * 86400),
  });
  return id;
}

/** Creates one conversation with its contact and transcript. */
export function seedOne(
  backend: Backend,
  random: Random,
  people: SeededPeople,
  plan: Plan,
  displayId: number,
): Conversation {
  const { world, features } = backend;
  const language = random.chance(0.4) ? languages[0] : random.pick(languages);
  if (language === undefined) throw new Error('no languages');
  const inbox = random.pick(people.inboxes);
  const contactId = seedContact(backend, random, people.accountId, language, plan.createdAt);
  const link = world.insert('contactInbox', {
    id: world.nextId('contactInbox'),
    contactId,
    inboxId: inbox.id,
    sourceId: random.uuid(),
    pubsubToken: random.token(24),
    createdAt: plan.createdAt,
  });
  const holder = holderOf(backend, random, people, inbox.id, plan);
  const priority = random.chance(0.3) ? random.pick(features.priorities) : null;
  const labels = random.chance(0.5) ? [random.pick(labelSeeds).title] : [];
  if (labels.length > 0 && random.chance(0.3)) labels.push(random.pick(labelSeeds).title);
  const now = backend.clock.now();
  const conversation = world.insert('conversation', {
    id: world.nextId('conversation'),
    accountId: people.accountId,
    displayId,
    uuid: random.uuid(),
    inboxId: inbox.id,
    contactId,
    contactInboxId: link.id,
    status: plan.status,
    priority: features.priority ? priority : null,
    ...holder,
    snoozedUntil: plan.status === 'snoozed' && random.chance(0.7) ? now + random.between(1800, 86400) : null,
    labels: [...new Set(labels)].toSorted(),
    additionalAttributes: { conversation_language: language.code },
    customAttributes: random.chance(0.2) ? { order: `A-${random.between(1000, 9999)}` } : {},
    createdAt: plan.createdAt,
    updatedAt: plan.createdAt,
    lastActivityAt: plan.createdAt,
    firstReplyAt: null,
    waitingSince: plan.waitingSince,
    agentLastSeenAt: null,
    assigneeLastSeenAt: null,
    contactLastSeenAt: null,
    participantIds: holder.assigneeId === null ? [] : [holder.assigneeId],
  });
  seedMessages(backend, random, people, conversation, language, plan);
  return conversation;
}

/** Creates `total` conversations; display ids follow their creation. */
export function seedConversations(
  backend: Backend,
  random: Random,
  people: SeededPeople,
  total: number,
  now: Seconds,
): void {
  const { world } = backend;
  const live = liveShare(total);
  const plans: Plan[] = [];
  for (let i = 0; i < total; i++) {
    plans.push(
      i < live
        ? planLive(random, now)
        : planDone(random, now, backend.level === 'live-agent' && random.chance(0.15)),
    );
  }
  plans.sort((a, b) => a.createdAt - b.createdAt);
  // Internal ids must differ from display ids.
  world.reserveIds('conversation', 70001);
  const conversations = plans.map((plan, index) => seedOne(backend, random, people, plan, index + 1));
  const account = world.account(people.accountId);
  if (account !== undefined) account.lastDisplayId = total;

  // The one who left still holds a few, also live ones.
  const open = conversations.filter((one) => one.status === 'open' && one.assigneeId !== null);
  for (const conversation of open.slice(0, Math.min(3, Math.floor(open.length / 4)))) {
    conversation.assigneeId = people.left.id;
    conversation.teamId = null;
  }
  const membership = world.membership(people.accountId, people.left.id);
  if (membership === undefined) return;
  if (backend.switches.deactivatedKeepConversations) membership.deactivated = true;
  else world.remove('membership', membership.id);
}
