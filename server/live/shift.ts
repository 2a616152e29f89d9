/** A simulated shift: customers write, agents answer, new conversations come, people come and go, a colleague reassigns. */
import { saveConversation } from '../actions/save.ts';
import { addMessage } from '../actions/messages.ts';
import { reassignAwayFrom } from '../actions/leaving.ts';
import type { Backend } from '../backend.ts';
import { customerArrives } from '../control/act.ts';
import type { Conversation, Membership, User } from '../model.ts';
import { createRandom } from '../random.ts';
import type { Random } from '../random.ts';
import { languages } from '../seed/words.ts';
import type { Language } from '../seed/words.ts';

const accountId = 1;
const defaultPerMinute = 30;

export interface Shift {
  stop(): void;
}

interface Scene {
  backend: Backend;
  random: Random;
}

/** Most open conversations before no new ones come, so that a day-long demo stays readable. */
const mostOpen = 160;

function openOnes(backend: Backend): Conversation[] {
  return backend.world.conversationsOf(accountId).filter((conversation) => conversation.status === 'open');
}

function languageOf(conversation: Conversation): Language | undefined {
  return (
    languages.find(
      (language) => language.code === conversation.additionalAttributes['conversation_language'],
    ) ?? languages[0]
  );
}

function lineOf(random: Random, language: Language | undefined, who: 'c' | 'a'): string {
  const lines = (language?.talks ?? []).flat().filter(([speaker]) => speaker === who);
  return lines.length === 0 ? '…' : random.pick(lines)[1];
}

function agents(backend: Backend, accepts: (membership: Membership) => boolean): Membership[] {
  return backend.world
    .membershipsOf(accountId)
    .filter((membership) => membership.role === 'agent' && !membership.deactivated && accepts(membership));
}

function customerWrites({ backend, random }: Scene): void {
  const open = openOnes(backend);
  if (open.length === 0) return;
  const conversation = random.pick(open);
  const content = lineOf(random, languageOf(conversation), 'c');
  const sender = { senderType: 'Contact', senderId: conversation.contactId } as const;
  addMessage(backend, conversation, { content, messageType: 0, ...sender }, null);
}

function agentAnswers({ backend, random }: Scene): void {
  // The longest wait is answered first, mostly.
  const waiting = openOnes(backend)
    .filter((conversation) => conversation.waitingSince !== null && conversation.assigneeId !== null)
    .toSorted((a, b) => (a.waitingSince ?? 0) - (b.waitingSince ?? 0));
  const conversation = waiting[random.int(Math.min(5, waiting.length))];
  const user =
    conversation === undefined ? undefined : backend.world.rows.user.get(conversation.assigneeId ?? 0);
  if (conversation === undefined || user === undefined) return;
  if (backend.world.membership(accountId, user.id)?.deactivated !== false) return;
  const content = lineOf(random, languageOf(conversation), 'a');
  addMessage(backend, conversation, { content, messageType: 1, senderType: 'User', senderId: user.id }, user);
  conversation.agentLastSeenAt = backend.clock.now();
  backend.world.touch('conversation', conversation.id);
  if (random.chance(0.35)) saveConversation(backend, conversation, { status: 'resolved' }, user);
}

function somebodyArrives({ backend, random }: Scene): void {
  if (openOnes(backend).length >= mostOpen) return;
  const language = random.chance(0.4) ? languages[0] : random.pick(languages);
  const inboxes = backend.world.inboxesOf(accountId);
  if (inboxes.length === 0 || language === undefined) return;
  const teams = backend.world.teamsOf(accountId);
  const conversation = customerArrives(backend, {
    inbox: random.pick(inboxes).id,
    customer: `${random.pick(language.first)} ${random.pick(language.last)}`,
    content: language.talks[random.int(language.talks.length)]?.[0]?.[1] ?? '…',
    team: teams.length > 0 && random.chance(0.6) ? random.pick(teams).id : null,
    agent: null,
    status: 'open',
    by: null,
  });
  conversation.additionalAttributes = { conversation_language: language.code };
  backend.world.touch('conversation', conversation.id);
}

