/** Which conversations a list or filter call of the modelled server answers with, in which order. */
import type { Conversation, Truth, User } from './records.ts';

export type Counts = {
  mine_count: number;
  assigned_count: number;
  unassigned_count: number;
  all_count: number;
};

/** Administrators see every inbox, others those they are members of. */
export const visibleInbox = (truth: Truth, viewer: User, inbox: number): boolean =>
  viewer.role === 'administrator' || (truth.inboxes.get(inbox)?.members.includes(viewer.id) ?? false);

/** Whether this user may read the conversation by id. */
export const mayRead = (truth: Truth, viewer: User, c: Conversation): boolean =>
  visibleInbox(truth, viewer, c.inbox) ||
  (truth.abilities.teamGrantsAccess &&
    c.team !== null &&
    (truth.teams.get(c.team)?.members.includes(viewer.id) ?? false));

const unassigned = (c: Conversation): boolean => c.assignee === null && c.bot === null;

export const countsOf = (rows: readonly Conversation[], viewer: User): Counts => ({
  mine_count: rows.filter((c) => c.assignee === viewer.id).length,
  assigned_count: rows.filter((c) => !unassigned(c)).length,
  unassigned_count: rows.filter(unassigned).length,
  all_count: rows.length,
});

type Order = (a: Conversation, b: Conversation) => number;
const ranks = ['low', 'medium', 'high', 'urgent', 'escalation'];
const rank = (c: Conversation): number => (c.priority === null ? -1 : ranks.indexOf(c.priority));
const activityDesc: Order = (a, b) => b.activityAt - a.activityAt || b.id - a.id;
const orders: Record<string, Order> = {
  last_activity_at_desc: activityDesc,
  latest: activityDesc,
  last_activity_at_asc: (a, b) => a.activityAt - b.activityAt,
  created_at_asc: (a, b) => a.createdAt - b.createdAt,
  sort_on_created_at: (a, b) => a.createdAt - b.createdAt,
  created_at_desc: (a, b) => b.createdAt - a.createdAt,
  priority_desc: (a, b) => rank(b) - rank(a) || b.activityAt - a.activityAt,
  sort_on_priority: (a, b) => rank(b) - rank(a) || b.activityAt - a.activityAt,
  waiting_since_asc: (a, b) => (a.waitingSince ?? Infinity) - (b.waitingSince ?? Infinity),
  sort_on_waiting_since: (a, b) => (a.waitingSince ?? Infinity) - (b.waitingSince ?? Infinity),
};

const all = (query: URLSearchParams, name: string): string[] => [
  ...query.getAll(name),
  ...query.getAll(`${name}[]`),
];

export type ListAnswer =
  | { outcome: 'rows'; rows: Conversation[]; counts: Counts }
  | { outcome: 'not-found' }
  | { outcome: 'broken' };

/** `GET conversations`. @param now server seconds, for `updated_within` */
export const listConversations = (
  truth: Truth,
  viewer: User,
  query: URLSearchParams,
  now: number,
): ListAnswer => {
  const { abilities } = truth;
  const statuses = all(query, 'status');
  const wanted = statuses.length === 0 ? ['open'] : statuses;
  if (!wanted.includes('all') && wanted.some((status) => !abilities.statuses.includes(status)))
    if (!abilities.unknownStatusIsEmpty) return { outcome: 'broken' };
  const teams = all(query, 'team_id').map(Number);
  if (teams.some((team) => !truth.teams.has(team))) return { outcome: 'not-found' };
  const inboxes = all(query, 'inbox_id').map(Number);
  const labels = all(query, 'labels').flatMap((text) => text.split(','));
  let rows = [...truth.conversations.values()].filter(
    (c) =>
      visibleInbox(truth, viewer, c.inbox) &&
      (wanted.includes('all') || wanted.includes(c.status)) &&
      (teams.length === 0 || (c.team !== null && teams.includes(c.team))) &&
      (inboxes.length === 0 || inboxes.includes(c.inbox)) &&
      (labels.length === 0 || c.labels.some((label) => labels.includes(label))),
  );
  const counts = countsOf(rows, viewer);
  const type = query.get('assignee_type');
  if (type === 'me') rows = rows.filter((c) => c.assignee === viewer.id);
  if (type === 'unassigned') rows = rows.filter(unassigned);
  if (type === 'assigned') rows = rows.filter((c) => !unassigned(c));
  rows.sort(orders[query.get('sort_by') ?? ''] ?? activityDesc);
  const within = query.get('updated_within');
  if (within !== null && abilities.updatedWithin)
    return { outcome: 'rows', rows: rows.filter((c) => c.updatedAt > now - Number(within)), counts };
  const page = Math.max(1, Number(query.get('page') ?? 1) || 1);
  return { outcome: 'rows', rows: rows.slice((page - 1) * truth.pageSize, page * truth.pageSize), counts };
};

type Condition = {
  attribute_key: string;
  filter_operator: string;
  values: unknown[];
  query_operator: string | null;
};

const fieldOf = (c: Conversation, key: string): string | number | null | undefined => {
  switch (key) {
    case 'status':
      return c.status;
    case 'assignee_id':
      return c.assignee;
    case 'team_id':
      return c.team;
    case 'inbox_id':
      return c.inbox;
    case 'display_id':
      return c.id;
    case 'priority':
      return c.priority;
    default:
      return undefined;
  }
};

const dayStart = (text: unknown): number => Date.parse(`${String(text)}T00:00:00Z`) / 1000;

const meets = (c: Conversation, condition: Condition): boolean => {
  const { attribute_key: key, filter_operator: operator, values } = condition;
  if (key === 'created_at' || key === 'last_activity_at') {
    const at = key === 'created_at' ? c.createdAt : c.activityAt;
    const day = Math.floor(at / 86_400) * 86_400;
    return operator === 'is_greater_than' ? day > dayStart(values[0]) : day < dayStart(values[0]);
  }
  const field = fieldOf(c, key);
  const has = values.some((value) => value === 'all' || String(value) === String(field));
  switch (operator) {
    case 'equal_to':
      return has;
    case 'not_equal_to':
      return !has;
    case 'is_present':
      return field !== null;
    default:
      return field === null;
  }
};

const operators = new Set([
  'equal_to',
  'not_equal_to',
  'is_present',
  'is_not_present',
  'is_greater_than',
  'is_less_than',
]);
const keys = new Set([
  'status',
  'assignee_id',
  'team_id',
  'inbox_id',
  'display_id',
  'priority',
  'created_at',
  'last_activity_at',
]);

/** `POST conversations/filter`; null = the payload is not understood. `and` binds before `or`, as in SQL. */
export const filterConversations = (
  truth: Truth,
  viewer: User,
  payload: unknown,
  page: number,
): { rows: Conversation[]; counts: Counts } | null => {
  if (!Array.isArray(payload)) return null;
  const conditions = payload as Condition[];
  if (conditions.some((c) => !keys.has(c.attribute_key) || !operators.has(c.filter_operator))) return null;
  const groups: Condition[][] = [[]];
  for (const condition of conditions) {
    groups.at(-1)?.push(condition);
    if (String(condition.query_operator ?? '').toLowerCase() === 'or') groups.push([]);
  }
  const rows = [...truth.conversations.values()]
    .filter((c) => !truth.abilities.filterRespectsVisibility || visibleInbox(truth, viewer, c.inbox))
    .filter((c) => groups.some((group) => group.every((condition) => meets(c, condition))))
    .toSorted(activityDesc);
  return { rows: rows.slice((page - 1) * 25, page * 25), counts: countsOf(rows, viewer) };
};
