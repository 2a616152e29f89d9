/** Merges one fact into what is stored of a conversation. Pure: every outcome is a value. */
import { isLive, sameAssignee, type AssigneeKey, type Message } from '../../../contract/model.ts';
import type { ConversationFact, ConversationFields, GoneFact, Heard, MessageFact } from '../facts.ts';
import { sameContent, type StoredConversation } from './stored-conversation.ts';
import {
  waitAfterFinish,
  waitAfterFirstReply,
  waitAfterIncoming,
  waitAfterReply,
  waitAtFirstSight,
  waitFromWire,
  type LastMessage,
  type Wait,
} from './waiting.ts';

export type MergeOutcome =
  /** First seen. */
  | { outcome: 'created'; row: StoredConversation }
  /** The server said something new; `refetch` = applied, but another fact of the same moment disagrees. */
  | { outcome: 'merged'; row: StoredConversation; refetch: boolean }
  /** Heard again, nothing new. */
  | { outcome: 'confirmed'; row: StoredConversation }
  /** Older than what is stored, or about nothing we know: ignored. */
  | { outcome: 'stale' }
  /** Cannot be decided here: read the conversation. `row` = what is stored, marked; null = nothing is stored. */
  | { outcome: 'refetch'; row: StoredConversation | null }
  /** The server says it is not there, or not for us. */
  | { outcome: 'gone'; row: StoredConversation };

/** Characters of the last message that a card keeps. */
const LAST_MESSAGE_LENGTH = 240;

/** What is heard of one conversation closer together than this (ms) may have overtaken each other. */
const RACE_MS = 10_000;

/** A value, or what is stored where the fact has no such key. */
const keep = <T>(said: T | undefined, stored: T): T => (said === undefined ? stored : said);

const shorten = (message: LastMessage): LastMessage =>
  message.text.length <= LAST_MESSAGE_LENGTH
    ? message
    : { ...message, text: message.text.slice(0, LAST_MESSAGE_LENGTH) };

/** Whether a fact disagrees about what a supervisor acts on. */
const disagrees = (stored: StoredConversation, fields: Partial<ConversationFields>): boolean =>
  keep(fields.status, stored.status) !== stored.status ||
  keep(fields.team, stored.team) !== stored.team ||
  keep(fields.inbox, stored.inbox) !== stored.inbox ||
  keep(fields.priority, stored.priority) !== stored.priority ||
  !sameAssignee(keep<AssigneeKey | null>(fields.assignee, stored.assignee), stored.assignee);

/**
 * Order by when things were heard. A REST answer describes a moment after its request was sent, an event
 * a moment before it arrived; so a request sent before the last event may bring an older state.
 */
const orderHeard = (stored: Heard | null, fact: Heard): 'newer' | 'older' | 'doubt' => {
  if (stored === null) return 'newer';
  if (fact.via === 'socket') {
    return stored.via === 'rest' && fact.since < stored.since ? 'older' : 'newer';
  }
  if (fact.since > stored.since) return 'newer';
  return fact.since === stored.since && stored.via === 'rest' ? 'newer' : 'doubt';
};

const order = (stored: StoredConversation, fact: ConversationFact): 'newer' | 'older' | 'doubt' => {
  const before = stored.serverUpdatedAt;
  const now = fact.serverUpdatedAt;
  if (before === null || now === null || before === now) return orderHeard(stored.heard, fact.heard);
  if (now > before) return 'newer';
  const asked = fact.heard.via === 'rest' && (stored.heard === null || fact.heard.since > stored.heard.since);
  if (!asked) return 'older';
  // Asked for after all that is known was heard, and older all the same: the server went back (a backup), or the
  // number in the cache is wrong. A list is doubted, the conversation's own answer believed.
  return fact.single === true ? 'newer' : 'doubt';
};

/**
 * An event a moment after another or after an answer, without `updated_at`, in an order their second-granular
 * time does not prove: an event may have been under way for longer than the answer took.
 */
const mayHaveOvertaken = (stored: StoredConversation, fact: ConversationFact): boolean =>
  fact.heard.via === 'socket' &&
  stored.heard !== null &&
  (fact.serverUpdatedAt === null || stored.serverUpdatedAt === null) &&
  fact.heard.since - stored.heard.since < RACE_MS &&
  (fact.fields.lastActivityAt === undefined || fact.fields.lastActivityAt <= stored.lastActivityAt) &&
  disagrees(stored, fact.fields);

