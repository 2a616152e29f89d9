/** JSON of agents, users, bots, contacts and the profile. */
import type { Backend } from '../backend.ts';
import { iso, whole } from '../clock.ts';
import type { Bot, Contact, Json, Membership, User } from '../model.ts';

/** Name, e-mail and picture of a user as others see them. */
function face(user: User): { name: string; available: string; email: string; avatar: string } {
  if (user.maskedName !== null) {
    const handle = user.maskedName.replace(/^Agent /, '').toLowerCase();
    return {
      name: user.maskedName,
      available: user.maskedName,
      email: `${handle}@masked.invalid`,
      avatar: '',
    };
  }
  return {
    name: user.name,
    available: user.displayName ?? user.name,
    email: user.email,
    avatar: user.avatarUrl,
  };
}

/** The name that activity messages and notifications use. */
export function shownName(user: User): string {
  return face(user).available;
}

/** The REST agent: element of `GET agents`, `meta.assignee`, answer of an assignment. */
export function agentJson(backend: Backend, user: User, membership: Membership): Json {
  const { name, available, email, avatar } = face(user);
  return {
    id: user.id,
    account_id: membership.accountId,
    availability_status: backend.presence.effective(membership),
    auto_offline: membership.autoOffline,
    confirmed: user.confirmed,
    email,
    available_name: available,
    ...(Object.keys(user.customAttributes).length > 0 ? { custom_attributes: user.customAttributes } : {}),
    name,
    role: membership.role,
    thumbnail: avatar,
    ...(backend.features.agentProvider ? { provider: 'email' } : {}),
  };
}

/**
 * The user inside events, messages and notifications.
 * @param background serialised by a background job, where the account is not known and availability is null.
 */
export function userPush(backend: Backend, accountId: number, user: User, background = false): Json {
  const { name, available, avatar } = face(user);
  const membership = backend.world.membership(accountId, user.id);
  return {
    id: user.id,
    name,
    available_name: available,
    avatar_url: avatar,
    type: 'user',
    availability_status:
      background || membership === undefined ? null : backend.presence.effective(membership),
    thumbnail: avatar,
  };
}

export function botJson(bot: Bot): Json {
  return {
    id: bot.id,
    name: bot.name,
    description: bot.description,
    thumbnail: '',
    ...(bot.outgoingUrl === null ? {} : { outgoing_url: bot.outgoingUrl }),
    bot_type: 'webhook',
  };
}

export function botPush(bot: Bot): Json {
  return { id: bot.id, name: bot.name, avatar_url: '', type: 'agent_bot' };
}

/** The contact inside events, messages and the meta of a message page. */
export function contactPush(backend: Backend, contact: Contact): Json {
  return {
    additional_attributes: contact.additionalAttributes,
    custom_attributes: contact.customAttributes,
    email: contact.email,
    id: contact.id,
    identifier: contact.identifier,
    name: contact.name,
    phone_number: contact.phoneNumber,
    thumbnail: contact.thumbnail,
    ...(backend.features.senderBlocked ? { blocked: contact.blocked } : {}),
    type: 'contact',
  };
}

/** The REST contact, as `meta.sender` of a conversation. */
export function contactJson(backend: Backend, contact: Contact): Json {
  return {
    additional_attributes: contact.additionalAttributes,
    availability_status: 'offline',
    email: contact.email,
    id: contact.id,
    name: contact.name,
    phone_number: contact.phoneNumber,
    ...(backend.features.senderBlocked ? { blocked: contact.blocked } : {}),
    identifier: contact.identifier,
    thumbnail: contact.thumbnail,
    custom_attributes: contact.customAttributes,
    ...(contact.lastActivityAt === null ? {} : { last_activity_at: whole(contact.lastActivityAt) }),
    created_at: whole(contact.createdAt),
  };
}

function permissionsOf(membership: Membership): string[] {
  return [membership.role === 'administrator' ? 'administrator' : 'agent'];
}

/** `GET /api/v1/profile`: the caller himself, never masked. */
export function profileJson(backend: Backend, user: User): Json {
  const memberships = [...backend.world.rows.membership.values()].filter(
    (row) => row.userId === user.id && !row.deactivated,
  );
  const active = memberships.toSorted((a, b) => (b.activeAt ?? 0) - (a.activeAt ?? 0))[0];
  return {
    access_token: user.token,
    account_id: active?.accountId ?? null,
    available_name: user.displayName ?? user.name,
    avatar_url: user.avatarUrl,
    confirmed: user.confirmed,
    display_name: user.displayName,
    message_signature: user.messageSignature,
    email: user.email,
    id: user.id,
    inviter_id: null,
    name: user.name,
    provider: 'email',
    pubsub_token: user.pubsubToken,
    role: active?.role ?? null,
    ...(backend.features.topLevelPermissions && active !== undefined
      ? { permissions: permissionsOf(active) }
      : {}),
    ui_settings: user.uiSettings,
    uid: user.email,
    type: null,
    ...(Object.keys(user.customAttributes).length > 0 ? { custom_attributes: user.customAttributes } : {}),
    accounts: memberships.map((membership) => {
      const account = backend.world.account(membership.accountId);
      return {
        id: membership.accountId,
        name: account?.name ?? '',
        status: account?.status ?? 'active',
        active_at: iso(membership.activeAt),
        role: membership.role,
        permissions: permissionsOf(membership),
        availability: membership.availability,
        availability_status: backend.presence.effective(membership),
        auto_offline: membership.autoOffline,
      };
    }),
  };
}
