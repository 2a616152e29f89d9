/** Writes one message row: it bumps its conversation and is broadcast; what else follows is not decided here. */
import type { Backend } from '../backend.ts';
import type { Conversation, Json, Message, MessageType, SenderType, User } from '../model.ts';
import { publishMessage } from './broadcast.ts';

/** A message to be written; what is missing gets the usual value. */
export interface MessageDraft {
  content: string | null;
  messageType: MessageType;
  private?: boolean;
  contentType?: string;
  contentAttributes?: Json;
  sourceId?: string | null;
  senderType?: SenderType | null;
  senderId?: number | null;
  echoId?: string | undefined;
}

/** The row, its time as last activity, and `message.created`. */
export function writeMessage(
  backend: Backend,
  conversation: Conversation,
  draft: MessageDraft,
  performer: User | null,
): Message {
  const { world, clock } = backend;
  const at = clock.now();
  const message = world.insert('message', {
    id: world.nextId('message'),
    accountId: conversation.accountId,
    conversationId: conversation.id,
    inboxId: conversation.inboxId,
    content: draft.content,
    messageType: draft.messageType,
    contentType: draft.contentType ?? 'text',
    contentAttributes: draft.contentAttributes ?? {},
    private: draft.private ?? false,
    status: 'sent',
    sourceId: draft.sourceId ?? null,
    senderType: draft.senderType ?? null,
    senderId: draft.senderId ?? null,
    createdAt: at,
    updatedAt: at,
  });
  conversation.lastActivityAt = at;
  conversation.updatedAt = at;
  world.touch('conversation', conversation.id);

  publishMessage(backend, 'message.created', conversation, message, performer, { echoId: draft.echoId });
  return message;
}
