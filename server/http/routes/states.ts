/** Status, priority, muting, reading, typing, participants and transcript of a conversation. */
import { publishTyping } from '../../actions/broadcast.ts';
import { readNotificationsAbout } from '../../actions/notifications.ts';
import { saveConversation } from '../../actions/save.ts';
import type { ConversationChanges } from '../../actions/save.ts';
import { iso } from '../../clock.ts';
import type { Backend } from '../../backend.ts';
import type { Conversation, User } from '../../model.ts';
import { conversationJson } from '../../views/conversations.ts';
import { agentJson } from '../../views/people.ts';
import { ids, text, toBool, toInt } from '../params.ts';
import { Refusal, empty, json, noRoute, notFound, serverError } from '../replies.ts';
import type { Reply } from '../replies.ts';
import { inAccount } from '../router.ts';
import type { AccountRequest, Route } from '../router.ts';
import { conversationOf, priorityOf } from './conversations.ts';

/** Changes the status, or refuses as the level does; also used by bots and the control port. */
export function changeStatus(
  backend: Backend,
  conversation: Conversation,
  wanted: string | undefined,
  snoozedUntil: number | null,
  performer: User | null,
  role: string | null,
): void {
  const status = wanted ?? (conversation.status === 'open' ? 'resolved' : 'open');
  if (!backend.features.statuses.includes(status)) throw serverError();
  const { switches } = backend;
  const final = conversation.status === 'resolved' || conversation.status === 'abandoned';
  if (switches.finalStatuses && final && status !== conversation.status) {
    throw new Refusal(switches.finalRefusalStatus, { error: switches.finalRefusalError });
  }
  const changes: ConversationChanges = { status, snoozedUntil: status === 'snoozed' ? snoozedUntil : null };
  saveConversation(backend, conversation, changes, performer);
  if (status === 'open' && role === 'agent' && performer !== null) {
    saveConversation(backend, conversation, { assigneeId: performer.id, botId: null }, performer);
  }
}

const statusJson = (conversation: Conversation): Reply =>
  json({
    payload: {
      success: true,
      conversation_id: conversation.displayId,
      current_status: conversation.status,
      snoozed_until: iso(conversation.snoozedUntil),
    },
  });

function setMuted(request: AccountRequest, muted: boolean): Reply {
  const { backend, user } = request;
  const conversation = conversationOf(request);
  const contact = backend.world.rows.contact.get(conversation.contactId);
  if (contact !== undefined) {
    contact.blocked = muted;
    backend.world.touch('contact', contact.id);
  }
  if (muted && backend.switches.muteResolves)
    saveConversation(backend, conversation, { status: 'resolved' }, user);
  return empty();
}

function participantsJson(request: AccountRequest, conversation: Conversation): Reply {
  const { backend, account } = request;
  return json(
    conversation.participantIds.flatMap((id) => {
      const user = backend.world.rows.user.get(id);
      const membership = backend.world.membership(account.id, id);
      return user === undefined || membership === undefined ? [] : [agentJson(backend, user, membership)];
    }),
  );
}

function changeParticipants(
  request: AccountRequest,
  next: (now: number[], given: number[]) => number[],
): Conversation {
  const conversation = conversationOf(request);
  const given = (ids(request.input['user_ids']) ?? []).filter(
    (id) => request.backend.world.membership(request.account.id, id) !== undefined,
  );
  conversation.participantIds = [...new Set(next(conversation.participantIds, given))];
  request.backend.world.touch('conversation', conversation.id);
  return conversation;
}

function markSeen(request: AccountRequest): Reply {
  const { backend, user } = request;
  const conversation = conversationOf(request);
  const now = backend.clock.now();
  const recently = (conversation.agentLastSeenAt ?? 0) > now - 3600;
  const unread = backend.world
    .messagesOf(conversation.id)
    .some((message) => message.messageType === 0 && message.createdAt > (conversation.agentLastSeenAt ?? 0));
  if (!backend.features.lastSeenThrottle || unread || !recently) {
    conversation.agentLastSeenAt = now;
    if (conversation.assigneeId === user.id) conversation.assigneeLastSeenAt = now;
    // Reading changes neither updated_at nor sends an event.
    backend.world.touch('conversation', conversation.id);
  }
  if (backend.features.openingReadsNotifications) readNotificationsAbout(backend, conversation, user);
  return json(conversationJson(backend, conversation, user));
}

function markUnread(request: AccountRequest): Reply {
  const { backend, user } = request;
  const conversation = conversationOf(request);
  const last = backend.world.messagesOf(conversation.id).findLast((message) => message.messageType === 0);
  if (last !== undefined) {
    conversation.agentLastSeenAt = last.createdAt - 1;
    conversation.assigneeLastSeenAt = last.createdAt - 1;
    backend.world.touch('conversation', conversation.id);
  }
  return json(conversationJson(backend, conversation, user));
}

export function stateRoutes(): Route[] {
  const at = (name: string): string => `/conversations/:id/${name}`;
  return [
    inAccount(
      'POST',
      at('toggle_status'),
      (request) => {
        const { backend, input, user, membership } = request;
        const conversation = conversationOf(request);
        const until = toInt(input['snoozed_until']) || null;
        changeStatus(backend, conversation, text(input['status']), until, user, membership.role);
        return statusJson(conversation);
      },
      ({ backend, account, path, input }) => {
        const conversation = backend.world.conversation(account.id, Number(path['id']));
        if (conversation === undefined) throw notFound();
        const until = toInt(input['snoozed_until']) || null;
        changeStatus(backend, conversation, text(input['status']), until, null, null);
        return statusJson(conversation);
      },
    ),
    inAccount('POST', at('toggle_priority'), (request) => {
      if (!request.backend.features.priority) throw noRoute();
      const conversation = conversationOf(request);
      const priority = priorityOf(request, request.input['priority']);
      saveConversation(request.backend, conversation, { priority }, request.user);
      return empty();
    }),
    inAccount('POST', at('mute'), (request) => setMuted(request, true)),
    inAccount('POST', at('unmute'), (request) => setMuted(request, false)),
    inAccount('POST', at('update_last_seen'), markSeen),
    inAccount('POST', at('unread'), markUnread),
    inAccount('POST', at('toggle_typing_status'), (request) => {
      const { backend, input, user } = request;
      const on = text(input['typing_status']) === 'on';
      publishTyping(backend, conversationOf(request), on, user, toBool(input['is_private']));
      return empty();
    }),
    inAccount('POST', at('transcript'), (request) => {
      conversationOf(request);
      if ((text(request.input['email']) ?? '') === '')
        throw new Refusal(422, { error: 'email param missing' });
      return empty();
    }),
    inAccount('GET', at('participants'), (request) => participantsJson(request, conversationOf(request))),
    inAccount('POST', at('participants'), (request) =>
      participantsJson(
        request,
        changeParticipants(request, (now, given) => [...now, ...given]),
      ),
    ),
    inAccount('PATCH', at('participants'), (request) =>
      participantsJson(
        request,
        changeParticipants(request, (_now, given) => given),
      ),
    ),
    inAccount('DELETE', at('participants'), (request) => {
      changeParticipants(request, (now, given) => now.filter((id) => !given.includes(id)));
      return empty();
    }),
  ];
}
