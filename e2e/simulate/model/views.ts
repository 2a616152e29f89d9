/** The modelled server's JSON: the REST form, the form inside events, and what differs between levels. */
import type { Conversation, ModelMessage, Notification, Truth, User } from './records.ts';

type Json = Record<string, unknown>;

const whole = (seconds: number | null): number => (seconds === null ? 0 : Math.floor(seconds));
const iso = (seconds: number | null): string | null =>
  seconds === null ? null : new Date(Math.floor(seconds * 1000)).toISOString();

/** What the availability of a user amounts to, as others see it. */
const effective = (truth: Truth, user: User): string => {
  const here = user.present || truth.presence.has(user.id);
  return here ? user.availability : 'offline';
};

export const agentView = (truth: Truth, user: User): Json => ({
  id: user.id,
  account_id: truth.accountId,
  availability_status: effective(truth, user),
  auto_offline: true,
  confirmed: true,
  email: `user${user.id}@example.test`,
  available_name: user.name,
  name: user.name,
  role: user.role,
  thumbnail: '',
});

const userPush = (truth: Truth, user: User, background: boolean): Json => ({
  id: user.id,
  name: user.name,
  available_name: user.name,
  avatar_url: '',
  type: 'user',
  availability_status: background ? null : effective(truth, user),
  thumbnail: '',
});

export const teamView = (truth: Truth, id: number, viewer: number): Json | null => {
  const team = truth.teams.get(id);
  if (!team) return null;
  return {
    id,
    name: team.name,
    description: '',
    allow_auto_assign: team.auto,
    account_id: truth.accountId,
    is_member: team.members.includes(viewer),
  };
};

export const inboxView = (truth: Truth, id: number): Json | null => {
  const inbox = truth.inboxes.get(id);
  if (!inbox) return null;
  return {
    id,
    name: inbox.name,
    channel_id: id + 500,
    channel_type: 'Channel::Api',
    avatar_url: '',
    enable_auto_assignment: inbox.auto,
    auto_assignment_config: {},
    working_hours_enabled: false,
    timezone: 'UTC',
  };
};

const contactView = (c: Conversation): Json => ({
  id: c.contactId,
  name: c.contactName,
  email: `contact${c.contactId}@example.test`,
  phone_number: null,
  identifier: null,
  thumbnail: '',
  additional_attributes: {},
  custom_attributes: {},
});

/** Incoming messages after the last reading, counted in whole seconds as the server does. */
export const unreadOf = (truth: Truth, c: Conversation): number => {
  const seen = c.seenAt;
  const count = c.messages.filter((m) => m.type === 0 && (seen === null || m.at > seen)).length;
  return Math.min(count, truth.abilities.unreadCap);
};

const senderView = (truth: Truth, c: Conversation, message: ModelMessage): Json | null => {
  const { sender } = message;
  if (!sender) return null;
  switch (sender.kind) {
    case 'contact':
      return { ...contactView(c), type: 'contact' };
    case 'bot':
      return {
        id: sender.id,
        name: truth.bots.get(sender.id)?.name ?? 'Bot',
        avatar_url: '',
        type: 'agent_bot',
      };
    case 'user': {
      const user = truth.users.get(sender.id);
      return user ? userPush(truth, user, true) : null;
    }
  }
};

const senderType = { contact: 'Contact', user: 'User', bot: 'AgentBot' } as const;

/** A message as embedded in conversations and events. */
export const messageEvent = (truth: Truth, c: Conversation, message: ModelMessage): Json => {
  const sender = senderView(truth, c, message);
  return {
    id: message.id,
    content: message.text,
    account_id: truth.accountId,
    inbox_id: c.inbox,
    conversation_id: c.id,
    message_type: message.type,
    content_type: 'text',
    content_attributes: {},
    private: message.private,
    status: 'sent',
    source_id: null,
    sender_type: message.sender ? senderType[message.sender.kind] : null,
    sender_id: message.sender?.id ?? null,
    created_at: message.at,
    updated_at: iso(message.at),
    external_source_ids: {},
    additional_attributes: {},
    processed_message_content: message.text,
    conversation: {
      assignee_id: c.assignee,
      unread_count: unreadOf(truth, c),
      contact_inbox: { source_id: `c-${c.contactId}` },
    },
    ...(sender ? { sender } : {}),
  };
};

