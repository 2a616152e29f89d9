/** Conversations as the server writes them, by REST and in events, into facts. The hot path of every load: plain reads, no schema library. */
import type { AssigneeKey } from '../../../../contract/model.ts';
import type { ConversationFact, ConversationFields, Heard, MessageFact } from '../../facts.ts';
import {
  arrayOf,
  clip,
  countOf,
  has,
  idOf,
  objectOf,
  secondsOf,
  textOf,
  wholeSecondsOf,
  type Json,
} from './json.ts';
import { previewOf, readMessage, type Preview } from './message.ts';

/** Codes of the database, in case a fork sends them instead of names. */
const STATUS_CODES = ['open', 'resolved', 'pending', 'snoozed', 'abandoned', 'deleted'];
const PRIORITY_CODES = ['low', 'medium', 'high', 'urgent', 'escalation'];
const MOST_LABELS = 100;

type Fields = Partial<ConversationFields>;

/** A name of an enumeration: known or not, it is kept as it is. */
const nameOf = (value: unknown, codes: readonly string[]): string | null =>
  typeof value === 'number' ? (codes[value] ?? `code-${value}`) : textOf(value, 40);

const isBot = (assignee: Json, declared: unknown): boolean =>
  declared === 'AgentBot' ||
  assignee['type'] === 'agent_bot' ||
  // Older servers do not declare the type; only bots have these.
  (declared !== 'User' && (has(assignee, 'bot_type') || has(assignee, 'outgoing_url')));

/** The (type, id) key of an assignee object; `declared` = `assignee_type` beside it. */
export const assigneeKeyOf = (value: unknown, declared?: unknown): AssigneeKey | null => {
  const json = objectOf(value);
  const id = idOf(json?.['id']);
  return json === null || id === null ? null : { type: isBot(json, declared) ? 'bot' : 'agent', id };
};

const personName = (json: Json): string | null => textOf(json['available_name']) ?? textOf(json['name']);

const setAssignee = (fields: Fields, meta: Json): void => {
  fields.assignee = assigneeKeyOf(meta['assignee'], meta['assignee_type']);
  const json = objectOf(meta['assignee']);
  fields.assigneeName = json === null || fields.assignee === null ? null : personName(json);
};

const setTeam = (fields: Fields, meta: Json): void => {
  const json = objectOf(meta['team']);
  fields.team = idOf(json?.['id']);
  fields.teamName = json === null || fields.team === null ? null : textOf(json['name']);
};

const setContact = (fields: Fields, value: unknown): void => {
  const json = objectOf(value);
  if (json === null) return;
  const id = idOf(json['id']);
  if (id !== null) fields.contactId = id;
  if (has(json, 'name')) fields.contactName = textOf(json['name']) ?? '';
  if (has(json, 'email')) fields.contactEmail = textOf(json['email']);
  if (has(json, 'phone_number')) fields.contactPhone = textOf(json['phone_number'], 60);
  if (has(json, 'identifier')) fields.contactIdentifier = textOf(json['identifier']);
};

const labelsOf = (value: unknown): string[] | null => {
  const items = arrayOf(value);
  if (items === null) return null;
  const labels: string[] = [];
  for (const item of items) {
    if (typeof item === 'string' && item.length > 0 && labels.length < MOST_LABELS)
      labels.push(clip(item, 100));
  }
  return labels;
};

/** Newest of the messages that came along and may be shown on a card. */
const newestPreview = (messages: readonly unknown[]): Preview | null => {
  let newest: Preview | null = null;
  for (const message of messages) {
    const preview = previewOf(message);
    if (preview !== null && (newest === null || preview.id > newest.id)) newest = preview;
  }
  return newest;
};

/**
 * `last_non_activity_message` when it is public, else what `messages` shows. "None" is an explicit null, or
 * an empty list where that key is not known; a private note hides what came before it, so that is "keep".
 */
