/** JSON of conversations: the REST form and the form inside events, with the level's keys. */
import type { Backend } from '../backend.ts';
import { iso, whole } from '../clock.ts';
import type { Conversation, Json, User } from '../model.ts';
import { messagePush, newestMessage, unreadCount } from './messages.ts';
import { agentJson, botJson, contactJson, contactPush, userPush } from './people.ts';
import { teamJson } from './directory.ts';

const snoozedIso = (conversation: Conversation): string | null => iso(conversation.snoozedUntil);

/** The assignee's part of `meta` in REST: keys are absent when there is none or when he left the account. */
function assigneeMeta(backend: Backend, conversation: Conversation): Json {
  if (conversation.botId !== null) {
    const bot = backend.world.rows.bot.get(conversation.botId);
    return bot === undefined ? {} : { assignee: botJson(bot), assignee_type: 'AgentBot' };
  }
  if (conversation.assigneeId === null) return {};
  const user = backend.world.rows.user.get(conversation.assigneeId);
  const membership = backend.world.membership(conversation.accountId, conversation.assigneeId);
  if (user === undefined || membership === undefined) return {};
  return {
    assignee: agentJson(backend, user, membership),
    ...(backend.switches.botAssignees ? { assignee_type: 'User' } : {}),
  };
}

/** The REST conversation. @param viewer decides `team.is_member`. */
export function conversationJson(backend: Backend, conversation: Conversation, viewer: User): Json {
  const { features, world } = backend;
  const contact = world.rows.contact.get(conversation.contactId);
  const inbox = world.rows.inbox.get(conversation.inboxId);
  const team = conversation.teamId === null ? undefined : world.rows.team.get(conversation.teamId);
  const newest = newestMessage(backend, conversation.id, () => true);
  const spoken = newestMessage(backend, conversation.id, (message) => message.messageType !== 2);
  return {
    meta: {
      ...(contact === undefined ? {} : { sender: contactJson(backend, contact) }),
      channel: inbox?.channelType ?? null,
      ...assigneeMeta(backend, conversation),
      ...(team === undefined ? {} : { team: teamJson(team, viewer) }),
      hmac_verified: false,
    },
    id: conversation.displayId,
    messages: newest === undefined ? [] : [messagePush(backend, conversation, newest)],
    account_id: conversation.accountId,
    ...(features.uuid ? { uuid: conversation.uuid } : {}),
    additional_attributes: conversation.additionalAttributes,
    agent_last_seen_at: whole(conversation.agentLastSeenAt),
    assignee_last_seen_at: whole(conversation.assigneeLastSeenAt),
    can_reply: true,
    contact_last_seen_at: whole(conversation.contactLastSeenAt),
    custom_attributes: conversation.customAttributes,
    inbox_id: conversation.inboxId,
    labels: conversation.labels,
    muted: contact?.blocked ?? false,
    snoozed_until: snoozedIso(conversation),
    status: conversation.status,
    created_at: whole(conversation.createdAt),
    ...(features.updatedAt ? { updated_at: conversation.updatedAt } : {}),
    timestamp: whole(conversation.lastActivityAt),
    first_reply_created_at: whole(conversation.firstReplyAt),
    unread_count: unreadCount(backend, conversation),
    last_non_activity_message: spoken === undefined ? null : messagePush(backend, conversation, spoken),
    ...(features.lastActivityInRest ? { last_activity_at: whole(conversation.lastActivityAt) } : {}),
    ...(features.priority ? { priority: conversation.priority } : {}),
    ...(features.waitingSince
      ? { waiting_since: whole(conversation.waitingSince), sla_policy_id: null }
      : {}),
  };
}

/** The conversation inside events. @param background read again by a job: no availability of people. */
export function conversationPush(backend: Backend, conversation: Conversation, background: boolean): Json {
  const { features, world } = backend;
  const contact = world.rows.contact.get(conversation.contactId);
  const inbox = world.rows.inbox.get(conversation.inboxId);
  const contactInbox = world.rows.contactInbox.get(conversation.contactInboxId);
  const team = conversation.teamId === null ? undefined : world.rows.team.get(conversation.teamId);
  const assignee =
    conversation.assigneeId === null ? undefined : world.rows.user.get(conversation.assigneeId);
  const bot = conversation.botId === null ? undefined : world.rows.bot.get(conversation.botId);
  const spoken = newestMessage(
    backend,
    conversation.id,
    (message) => message.messageType !== 2 && !message.private,
  );
  return {
    additional_attributes: conversation.additionalAttributes,
    can_reply: true,
    channel: inbox?.channelType ?? null,
    contact_inbox:
      contactInbox === undefined
        ? null
        : {
            id: contactInbox.id,
            contact_id: contactInbox.contactId,
            inbox_id: contactInbox.inboxId,
            source_id: contactInbox.sourceId,
            created_at: iso(contactInbox.createdAt),
            updated_at: iso(contactInbox.createdAt),
            hmac_verified: false,
            pubsub_token: contactInbox.pubsubToken,
          },
    id: conversation.displayId,
    inbox_id: conversation.inboxId,
    messages: spoken === undefined ? [] : [messagePush(backend, conversation, spoken, { background })],
    labels: conversation.labels,
    meta: {
      sender: contact === undefined ? null : contactPush(backend, contact),
      assignee:
        bot !== undefined
          ? botJson(bot)
          : assignee === undefined
            ? null
            : userPush(backend, conversation.accountId, assignee, background),
      ...(backend.switches.botAssignees
        ? { assignee_type: bot !== undefined ? 'AgentBot' : assignee === undefined ? null : 'User' }
        : {}),
      team: team === undefined ? null : { id: team.id, name: team.name },
      hmac_verified: false,
    },
    status: conversation.status,
    custom_attributes: conversation.customAttributes,
    snoozed_until: snoozedIso(conversation),
    unread_count: unreadCount(backend, conversation),
    first_reply_created_at: iso(conversation.firstReplyAt),
    ...(features.priority ? { priority: conversation.priority } : {}),
    ...(features.waitingSince ? { waiting_since: whole(conversation.waitingSince) } : {}),
    agent_last_seen_at: whole(conversation.agentLastSeenAt),
    contact_last_seen_at: whole(conversation.contactLastSeenAt),
    ...(features.lastActivityInEvents ? { last_activity_at: whole(conversation.lastActivityAt) } : {}),
    timestamp: whole(conversation.lastActivityAt),
    created_at: whole(conversation.createdAt),
    ...(features.updatedAt ? { updated_at: conversation.updatedAt } : {}),
    account_id: conversation.accountId,
  };
}