/** A message of a transcript page. */
export const messageView = (truth: Truth, c: Conversation, message: ModelMessage): Json => {
  const sender = senderView(truth, c, message);
  return {
    id: message.id,
    content: message.text,
    inbox_id: c.inbox,
    conversation_id: c.id,
    message_type: message.type,
    content_type: 'text',
    status: 'sent',
    content_attributes: {},
    created_at: message.at,
    private: message.private,
    source_id: null,
    ...(sender ? { sender } : {}),
  };
};

const newest = (c: Conversation, wanted: (message: ModelMessage) => boolean): ModelMessage | undefined =>
  c.messages.findLast(wanted);

/** The REST form; keys are absent where there is nothing. */
export const conversationView = (truth: Truth, c: Conversation, viewer: number): Json => {
  const { abilities } = truth;
  const user = c.assignee === null ? undefined : truth.users.get(c.assignee);
  const bot = c.bot === null ? undefined : truth.bots.get(c.bot);
  const team = c.team === null ? null : teamView(truth, c.team, viewer);
  const last = newest(c, () => true);
  const spoken = newest(c, (m) => m.type !== 2);
  return {
    meta: {
      sender: {
        ...contactView(c),
        availability_status: 'offline',
        created_at: whole(c.createdAt),
        last_activity_at: whole(c.activityAt),
      },
      channel: 'Channel::Api',
      ...(bot
        ? {
            assignee: { id: bot.id, name: bot.name, description: '', thumbnail: '' },
            assignee_type: 'AgentBot',
          }
        : user && (!user.left || abilities.leaversKeep)
          ? { assignee: agentView(truth, user), ...(abilities.bots ? { assignee_type: 'User' } : {}) }
          : {}),
      ...(team ? { team } : {}),
      hmac_verified: false,
    },
    id: c.id,
    messages: last ? [messageEvent(truth, c, last)] : [],
    account_id: truth.accountId,
    ...(abilities.uuid ? { uuid: `00000000-0000-4000-8000-${String(c.dbId).padStart(12, '0')}` } : {}),
    additional_attributes: {},
    agent_last_seen_at: whole(c.seenAt),
    assignee_last_seen_at: 0,
    can_reply: true,
    contact_last_seen_at: 0,
    custom_attributes: {},
    inbox_id: c.inbox,
    labels: c.labels,
    muted: false,
    snoozed_until: iso(c.snoozedUntil),
    status: c.status,
    created_at: whole(c.createdAt),
    ...(abilities.updatedAt ? { updated_at: c.updatedAt } : {}),
    timestamp: whole(c.activityAt),
    first_reply_created_at: whole(c.firstReplyAt),
    unread_count: unreadOf(truth, c),
    last_non_activity_message: spoken ? messageEvent(truth, c, spoken) : null,
    ...(abilities.lastActivityInRest ? { last_activity_at: whole(c.activityAt) } : {}),
    ...(abilities.priority ? { priority: c.priority } : {}),
    ...(abilities.waitingSince ? { waiting_since: whole(c.waitingSince), sla_policy_id: null } : {}),
  };
};

const texts = new WeakMap<Conversation, { key: string; text: string }>();

/** The REST form as text, made anew only when something that it shows has changed. */
export const conversationText = (truth: Truth, c: Conversation, viewer: number): string => {
  const user = c.assignee === null ? undefined : truth.users.get(c.assignee);
  const team = c.team === null ? undefined : truth.teams.get(c.team);
  const key = [
    viewer,
    c.updatedAt,
    c.activityAt,
    c.seenAt,
    c.waitingSince,
    c.firstReplyAt,
    c.messages.length,
    c.status,
    c.bot,
    c.team,
    team?.auto,
    team?.members.includes(viewer),
    c.assignee,
    user?.left,
    user && effective(truth, user),
  ].join();
  const known = texts.get(c);
  if (known?.key === key) return known.text;
  const text = JSON.stringify(conversationView(truth, c, viewer));
  texts.set(c, { key, text });
  return text;
};

