/** One save of a conversation with everything that hangs on it: team rule, events, activity, notifications, automatic assignment. */
import type { Backend } from '../backend.ts';
import type { Conversation, User } from '../model.ts';
import { conversationActivity, labelActivity } from './activity.ts';
import { assigneeAfterTeamChange, nextAssignee } from './assignees.ts';
import { publishConversation } from './broadcast.ts';
import { notifyAssignee } from './notifications.ts';

/** Columns that a save may change; a missing key keeps its value. */
export type ConversationChanges = Partial<
  Pick<
    Conversation,
    | 'status'
    | 'priority'
    | 'assigneeId'
    | 'botId'
    | 'teamId'
    | 'snoozedUntil'
    | 'labels'
    | 'customAttributes'
    | 'firstReplyAt'
    | 'waitingSince'
    | 'inboxId'
  >
>;

const sameValue = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));

/**
 * Saves changes made by `performer`, or by the system when null.
 * The order is the server's: rules, columns, events at once, activity and notifications from jobs.
 */
export function saveConversation(
  backend: Backend,
  conversation: Conversation,
  changes: ConversationChanges,
  performer: User | null,
): void {
  const before = { ...conversation };
  Object.assign(conversation, changes);
  if (conversation.status !== 'snoozed') conversation.snoozedUntil = null;
  const teamChanged = conversation.teamId !== before.teamId;
  if (teamChanged) conversation.assigneeId = assigneeAfterTeamChange(backend, conversation);
  if (conversation.assigneeId !== null && conversation.assigneeId !== before.assigneeId)
    conversation.botId = null;
  if (
    backend.features.resolveClearsWaiting &&
    conversation.status === 'resolved' &&
    before.status !== 'resolved'
  ) {
    conversation.waitingSince = null;
  }

  const changed = (key: keyof Conversation): boolean => !sameValue(before[key], conversation[key]);
  const statusChanged = changed('status');
  const assigneeChanged = changed('assigneeId');
  const announced =
    teamChanged ||
    assigneeChanged ||
    statusChanged ||
    changed('snoozedUntil') ||
    changed('customAttributes') ||
    changed('labels') ||
    changed('waitingSince') ||
    changed('firstReplyAt') ||
    changed('priority') ||
    (backend.switches.botAssignees && changed('botId'));
  if (!announced && !changed('inboxId')) return;

  conversation.updatedAt = backend.clock.now();
  if (
    assigneeChanged &&
    conversation.assigneeId !== null &&
    !conversation.participantIds.includes(conversation.assigneeId)
  ) {
    conversation.participantIds = [...conversation.participantIds, conversation.assigneeId];
  }
  backend.world.touch('conversation', conversation.id);

  if (announced) publishConversation(backend, 'conversation.updated', conversation, performer);
  if (statusChanged) publishConversation(backend, 'conversation.status_changed', conversation, performer);
  if (assigneeChanged) publishConversation(backend, 'assignee.changed', conversation, performer);
  if (teamChanged) publishConversation(backend, 'team.changed', conversation, performer);

  if (performer !== null) {
    conversationActivity(backend, conversation, before, performer);
    if (changed('labels')) labelActivity(backend, conversation, before.labels, performer);
  }
  if (assigneeChanged) notifyAssignee(backend, conversation, performer);
  if (statusChanged && conversation.status === 'open') assignWhenOpened(backend, conversation, performer);
}

/** What happens when a conversation becomes open in an inbox with automatic assignment. */
export function assignWhenOpened(backend: Backend, conversation: Conversation, performer: User | null): void {
  const inbox = backend.world.rows.inbox.get(conversation.inboxId);
  if (inbox === undefined || !inbox.enableAutoAssignment) return;
  if (conversation.assigneeId !== null && inbox.memberIds.includes(conversation.assigneeId)) return;
  const next = nextAssignee(backend, conversation, backend.features.teamAwareAutoAssign);
  if (next !== null) saveConversation(backend, conversation, { assigneeId: next }, performer);
}
