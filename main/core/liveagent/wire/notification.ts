/** The server's own notification rows, by REST and in events, into facts. */
import type { NotificationFact } from '../../facts.ts';
import { assigneeKeyOf } from './conversation.ts';
import { arrayOf, has, idOf, objectOf, textOf, wholeSecondsOf } from './json.ts';

/** One row; null when it cannot be read or is not about a conversation that still is there. */
export const readNotification = (value: unknown): NotificationFact | null => {
  const json = objectOf(value);
  if (json === null) return null;
  const id = idOf(json['id']);
  const actor = objectOf(json['primary_actor']);
  // `primary_actor_id` is an id of the database; only the embedded conversation knows its display id.
  const conversation = idOf(actor?.['id']);
  const type = textOf(json['notification_type'], 80);
  if (id === null || actor === null || conversation === null || type === null) return null;
  if (has(json, 'primary_actor_type') && json['primary_actor_type'] !== 'Conversation') return null;
  const meta = objectOf(actor['meta']);
  return {
    kind: 'notification',
    id,
    type,
    conversation,
    contactName: textOf(objectOf(meta?.['sender'])?.['name']),
    read: json['read_at'] !== null && json['read_at'] !== undefined,
    createdAt: wholeSecondsOf(json['created_at']) ?? 0,
    assignee: assigneeKeyOf(meta?.['assignee'], meta?.['assignee_type']),
  };
};

/** A page of `GET notifications`. `ids` holds those of unreadable rows too, so that paging ends. */
export const readNotifications = (value: unknown): { rows: NotificationFact[]; ids: number[] } | null => {
  const payload = arrayOf(objectOf(objectOf(value)?.['data'])?.['payload']);
  if (payload === null) return null;
  const rows: NotificationFact[] = [];
  const ids: number[] = [];
  for (const item of payload) {
    const id = idOf(objectOf(item)?.['id']);
    if (id !== null) ids.push(id);
    const row = readNotification(item);
    if (row !== null) rows.push(row);
  }
  return { rows, ids };
};
