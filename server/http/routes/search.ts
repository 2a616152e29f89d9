/** Filter and search of conversations, contacts and messages. */
import { filterConversations } from '../../actions/filter.ts';
import type { Conversation, Message } from '../../model.ts';
import { visibleInboxIds } from '../../rules/visibility.ts';
import { conversationJson } from '../../views/conversations.ts';
import { botPush, shownName } from '../../views/people.ts';
import type { Backend } from '../../backend.ts';
import { whole } from '../../clock.ts';
import { text, toInt } from '../params.ts';
import { json } from '../replies.ts';
import { inAccount } from '../router.ts';
import type { AccountRequest, Route } from '../router.ts';

type Json = Record<string, unknown>;

function visible(request: AccountRequest): readonly Conversation[] {
  const inboxes = visibleInboxIds(request.backend, request.membership);
  const all = request.backend.world.conversationsOf(request.account.id);
  return inboxes === null ? all : all.filter((conversation) => inboxes.has(conversation.inboxId));
}

function window(request: AccountRequest): { q: string; from: number; to: number } {
  const paged = request.backend.features.updatedAt;
  const size = paged ? 15 : 10;
  const page = paged ? Math.max(1, toInt(request.input['page'] ?? 1)) : 1;
  return {
    q: (text(request.input['q']) ?? '').trim().toLowerCase(),
    from: (page - 1) * size,
    to: page * size,
  };
}

function inboxPart(backend: Backend, inboxId: number): Json | null {
  const inbox = backend.world.rows.inbox.get(inboxId);
  return inbox === undefined
    ? null
    : { id: inbox.id, channel_id: inbox.channelId, name: inbox.name, channel_type: inbox.channelType };
}

function senderName(backend: Backend, message: Message): string | undefined {
  if (message.senderId === null) return undefined;
  if (message.senderType === 'Contact') return backend.world.rows.contact.get(message.senderId)?.name;
  if (message.senderType === 'User') {
    const user = backend.world.rows.user.get(message.senderId);
    return user && shownName(user);
  }
  const bot = backend.world.rows.bot.get(message.senderId);
  return bot && String(botPush(bot)['name']);
}

function messagePart(backend: Backend, message: Message): Json {
  const name = senderName(backend, message);
  return {
    id: message.id,
    content: message.content,
    ...(name === undefined ? {} : { sender_name: name }),
    message_type: message.messageType,
    created_at: whole(message.createdAt),
  };
}

function searchedConversations(request: AccountRequest): Json[] {
  const { backend, account } = request;
  const { q, from, to } = window(request);
  return visible(request)
    .filter((conversation) => {
      const contact = backend.world.rows.contact.get(conversation.contactId);
      return [
        String(conversation.displayId),
        contact?.name,
        contact?.email,
        contact?.phoneNumber,
        contact?.identifier,
      ].some((field) => (field ?? '').toLowerCase().includes(q));
    })
    .toSorted((a, b) => b.createdAt - a.createdAt)
    .slice(from, to)
    .map((conversation) => {
      const contact = backend.world.rows.contact.get(conversation.contactId);
      const agent =
        conversation.assigneeId === null ? undefined : backend.world.rows.user.get(conversation.assigneeId);
      const membership = backend.world.membership(account.id, conversation.assigneeId);
      const newest = backend.world.messagesOf(conversation.id).at(-1);
      return {
        id: conversation.displayId,
        account_id: account.id,
        created_at: whole(conversation.createdAt),
        ...(newest === undefined ? {} : { message: messagePart(backend, newest) }),
        contact:
          contact === undefined
            ? null
            : {
                id: contact.id,
                name: contact.name,
                email: contact.email,
                phone_number: contact.phoneNumber,
                identifier: contact.identifier,
              },
        inbox: inboxPart(backend, conversation.inboxId),
        agent:
          agent === undefined || membership === undefined
            ? null
            : {
                id: agent.id,
                available_name: shownName(agent),
                email: agent.email,
                name: shownName(agent),
                role: membership.role,
              },
      };
    });
}

