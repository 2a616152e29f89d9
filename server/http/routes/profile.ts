/** The caller's own profile, availability and notification settings. */
import { reassignAwayFrom } from '../../actions/leaving.ts';
import type { Membership } from '../../model.ts';
import { profileJson } from '../../views/people.ts';
import { record, text, texts, toBool, toInt } from '../params.ts';
import { json, missingParam, noRoute, notFound, serverError, unprocessable } from '../replies.ts';
import type { Reply } from '../replies.ts';
import { inAccount, personal } from '../router.ts';
import type { AccountRequest, Route, UserRequest } from '../router.ts';

const notificationTypes = [
  'conversation_creation',
  'conversation_assignment',
  'assigned_conversation_new_message',
  'conversation_mention',
  'participating_conversation_new_message',
];

function membershipOf(request: UserRequest): { membership: Membership; fields: Record<string, unknown> } {
  const fields = record(request.input['profile']);
  if (Object.keys(fields).length === 0) throw missingParam('profile');
  const membership = request.backend.world.membership(toInt(fields['account_id']), request.user.id);
  if (membership === undefined) throw notFound();
  return { membership, fields };
}

function settingsJson({ membership, account, user }: AccountRequest): Reply {
  return json({
    id: membership.id,
    user_id: user.id,
    account_id: account.id,
    all_email_flags: notificationTypes.map((type) => `email_${type}`),
    selected_email_flags: membership.emailFlags,
    all_push_flags: notificationTypes.map((type) => `push_${type}`),
    selected_push_flags: membership.pushFlags,
  });
}

export function profileRoutes(): Route[] {
  const url = (name: string): string => `/api/v1/profile${name}`;
  return [
    personal('GET', url(''), ({ backend, user }) => json(profileJson(backend, user))),
    personal('PUT', url(''), (request) => {
      const { backend, user } = request;
      const fields = record(request.input['profile']);
      if (Object.keys(fields).length === 0) throw missingParam('profile');
      user.name = text(fields['name']) ?? user.name;
      user.displayName = text(fields['display_name']) ?? user.displayName;
      const password = text(fields['password']);
      if (password !== undefined) {
        if (text(fields['current_password']) !== user.password)
          throw unprocessable('Invalid current password');
        user.password = password;
        // Sockets that subscribe with the old one are not answered any more.
        user.pubsubToken = backend.random.token(24);
      }
      backend.world.touch('user', user.id);
      return json(profileJson(backend, user));
    }),
    personal('POST', url('/availability'), (request) => {
      const { backend, user } = request;
      const { membership, fields } = membershipOf(request);
      const availability = text(fields['availability']) ?? '';
      if (!backend.features.availabilities.includes(availability)) throw serverError();
      membership.availability = availability;
      backend.world.touch('membership', membership.id);
      if (availability === 'offline' || availability === 'away') reassignAwayFrom(backend, membership);
      return json(profileJson(backend, user));
    }),
    personal('POST', url('/auto_offline'), (request) => {
      const { membership, fields } = membershipOf(request);
      membership.autoOffline = toBool(fields['auto_offline']);
      request.backend.world.touch('membership', membership.id);
      return json(profileJson(request.backend, request.user));
    }),
    personal('PUT', url('/set_active_account'), (request) => {
      const { membership } = membershipOf(request);
      membership.activeAt = request.backend.clock.now();
      request.backend.world.touch('membership', membership.id);
      return { kind: 'empty', status: 200 };
    }),
    personal('POST', url('/reset_access_token'), ({ backend, user }) => {
      if (!backend.features.tokenReset) throw noRoute();
      user.token = backend.random.token(24);
      backend.world.touch('user', user.id);
      return json(profileJson(backend, user));
    }),
    inAccount('GET', '/notification_settings', settingsJson),
    inAccount('PATCH', '/notification_settings', (request) => {
      const given = record(request.input['notification_settings']);
      const { membership } = request;
      membership.emailFlags = texts(given['selected_email_flags']) ?? [];
      membership.pushFlags = texts(given['selected_push_flags']) ?? [];
      request.backend.world.touch('membership', membership.id);
      return settingsJson(request);
    }),
  ];
}
