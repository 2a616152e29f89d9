/** Sorted lists of an account's conversations, kept between requests and sorted again only after a change. */
import type { Backend } from '../backend.ts';
import type { Conversation } from '../model.ts';
import type { World } from '../world.ts';

type Compare = (a: Conversation, b: Conversation) => number;

const priorityRank = ['low', 'medium', 'high', 'urgent', 'escalation'];

/** Nulls always last. */
function byNullable(read: (conversation: Conversation) => number | null, direction: 1 | -1): Compare {
  return (a, b) => {
    const left = read(a);
    const right = read(b);
    if (left === right) return 0;
    if (left === null) return 1;
    if (right === null) return -1;
    return (left - right) * direction;
  };
}

const rank = (conversation: Conversation): number | null => {
  const index = conversation.priority === null ? -1 : priorityRank.indexOf(conversation.priority);
  return index < 0 ? null : index;
};

const compares = {
  last_activity_at_desc: (a, b) => b.lastActivityAt - a.lastActivityAt,
  last_activity_at_asc: (a, b) => a.lastActivityAt - b.lastActivityAt,
  created_at_desc: (a, b) => b.createdAt - a.createdAt,
  created_at_asc: (a, b) => a.createdAt - b.createdAt,
  priority_desc: byNullable(rank, -1),
  priority_asc: byNullable(rank, 1),
  waiting_since_asc: byNullable((conversation) => conversation.waitingSince, 1),
  waiting_since_desc: byNullable((conversation) => conversation.waitingSince, -1),
  priority_desc_created_at_asc: (a, b) => byNullable(rank, -1)(a, b) || a.createdAt - b.createdAt,
} satisfies Record<string, Compare>;

export type Order = keyof typeof compares;

/** Old names and what they sort by. */
const legacy: Record<string, Order> = {
  latest: 'last_activity_at_desc',
  sort_on_created_at: 'created_at_asc',
  sort_on_priority: 'priority_desc',
  sort_on_waiting_since: 'waiting_since_asc',
};

const isOrder = (name: string): name is Order => Object.hasOwn(compares, name);

/** The order that `sort_by` names at this level; unknown names are the default. */
export function orderOf(backend: Backend, name: string | undefined): Order {
  const fallback: Order = 'last_activity_at_desc';
  if (name === undefined) return fallback;
  const { features } = backend;
  const order = legacy[name] ?? (features.ascDescSorts && isOrder(name) ? name : fallback);
  if (order.startsWith('waiting') && !features.waitingSince) return fallback;
  if (order.startsWith('priority') && !features.priority) return fallback;
  if (order === 'priority_desc_created_at_asc' && !features.updatedAt) return fallback;
  return order;
}

interface Sorted {
  list: Conversation[];
  version: number;
  structure: number;
}

const kept = new WeakMap<World, Map<string, Sorted>>();

/** All conversations of an account in an order; do not change the list. Almost sorted lists sort in linear time. */
export function ordered(backend: Backend, accountId: number, order: Order): readonly Conversation[] {
  const { world } = backend;
  let lists = kept.get(world);
  if (lists === undefined) kept.set(world, (lists = new Map()));
  const key = `${accountId}:${order}`;
  let sorted = lists.get(key);
  const version = world.conversationsVersion();
  const structure = world.membershipVersion();
  if (sorted === undefined || sorted.structure !== structure) {
    sorted = { list: [...world.conversationsOf(accountId)], version: -1, structure };
    lists.set(key, sorted);
  }
  if (sorted.version !== version) {
    sorted.list.sort(compares[order]);
    sorted.version = version;
  }
  return sorted.list;
}