const create = (fact: ConversationFact): StoredConversation | null => {
  const { fields } = fact;
  const { status, inbox, assignee, team } = fields;
  const createdAt = fields.createdAt ?? fields.lastActivityAt;
  if (
    status === undefined ||
    inbox === undefined ||
    assignee === undefined ||
    team === undefined ||
    createdAt === undefined
  ) {
    return null;
  }
  const lastMessage = fields.lastMessage ? shorten(fields.lastMessage) : null;
  return {
    id: fact.id,
    inbox,
    status,
    assignee,
    team,
    channel: fields.channel ?? '',
    priority: fields.priority ?? null,
    contactId: fields.contactId ?? null,
    contactName: fields.contactName ?? '',
    contactEmail: fields.contactEmail ?? null,
    contactPhone: fields.contactPhone ?? null,
    contactIdentifier: fields.contactIdentifier ?? null,
    labels: fields.labels ?? [],
    unread: fields.unread ?? 0,
    createdAt,
    lastActivityAt: fields.lastActivityAt ?? createdAt,
    firstReplyAt: fields.firstReplyAt ?? null,
    snoozedUntil: fields.snoozedUntil ?? null,
    lastMessage,
    wait:
      fields.wireWaitingSince === undefined
        ? waitAtFirstSight({ status, createdAt, firstReplyAt: fields.firstReplyAt, lastMessage })
        : waitFromWire(fields.wireWaitingSince),
    serverUpdatedAt: fact.serverUpdatedAt,
    heard: fact.heard,
    doubt: false,
    gone: null,
  };
};

/** The wait after a fact about the conversation, where the server does not say it. */
const deriveWait = (stored: StoredConversation, row: StoredConversation, via: Heard['via']): Wait => {
  let { wait } = stored;
  const message = row.lastMessage;
  if (message !== null && message.id > (stored.lastMessage?.id ?? 0)) {
    if (message.from === 'customer') wait = waitAfterIncoming(wait, message, via === 'rest');
    if (message.from === 'agent') wait = waitAfterReply(wait, message);
  }
  if (stored.firstReplyAt === null && row.firstReplyAt !== null) {
    wait = waitAfterFirstReply(wait, row.firstReplyAt);
  }
  if (isLive(stored.status) && !isLive(row.status)) wait = waitAfterFinish(wait, message);
  return wait;
};

/** Keys of the fact on top of what is stored. Messages and replies only ever move forward. */
const overwrite = (stored: StoredConversation, fact: ConversationFact): StoredConversation => {
  const { fields, heard } = fact;
  const said = fields.lastMessage;
  const lastMessage = said && said.id >= (stored.lastMessage?.id ?? 0) ? shorten(said) : stored.lastMessage;
  const row: StoredConversation = {
    id: stored.id,
    inbox: keep(fields.inbox, stored.inbox),
    channel: keep(fields.channel, stored.channel),
    status: keep(fields.status, stored.status),
    priority: keep(fields.priority, stored.priority),
    assignee: keep(fields.assignee, stored.assignee),
    team: keep(fields.team, stored.team),
    contactId: keep(fields.contactId, stored.contactId),
    contactName: keep(fields.contactName, stored.contactName),
    contactEmail: keep(fields.contactEmail, stored.contactEmail),
    contactPhone: keep(fields.contactPhone, stored.contactPhone),
    contactIdentifier: keep(fields.contactIdentifier, stored.contactIdentifier),
    labels: keep(fields.labels, stored.labels),
    unread: keep(fields.unread, stored.unread),
    createdAt: keep(fields.createdAt, stored.createdAt),
    lastActivityAt: Math.max(stored.lastActivityAt, fields.lastActivityAt ?? 0),
    firstReplyAt: fields.firstReplyAt ?? stored.firstReplyAt,
    snoozedUntil: keep(fields.snoozedUntil, stored.snoozedUntil),
    lastMessage,
    wait: stored.wait,
    serverUpdatedAt: fact.serverUpdatedAt,
    heard:
      stored.heard !== null && stored.heard.since > heard.since
        ? { via: heard.via, since: stored.heard.since }
        : heard,
    doubt: stored.doubt && heard.via === 'socket',
    gone: null,
  };
  row.wait =
    fields.wireWaitingSince === undefined
      ? deriveWait(stored, row, heard.via)
      : { ...waitFromWire(fields.wireWaitingSince) };
  return row;
};