function agentTakesOne({ backend, random }: Scene): void {
  const free = openOnes(backend).filter((one) => one.assigneeId === null && one.botId === null);
  if (free.length === 0) return;
  const conversation = random.pick(free);
  const inbox = backend.world.rows.inbox.get(conversation.inboxId);
  const team = conversation.teamId === null ? undefined : backend.world.rows.team.get(conversation.teamId);
  const able = agents(
    backend,
    (membership) =>
      membership.availability === 'online' &&
      (inbox?.memberIds.includes(membership.userId) ?? false) &&
      (team === undefined || team.memberIds.includes(membership.userId)),
  );
  const user = able.length === 0 ? undefined : backend.world.rows.user.get(random.pick(able).userId);
  if (user !== undefined) saveConversation(backend, conversation, { assigneeId: user.id }, user);
}

function presenceChanges({ backend, random }: Scene): void {
  const settled = agents(backend, (membership) => !membership.autoOffline);
  if (settled.length === 0) return;
  const membership = random.pick(settled);
  const choices = backend.features.availabilities.filter((one) => one !== membership.availability);
  // Mostly back to work: a board of absent people is no demo.
  membership.availability =
    membership.availability !== 'online' && random.chance(0.8) ? 'online' : random.pick(choices);
  backend.world.touch('membership', membership.id);
  if (membership.availability === 'offline' || membership.availability === 'away')
    reassignAwayFrom(backend, membership);
}

/** A colleague of the supervisor who is signed in: the second supervisor, or an administrator. */
function colleague(backend: Backend): User | undefined {
  const memberships = backend.world.membershipsOf(accountId);
  const second = memberships.filter((membership) => membership.role === backend.switches.supervisorRole)[1];
  return backend.world.rows.user.get((second ?? memberships[0])?.userId ?? 0);
}

function colleagueReassigns({ backend, random }: Scene): void {
  const performer = colleague(backend);
  const held = openOnes(backend).filter((one) => one.assigneeId !== null && one.teamId !== null);
  if (performer === undefined || held.length === 0) return;
  const conversation = random.pick(held);
  const supervisor = backend.world
    .membershipsOf(accountId)
    .find((one) => one.role === backend.switches.supervisorRole);
  const inbox = backend.world.rows.inbox.get(conversation.inboxId);
  // Now and then one comes to the supervisor who is looking, so that the demo shows its own notifications.
  if (
    supervisor !== undefined &&
    inbox?.memberIds.includes(supervisor.userId) === true &&
    random.chance(0.3)
  ) {
    saveConversation(backend, conversation, { assigneeId: supervisor.userId }, performer);
    return;
  }
  const members = backend.world.rows.team.get(conversation.teamId ?? 0)?.memberIds ?? [];
  const others = members.filter(
    (id) => id !== conversation.assigneeId && backend.world.membership(accountId, id)?.deactivated === false,
  );
  if (others.length > 0)
    saveConversation(backend, conversation, { assigneeId: random.pick(others) }, performer);
}

/** What happens how often, out of 100. */
const scenes: readonly { weight: number; play: (scene: Scene) => void }[] = [
  { weight: 34, play: customerWrites },
  { weight: 30, play: agentAnswers },
  { weight: 14, play: somebodyArrives },
  { weight: 10, play: agentTakesOne },
  { weight: 6, play: presenceChanges },
  { weight: 6, play: colleagueReassigns },
];

/** Plays one thing; exported so that the order of a seed can be tested without waiting. */
export function playOnce(backend: Backend, random: Random): void {
  let dice = random.int(100);
  for (const { weight, play } of scenes) {
    if (dice < weight) {
      play({ backend, random });
      return;
    }
    dice -= weight;
  }
}

/** @param live true or things a minute. */
export function startShift(backend: Backend, live: true | number): Shift {
  const perMinute = live === true ? defaultPerMinute : Math.max(1, live);
  const random = createRandom(backend.random.int(2 ** 31));
  let timer: ReturnType<typeof setTimeout> | null = null;
  const next = (): void => {
    // Uneven gaps, the rate on average.
    timer = setTimeout(
      () => {
        playOnce(backend, random);
        next();
      },
      (60_000 / perMinute) * (0.3 + random.next() * 1.4),
    );
  };
  next();
  return {
    stop: () => {
      if (timer !== null) clearTimeout(timer);
    },
  };
}
