/** Every row of the error table: status and body. */
import { group } from '../case.ts';
import { Skip, at, equal, isObject, list, ok } from '../check.ts';
import type { Answer } from '../api.ts';

const unknownId = 2_000_000_000;

const isJson = (answer: Answer): boolean =>
  (answer.headers.get('content-type') ?? '').startsWith('application/json');

function refused(answer: Answer, status: number, body: unknown): void {
  equal([answer.status, answer.json], [status, body], 'the answer');
  ok(isJson(answer), 'the body is JSON');
}

const hasError = (answer: Answer, status: number): void => {
  equal(answer.status, status, 'status');
  ok(
    isObject(answer.json) && typeof answer.json['error'] === 'string',
    `a body with error: ${answer.text.slice(0, 100)}`,
  );
};

export const errorCases = group('errors', {
  '401 without credentials: errors, a list': async ({ api, accountId }) => {
    const answer = await api.raw('GET', `/api/v1/accounts/${accountId}/conversations`, { headers: {} });
    refused(answer, 401, { errors: ['You need to sign in or sign up before continuing.'] });
  },
  '401 with expired session headers: errors, a list': async ({ api, accountId }) => {
    const headers = { 'access-token': 'expired', client: 'nobody', uid: 'nobody@example.test' };
    const answer = await api.raw('GET', `/api/v1/accounts/${accountId}/conversations`, { headers });
    refused(answer, 401, { errors: ['You need to sign in or sign up before continuing.'] });
  },
  '401 for an unknown access token': async ({ api }) => {
    refused(await api.raw('GET', '/api/v1/profile', { headers: { api_access_token: 'wrong' } }), 401, {
      error: 'Invalid Access Token',
    });
  },
  'the access token wins over session headers': async ({ api }) => {
    const headers = { api_access_token: 'wrong', 'access-token': 'x', client: 'y', uid: 'z' };
    refused(await api.raw('GET', '/api/v1/profile', { headers }), 401, { error: 'Invalid Access Token' });
  },
  'the access token is also read with hyphens': async ({ api, token, me }) => {
    const answer = await api.raw('GET', '/api/v1/profile', { headers: { 'api-access-token': token } });
    equal([answer.status, at(answer.json, 'id')], [200, me.id], 'the profile');
  },
  '401 for an account I am not in': async ({ api, accountId }) => {
    for (const other of [accountId + 1, accountId + 2, accountId - 1]) {
      if (other < 1) continue;
      const answer = await api.raw('GET', `/api/v1/accounts/${other}/conversations`);
      if (answer.status !== 401) continue;
      refused(answer, 401, { error: 'You are not authorized to access this account' });
      return;
    }
    throw new Skip('found no account next to this one that I am not in');
  },
  '401 for a conversation in an inbox I am not in': async (stage) => {
    const otto = await stage.agent('Otto');
    const conversation = await stage.conversation(await stage.inbox());
    refused(await stage.as(otto).get(`/conversations/${conversation}`), 401, {
      error: 'You are not authorized to do this action',
    });
  },
  '401 for an agent who makes a team': async (stage) => {
    const otto = await stage.agent('Otto');
    refused(await stage.as(otto).post('/teams', { name: 'mine' }), 401, {
      error: 'You are not authorized to do this action',
    });
  },
  '401 for foreign ids in team_members': async (stage) => {
    const team = await stage.team();
    refused(await stage.api.post(`/teams/${team}/team_members`, { user_ids: [unknownId] }), 401, {
      error: 'Invalid User IDs',
    });
  },
  '401 for a bot outside of its few endpoints': async (stage) => {
    const bot = await stage.bot();
    if (bot.token === null) throw new Skip('the server does not tell the token of a new bot');
    const headers = { api_access_token: bot.token };
    const answer = await stage.api.raw('GET', `/api/v1/accounts/${stage.accountId}/teams`, { headers });
    refused(answer, 401, { error: 'Access to this endpoint is not authorized for bots' });
  },
  '402 for plan limits': () =>
    Promise.reject(new Skip('no plan limit can be reached with what a suite may create')),
  '403 for gated features': () =>
    Promise.reject(new Skip('none of the endpoints that the product uses is gated')),
  '404 for an unknown conversation': async ({ api }) => {
    refused(await api.get(`/conversations/${unknownId}`), 404, { error: 'Resource could not be found' });
  },
  '404 for an unknown account': async ({ api }) => {
    refused(await api.raw('GET', `/api/v1/accounts/${unknownId}/conversations`), 404, {
      error: 'Resource could not be found',
    });
  },
  '404 for an unknown team as filter of the list': async ({ api }) => {
    refused(await api.get(`/conversations?team_id=${unknownId}`), 404, {
      error: 'Resource could not be found',
    });
  },
  '404 for assignable_agents without inboxes': async ({ api }) => {
    equal((await api.get('/assignable_agents')).status, 404, 'status');
  },
  '422 for a missing parameter': async (stage) => {
    hasError(await stage.api.raw('POST', '/api/v1/profile/availability', { body: {} }), 422);
  },
  '422 for a message that cannot be created': async (stage) => {
    const conversation = await stage.conversation(await stage.inbox());
    hasError(await stage.say(conversation, { content: 'Hello', message_type: 'incomming' }), 422);
  },
  '422 for a bad filter: unknown key, unknown operator, no values': async ({ api }) => {
    const filter = (condition: Record<string, unknown>): Promise<Answer> =>
      api.post('/conversations/filter', { payload: [{ query_operator: null, ...condition }] });
    hasError(await filter({ attribute_key: 'no_such_key', filter_operator: 'equal_to', values: [1] }), 422);
    hasError(
      await filter({ attribute_key: 'status', filter_operator: 'is_greater_than', values: ['open'] }),
      422,
    );
    hasError(await filter({ attribute_key: 'status', filter_operator: 'equal_to', values: [] }), 422);
  },
  '422 for a record that is not valid: message and attributes': async ({ api }) => {
    const answer = await api.post('/teams', { name: '' });
    equal(answer.status, 422, 'status');
    ok(typeof at(answer.json, 'message') === 'string', 'a message');
    ok(list(answer.json, 'attributes').includes('name'), 'attributes name the field');
  },
  '422 for a wrong type of bulk_actions': async ({ api }) => {
    refused(await api.post('/bulk_actions', { type: 'Team', ids: [], fields: {} }), 422, { success: false });
  },
  '500 for an unknown status or priority': async (stage) => {
    const conversation = await stage.conversation(await stage.inbox());
    equal(
      (await stage.api.post(`/conversations/${conversation}/toggle_status`, { status: 'dancing' })).status,
      500,
      'toggle_status',
    );
    if (!stage.abilities.priority) return;
    equal(
      (await stage.api.post(`/conversations/${conversation}/toggle_priority`, { priority: 'dancing' }))
        .status,
      500,
      'toggle_priority',
    );
  },
  'an unknown status of the list is 500 or empty, as the base has it': async ({ api, abilities }) => {
    const answer = await api.get('/conversations?status=no-such-status');
    if (abilities.unknownStatus === 'error') equal(answer.status, 500, 'status');
    else equal([answer.status, list(answer.json, 'data', 'payload').length], [200, 0], 'the answer');
  },
  'bad credentials of a sign-in: 401 with errors': async ({ api }) => {
    const answer = await api.raw('POST', '/auth/sign_in', {
      headers: {},
      body: { email: 'nobody@example.test', password: 'Wrong-1234!' },
    });
    refused(answer, 401, { success: false, errors: ['Invalid login credentials. Please try again.'] });
  },
});