/** The form inside events; null where there is nothing. @param performer the acting user, where this level says so */
export const conversationEvent = (truth: Truth, c: Conversation, performer: number | null): Json => {
  const { abilities } = truth;
  const user = c.assignee === null ? undefined : truth.users.get(c.assignee);
  const bot = c.bot === null ? undefined : truth.bots.get(c.bot);
  const team = c.team === null ? undefined : truth.teams.get(c.team);
  const spoken = newest(c, (m) => m.type !== 2 && !m.private);
  const actor = performer === null ? undefined : truth.users.get(performer);
  return {
    additional_attributes: {},
    can_reply: true,
    channel: 'Channel::Api',
    contact_inbox: {
      id: c.dbId + 9000,
      contact_id: c.contactId,
      inbox_id: c.inbox,
      source_id: `c-${c.contactId}`,
    },
    id: c.id,
    inbox_id: c.inbox,
    messages: spoken ? [messageEvent(truth, c, spoken)] : [],
    labels: c.labels,
    meta: {
      sender: { ...contactView(c), type: 'contact' },
      assignee: bot
        ? { id: bot.id, name: bot.name, description: '', thumbnail: '' }
        : user
          ? userPush(truth, user, abilities.reread)
          : null,
      ...(abilities.bots ? { assignee_type: bot ? 'AgentBot' : user ? 'User' : null } : {}),
      team: team ? { id: team.id, name: team.name } : null,
      hmac_verified: false,
    },
    status: c.status,
    custom_attributes: {},
    snoozed_until: iso(c.snoozedUntil),
    unread_count: unreadOf(truth, c),
    first_reply_created_at: iso(c.firstReplyAt),
    ...(abilities.priority ? { priority: c.priority } : {}),
    ...(abilities.waitingSince ? { waiting_since: whole(c.waitingSince) } : {}),
    agent_last_seen_at: whole(c.seenAt),
    contact_last_seen_at: 0,
    ...(abilities.lastActivityInEvents ? { last_activity_at: whole(c.activityAt) } : {}),
    timestamp: whole(c.activityAt),
    created_at: whole(c.createdAt),
    ...(abilities.updatedAt ? { updated_at: c.updatedAt } : {}),
    account_id: truth.accountId,
    ...(actor && !abilities.reread ? { performer: userPush(truth, actor, true) } : {}),
  };
};

/** A row of `GET notifications`. */
export const notificationView = (truth: Truth, row: Notification): Json | null => {
  const c = truth.conversations.get(row.conversation);
  if (!c) return null;
  return {
    id: row.id,
    notification_type: row.type,
    push_message_title: '',
    push_message_body: '',
    primary_actor_type: 'Conversation',
    primary_actor_id: row.dbId,
    primary_actor: conversationEvent(truth, c, null),
    secondary_actor: null,
    user: null,
    read_at: iso(row.readAt),
    created_at: row.createdAt,
    last_activity_at: row.createdAt,
    snoozed_until: null,
    meta: {},
  };
};

/** The data of `notification.created`. */
export const notificationEvent = (truth: Truth, row: Notification): Json => ({
  notification: notificationView(truth, row),
  unread_count: truth.notifications.filter((n) => n.user === row.user && n.readAt === null).length,
  count: truth.notifications.filter((n) => n.user === row.user).length,
});

/** `GET profile`. */
export const profileView = (truth: Truth, user: User): Json => ({
  id: user.id,
  uid: `user${user.id}@example.test`,
  provider: 'email',
  email: `user${user.id}@example.test`,
  name: user.name,
  display_name: user.name,
  available_name: user.name,
  avatar_url: '',
  confirmed: true,
  access_token: user.token,
  pubsub_token: user.pubsub,
  account_id: truth.accountId,
  role: user.role,
  inviter_id: null,
  type: null,
  ui_settings: {},
  accounts: [
    {
      id: truth.accountId,
      name: truth.accountName,
      status: 'active',
      active_at: null,
      role: user.role,
      permissions: [user.role],
      availability: user.availability,
      availability_status: effective(truth, user),
      auto_offline: true,
    },
  ],
});
