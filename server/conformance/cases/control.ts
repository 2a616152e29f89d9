/** Cases that need the control port of the embedded server. */
import { group } from '../case.ts';
import type { ControlClient } from '../../control-client.ts';
import { Skip, at, equal, list, ok } from '../check.ts';
import { createApi } from '../api.ts';
import type { Stage } from '../stage.ts';

function controlOf(stage: Stage): ControlClient {
  if (stage.control === null) throw new Skip('needs the control port: pass --control');
  return stage.control;
}

export const controlCases = group('control', {
  'a suspended account is 401': async (stage) => {
    const control = controlOf(stage);
    await control.call('account.set', { status: 'suspended' });
    const answer = await stage.api.get('/conversations');
    await control.call('account.set', { status: 'active' });
    equal([answer.status, answer.json], [401, { error: 'Account is suspended' }], 'the answer');
  },
  'an account I am not in is 401': async (stage) => {
    controlOf(stage);
    const answer = await stage.api.raw('GET', `/api/v1/accounts/${stage.accountId + 1}/conversations`);
    equal(
      [answer.status, answer.json],
      [401, { error: 'You are not authorized to access this account' }],
      'the answer',
    );
  },
  'a revoked token is 401': async (stage) => {
    const control = controlOf(stage);
    const agent = await stage.agent('Revoked');
    const { token } = await control.call('user.revoke', { user: agent.id });
    const answer = await stage.as(agent).get('/conversations');
    equal([answer.status, answer.json], [401, { error: 'Invalid Access Token' }], 'the old token');
    equal(
      (await createApi(stage.origin, stage.accountId, token).get('/conversations')).status,
      200,
      'the new token',
    );
  },
  'too many requests are 429 as plain text, without Retry-After': async (stage) => {
    const control = controlOf(stage);
    const { features } = await current(control);
    await control.call('features.set', { requestsPerMinute: 2 });
    await control.call('switches.set', { rateLimits: true });
    const restore = async (): Promise<void> => {
      await control.call('switches.set', { rateLimits: false });
      await control.call('features.set', { requestsPerMinute: features.requestsPerMinute });
    };
    try {
      const answers = [];
      for (let i = 0; i < 6; i++) answers.push(await stage.api.get('/labels'));
      const refused = answers.find((answer) => answer.status === 429);
      equal(
        [refused?.text, refused?.headers.get('content-type'), refused?.headers.get('retry-after')],
        ['Retry later\n', 'text/plain', null],
        'the answer',
      );
    } finally {
      await restore();
    }
  },
  'a sign-in gives the profile and headers that work, and signing out ends it': async (stage) => {
    const control = controlOf(stage);
    const agent = await stage.agent('Signed In');
    const user = (await control.call('users', { accountId: stage.accountId })).find(
      (one) => one.id === agent.id,
    );
    const body = { email: ` ${user?.email.toUpperCase()} `, password: user?.password };
    const answer = await stage.api.raw('POST', '/auth/sign_in', { headers: {}, body });
    equal([answer.status, at(answer.json, 'data', 'id')], [200, agent.id], 'sign in');
    const read = (name: string): string => answer.headers.get(name) ?? '';
    const session = { 'access-token': read('access-token'), client: read('client'), uid: read('uid') };
    ok(/^\d+$/.test(read('expiry')) && read('token-type') === 'Bearer', 'expiry and token-type');
    equal(
      (await stage.api.raw('GET', '/api/v1/profile', { headers: session })).status,
      200,
      'with three headers',
    );
    const bearer = { authorization: read('authorization') };
    equal(
      (await stage.api.raw('GET', '/auth/validate_token', { headers: bearer })).status,
      200,
      'with one header',
    );
    equal(
      (await stage.api.raw('DELETE', '/auth/sign_out', { headers: session })).json,
      { success: true },
      'sign out',
    );
    equal(
      (await stage.api.raw('GET', '/api/v1/profile', { headers: session })).status,
      401,
      'after signing out',
    );
    equal(
      (await stage.api.raw('DELETE', '/auth/sign_out', { headers: session })).status,
      404,
      'signing out again',
    );
  },
  'the conversation limit refuses manual assignment with its words, where the base has a limit': async (
    stage,
  ) => {
    const control = controlOf(stage);
    if (!stage.abilities.finalStatuses) throw new Skip('only Live Agent has a conversation limit');
    const tom = await stage.agent('Limited');
    const inbox = await stage.inbox({ members: [tom] });
    const [one, other] = [await stage.conversation(inbox), await stage.conversation(inbox)];
    await control.call('account.set', { conversationLimit: 1 });
    try {
      equal((await stage.assignAgent(one, tom.id)).status, 200, 'below the limit');
      const answer = await stage.assignAgent(other, tom.id);
      ok(
        answer.status >= 400 && typeof at(answer.json, 'error') === 'string',
        `refused with words: ${answer.status}`,
      );
      equal((await stage.held(other)).assignee, null, 'assignee');
      equal((await stage.assignAgent(one, tom.id)).status, 200, 'what he has already');
    } finally {
      await control.call('account.set', { conversationLimit: null });
    }
  },
  'conversations of an agent who goes away move on, where the base says so': async (stage) => {
    const control = controlOf(stage);
    if (!stage.abilities.finalStatuses) throw new Skip('only Live Agent reassigns when an agent leaves');
    const [tom, sara] = [await stage.agent('Leaving'), await stage.agent('Staying')];
    const inbox = await stage.inbox({ members: [tom, sara], auto: true });
    await stage.api.patch(`/inboxes/${inbox}`, { enable_auto_reassignment: true });
    const conversation = await stage.conversation(inbox);
    await stage.assignAgent(conversation, tom.id);
    await stage.online(sara);
    await control.act({ do: 'availability', user: tom.id, availability: 'away' });
    equal((await stage.held(conversation)).assignee, sara.id, 'assignee');
  },
  'unknown status and priority come through as they are': async (stage) => {
    const control = controlOf(stage);
    const socket = await stage.socket();
    const conversation = await stage.conversation(await stage.inbox());
    await control.call('conversation.inject', {
      conversation,
      status: 'waiting_for_partner',
      priority: 'cosmic',
    });
    equal((await stage.show(conversation))['status'], 'waiting_for_partner', 'status');
    await socket.event(
      'conversation.status_changed',
      (data) => data['id'] === conversation && data['status'] === 'waiting_for_partner',
    );
  },
  'jobs run late, the answer does not wait for them': async (stage) => {
    const control = controlOf(stage);
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await control.call('jobs.idle', {});
    await control.call('jobs.delay', { ms: 600 });
    try {
      await stage.assignAgent(conversation, tom.id);
      equal((await control.truth(conversation)).activity, [], 'activity right after the answer');
      await control.call('jobs.idle', {});
      equal((await control.truth(conversation)).activity.length, 1, 'activity after the jobs');
    } finally {
      await control.call('jobs.delay', { ms: 20 });
    }
  },
  'closing the cable can say that no one should come back': async (stage) => {
    const control = controlOf(stage);
    const socket = await stage.socket();
    await control.call('cable.close', { reason: 'server_restart', reconnect: false });
    const frame = await socket.frame((one) => one.value['type'] === 'disconnect', 'disconnect');
    equal(frame.value, { type: 'disconnect', reason: 'server_restart', reconnect: false }, 'the frame');
  },
  'the actor of an assignment is not notified, the assignee is, and automatic choice counts as nobody’s act':
    async (stage) => {
      const control = controlOf(stage);
      const tom = await stage.agent('Tom');
      const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
      await control.act({ do: 'assign', conversation, agent: tom.id, by: null });
      await control.call('jobs.idle', {});
      const rows = (await control.call('notifications', { userId: tom.id })).filter(
        (row) => row.conversation === conversation,
      );
      equal(
        rows.map((row) => row.type),
        ['conversation_assignment'],
        'notifications of a system assignment',
      );
    },
  'removing an agent is silent: he is gone from the lists and sends no event': async (stage) => {
    const control = controlOf(stage);
    const gone = await stage.agent('Gone Soon');
    const inbox = await stage.inbox({ members: [gone] });
    const conversation = await stage.conversation(inbox);
    await stage.assignAgent(conversation, gone.id);
    await control.call('jobs.idle', {});
    const socket = await stage.socket();
    await stage.customerSays(conversation, 'before');
    await socket.event('message.created', (data) => data['content'] === 'before');
    socket.forget();
    await control.act({ do: 'remove-agent', user: gone.id });
    await stage.customerSays(conversation, 'after');
    await socket.event('message.created', (data) => data['content'] === 'after');
    equal(socket.events('assignee.changed').length, 0, 'assignee.changed');
    const offered = list((await stage.api.get(`/inboxes/${inbox}/assignable_agents`)).json, 'payload');
    equal(
      offered.some((one) => at(one, 'id') === gone.id),
      false,
      'still assignable',
    );
  },
});

async function current(control: ControlClient): Promise<{ features: { requestsPerMinute: number } }> {
  return { features: await control.call('features.set', {}) };
}
