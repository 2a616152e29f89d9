/** JSON of notifications in REST and in events. */
import type { Backend } from '../backend.ts';
import { iso, whole } from '../clock.ts';
import type { Json, Notification } from '../model.ts';
import { conversationPush } from './conversations.ts';
import { messagePush, newestMessage } from './messages.ts';
import { userPush } from './people.ts';

function title(notification: Notification, displayId: number): string {
  switch (notification.type) {
    case 'conversation_creation':
      return `Conversation #${displayId} was created`;
    case 'conversation_assignment':
      return `Conversation #${displayId} was assigned to you`;
    case 'assigned_conversation_new_message':
    case 'participating_conversation_new_message':
      return `New message in conversation #${displayId}`;
    case 'conversation_mention':
      return `You were mentioned in conversation #${displayId}`;
    default:
      return `Conversation #${displayId}`;
  }
}

/** A notification for its user; undefined when its conversation is gone. */
export function notificationJson(
  backend: Backend,
  notification: Notification,
  form: 'rest' | 'event',
): Json | undefined {
  const conversation = backend.world.rows.conversation.get(notification.conversationId);
  const user = backend.world.rows.user.get(notification.userId);
  if (conversation === undefined || user === undefined) return undefined;
  const secondary =
    notification.secondaryMessageId === null
      ? undefined
      : backend.world.rows.message.get(notification.secondaryMessageId);
  const newest = newestMessage(backend, conversation.id, (message) => message.messageType < 2);
  const heading = title(notification, conversation.displayId);
  const body = secondary?.content ?? newest?.content ?? heading;
  return {
    id: notification.id,
    notification_type: notification.type,
    // In events the title key carries the body text.
    push_message_title: form === 'event' ? body : heading,
    ...(form === 'event' || backend.features.notificationBodyInRest ? { push_message_body: body } : {}),
    primary_actor_type: 'Conversation',
    primary_actor_id: conversation.id,
    primary_actor: conversationPush(backend, conversation, form === 'event'),
    secondary_actor: secondary === undefined ? null : messagePush(backend, conversation, secondary),
    user: userPush(backend, notification.accountId, user),
    read_at: iso(notification.readAt),
    created_at: whole(notification.createdAt),
    last_activity_at: whole(notification.lastActivityAt),
    snoozed_until: iso(notification.snoozedUntil),
    meta: {},
  };
}

/** The raw row, as snooze and unread answer it. */
export function rawNotificationJson(notification: Notification): Json {
  return {
    id: notification.id,
    account_id: notification.accountId,
    user_id: notification.userId,
    notification_type: notification.type,
    primary_actor_type: 'Conversation',
    primary_actor_id: notification.conversationId,
    secondary_actor_type: notification.secondaryMessageId === null ? null : 'Message',
    secondary_actor_id: notification.secondaryMessageId,
    read_at: iso(notification.readAt),
    created_at: iso(notification.createdAt),
    updated_at: iso(notification.lastActivityAt),
    snoozed_until: iso(notification.snoozedUntil),
    last_activity_at: iso(notification.lastActivityAt),
    meta: {},
  };
}
