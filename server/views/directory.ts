/** JSON of teams, inboxes, labels and the account. */
import type { Backend } from '../backend.ts';
import { iso } from '../clock.ts';
import type { Account, Inbox, Json, Label, Team, User } from '../model.ts';

/** A team for one viewer: `is_member` is about him. */
export function teamJson(team: Team, viewer: User): Json {
  return {
    id: team.id,
    name: team.name,
    description: team.description,
    allow_auto_assign: team.allowAutoAssign,
    account_id: team.accountId,
    is_member: team.memberIds.includes(viewer.id),
  };
}

/** The raw row, as assignments answer it. */
export function rawTeamJson(team: Team): Json {
  return {
    id: team.id,
    name: team.name,
    description: team.description,
    allow_auto_assign: team.allowAutoAssign,
    account_id: team.accountId,
    created_at: iso(team.createdAt),
    updated_at: iso(team.updatedAt),
  };
}

export function inboxJson(backend: Backend, inbox: Inbox, administrator: boolean): Json {
  return {
    id: inbox.id,
    avatar_url: '',
    channel_id: inbox.channelId,
    name: inbox.name,
    channel_type: inbox.channelType,
    greeting_enabled: false,
    greeting_message: null,
    working_hours_enabled: false,
    enable_email_collect: true,
    csat_survey_enabled: false,
    enable_auto_assignment: inbox.enableAutoAssignment,
    auto_assignment_config: {},
    ...(backend.level === 'live-agent' ? { enable_auto_reassignment: inbox.enableAutoReassignment } : {}),
    out_of_office_message: null,
    timezone: 'UTC',
    allow_messages_after_resolved: backend.level !== 'live-agent',
    lock_to_single_conversation: false,
    sender_name_type: 'friendly',
    phone_number: inbox.phoneNumber,
    provider: null,
    ...(inbox.channelType === 'Channel::Api'
      ? {
          inbox_identifier: inbox.identifier,
          webhook_url: inbox.webhookUrl,
          ...(administrator ? { hmac_token: `hmac-${inbox.identifier}`, hmac_mandatory: false } : {}),
          additional_attributes: {},
        }
      : {}),
  };
}

export function labelJson(label: Label): Json {
  return {
    id: label.id,
    title: label.title,
    description: label.description,
    color: label.color,
    show_on_sidebar: label.showOnSidebar,
  };
}

/** Ten-digit strings, ten zeros when a collection never changed. */
export function cacheKeysJson(account: Account): Json {
  const key = (time: number): string => String(Math.floor(time)).padStart(10, '0');
  return {
    label: key(account.cacheKeys.label),
    inbox: key(account.cacheKeys.inbox),
    team: key(account.cacheKeys.team),
  };
}

export function accountJson(backend: Backend, account: Account): Json {
  return {
    id: account.id,
    name: account.name,
    locale: account.locale,
    domain: null,
    support_email: '',
    status: account.status,
    features: {
      team_management: true,
      labels: true,
      channel_api: true,
      inbox_management: true,
      agent_management: true,
    },
    cache_keys: cacheKeysJson(account),
    auto_resolve_duration: null,
    ...(backend.switches.limitInAccount ? { conversation_limit: account.conversationLimit } : {}),
  };
}
