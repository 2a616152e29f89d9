/** Creates and removes accounts' records, with the events that go with it. */
import type { Backend } from '../backend.ts';
import { isRecord, record, text, toInt } from '../http/params.ts';
import type { Params } from '../http/params.ts';
import { invalidRecord, notFound, serverError } from '../http/replies.ts';
import type { Contact, ContactInbox, Conversation, Inbox, Membership, User } from '../model.ts';
import { everybody } from '../rules/visibility.ts';
import { contactPush } from '../views/people.ts';
import { publishConversation } from './broadcast.ts';
import { notifyCreation } from './notifications.ts';
import { assignWhenOpened, saveConversation } from './save.ts';

export const defaultEmailFlags = ['email_conversation_assignment'];
export const defaultPushFlags = ['push_conversation_assignment'];

/** A user with a place in an account. */
export function createAgent(
  backend: Backend,
  accountId: number,
  fields: { name: string; email: string; role: string; availability?: string; autoOffline?: boolean },
): { user: User; membership: Membership } {
  const { world, random } = backend;
  const existing = [...world.rows.user.values()].find((user) => user.email === fields.email.toLowerCase());
  const user =
    existing ??
    world.insert('user', {
      id: world.nextId('user'),
      name: fields.name,
      displayName: null,
      email: fields.email.toLowerCase(),
      password: 'Demo-1234!',
      token: random.token(24),
      pubsubToken: random.token(24),
      maskedName: null,
      avatarUrl: '',
      confirmed: true,
      messageSignature: null,
      uiSettings: {},
      customAttributes: {},
    });
  const membership = world.insert('membership', {
    id: world.nextId('membership'),
    accountId,
    userId: user.id,
    role: fields.role,
    availability: fields.availability ?? 'online',
    autoOffline: fields.autoOffline ?? true,
    activeAt: null,
    deactivated: false,
    emailFlags: [...defaultEmailFlags],
    pushFlags: [...defaultPushFlags],
  });
  return { user, membership };
}

/** An agent leaves the account: what he holds loses its assignee without events, or moves on where the level says so. */
export function removeAgent(backend: Backend, accountId: number, userId: number): void {
  const { world } = backend;
  const membership = world.membership(accountId, userId);
  if (membership === undefined) return;
  for (const team of world.teamsOf(accountId)) {
    if (!team.memberIds.includes(userId)) continue;
    team.memberIds = team.memberIds.filter((id) => id !== userId);
    world.touch('team', team.id);
  }
  for (const inbox of world.inboxesOf(accountId)) {
    if (!inbox.memberIds.includes(userId)) continue;
    inbox.memberIds = inbox.memberIds.filter((id) => id !== userId);
    world.touch('inbox', inbox.id);
  }
  if (backend.switches.deactivatedKeepConversations) {
    membership.deactivated = true;
    world.touch('membership', membership.id);
    return;
  }
  world.remove('membership', membership.id);
  for (const conversation of world.conversationsOf(accountId)) {
    if (conversation.assigneeId !== userId) continue;
    conversation.assigneeId = null;
    world.touch('conversation', conversation.id);
  }
}

/** Deleting a team clears it from its conversations, in bulk: no event, no `updated_at`. */
export function removeTeam(backend: Backend, accountId: number, teamId: number): void {
  const { world } = backend;
  world.remove('team', teamId);
  for (const conversation of world.conversationsOf(accountId)) {
    if (conversation.teamId !== teamId) continue;
    conversation.teamId = null;
    world.touch('conversation', conversation.id);
  }
}

/** Deletes a conversation with messages and notifications; no event. */
export function removeConversation(backend: Backend, conversation: Conversation): void {
  const { world } = backend;
  for (const message of world.messagesOf(conversation.id)) world.remove('message', message.id);
  for (const row of world.rows.notification.values()) {
    if (row.conversationId === conversation.id) world.remove('notification', row.id);
  }
  world.remove('conversation', conversation.id);
}

/** Deletes an inbox with its conversations. */
export function removeInbox(backend: Backend, inbox: Inbox): void {
  const { world } = backend;
  for (const conversation of world.conversationsOf(inbox.accountId)) {
    if (conversation.inboxId === inbox.id) removeConversation(backend, conversation);
  }
  for (const link of world.rows.contactInbox.values()) {
    if (link.inboxId === inbox.id) world.remove('contactInbox', link.id);
  }
  world.remove('inbox', inbox.id);
}

/** Tells about a contact: everybody of the account; newer servers use the account's stream, which reaches the same. */
export function publishContact(backend: Backend, event: string, contact: Contact): void {
  const data = { ...contactPush(backend, contact), account_id: contact.accountId };
  backend.events.publish({
    event,
    accountId: contact.accountId,
    recipients: everybody(backend, contact.accountId),
    data: () => data,
  });
}