const mergeConversation = (stored: StoredConversation | null, fact: ConversationFact): MergeOutcome => {
  if (stored === null) {
    const row = create(fact);
    return row === null ? { outcome: 'refetch', row: null } : { outcome: 'created', row };
  }
  if (stored.gone !== null) {
    // Events may be delivered after the answer that said "gone": only a later answer brings it back.
    const heard = orderHeard(stored.heard, fact.heard);
    if (heard === 'older') return { outcome: 'stale' };
    if (fact.heard.via === 'socket' || heard === 'doubt') {
      return { outcome: 'refetch', row: { ...stored, doubt: true } };
    }
    return { outcome: 'merged', row: overwrite(stored, fact), refetch: false };
  }
  switch (order(stored, fact)) {
    case 'older':
      return { outcome: 'stale' };
    case 'doubt':
      // One that agrees with what is in doubt decides nothing: it was asked for before the last event.
      return stored.doubt || disagrees(stored, fact.fields)
        ? { outcome: 'refetch', row: { ...stored, doubt: true } }
        : { outcome: 'confirmed', row: stored };
    case 'newer': {
      const refetch = mayHaveOvertaken(stored, fact);
      const row = overwrite(stored, fact);
      if (refetch) row.doubt = true;
      return sameContent(stored, row) ? { outcome: 'confirmed', row } : { outcome: 'merged', row, refetch };
    }
  }
};

const mergeGone = (stored: StoredConversation | null, fact: GoneFact): MergeOutcome => {
  if (stored === null) return { outcome: 'stale' };
  switch (orderHeard(stored.heard, fact.heard)) {
    case 'older':
      return { outcome: 'stale' };
    case 'doubt':
      return stored.gone === fact.why
        ? { outcome: 'confirmed', row: stored }
        : { outcome: 'refetch', row: { ...stored, doubt: true } };
    case 'newer': {
      const row = { ...stored, gone: fact.why, heard: fact.heard, doubt: false };
      return stored.gone === fact.why ? { outcome: 'confirmed', row } : { outcome: 'gone', row };
    }
  }
};

/** Who said a message, for the card; null = neither public nor said by anybody. */
const speaker = (message: Message): LastMessage['from'] | null => {
  switch (message.kind) {
    case 'incoming':
      return 'customer';
    case 'outgoing':
      return message.senderType === 'agent' ? 'agent' : 'bot';
    case 'activity':
    case 'note':
      return null;
  }
};

/**
 * A message on top of a conversation: last message, activity, first reply and the derived wait, never
 * assignee or status. `live` = heard as it was said, so that it counts as unread.
 */
const withMessage = (stored: StoredConversation, message: Message, live: boolean): StoredConversation => {
  const lastActivityAt = Math.max(stored.lastActivityAt, message.at);
  const from = speaker(message);
  if (from === null) {
    return lastActivityAt === stored.lastActivityAt ? stored : { ...stored, lastActivityAt };
  }
  const known = stored.lastMessage?.id ?? 0;
  const said = shorten({ id: message.id, text: message.text, from, at: message.at });
  const lastMessage = message.id >= known ? said : stored.lastMessage;
  let { wait } = stored;
  if (from === 'customer') wait = waitAfterIncoming(wait, message, false);
  if (from === 'agent') wait = waitAfterReply(wait, message);
  return {
    ...stored,
    lastActivityAt,
    lastMessage,
    wait,
    unread: live && from === 'customer' && message.id > known ? stored.unread + 1 : stored.unread,
    firstReplyAt: stored.firstReplyAt ?? (from === 'agent' ? message.at : null),
  };
};

const mergeMessage = (stored: StoredConversation | null, fact: MessageFact): MergeOutcome => {
  if (stored === null) return { outcome: 'refetch', row: null };
  if (stored.gone !== null) return { outcome: 'refetch', row: { ...stored, doubt: true } };
  const row = withMessage(stored, fact.message, true);
  return sameContent(stored, row)
    ? { outcome: 'confirmed', row: stored }
    : { outcome: 'merged', row, refetch: false };
};

/** Merges one fact: idempotent, and tolerant of duplicates, reordering, missing keys and unknown values. */
export const merge = (
  stored: StoredConversation | null,
  fact: ConversationFact | MessageFact | GoneFact,
): MergeOutcome => {
  switch (fact.kind) {
    case 'conversation':
      return mergeConversation(stored, fact);
    case 'message':
      return mergeMessage(stored, fact);
    case 'gone':
      return mergeGone(stored, fact);
  }
};

/** What a page of a transcript (oldest first) adds to its conversation. */
export const mergeTranscript = (
  stored: StoredConversation,
  messages: readonly Message[],
): StoredConversation => messages.reduce((row, message) => withMessage(row, message, false), stored);
