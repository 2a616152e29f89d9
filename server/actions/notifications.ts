/** Notifications: who gets which row, and the events about it. */
import type { Backend } from '../backend.ts';
import type { Conversation, Message, Notification, User } from '../model.ts';
import { isAdministrator, maySee } from '../rules/visibility.ts';
import { notificationJson } from '../views/notifications.ts';
import { publishConversation } from './broadcast.ts';

/** Rows of one user in one account. */
export function notificationsOf(backend: Backend, accountId: number, userId: number): Notification[] {
  return [...backend.world.rows.notification.values()].filter(
    (row) => row.accountId === accountId && row.userId === userId,
  );
}

function counts(
  backend: Backend,
  accountId: number,
  userId: number,
): { unread_count: number; count: number } {
  const rows = notificationsOf(backend, accountId, userId);
  return { unread_count: rows.filter((row) => row.readAt === null).length, count: rows.length };
}

/** `notification.created`, `.updated` or `.deleted` to the user of the row. */
export function publishNotification(
  backend: Backend,
  event: 'notification.created' | 'notification.updated' | 'notification.deleted',
  row: Notification,
): void {
  if (event === 'notification.updated' && !backend.features.notificationUpdated) return;
  if (event === 'notification.deleted' && !backend.features.notificationDedupe) return;
  const notification =
    event === 'notification.deleted' ? { id: row.id } : notificationJson(backend, row, 'event');
  if (notification === undefined) return;
  const data = { notification, ...counts(backend, row.accountId, row.userId), account_id: row.accountId };
  backend.events.publish({ event, accountId: row.accountId, recipients: [row.userId], data: () => data });
}

/** Marks a user's notifications about a conversation as read, with events. */
export function readNotificationsAbout(backend: Backend, conversation: Conversation, user: User): void {
  for (const row of notificationsOf(backend, conversation.accountId, user.id)) {
    if (row.conversationId !== conversation.id || row.readAt !== null) continue;
    row.readAt = backend.clock.now();
    backend.world.touch('notification', row.id);
    publishNotification(backend, 'notification.updated', row);
  }
}

function create(
  backend: Backend,
  conversation: Conversation,
  userId: number,
  type: string,
  secondaryMessageId: number | null,
): void {
  const { world, features, clock } = backend;
  if (world.rows.conversation.get(conversation.id) !== conversation) return;
  const membership = world.membership(conversation.accountId, userId);
  if (membership === undefined || membership.deactivated) return;
  if (
    type === 'conversation_creation' &&
    !membership.emailFlags.includes('email_conversation_creation') &&
    !membership.pushFlags.includes('push_conversation_creation')
  ) {
    return;
  }
  if (features.notificationAccessCheck && type !== 'conversation_mention') {
    if (!maySee(backend, membership, conversation)) return;
    if (world.rows.contact.get(conversation.contactId)?.blocked ?? false) return;
  }
  const older = features.notificationDedupe
    ? notificationsOf(backend, conversation.accountId, userId).filter(
        (row) => row.conversationId === conversation.id,
      )
    : [];
  const at = clock.now();
  const row = world.insert('notification', {
    id: world.nextId('notification'),
    accountId: conversation.accountId,
    userId,
    type,
    conversationId: conversation.id,
    secondaryMessageId,
    readAt: null,
    snoozedUntil: null,
    createdAt: at,
    lastActivityAt: at,
  });
  publishNotification(backend, 'notification.created', row);
  for (const old of older) {
    world.remove('notification', old.id);
    publishNotification(backend, 'notification.deleted', old);
  }
}

/** The new assignee hears of it, unless he did it himself or the conversation is pending. */
export function notifyAssignee(backend: Backend, conversation: Conversation, performer: User | null): void {
  const { assigneeId } = conversation;
  if (assigneeId === null || conversation.status === 'pending' || assigneeId === performer?.id) return;
  backend.jobs.enqueue(() => create(backend, conversation, assigneeId, 'conversation_assignment', null));
}

/** Members of the inbox who asked for it hear of a new conversation. */
export function notifyCreation(backend: Backend, conversation: Conversation): void {
  if (conversation.status === 'pending') return;
  const members = backend.world.rows.inbox.get(conversation.inboxId)?.memberIds ?? [];
  backend.jobs.enqueue(() => {
    for (const userId of members) create(backend, conversation, userId, 'conversation_creation', null);
  });
}

/** Assignee and participants hear of messages that are not theirs. */
export function notifyAboutMessage(backend: Backend, conversation: Conversation, message: Message): void {
  if (message.messageType > 1) return;
  if (message.private && !backend.features.privateNotesNotify) return;
  const senderId = message.senderType === 'User' ? message.senderId : null;
  const mentioned = new Set(mentionedIds(message));
  backend.jobs.enqueue(() => {
    const participants = conversation.participantIds.filter((id) => id !== senderId && !mentioned.has(id));
    const wantsParticipating = (userId: number): boolean => {
      const membership = backend.world.membership(conversation.accountId, userId);
      return (
        membership !== undefined &&
        (membership.emailFlags.includes('email_participating_conversation_new_message') ||
          membership.pushFlags.includes('push_participating_conversation_new_message'))
      );
    };
    const { assigneeId } = conversation;
    const told = new Set<number>();
    if (assigneeId !== null && assigneeId !== senderId && !mentioned.has(assigneeId)) {
      if (!(participants.includes(assigneeId) && wantsParticipating(assigneeId))) {
        create(backend, conversation, assigneeId, 'assigned_conversation_new_message', message.id);
        told.add(assigneeId);
      }
    }
    for (const userId of participants) {
      // Older servers write a second row for an assignee who also participates.
      if (backend.features.notifiesOncePerMessage && told.has(userId)) continue;
      create(backend, conversation, userId, 'participating_conversation_new_message', message.id);
    }
  });
}

/** Ids in `mention://user/<id>/<name>` links. */
export function mentionedIds(message: Message): number[] {
  if (!message.private || message.content === null) return [];
  const ids = [...message.content.matchAll(/mention:\/\/user\/(\d+)\//g)].map((match) => Number(match[1]));
  return [...new Set(ids)];
}

/** Users named in a private note, if they belong to the inbox or are administrators. */
export function notifyMentions(backend: Backend, conversation: Conversation, message: Message): void {
  const inbox = backend.world.rows.inbox.get(conversation.inboxId);
  for (const userId of mentionedIds(message)) {
    const membership = backend.world.membership(conversation.accountId, userId);
    if (membership === undefined) continue;
    if (!isAdministrator(membership) && !(inbox?.memberIds.includes(userId) ?? false)) continue;
    if (!conversation.participantIds.includes(userId)) {
      conversation.participantIds = [...conversation.participantIds, userId];
      backend.world.touch('conversation', conversation.id);
    }
    publishConversation(backend, 'conversation.mentioned', conversation, null, [userId]);
    backend.jobs.enqueue(() => create(backend, conversation, userId, 'conversation_mention', message.id));
  }
}