export function createContact(backend: Backend, accountId: number, input: Params): Contact {
  const { world, clock } = backend;
  const email = text(input['email'])?.toLowerCase() ?? null;
  const identifier = text(input['identifier']) ?? null;
  for (const other of world.rows.contact.values()) {
    if (other.accountId !== accountId) continue;
    if (email !== null && other.email === email)
      throw invalidRecord('Email has already been taken', ['email']);
    if (identifier !== null && other.identifier === identifier) {
      throw invalidRecord('Identifier has already been taken', ['identifier']);
    }
  }
  const contact = world.insert('contact', {
    id: world.nextId('contact'),
    accountId,
    name: text(input['name']) ?? '',
    email,
    phoneNumber: text(input['phone_number']) ?? null,
    identifier,
    thumbnail: '',
    blocked: false,
    additionalAttributes: record(input['additional_attributes']),
    customAttributes: record(input['custom_attributes']),
    lastActivityAt: null,
    createdAt: clock.now(),
  });
  publishContact(backend, 'contact.created', contact);
  return contact;
}

/** Joins a contact to an inbox. */
export function linkContact(
  backend: Backend,
  contactId: number,
  inboxId: number,
  sourceId?: string,
): ContactInbox {
  const { world, random, clock } = backend;
  for (const link of world.rows.contactInbox.values()) {
    if (link.inboxId !== inboxId) continue;
    if (sourceId === undefined ? link.contactId === contactId : link.sourceId === sourceId) return link;
  }
  return world.insert('contactInbox', {
    id: world.nextId('contactInbox'),
    contactId,
    inboxId,
    sourceId: sourceId ?? random.uuid(),
    pubsubToken: random.token(24),
    createdAt: clock.now(),
  });
}

function linkOf(backend: Backend, accountId: number, input: Params): ContactInbox {
  const { world } = backend;
  const inboxId = toInt(input['inbox_id']);
  const contactId = toInt(input['contact_id']);
  const sourceId = text(input['source_id']);
  if (sourceId !== undefined) {
    for (const link of world.rows.contactInbox.values()) {
      const inbox = world.rows.inbox.get(link.inboxId);
      if (link.sourceId === sourceId && inbox?.accountId === accountId) return link;
    }
  }
  const contact = world.rows.contact.get(contactId);
  const inbox = world.rows.inbox.get(inboxId);
  if (contact?.accountId !== accountId || inbox?.accountId !== accountId) throw notFound();
  return linkContact(backend, contactId, inboxId, sourceId);
}

/** `POST conversations`: status, assignee, team and attributes as given; then automatic assignment. */
export function createConversation(
  backend: Backend,
  accountId: number,
  input: Params,
  performer: User | null,
): Conversation {
  const { world, clock, random } = backend;
  const account = world.account(accountId);
  if (account === undefined) throw notFound();
  const link = linkOf(backend, accountId, input);
  const inbox = world.rows.inbox.get(link.inboxId);
  const asked = text(input['status']);
  if (asked !== undefined && !backend.features.statuses.includes(asked)) throw serverError();
  const status = asked ?? ((inbox?.botId ?? null) === null ? 'open' : 'pending');
  account.lastDisplayId++;
  world.touch('account', account.id);
  const at = clock.now();
  const conversation = world.insert('conversation', {
    id: world.nextId('conversation'),
    accountId,
    displayId: account.lastDisplayId,
    uuid: random.uuid(),
    inboxId: link.inboxId,
    contactId: link.contactId,
    contactInboxId: link.id,
    status,
    priority: null,
    assigneeId: null,
    botId: null,
    teamId: null,
    snoozedUntil: null,
    labels: [],
    additionalAttributes: isRecord(input['additional_attributes']) ? input['additional_attributes'] : {},
    customAttributes: isRecord(input['custom_attributes']) ? input['custom_attributes'] : {},
    createdAt: at,
    updatedAt: at,
    lastActivityAt: at,
    firstReplyAt: null,
    waitingSince: at,
    agentLastSeenAt: null,
    assigneeLastSeenAt: null,
    contactLastSeenAt: null,
    participantIds: [],
  });
  publishConversation(backend, 'conversation.created', conversation, performer);
  notifyCreation(backend, conversation);
  const assigneeId = toInt(input['assignee_id']) || null;
  const teamId = toInt(input['team_id']) || null;
  if (assigneeId !== null || teamId !== null) {
    const known = teamId !== null && world.rows.team.get(teamId)?.accountId === accountId;
    const member = world.membership(accountId, assigneeId) !== undefined;
    saveConversation(
      backend,
      conversation,
      { assigneeId: member ? assigneeId : null, ...(known ? { teamId } : {}) },
      performer,
    );
  }
  if (status === 'open') assignWhenOpened(backend, conversation, performer);
  return conversation;
}
