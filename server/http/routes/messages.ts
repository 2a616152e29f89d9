/** Messages of a conversation: pages, new ones, deleting and sending again. */
import { addMessage, contactRead, retractMessage } from '../../actions/messages.ts';
import type { MessageDraft } from '../../actions/write-message.ts';
import type { Backend } from '../../backend.ts';
import { iso } from '../../clock.ts';
import type { Conversation, Message, MessageType } from '../../model.ts';
import { messageJson } from '../../views/messages.ts';
import { contactPush, userPush } from '../../views/people.ts';
import { isRecord, text, toBool, toInt } from '../params.ts';
import type { Params } from '../params.ts';
import { Refusal, json, notFound, unprocessable } from '../replies.ts';
import type { Reply } from '../replies.ts';
import { inAccount, open } from '../router.ts';
import type { AccountRequest, Route } from '../router.ts';
import { conversationOf } from './conversations.ts';

/** The page that `before` and `after` ask for, oldest first. */
function pageOf(messages: readonly Message[], input: Params): Message[] {
  const list = toBool(input['filter_internal_messages'])
    ? messages.filter((message) => !message.private && message.messageType !== 2)
    : [...messages];
  const before = text(input['before']) === undefined ? null : toInt(input['before']);
  const after = text(input['after']) === undefined ? null : toInt(input['after']);
  if (after !== null && before !== null) {
    return list.filter((message) => message.id >= after && message.id < before).slice(0, 1000);
  }
  if (after !== null) return list.filter((message) => message.id > after).slice(0, 100);
  return list.filter((message) => before === null || message.id < before).slice(-20);
}

function page(request: AccountRequest): Reply {
  const { backend, input, account } = request;
  const conversation = conversationOf(request);
  const contact = backend.world.rows.contact.get(conversation.contactId);
  const assignee =
    conversation.assigneeId === null ? undefined : backend.world.rows.user.get(conversation.assigneeId);
  return json({
    meta: {
      labels: conversation.labels,
      additional_attributes: conversation.additionalAttributes,
      ...(contact === undefined ? {} : { contact: contactPush(backend, contact) }),
      ...(assignee === undefined ? {} : { assignee: userPush(backend, account.id, assignee) }),
      agent_last_seen_at: iso(conversation.agentLastSeenAt),
      assignee_last_seen_at: iso(conversation.assigneeLastSeenAt),
    },
    payload: pageOf(backend.world.messagesOf(conversation.id), input).map((message) =>
      messageJson(backend, conversation, message),
    ),
  });
}

const typeNumbers: Record<string, MessageType> = { incoming: 0, outgoing: 1, activity: 2, template: 3 };

/** Refuses what the level does not accept. */
function checkOpenForMessages(backend: Backend, conversation: Conversation, isPrivate: boolean): void {
  const final = conversation.status === 'resolved' || conversation.status === 'abandoned';
  if (backend.switches.rejectMessagesWhenFinal && final && !isPrivate) {
    throw unprocessable('Messages cannot be sent to a resolved conversation');
  }
  const since = backend.clock.now() - 60;
  const recent = backend.world
    .messagesOf(conversation.id)
    .filter((message) => message.createdAt > since).length;
  if (recent >= 200) throw unprocessable('Too many messages');
}

function draftOf(backend: Backend, conversation: Conversation, input: Params): MessageDraft {
  const content = text(input['content']) ?? null;
  if (content === null || content === '') throw unprocessable('Content can not be blank');
  const messageType = typeNumbers[text(input['message_type']) ?? 'outgoing'];
  if (messageType === undefined)
    throw unprocessable(`'${text(input['message_type'])}' is not a valid message_type`);
  const inbox = backend.world.rows.inbox.get(conversation.inboxId);
  if (messageType === 0 && inbox?.channelType !== 'Channel::Api') {
    throw unprocessable('Incoming messages are only allowed in Api inboxes');
  }
  const isPrivate = toBool(input['private']);
  checkOpenForMessages(backend, conversation, isPrivate);
  return {
    content,
    messageType,
    private: isPrivate,
    contentType: text(input['content_type']) ?? 'text',
    contentAttributes: isRecord(input['content_attributes']) ? input['content_attributes'] : {},
    sourceId: text(input['source_id']) ?? null,
    echoId: text(input['echo_id']),
    ...(messageType === 0 ? { senderType: 'Contact' as const, senderId: conversation.contactId } : {}),
  };
}

function messageOf(request: AccountRequest, conversation: Conversation): Message {
  const message = request.backend.world.rows.message.get(toInt(request.path['message_id']));
  if (message === undefined || message.conversationId !== conversation.id) throw notFound();
  return message;
}

/** The conversation of a contact in an API inbox, as the public client endpoints address it. */
function publicConversation(backend: Backend, path: Record<string, string>): Conversation {
  for (const inbox of backend.world.rows.inbox.values()) {
    if (inbox.identifier !== path['inbox_identifier']) continue;
    const conversation = backend.world.conversation(inbox.accountId, Number(path['conversation_id']));
    if (conversation === undefined || conversation.inboxId !== inbox.id) continue;
    const contactInbox = backend.world.rows.contactInbox.get(conversation.contactInboxId);
    if (contactInbox?.sourceId === path['source_id']) return conversation;
  }
  throw new Refusal(404, { error: 'Resource could not be found' });
}

export function messageRoutes(): Route[] {
  const publicPath =
    '/public/api/v1/inboxes/:inbox_identifier/contacts/:source_id/conversations/:conversation_id';
  return [
    inAccount('GET', '/conversations/:id/messages', page),
    inAccount(
      'POST',
      '/conversations/:id/messages',
      (request) => {
        const { backend, user, input } = request;
        const conversation = conversationOf(request);
        const draft = draftOf(backend, conversation, input);
        const sender = draft.messageType === 0 ? {} : { senderType: 'User' as const, senderId: user.id };
        const message = addMessage(backend, conversation, { ...draft, ...sender }, user);
        return json(messageJson(backend, conversation, message, draft.echoId));
      },
      ({ backend, account, bot, path, input }) => {
        const conversation = backend.world.conversation(account.id, Number(path['id']));
        if (conversation === undefined) throw notFound();
        const draft = draftOf(backend, conversation, input);
        const senderType = backend.level === 'live-agent' ? 'cognigy' : 'AgentBot';
        const message = addMessage(backend, conversation, { ...draft, senderType, senderId: bot.id }, null);
        return json(messageJson(backend, conversation, message, draft.echoId));
      },
    ),
    inAccount('DELETE', '/conversations/:id/messages/:message_id', (request) => {
      const conversation = conversationOf(request);
      const message = messageOf(request, conversation);
      retractMessage(request.backend, conversation, message, request.user);
      return json(messageJson(request.backend, conversation, message));
    }),
    inAccount('POST', '/conversations/:id/messages/:message_id/retry', (request) => {
      const conversation = conversationOf(request);
      const message = messageOf(request, conversation);
      message.status = 'sent';
      request.backend.world.touch('message', message.id);
      return json(messageJson(request.backend, conversation, message));
    }),
    open('POST', `${publicPath}/messages`, ({ backend, path, input }) => {
      const conversation = publicConversation(backend, path);
      const draft = draftOf(backend, conversation, { ...input, message_type: 'incoming', private: false });
      return json(
        messageJson(backend, conversation, addMessage(backend, conversation, draft, null), draft.echoId),
      );
    }),
    open('POST', `${publicPath}/update_last_seen`, ({ backend, path }) => {
      contactRead(backend, publicConversation(backend, path));
      return { kind: 'empty', status: 200 };
    }),
  ];
}