const setLastMessage = (fields: Fields, json: Json): void => {
  const messages = arrayOf(json['messages']);
  const last = has(json, 'last_non_activity_message') ? json['last_non_activity_message'] : undefined;
  const preview = previewOf(last) ?? (messages === null ? null : newestPreview(messages));
  if (preview !== null) fields.lastMessage = preview;
  else if (last === null || (last === undefined && messages?.length === 0)) fields.lastMessage = null;
};

/** What both shapes write alike. */
const setCommon = (fields: Fields, json: Json): void => {
  const inbox = idOf(json['inbox_id']);
  if (inbox !== null) fields.inbox = inbox;
  const status = nameOf(json['status'], STATUS_CODES);
  if (status !== null) fields.status = status;
  if (has(json, 'priority')) fields.priority = nameOf(json['priority'], PRIORITY_CODES);
  const labels = labelsOf(json['labels']);
  if (labels !== null) fields.labels = labels;
  const unread = countOf(json['unread_count']);
  if (unread !== null) fields.unread = unread;
  const createdAt = wholeSecondsOf(json['created_at']);
  if (createdAt !== null) fields.createdAt = createdAt;
  const lastActivityAt = wholeSecondsOf(json['last_activity_at']) ?? wholeSecondsOf(json['timestamp']);
  if (lastActivityAt !== null) fields.lastActivityAt = lastActivityAt;
  if (has(json, 'first_reply_created_at'))
    fields.firstReplyAt = wholeSecondsOf(json['first_reply_created_at']);
  if (has(json, 'snoozed_until')) fields.snoozedUntil = wholeSecondsOf(json['snoozed_until']);
  if (has(json, 'waiting_since')) fields.wireWaitingSince = wholeSecondsOf(json['waiting_since']);
  setLastMessage(fields, json);
};

/** A conversation by REST: complete, so no assignee and no team in its `meta` means none. */
export const readConversation = (value: unknown, heard: Heard): ConversationFact | null => {
  const json = objectOf(value);
  const id = idOf(json?.['id']);
  if (json === null || id === null) return null;
  const fields: Fields = {};
  setCommon(fields, json);
  const meta = objectOf(json['meta']);
  if (meta !== null) {
    const channel = textOf(meta['channel'], 80);
    if (channel !== null) fields.channel = channel;
    setContact(fields, meta['sender']);
    setAssignee(fields, meta);
    setTeam(fields, meta);
  }
  return { kind: 'conversation', id, heard, serverUpdatedAt: secondsOf(json['updated_at']), fields };
};

/** A conversation in an event: a missing key says nothing, null says none. */
export const readEventConversation = (value: unknown, heard: Heard): ConversationFact | null => {
  const json = objectOf(value);
  const id = idOf(json?.['id']);
  if (json === null || id === null) return null;
  const fields: Fields = {};
  setCommon(fields, json);
  const channel = textOf(json['channel'], 80);
  if (channel !== null) fields.channel = channel;
  const meta = objectOf(json['meta']);
  if (meta !== null) {
    setContact(fields, meta['sender']);
    if (has(meta, 'assignee')) setAssignee(fields, meta);
    // Servers before 2.8 send no team at all.
    if (has(meta, 'team')) setTeam(fields, meta);
  }
  return { kind: 'conversation', id, heard, serverUpdatedAt: secondsOf(json['updated_at']), fields };
};

/** What `GET conversations/{id}` shows besides the conversation: the messages that came along, newest activity apart. */
export const messagesBeside = (value: unknown, conversation: number, heard: Heard): MessageFact[] => {
  const json = objectOf(value);
  const facts = new Map<number, MessageFact>();
  for (const item of [...(arrayOf(json?.['messages']) ?? []), json?.['last_non_activity_message']]) {
    const message = readMessage(item);
    if (message !== null) facts.set(message.id, { kind: 'message', conversation, heard, message });
  }
  return [...facts.values()].sort((a, b) => a.message.id - b.message.id);
};
