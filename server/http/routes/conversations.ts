/** The conversation list, its counts, one conversation, creating and deleting. */
import { createConversation, removeConversation } from '../../actions/create.ts';
import { findConversations } from '../../actions/finder.ts';
import type { Counts } from '../../actions/finder.ts';
import { saveConversation } from '../../actions/save.ts';
import { addMessage } from '../../actions/messages.ts';
import type { Conversation } from '../../model.ts';
import { maySee } from '../../rules/visibility.ts';
import { conversationJson } from '../../views/conversations.ts';
import { isRecord, record, text, toInt } from '../params.ts';
import {
  empty,
  invalidRecord,
  json,
  missingParam,
  noRoute,
  notAllowed,
  notFound,
  serverError,
} from '../replies.ts';
import { forAdministrators, inAccount } from '../router.ts';
import type { AccountRequest, Route } from '../router.ts';

/** The conversation of the path as the caller may see it, or a refusal. */
export function conversationOf(request: AccountRequest): Conversation {
  const id = request.path['conversation_id'] ?? request.path['id'];
  const conversation = request.backend.world.conversation(request.account.id, Number(id));
  if (conversation === undefined) throw notFound();
  if (!maySee(request.backend, request.membership, conversation)) throw notAllowed();
  return conversation;
}

const countsJson = (counts: Counts): Record<string, number> => ({
  mine_count: counts.mine,
  assigned_count: counts.assigned,
  unassigned_count: counts.unassigned,
  all_count: counts.all,
});

/** A known priority or null; anything else breaks the server, as the real one. */
export function priorityOf(request: AccountRequest, value: unknown): string | null {
  const priority = text(value) ?? '';
  if (priority === '') return null;
  if (!request.backend.features.priorities.includes(priority)) throw serverError();
  return priority;
}

function create(request: AccountRequest): ReturnType<typeof json> {
  const { backend, account, input, user } = request;
  const conversation = createConversation(backend, account.id, input, user);
  const message = record(input['message']);
  if (isRecord(input['message']) && text(message['content']) !== undefined) {
    addMessage(
      backend,
      conversation,
      { content: text(message['content']) ?? null, messageType: 1, senderType: 'User', senderId: user.id },
      user,
    );
  }
  return json(conversationJson(backend, conversation, user));
}

export function conversationRoutes(): Route[] {
  return [
    inAccount('GET', '/conversations', (request) => {
      const { backend, user, membership, input } = request;
      const found = findConversations(backend, user, membership, input);
      return json({
        data: {
          meta: countsJson(found.counts),
          payload: found.page.map((conversation) => conversationJson(backend, conversation, user)),
        },
      });
    }),
    inAccount('GET', '/conversations/meta', ({ backend, user, membership, input }) =>
      json({ meta: countsJson(findConversations(backend, user, membership, { ...input, page: 1 }).counts) }),
    ),
    inAccount('GET', '/conversations/:id', (request) =>
      json(conversationJson(request.backend, conversationOf(request), request.user)),
    ),
    inAccount('POST', '/conversations', create),
    inAccount('PATCH', '/conversations/:id', (request) => {
      const conversation = conversationOf(request);
      if ('priority' in request.input && request.backend.features.priority) {
        const priority = priorityOf(request, request.input['priority']);
        saveConversation(request.backend, conversation, { priority }, request.user);
      }
      return json(conversationJson(request.backend, conversation, request.user));
    }),
    forAdministrators('DELETE', '/conversations/:id', (request) => {
      if (!request.backend.features.deleteConversation) throw noRoute();
      const conversation = conversationOf(request);
      request.backend.jobs.enqueue(() => removeConversation(request.backend, conversation));
      return empty();
    }),
    inAccount('GET', '/contacts/:contact_id/conversations', (request) => {
      const { backend, account, user, membership } = request;
      const contactId = toInt(request.path['contact_id']);
      if (backend.world.rows.contact.get(contactId)?.accountId !== account.id) throw notFound();
      const list = backend.world
        .conversationsOf(account.id)
        .filter((one) => one.contactId === contactId && maySee(backend, membership, one))
        .toSorted((a, b) => b.lastActivityAt - a.lastActivityAt)
        .slice(0, 20);
      return json({ payload: list.map((one) => conversationJson(backend, one, user)) });
    }),
    inAccount('GET', '/conversations/:id/labels', (request) =>
      json({ payload: conversationOf(request).labels }),
    ),
    inAccount('POST', '/conversations/:id/labels', (request) => {
      const conversation = conversationOf(request);
      const wanted = request.input['labels'];
      if (wanted === undefined) throw missingParam('labels');
      const labels = (Array.isArray(wanted) ? wanted : [wanted]).map((label) =>
        (text(label) ?? '').toLowerCase(),
      );
      saveConversation(
        request.backend,
        conversation,
        { labels: [...new Set(labels.filter((label) => label !== ''))] },
        request.user,
      );
      return json({ payload: conversation.labels });
    }),
    inAccount('POST', '/conversations/:id/custom_attributes', (request) => {
      const conversation = conversationOf(request);
      const value = request.input['custom_attributes'];
      if (!isRecord(value)) throw invalidRecord('Custom attributes must be an object', ['custom_attributes']);
      saveConversation(request.backend, conversation, { customAttributes: value }, request.user);
      return json({ custom_attributes: conversation.customAttributes });
    }),
  ];
}
