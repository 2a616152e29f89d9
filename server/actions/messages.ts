/** A new message and what it does to its conversation. */
import type { Backend } from '../backend.ts';
import type { Conversation, Message, User } from '../model.ts';
import { publishConversation, publishMessage } from './broadcast.ts';
import { notifyAboutMessage, notifyMentions } from './notifications.ts';
import { saveConversation } from './save.ts';
import { writeMessage } from './write-message.ts';
import type { MessageDraft } from './write-message.ts';

/** Writes a message; `performer` is the user whose request it is, null for customers, bots and jobs. */
export function addMessage(
  backend: Backend,
  conversation: Conversation,
  draft: MessageDraft,
  performer: User | null,
): Message {
  const { world, features } = backend;
  const message = writeMessage(backend, conversation, draft, performer);
  const at = message.createdAt;
  const incoming = message.messageType === 0;
  const publicOut = message.messageType === 1 && !message.private;
  const human = message.senderType === 'User';
  const contact = world.rows.contact.get(conversation.contactId);
  if (incoming && contact !== undefined) {
    contact.lastActivityAt = at;
    world.touch('contact', contact.id);
  }

  if (publicOut && human && conversation.firstReplyAt === null) {
    publishMessage(backend, 'first.reply.created', conversation, message, performer);
    saveConversation(backend, conversation, { firstReplyAt: at, waitingSince: null }, performer);
  } else if (publicOut && conversation.waitingSince !== null && (human || features.botReplyClearsWaiting)) {
    saveConversation(backend, conversation, { waitingSince: null }, performer);
  } else if (incoming && conversation.waitingSince === null) {
    saveConversation(backend, conversation, { waitingSince: at }, performer);
  }
  if (incoming) reopen(backend, conversation, contact?.blocked ?? false);

  if (message.private && message.content !== null) notifyMentions(backend, conversation, message);
  notifyAboutMessage(backend, conversation, message);
  return message;
}

/** A customer who writes wakes a snoozed conversation and, where the level allows, a resolved one. */
function reopen(backend: Backend, conversation: Conversation, blocked: boolean): void {
  if (conversation.status === 'snoozed') {
    saveConversation(backend, conversation, { status: 'open' }, null);
    return;
  }
  if (conversation.status !== 'resolved' || blocked || backend.switches.finalStatuses) return;
  const inbox = backend.world.rows.inbox.get(conversation.inboxId);
  saveConversation(
    backend,
    conversation,
    { status: (inbox?.botId ?? null) === null ? 'open' : 'pending' },
    null,
  );
}

/** The contact looked at the conversation. */
export function contactRead(backend: Backend, conversation: Conversation): void {
  conversation.contactLastSeenAt = backend.clock.now();
  backend.world.touch('conversation', conversation.id);
  publishConversation(backend, 'conversation.read', conversation, null);
}

/** Deletes the text of a message; the row stays. */
export function retractMessage(
  backend: Backend,
  conversation: Conversation,
  message: Message,
  performer: User | null,
): void {
  const old = message.content;
  message.content = 'This message was deleted';
  message.contentAttributes = { ...message.contentAttributes, deleted: true };
  message.updatedAt = backend.clock.now();
  backend.world.touch('message', message.id);
  if (backend.features.editsTouchUpdatedAt) {
    conversation.updatedAt = message.updatedAt;
    backend.world.touch('conversation', conversation.id);
  }
  publishMessage(backend, 'message.updated', conversation, message, performer, {
    previousChanges: { content: [old, message.content] },
  });
}
