/** JSON of messages: the short REST form and the push form inside conversations and events. */
import type { Backend } from '../backend.ts';
import { iso, whole } from '../clock.ts';
import type { Conversation, Json, Message } from '../model.ts';
import { botPush, contactPush, userPush } from './people.ts';

/** Incoming messages that nobody of the team has seen. */
export function unreadCount(backend: Backend, conversation: Conversation): number {
  const messages = backend.world.messagesOf(conversation.id);
  const seen = conversation.agentLastSeenAt ?? 0;
  const cap = backend.features.unreadCap;
  let count = 0;
  for (let i = messages.length - 1; i >= 0 && count < cap; i--) {
    const message = messages[i];
    if (message === undefined || message.createdAt <= seen) break;
    if (message.messageType === 0) count++;
  }
  return count;
}

/** Newest message for which `accepts` holds. */
export function newestMessage(
  backend: Backend,
  conversationId: number,
  accepts: (message: Message) => boolean,
): Message | undefined {
  const messages = backend.world.messagesOf(conversationId);
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i];
    if (message !== undefined && accepts(message)) return message;
  }
  return undefined;
}

function senderJson(backend: Backend, message: Message, background: boolean): Json | undefined {
  if (message.senderId === null) return undefined;
  switch (message.senderType) {
    case 'Contact': {
      const contact = backend.world.rows.contact.get(message.senderId);
      return contact && contactPush(backend, contact);
    }
    case 'User': {
      const user = backend.world.rows.user.get(message.senderId);
      return user && userPush(backend, message.accountId, user, background);
    }
    case 'AgentBot':
    case 'cognigy': {
      const bot = backend.world.rows.bot.get(message.senderId);
      return bot && botPush(bot);
    }
    case null:
      return undefined;
  }
}

/** Element of `GET messages` and the answer of a new message. */
export function messageJson(
  backend: Backend,
  conversation: Conversation,
  message: Message,
  echoId?: string,
): Json {
  const sender = senderJson(backend, message, false);
  return {
    id: message.id,
    content: message.content,
    inbox_id: message.inboxId,
    ...(echoId === undefined ? {} : { echo_id: echoId }),
    conversation_id: conversation.displayId,
    message_type: message.messageType,
    content_type: message.contentType,
    status: message.status,
    content_attributes: message.contentAttributes,
    created_at: whole(message.createdAt),
    private: message.private,
    source_id: message.sourceId,
    ...(sender === undefined ? {} : { sender }),
  };
}

/** The message inside a conversation and in `message.*` events. */
export function messagePush(
  backend: Backend,
  conversation: Conversation,
  message: Message,
  options: { background?: boolean; echoId?: string | undefined } = {},
): Json {
  const sender = senderJson(backend, message, options.background ?? false);
  const contactInbox = backend.world.rows.contactInbox.get(conversation.contactInboxId);
  return {
    id: message.id,
    content: message.content,
    account_id: message.accountId,
    inbox_id: message.inboxId,
    conversation_id: conversation.displayId,
    message_type: message.messageType,
    created_at: whole(message.createdAt),
    updated_at: iso(message.updatedAt),
    private: message.private,
    status: message.status,
    source_id: message.sourceId,
    content_type: message.contentType,
    content_attributes: message.contentAttributes,
    sender_type: message.senderType,
    sender_id: message.senderId,
    external_source_ids: {},
    additional_attributes: {},
    ...(backend.features.waitingSince ? { sentiment: {}, processed_message_content: message.content } : {}),
    conversation: {
      assignee_id: conversation.assigneeId,
      unread_count: unreadCount(backend, conversation),
      ...(backend.features.lastActivityInMessages
        ? { last_activity_at: whole(conversation.lastActivityAt) }
        : {}),
      contact_inbox: { source_id: contactInbox?.sourceId ?? '' },
    },
    ...(sender === undefined ? {} : { sender }),
    ...(options.echoId === undefined ? {} : { echo_id: options.echoId }),
  };
}
