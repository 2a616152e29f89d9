/** Finds conversations for the list, its counts and the search: every parameter of `GET conversations`. */
import type { Backend } from '../backend.ts';
import type { Conversation, Membership, User } from '../model.ts';
import { ids, text, texts, toInt } from '../http/params.ts';
import type { Params } from '../http/params.ts';
import { notFound, serverError } from '../http/replies.ts';
import { visibleInboxIds } from '../rules/visibility.ts';
import { mentionedIds } from './notifications.ts';
import { orderOf, ordered } from './orders.ts';
import type { World } from '../world.ts';

export interface Counts {
  mine: number;
  assigned: number;
  unassigned: number;
  all: number;
}

export interface Found {
  counts: Counts;
  page: Conversation[];
}

type Test = (conversation: Conversation) => boolean;

const hasAssignee = (conversation: Conversation): boolean =>
  conversation.assigneeId !== null || conversation.botId !== null;

/** Adds one conversation to the counts. */
export function count(counts: Counts, conversation: Conversation, userId: number): void {
  counts.all++;
  if (conversation.assigneeId === userId) counts.mine++;
  if (hasAssignee(conversation)) counts.assigned++;
  else counts.unassigned++;
}

function statusTest(backend: Backend, input: Params): Test | null {
  if (text(input['q']) !== undefined) return null;
  const wanted = texts(input['status']) ?? ['open'];
  if (wanted.includes('all')) return null;
  const { features } = backend;
  if (!features.unknownStatusIsEmpty && wanted.some((status) => !features.statuses.includes(status)))
    throw serverError();
  return (conversation) => wanted.includes(conversation.status);
}

function typeTest(backend: Backend, user: User, type: string | undefined): Test | null {
  switch (type) {
    case 'mention':
      return (conversation) =>
        backend.world.messagesOf(conversation.id).some((message) => mentionedIds(message).includes(user.id));
    case 'participating':
      return (conversation) => conversation.participantIds.includes(user.id);
    case 'unattended':
      return (conversation) =>
        conversation.firstReplyAt === null ||
        (backend.features.waitingSince && conversation.waitingSince !== null);
    default:
      return null;
  }
}

function textTest(backend: Backend, q: string | undefined): Test | null {
  if (q === undefined) return null;
  const needle = q.toLowerCase();
  return (conversation) =>
    backend.world
      .messagesOf(conversation.id)
      .some((message) => message.messageType < 2 && (message.content ?? '').toLowerCase().includes(needle));
}

/** The conditions that apply before the counts. */
function testsOf(backend: Backend, user: User, membership: Membership, input: Params): Test[] {
  const tests: Test[] = [];
  const add = (test: Test | null): void => {
    if (test !== null) tests.push(test);
  };
  add(statusTest(backend, input));
  const type = text(input['conversation_type']);
  const visible = visibleInboxIds(backend, membership);
  const inboxIds = ids(input['inbox_id']);
  if (inboxIds !== undefined) {
    const wanted = new Set(inboxIds.filter((id) => visible === null || visible.has(id)));
    add((conversation) => wanted.has(conversation.inboxId));
  } else if (visible !== null && type !== 'participating') {
    add((conversation) => visible.has(conversation.inboxId));
  }
  const teamIds = ids(input['team_id']);
  if (teamIds !== undefined && teamIds.length > 0) {
    for (const id of teamIds) {
      if (backend.world.rows.team.get(id)?.accountId !== membership.accountId) throw notFound();
    }
    add((conversation) => conversation.teamId !== null && teamIds.includes(conversation.teamId));
  }
  const labels = texts(input['labels'])?.flatMap((label) => label.split(',').map((part) => part.trim()));
  if (labels !== undefined && labels.length > 0) {
    add((conversation) => conversation.labels.some((label) => labels.includes(label)));
  }
  add(typeTest(backend, user, type));
  add(textTest(backend, text(input['q'])));
  const sourceId = text(input['source_id']);
  if (sourceId !== undefined && backend.features.sourceIdFilter) {
    add(
      (conversation) =>
        backend.world.rows.contactInbox.get(conversation.contactInboxId)?.sourceId === sourceId,
    );
  }
  return tests;
}

function assigneeTest(user: User, type: string | undefined): Test {
  switch (type) {
    case 'me':
      return (conversation) => conversation.assigneeId === user.id;
    case 'unassigned':
      return (conversation) => !hasAssignee(conversation);
    case 'assigned':
      return hasAssignee;
    default:
      return () => true;
  }
}

interface Matches {
  version: number;
  counts: Counts;
  /** Fitting `assignee_type` as well, in order. */
  list: Conversation[];
}

const mostKept = 16;
/** Matches of recent questions: page after page of one list is computed once while nothing changes. */
const kept = new WeakMap<World, Map<string, Matches>>();

/** The parameters that decide what matches. */
const deciding = [
  'status',
  'q',
  'conversation_type',
  'inbox_id',
  'team_id',
  'labels',
  'source_id',
  'assignee_type',
  'sort_by',
] as const;

function findMatches(backend: Backend, user: User, membership: Membership, input: Params): Matches {
  const tests = testsOf(backend, user, membership, input);
  const visible = visibleInboxIds(backend, membership);
  const key = JSON.stringify([
    membership.accountId,
    user.id,
    visible === null ? null : [...visible],
    ...deciding.map((name) => input[name] ?? null),
  ]);
  let lists = kept.get(backend.world);
  if (lists === undefined) kept.set(backend.world, (lists = new Map()));
  const version = backend.world.conversationsVersion();
  const known = lists.get(key);
  if (known !== undefined && known.version === version) return known;

  const ofAssignee = assigneeTest(user, text(input['assignee_type']));
  const counts: Counts = { mine: 0, assigned: 0, unassigned: 0, all: 0 };
  const list = ordered(backend, membership.accountId, orderOf(backend, text(input['sort_by']))).filter(
    (conversation) => {
      for (const test of tests) if (!test(conversation)) return false;
      count(counts, conversation, user.id);
      return ofAssignee(conversation);
    },
  );
  const matches = { version, counts, list };
  lists.delete(key);
  lists.set(key, matches);
  const oldest = lists.keys().next().value;
  if (lists.size > mostKept && oldest !== undefined) lists.delete(oldest);
  return matches;
}

/** The list of `GET conversations`: counts before `assignee_type`, page and `updated_within`. */
export function findConversations(
  backend: Backend,
  user: User,
  membership: Membership,
  input: Params,
): Found {
  const { counts, list } = findMatches(backend, user, membership, input);
  const within = text(input['updated_within']);
  if (within !== undefined && backend.features.updatedWithin) {
    const after = backend.clock.now() - toInt(within);
    return { counts, page: list.filter((conversation) => conversation.updatedAt > after) };
  }
  const size = backend.switches.pageSize;
  const first = (Math.max(1, toInt(input['page'] ?? 1)) - 1) * size;
  return { counts, page: list.slice(first, first + size) };
}
