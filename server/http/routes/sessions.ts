/** E-mail and password sign-in, checking and ending a session. */
import { iso } from '../../clock.ts';
import { profileJson } from '../../views/people.ts';
import { sessionOf, userByEmail } from '../auth.ts';
import { text } from '../params.ts';
import { Refusal, json } from '../replies.ts';
import { open } from '../router.ts';
import type { Route } from '../router.ts';
import type { Sessions } from '../sessions.ts';

export function sessionRoutes(sessions: Sessions): Route[] {
  return [
    open('POST', '/auth/sign_in', ({ backend, input }) => {
      const user = userByEmail(backend, text(input['email']) ?? '');
      if (user === undefined || user.password !== text(input['password'])) {
        throw new Refusal(401, {
          success: false,
          errors: ['Invalid login credentials. Please try again.'],
        });
      }
      if (!user.confirmed) {
        throw new Refusal(401, {
          success: false,
          errors: ['You need to confirm your account before continuing.'],
          ...(backend.features.unconfirmedErrorCode ? { error_code: 'user_not_confirmed' } : {}),
        });
      }
      return json({ data: profileJson(backend, user) }, sessions.open(user, backend.clock.now()));
    }),
    open('GET', '/auth/validate_token', (request) => {
      const session = sessionOf(request.backend, sessions, request);
      if (session === null) {
        throw new Refusal(401, { success: false, errors: ['Invalid login credentials'] });
      }
      return json(
        {
          payload: {
            success: true,
            data: { ...profileJson(request.backend, session.user), created_at: iso(0) },
          },
        },
        session.headers,
      );
    }),
    open('DELETE', '/auth/sign_out', (request) => {
      const session = sessionOf(request.backend, sessions, request);
      if (session === null) {
        throw new Refusal(404, { success: false, errors: ['User was not found or was not logged in.'] });
      }
      sessions.close(session.user, session.client);
      return json({ success: true });
    }),
  ];
}
