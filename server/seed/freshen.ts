/** Brings a kept demo up to the present: what is old was handled meanwhile, and new customers came. */
import type { Backend } from '../backend.ts';
import type { Seconds } from '../model.ts';
import type { Random } from '../random.ts';
import { liveShare, planLive, seedOne } from './conversations.ts';
import type { Plan } from './conversations.ts';
import type { SeededPeople } from './people.ts';

/** Seconds without activity after which a live conversation counts as handled. */
const stale = 40 * 60;

/**
 * Makes a kept account lively again, as if the shift had gone on while the server was down.
 * Nobody is connected yet, so no events are sent.
 */
export function freshen(backend: Backend, random: Random, people: SeededPeople, now: Seconds): void {
  const { world } = backend;
  let live = 0;
  for (const conversation of world.conversationsOf(people.accountId)) {
    if (!['open', 'pending', 'snoozed'].includes(conversation.status)) continue;
    if (now - conversation.lastActivityAt < stale) {
      live++;
      continue;
    }
    conversation.status =
      conversation.assigneeId === null && backend.level === 'live-agent' ? 'abandoned' : 'resolved';
    conversation.snoozedUntil = null;
    conversation.waitingSince = null;
    conversation.updatedAt = now;
    world.touch('conversation', conversation.id);
  }
  const account = world.account(people.accountId);
  if (account === undefined) return;
  const wanted = liveShare(500);
  const plans: Plan[] = [];
  for (let i = live; i < wanted; i++) plans.push(planLive(random, now));
  plans.sort((a, b) => a.createdAt - b.createdAt);
  for (const plan of plans) seedOne(backend, random, people, plan, ++account.lastDisplayId);
  world.touch('account', account.id);
}
