/** The caller's notifications: pages, reading, snoozing and deleting. */
import { notificationsOf, publishNotification } from '../../actions/notifications.ts';
import type { Notification } from '../../model.ts';
import { notificationJson, rawNotificationJson } from '../../views/notifications.ts';
import { text, texts, toInt } from '../params.ts';
import { empty, json, noRoute, notFound } from '../replies.ts';
import type { Reply } from '../replies.ts';
import { inAccount } from '../router.ts';
import type { AccountRequest, Route } from '../router.ts';

const pageSize = 15;

function rowOf(request: AccountRequest): Notification {
  const row = request.backend.world.rows.notification.get(toInt(request.path['notification_id']));
  if (row === undefined || row.userId !== request.user.id || row.accountId !== request.account.id)
    throw notFound();
  return row;
}

function list(request: AccountRequest): Reply {
  const { backend, account, user, input } = request;
  const all = notificationsOf(backend, account.id, user.id);
  const includes = texts(input['includes']) ?? [];
  const now = backend.clock.now();
  const snoozed = (row: Notification): boolean => row.snoozedUntil !== null && row.snoozedUntil > now;
  const shown = backend.features.notificationIncludes
    ? all.filter(
        (row) =>
          (row.readAt === null || includes.includes('read')) &&
          (!snoozed(row) || includes.includes('snoozed')),
      )
    : all;
  const direction = text(input['sort_order']) === 'asc' ? 1 : -1;
  const sorted = shown.toSorted(
    (a, b) => (a.lastActivityAt - b.lastActivityAt) * direction || (a.id - b.id) * direction,
  );
  const page = Math.max(1, toInt(input['page'] ?? 1));
  return json({
    data: {
      meta: {
        unread_count: shown.filter((row) => row.readAt === null).length,
        count: shown.length,
        // The page comes back as it was sent.
        current_page: input['page'] ?? 1,
      },
      payload: sorted
        .slice((page - 1) * pageSize, page * pageSize)
        .flatMap((row) => notificationJson(backend, row, 'rest') ?? []),
    },
  });
}

function change(request: AccountRequest, apply: (row: Notification) => void): Notification {
  const row = rowOf(request);
  apply(row);
  request.backend.world.touch('notification', row.id);
  publishNotification(request.backend, 'notification.updated', row);
  return row;
}

function remove(request: AccountRequest, row: Notification): void {
  request.backend.world.remove('notification', row.id);
  publishNotification(request.backend, 'notification.deleted', row);
}

export function notificationRoutes(): Route[] {
  return [
    inAccount('GET', '/notifications', list),
    inAccount('GET', '/notifications/unread_count', ({ backend, account, user }) =>
      json(notificationsOf(backend, account.id, user.id).filter((row) => row.readAt === null).length),
    ),
    inAccount('POST', '/notifications/read_all', ({ backend, account, user, input }) => {
      const only = input['primary_actor_id'] === undefined ? null : toInt(input['primary_actor_id']);
      for (const row of notificationsOf(backend, account.id, user.id)) {
        if (row.readAt !== null || (only !== null && row.conversationId !== only)) continue;
        row.readAt = backend.clock.now();
        backend.world.touch('notification', row.id);
      }
      // No events: other windows learn of it when they ask.
      return empty();
    }),
    inAccount('POST', '/notifications/destroy_all', (request) => {
      const { backend, account, user, input } = request;
      if (!backend.features.notificationIncludes) throw noRoute();
      const readOnly = text(input['type']) === 'read';
      for (const row of notificationsOf(backend, account.id, user.id)) {
        if (!readOnly || row.readAt !== null) backend.world.remove('notification', row.id);
      }
      return empty();
    }),
    inAccount('PATCH', '/notifications/:notification_id', (request) => {
      const row = change(request, (one) => {
        one.readAt = request.backend.clock.now();
      });
      return json(rawNotificationJson(row));
    }),
    inAccount('POST', '/notifications/:notification_id/unread', (request) => {
      const row = change(request, (one) => {
        one.readAt = null;
      });
      return json(rawNotificationJson(row));
    }),
    inAccount('POST', '/notifications/:notification_id/snooze', (request) => {
      if (!request.backend.features.notificationSnooze) throw noRoute();
      const row = change(request, (one) => {
        one.snoozedUntil = toInt(request.input['snoozed_until']) || null;
      });
      return json(rawNotificationJson(row));
    }),
    inAccount('DELETE', '/notifications/:notification_id', (request) => {
      remove(request, rowOf(request));
      return empty();
    }),
  ];
}
