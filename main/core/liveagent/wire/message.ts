/** Messages as the server writes them (in transcripts, inside conversations and in events) into ours. */
import type { Message } from '../../../../contract/model.ts';
import type { Heard, MessageFact, TranscriptFact } from '../../facts.ts';
import { arrayOf, idOf, objectOf, textOf, wholeSecondsOf, type Json } from './json.ts';

/** The server refuses messages longer than this. */
const LONGEST_MESSAGE = 150_000;
/** What a card shows of a message, and a little more. */
const PREVIEW = 300;
const MOST_ATTACHMENTS = 30;

/** `message_type` is a number in every version seen; names are taken too. */
const typeOf = (value: unknown): 'incoming' | 'outgoing' | 'activity' | 'template' | null => {
  switch (value) {
    case 0:
    case 'incoming':
      return 'incoming';
    case 1:
    case 'outgoing':
      return 'outgoing';
    case 2:
    case 'activity':
      return 'activity';
    case 3:
    case 'template':
      return 'template';
    default:
      return null;
  }
};

const truthy = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== '' && value !== false;

/** A person's own words, or those of a rule or campaign sent in no person's name? */
const automatic = (json: Json): boolean =>
  truthy(objectOf(json['content_attributes'])?.['automation_rule_id']) ||
  truthy(objectOf(json['additional_attributes'])?.['campaign_id']);

const senderTypeOf = (json: Json, kind: Message['kind'], template: boolean): Message['senderType'] => {
  if (kind === 'activity') return 'system';
  if (kind === 'incoming') return 'contact';
  if (template || automatic(json)) return 'system';
  // Events name the class, transcripts only the sender's own type.
  const named = json['sender_type'] ?? objectOf(json['sender'])?.['type'];
  switch (named) {
    case 'User':
    case 'user':
      return 'agent';
    case 'Contact':
    case 'contact':
      return 'contact';
    case 'AgentBot':
    case 'agent_bot':
    case 'cognigy':
    case 'Captain::Assistant':
    case 'captain_assistant':
      return 'bot';
    default: {
      // A user whose name reads like a person's and who may be online is one; without a sender nobody wrote it.
      const sender = objectOf(json['sender']);
      return sender !== null && 'available_name' in sender ? 'agent' : sender === null ? 'system' : 'bot';
    }
  }
};

const attachmentsOf = (value: unknown): Message['attachments'] => {
  const attachments: Message['attachments'] = [];
  for (const item of arrayOf(value) ?? []) {
    const json = objectOf(item);
    if (json === null || attachments.length >= MOST_ATTACHMENTS) continue;
    const url = textOf(json['data_url'], 4000) ?? textOf(json['external_url'], 4000);
    // Nothing but the web is ever opened from a message.
    if (url === null || !/^https?:\/\//i.test(url)) continue;
    attachments.push({ url, type: textOf(json['file_type'], 40) ?? 'file' });
  }
  return attachments;
};

/** One message, or null when it is not one. */
export const readMessage = (value: unknown): Message | null => {
  const json = objectOf(value);
  if (json === null) return null;
  const id = idOf(json['id']);
  const type = typeOf(json['message_type']);
  const at = wholeSecondsOf(json['created_at']);
  if (id === null || type === null || at === null) return null;
  const kind: Message['kind'] =
    type === 'activity'
      ? 'activity'
      : json['private'] === true
        ? 'note'
        : type === 'incoming'
          ? 'incoming'
          : 'outgoing';
  const sender = objectOf(json['sender']);
  return {
    id,
    kind,
    text: textOf(json['content'], LONGEST_MESSAGE) ?? '',
    sender: sender === null ? null : (textOf(sender['available_name']) ?? textOf(sender['name'])),
    senderType: senderTypeOf(json, kind, type === 'template'),
    at,
    status: textOf(json['status'], 40),
    attachments: attachmentsOf(json['attachments']),
  };
};

/** A message with the conversation it belongs to, as events carry it. */
export const readMessageFact = (value: unknown, heard: Heard): MessageFact | null => {
  const message = readMessage(value);
  const json = objectOf(value);
  const conversation = idOf(json?.['conversation_id']);
  if (message === null || conversation === null) return null;
  const echo = textOf(json?.['echo_id'], 80);
  return { kind: 'message', conversation, heard, message, ...(echo === null ? {} : { echo }) };
};

/** Private notes that `user` wrote, of a page of `GET messages`. Where no author is named it may have been anybody. */
export const readNotesBy = (value: unknown, user: number): NoteOnServer[] =>
  (arrayOf(objectOf(value)?.['payload']) ?? []).flatMap((item) => {
    const message = readMessage(item);
    const json = objectOf(item);
    if (message?.kind !== 'note') return [];
    const sender = objectOf(json?.['sender']);
    if (sender !== null && (idOf(sender['id']) !== user || message.senderType !== 'agent')) return [];
    const deleted = objectOf(json?.['content_attributes'])?.['deleted'] === true;
    return [{ id: message.id, text: message.text, deleted }];
  });

export type NoteOnServer = { id: number; text: string; deleted: boolean };

/** What cards show of a conversation: its newest message that is neither activity nor private. */
export type Preview = { id: number; text: string; from: 'customer' | 'agent' | 'bot'; at: number };

/** The preview of a message; null for activities, notes and what cannot be read. */
export const previewOf = (value: unknown): Preview | null => {
  const json = objectOf(value);
  if (json === null || json['private'] === true) return null;
  const type = typeOf(json['message_type']);
  const id = idOf(json['id']);
  const at = wholeSecondsOf(json['created_at']);
  if (id === null || at === null || type === null || type === 'activity') return null;
  const senderType = type === 'incoming' ? 'contact' : senderTypeOf(json, 'outgoing', type === 'template');
  return {
    id,
    text: textOf(json['content'], PREVIEW) ?? '',
    from: senderType === 'contact' ? 'customer' : senderType === 'agent' ? 'agent' : 'bot',
    at,
  };
};

/** A page of `GET messages`; null when it is not one. `asked` = how many the server gives a page. */
export const readTranscript = (
  value: unknown,
  conversation: number,
  heard: Heard,
  options: { newest: boolean; asked: number },
): TranscriptFact | null => {
  const payload = arrayOf(objectOf(value)?.['payload']);
  if (payload === null) return null;
  const messages: Message[] = [];
  for (const item of payload) {
    const message = readMessage(item);
    if (message !== null) messages.push(message);
  }
  messages.sort((a, b) => a.id - b.id);
  return {
    kind: 'transcript',
    conversation,
    heard,
    messages,
    newest: options.newest,
    moreBefore: payload.length >= options.asked,
  };
};
