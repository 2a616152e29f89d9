/** `POST conversations/filter`: conditions joined from left to right, as the database reads them. */
import type { Backend } from '../backend.ts';
import { isRecord, text, toInt } from '../http/params.ts';
import type { Params } from '../http/params.ts';
import { serverError, unprocessable } from '../http/replies.ts';
import type { Conversation, Membership, User } from '../model.ts';
import { visibleInboxIds } from '../rules/visibility.ts';
import { count } from './finder.ts';
import type { Counts, Found } from './finder.ts';
import { ordered } from './orders.ts';

type Test = (conversation: Conversation) => boolean;

interface Condition {
  test: Test;
  /** Joins this condition with the next one. */
  join: 'and' | 'or';
}

const pageSize = 25;
const daySeconds = 86400;
const priorityNumbers = ['low', 'medium', 'high', 'urgent', 'escalation'];

const numeric = new Set(['assignee_id', 'inbox_id', 'team_id', 'campaign_id', 'display_id', 'contact_id']);
const textual = new Set([
  'browser_language',
  'conversation_language',
  'country_code',
  'referer',
  'mail_subject',
]);

const operators: Record<string, readonly string[]> = {
  status: ['equal_to', 'not_equal_to'],
  priority: ['equal_to', 'not_equal_to'],
  assignee_id: ['equal_to', 'not_equal_to', 'is_present', 'is_not_present'],
  inbox_id: ['equal_to', 'not_equal_to', 'is_present', 'is_not_present'],
  team_id: ['equal_to', 'not_equal_to', 'is_present', 'is_not_present'],
  campaign_id: ['equal_to', 'not_equal_to', 'is_present', 'is_not_present'],
  contact_id: ['equal_to', 'not_equal_to'],
  display_id: ['equal_to', 'not_equal_to', 'contains', 'does_not_contain'],
  labels: ['equal_to', 'not_equal_to', 'is_present', 'is_not_present'],
  created_at: ['is_greater_than', 'is_less_than', 'days_before'],
  last_activity_at: ['is_greater_than', 'is_less_than', 'days_before'],
};
const textOperators = [
  'equal_to',
  'not_equal_to',
  'contains',
  'does_not_contain',
  'is_present',
  'is_not_present',
];

/** The value of a numeric key; null = none. */
function numberOf(conversation: Conversation, key: string): number | null {
  switch (key) {
    case 'assignee_id':
      return conversation.assigneeId;
    case 'inbox_id':
      return conversation.inboxId;
    case 'team_id':
      return conversation.teamId;
    case 'display_id':
      return conversation.displayId;
    case 'contact_id':
      return conversation.contactId;
    default:
      return null;
  }
}

function dateTest(
  backend: Backend,
  read: (conversation: Conversation) => number,
  operator: string,
  value: unknown,
): Test {
  if (operator === 'days_before') {
    const limit = Math.floor(backend.clock.now() / daySeconds) * daySeconds - toInt(value) * daySeconds;
    return (conversation) => read(conversation) < limit;
  }
  const day = Date.parse(`${text(value) ?? ''}T00:00:00Z`) / 1000;
  if (Number.isNaN(day)) throw unprocessable('Invalid value. The values provided for created_at are invalid');
  // Whole days are compared, strictly.
  const dayOf = (conversation: Conversation): number =>
    Math.floor(read(conversation) / daySeconds) * daySeconds;
  return operator === 'is_greater_than'
    ? (conversation) => dayOf(conversation) > day
    : (conversation) => dayOf(conversation) < day;
}

/** Presence and equality over a list of strings. */
function listTest(read: (conversation: Conversation) => string[], operator: string, wanted: string[]): Test {
  switch (operator) {
    case 'is_present':
      return (conversation) => read(conversation).length > 0;
    case 'is_not_present':
      return (conversation) => read(conversation).length === 0;
    case 'equal_to':
      return (conversation) => read(conversation).some((one) => wanted.includes(one));
    case 'not_equal_to':
      return (conversation) => !read(conversation).some((one) => wanted.includes(one));
    case 'contains':
      return (conversation) =>
        read(conversation).some((one) => wanted.some((part) => one.includes(part.toLowerCase())));
    default:
      return (conversation) =>
        !read(conversation).some((one) => wanted.some((part) => one.includes(part.toLowerCase())));
  }
}

