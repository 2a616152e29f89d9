/** Publishes events about conversations and messages to members of the inbox and administrators. */
import type { Backend } from '../backend.ts';
import type { Conversation, Json, Message, User } from '../model.ts';
import { audience, everybody } from '../rules/visibility.ts';
import { conversationPush } from '../views/conversations.ts';
import { cacheKeysJson } from '../views/directory.ts';
import { messagePush } from '../views/messages.ts';
import { userPush } from '../views/people.ts';

/** Events whose row newer servers read again when the job runs. */
const readAgain = new Set([
  'conversation.read',
  'conversation.updated',
  'team.changed',
  'assignee.changed',
  'conversation.status_changed',
]);

function performerJson(backend: Backend, accountId: number, performer: User | null): Json {
  return performer === null ? {} : { performer: userPush(backend, accountId, performer) };
}

/** An event that carries the conversation. @param only these users instead of the audience. */
export function publishConversation(
  backend: Backend,
  event: string,
  conversation: Conversation,
  performer: User | null,
  only?: readonly number[],
): void {
  const { accountId } = conversation;
  const again = backend.features.eventsReread && readAgain.has(event);
  const snapshot = again
    ? undefined
    : { ...conversationPush(backend, conversation, false), ...performerJson(backend, accountId, performer) };
  backend.events.publish({
    event,
    accountId,
    recipients: only ?? audience(backend, accountId, conversation.inboxId),
    data: () => snapshot ?? conversationPush(backend, conversation, true),
  });
}

/** `message.created`, `message.updated` or `first.reply.created`. */
export function publishMessage(
  backend: Backend,
  event: string,
  conversation: Conversation,
  message: Message,
  performer: User | null,
  more: { echoId?: string | undefined; previousChanges?: Json } = {},
): void {
  const data = {
    ...messagePush(backend, conversation, message, { echoId: more.echoId }),
    ...performerJson(backend, conversation.accountId, performer),
    ...(more.previousChanges === undefined ? {} : { previous_changes: more.previousChanges }),
  };
  backend.events.publish({
    event,
    accountId: conversation.accountId,
    recipients: audience(backend, conversation.accountId, conversation.inboxId),
    data: () => data,
  });
}

/** `conversation.typing_on` or `conversation.typing_off`; not to the one who types. */
export function publishTyping(
  backend: Backend,
  conversation: Conversation,
  on: boolean,
  typist: User,
  isPrivate: boolean,
): void {
  const data = {
    conversation: conversationPush(backend, conversation, false),
    user: userPush(backend, conversation.accountId, typist),
    is_private: isPrivate,
    account_id: conversation.accountId,
  };
  backend.events.publish({
    event: on ? 'conversation.typing_on' : 'conversation.typing_off',
    accountId: conversation.accountId,
    recipients: audience(backend, conversation.accountId, conversation.inboxId).filter(
      (id) => id !== typist.id,
    ),
    data: () => data,
  });
}

/** Stamps a cached collection as changed and tells everybody. */
export function invalidateCache(backend: Backend, accountId: number, key: 'label' | 'inbox' | 'team'): void {
  const account = backend.world.account(accountId);
  if (account === undefined) return;
  account.cacheKeys[key] = backend.clock.now();
  backend.world.touch('account', accountId);
  const data = { cache_keys: cacheKeysJson(account), account_id: accountId };
  backend.events.publish({
    event: 'account.cache_invalidated',
    accountId,
    recipients: everybody(backend, accountId),
    data: () => data,
  });
}
