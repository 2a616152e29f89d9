/** Events of the socket into what they mean for us. */
import type { DirectoryFact, Heard, NotificationFact, ConversationFact, MessageFact } from '../../facts.ts';
import { readEventConversation } from './conversation.ts';
import { readPresence } from './directory.ts';
import { has, idOf, objectOf } from './json.ts';
import { readMessageFact } from './message.ts';
import { readNotification } from './notification.ts';

export type ServerEvent =
  | { kind: 'conversation'; fact: ConversationFact }
  | { kind: 'message'; fact: MessageFact }
  | { kind: 'notification'; fact: NotificationFact }
  | { kind: 'presence'; fact: DirectoryFact & { kind: 'presence' } }
  /** Labels, inboxes or teams changed. */
  | { kind: 'directory-changed' }
  /** Nothing we follow, or another account of the same user (one stream carries all of them). */
  | { kind: 'ignored' }
  | { kind: 'unreadable'; event: string };

const IGNORED: ServerEvent = { kind: 'ignored' };

/** One `message` of a data frame. `accountId` = the account of this workspace. */
export const readEvent = (value: unknown, accountId: number, heard: Heard): ServerEvent => {
  const json = objectOf(value);
  const event = json?.['event'];
  const data = objectOf(json?.['data']);
  if (typeof event !== 'string' || data === null) return { kind: 'unreadable', event: '' };
  if (has(data, 'account_id') && idOf(data['account_id']) !== accountId) return IGNORED;
  switch (event) {
    case 'conversation.created':
    case 'conversation.updated':
    case 'conversation.status_changed':
    case 'conversation.read':
    case 'conversation.mentioned':
    case 'conversation.contact_changed':
    case 'assignee.changed':
    case 'team.changed': {
      const fact = readEventConversation(data, heard);
      return fact === null ? { kind: 'unreadable', event } : { kind: 'conversation', fact };
    }
    case 'message.created':
    case 'message.updated':
    case 'first.reply.created': {
      const fact = readMessageFact(data, heard);
      return fact === null ? { kind: 'unreadable', event } : { kind: 'message', fact };
    }
    case 'notification.created': {
      const owner = idOf(objectOf(objectOf(data['notification'])?.['primary_actor'])?.['account_id']);
      if (owner !== null && owner !== accountId) return IGNORED;
      const fact = readNotification(data['notification']);
      return fact === null ? { kind: 'unreadable', event } : { kind: 'notification', fact };
    }
    case 'presence.update': {
      const fact = readPresence(data['users']);
      return fact === null ? { kind: 'unreadable', event } : { kind: 'presence', fact };
    }
    case 'account.cache_invalidated':
      return { kind: 'directory-changed' };
    default:
      return IGNORED;
  }
};