function testOf(backend: Backend, row: Params): Test {
  const key = text(row['attribute_key']) ?? '';
  const operator = text(row['filter_operator']) ?? '';
  const raw = row['values'];
  const values: unknown[] = Array.isArray(raw) ? raw : raw === undefined || raw === null ? [] : [raw];
  const custom = !(key in operators) && !textual.has(key);
  if (key === 'contact_id' && !backend.features.bulkRespectsVisibility)
    throw unprocessable(`Invalid attribute key - [${key}]`);
  if (custom && !isCustomAttribute(backend, key))
    throw unprocessable(
      `Invalid attribute key - [${key}]. The key should be one of the known keys or a custom attribute.`,
    );
  if (!(operators[key] ?? textOperators).includes(operator)) {
    throw unprocessable(
      `Invalid operator. The allowed operators for ${key} are [${(operators[key] ?? textOperators).join(',')}].`,
    );
  }
  const valueless = operator === 'is_present' || operator === 'is_not_present';
  if (!valueless && values.length === 0)
    throw unprocessable(`Invalid value. The values provided for ${key} are invalid`);

  if (key === 'status') {
    const wanted = values.map((value) => text(value) ?? '');
    if (wanted.includes('all')) return () => true;
    if (wanted.some((status) => !backend.features.statuses.includes(status))) throw serverError();
    return listTest((conversation) => [conversation.status], operator, wanted);
  }
  if (key === 'priority') {
    const wanted = values.map((value) =>
      backend.features.filterPriorityNames ? (text(value) ?? '') : (priorityNumbers[toInt(value)] ?? ''),
    );
    return listTest(
      (conversation) => (conversation.priority === null ? [] : [conversation.priority]),
      operator,
      wanted,
    );
  }
  if (key === 'labels')
    return listTest(
      (conversation) => conversation.labels,
      operator,
      values.map((value) => text(value) ?? ''),
    );
  if (key === 'created_at')
    return dateTest(backend, (conversation) => conversation.createdAt, operator, values[0]);
  if (key === 'last_activity_at')
    return dateTest(backend, (conversation) => conversation.lastActivityAt, operator, values[0]);
  if (numeric.has(key)) {
    return listTest(
      (conversation) => {
        const value = numberOf(conversation, key);
        return value === null ? [] : [String(value)];
      },
      operator,
      values.map((value) => String(toInt(value))),
    );
  }
  const attribute = (conversation: Conversation): string[] => {
    const value = text(custom ? conversation.customAttributes[key] : conversation.additionalAttributes[key]);
    return value === undefined ? [] : [value.toLowerCase()];
  };
  return listTest(
    attribute,
    operator,
    values.map((value) => (text(value) ?? '').toLowerCase()),
  );
}

/** A key that some conversation has as custom attribute stands for a defined one. */
function isCustomAttribute(backend: Backend, key: string): boolean {
  for (const conversation of backend.world.rows.conversation.values()) {
    if (Object.hasOwn(conversation.customAttributes, key)) return true;
  }
  return false;
}

function conditionsOf(backend: Backend, input: Params): Condition[] {
  const payload = input['payload'];
  if (!Array.isArray(payload)) throw unprocessable('param is missing or the value is empty: payload');
  return payload.filter(isRecord).map((row) => {
    const join = (text(row['query_operator']) ?? 'and').toLowerCase();
    if (join !== 'and' && join !== 'or') throw unprocessable('Query operator must be either "AND" or "OR".');
    return { test: testOf(backend, row), join };
  });
}

/** AND binds tighter than OR, as in SQL without brackets. */
function joined(conditions: readonly Condition[]): Test {
  const groups: Test[][] = [[]];
  conditions.forEach((condition, index) => {
    groups[groups.length - 1]?.push(condition.test);
    if (condition.join === 'or' && index < conditions.length - 1) groups.push([]);
  });
  return (conversation) => groups.some((group) => group.every((test) => test(conversation)));
}

/** Newest activity first, 25 a page, all statuses unless asked; older servers do not look at inbox membership. */
export function filterConversations(
  backend: Backend,
  user: User,
  membership: Membership,
  input: Params,
): Found {
  const test = joined(conditionsOf(backend, input));
  const visible = backend.features.filterRespectsVisibility ? visibleInboxIds(backend, membership) : null;
  const counts: Counts = { mine: 0, assigned: 0, unassigned: 0, all: 0 };
  const from = (Math.max(1, toInt(input['page'] ?? 1)) - 1) * pageSize;
  const page: Conversation[] = [];
  for (const conversation of ordered(backend, membership.accountId, 'last_activity_at_desc')) {
    if (visible !== null && !visible.has(conversation.inboxId)) continue;
    if (!test(conversation)) continue;
    if (counts.all >= from && page.length < pageSize) page.push(conversation);
    count(counts, conversation, user.id);
  }
  return { counts, page };
}