function searchedMessages(request: AccountRequest): Json[] {
  const { backend } = request;
  const { q, from, to } = window(request);
  const since = backend.clock.now() - 90 * 24 * 3600;
  return visible(request)
    .flatMap((conversation) =>
      backend.world
        .messagesOf(conversation.id)
        .filter((message) => message.createdAt > since && (message.content ?? '').toLowerCase().includes(q))
        .map((message) => ({ message, conversation })),
    )
    .toSorted((a, b) => b.message.createdAt - a.message.createdAt)
    .slice(from, to)
    .map(({ message, conversation }) => ({
      ...messagePart(backend, message),
      conversation_id: conversation.displayId,
      account_id: conversation.accountId,
      inbox: inboxPart(backend, conversation.inboxId),
    }));
}

function searchedContacts(request: AccountRequest): Json[] {
  const { backend, account } = request;
  const { q, from, to } = window(request);
  return [...backend.world.rows.contact.values()]
    .filter(
      (contact) =>
        contact.accountId === account.id &&
        [contact.name, contact.email, contact.phoneNumber, contact.identifier].some((field) =>
          (field ?? '').toLowerCase().includes(q),
        ),
    )
    .slice(from, to)
    .map((contact) => ({
      id: contact.id,
      name: contact.name,
      email: contact.email,
      phone_number: contact.phoneNumber,
      identifier: contact.identifier,
    }));
}

/** The old search: conversations by message text. */
function conversationsByText(request: AccountRequest): ReturnType<typeof json> {
  const { backend, account, user, input } = request;
  const q = (text(input['q']) ?? '').toLowerCase();
  const page = Math.max(1, toInt(input['page'] ?? 1));
  const found = visible(request).filter((conversation) =>
    backend.world
      .messagesOf(conversation.id)
      .some((message) => (message.content ?? '').toLowerCase().includes(q)),
  );
  return json({
    meta: {
      mine_count: found.filter((one) => one.assigneeId === user.id).length,
      unassigned_count: found.filter((one) => one.assigneeId === null && one.botId === null).length,
      all_count: found.length,
    },
    payload: found
      .toSorted((a, b) => b.lastActivityAt - a.lastActivityAt)
      .slice((page - 1) * 25, page * 25)
      .map((conversation) => {
        const contact = backend.world.rows.contact.get(conversation.contactId);
        const inbox = backend.world.rows.inbox.get(conversation.inboxId);
        return {
          id: conversation.displayId,
          uuid: conversation.uuid,
          created_at: whole(conversation.createdAt),
          contact: { id: conversation.contactId, name: contact?.name ?? '' },
          inbox: {
            id: conversation.inboxId,
            name: inbox?.name ?? '',
            channel_type: inbox?.channelType ?? '',
          },
          messages: backend.world
            .messagesOf(conversation.id)
            .filter((message) => (message.content ?? '').toLowerCase().includes(q))
            .map((message) => messagePart(backend, message)),
          account_id: account.id,
        };
      }),
  });
}

export function searchRoutes(): Route[] {
  return [
    inAccount('POST', '/conversations/filter', (request) => {
      const { backend, user, membership, input } = request;
      const { counts, page } = filterConversations(backend, user, membership, input);
      return json({
        meta: { mine_count: counts.mine, unassigned_count: counts.unassigned, all_count: counts.all },
        payload: page.map((conversation) => conversationJson(backend, conversation, user)),
      });
    }),
    inAccount('GET', '/conversations/search', conversationsByText),
    inAccount('GET', '/search', (request) =>
      json({
        payload: {
          conversations: searchedConversations(request),
          contacts: searchedContacts(request),
          messages: searchedMessages(request),
        },
      }),
    ),
    inAccount('GET', '/search/conversations', (request) =>
      json({ payload: { conversations: searchedConversations(request) } }),
    ),
    inAccount('GET', '/search/contacts', (request) =>
      json({ payload: { contacts: searchedContacts(request) } }),
    ),
    inAccount('GET', '/search/messages', (request) =>
      json({ payload: { messages: searchedMessages(request) } }),
    ),
  ];
}
