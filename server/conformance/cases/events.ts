/** Events: which come when, and with which payload. */
import { group } from '../case.ts';
import { Skip, at, equal, hasKeys, ok, same } from '../check.ts';
import { about, afterAll } from './fan-out.ts';

const conversationKeys = [
  'id',
  'account_id',
  'inbox_id',
  'channel',
  'status',
  'additional_attributes',
  'custom_attributes',
  'labels',
  'can_reply',
  'contact_inbox',
  'meta',
  'messages',
  'unread_count',
  'snoozed_until',
  'first_reply_created_at',
  'agent_last_seen_at',
  'contact_last_seen_at',
  'timestamp',
  'created_at',
];

export const eventCases = group('events', {
  'conversation.created carries the whole conversation, with null for no agent and no team': async (
    stage,
  ) => {
    const socket = await stage.socket();
    const conversation = await stage.conversation(await stage.inbox());
    const { data } = await socket.event('conversation.created', about(conversation));
    hasKeys(data, conversationKeys, 'conversation.created');
    equal([at(data, 'meta', 'assignee'), at(data, 'meta', 'team')], [null, null], 'assignee and team');
    equal(data['first_reply_created_at'], null, 'first_reply_created_at');
    equal('waiting_since' in data, stage.abilities.waitingSince, 'waiting_since');
    equal('updated_at' in data, stage.abilities.updatedAt, 'updated_at');
    equal('priority' in data, stage.abilities.priority, 'priority');
    equal(at(data, 'meta', 'sender', 'type'), 'contact', 'type of the sender');
    equal(data['account_id'], stage.accountId, 'account_id');
  },
  'assigning an agent sends assignee.changed and conversation.updated, then the activity message': async (
    stage,
  ) => {
    const tom = await stage.agent('Tom');
    const socket = await stage.socket();
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.assignAgent(conversation, tom.id);
    const { data } = await socket.event('assignee.changed', about(conversation));
    equal(at(data, 'meta', 'assignee', 'id'), tom.id, 'assignee of the event');
    hasKeys(
      at(data, 'meta', 'assignee'),
      ['id', 'name', 'available_name', 'avatar_url', 'type', 'availability_status', 'thumbnail'],
      'the user',
    );
    equal(at(data, 'meta', 'assignee', 'email'), undefined, 'e-mail in the event');
    await socket.event(
      'conversation.updated',
      (one) => about(conversation)(one) && at(one, 'meta', 'assignee', 'id') === tom.id,
    );
    const activity = await socket.event(
      'message.created',
      (one) => one['conversation_id'] === conversation && one['message_type'] === 2,
      'activity message',
    );
    equal(activity.data['sender'], undefined, 'sender of the activity');
    equal(
      socket.events('team.changed').filter((event) => event.data['id'] === conversation).length,
      0,
      'team.changed',
    );
  },
  'events of older bases name the performer, those read again do not': async (stage) => {
    const tom = await stage.agent('Tom');
    const socket = await stage.socket();
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.assignAgent(conversation, tom.id);
    const { data } = await socket.event('assignee.changed', about(conversation));
    if (stage.abilities.updatedAt) {
      equal(data['performer'], undefined, 'performer');
      equal(at(data, 'meta', 'assignee', 'availability_status'), null, 'availability of the assignee');
    } else
      equal([at(data, 'performer', 'id'), at(data, 'performer', 'type')], [stage.me.id, 'user'], 'performer');
  },
  'unassigning sends assignee.changed with null': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.assignAgent(conversation, tom.id);
    const socket = await stage.socket();
    await stage.assignAgent(conversation, null);
    const { data } = await socket.event(
      'assignee.changed',
      (one) => about(conversation)(one) && at(one, 'meta', 'assignee') === null,
    );
    equal(at(data, 'meta', 'assignee'), null, 'assignee');
  },
  'assigning a team sends team.changed and conversation.updated with id and name of the team': async (
    stage,
  ) => {
    const socket = await stage.socket();
    const conversation = await stage.conversation(await stage.inbox());
    const team = await stage.team();
    await stage.assignTeam(conversation, team);
    const { data } = await socket.event('team.changed', about(conversation));
    equal(
      Object.keys((at(data, 'meta', 'team') ?? {}) as object).toSorted(),
      ['id', 'name'],
      'keys of the team',
    );
    equal(at(data, 'meta', 'team', 'id'), team, 'team');
    await socket.event(
      'conversation.updated',
      (one) => about(conversation)(one) && at(one, 'meta', 'team', 'id') === team,
    );
  },
  'a team that drops the agent sends assignee.changed too': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.assignAgent(conversation, tom.id);
    const socket = await stage.socket();
    await stage.assignTeam(conversation, await stage.team({ auto: false }));
    await socket.event('team.changed', about(conversation));
    await socket.event(
      'assignee.changed',
      (one) => about(conversation)(one) && at(one, 'meta', 'assignee') === null,
    );
  },
  'a change of status sends conversation.status_changed and conversation.updated': async (stage) => {
    const socket = await stage.socket();
    const conversation = await stage.conversation(await stage.inbox());
    await stage.api.post(`/conversations/${conversation}/toggle_status`, {
      status: 'snoozed',
      snoozed_until: 1893456000,
    });
    const { data } = await socket.event('conversation.status_changed', about(conversation));
    equal(
      [data['status'], data['snoozed_until']],
      ['snoozed', '2030-01-01T00:00:00.000Z'],
      'status and time',
    );
    await socket.event(
      'conversation.updated',
      (one) => about(conversation)(one) && one['status'] === 'snoozed',
    );
  },
  'a change of priority, labels or custom attributes sends conversation.updated': async (stage) => {
    const socket = await stage.socket();
    const conversation = await stage.conversation(await stage.inbox());
    const label = await stage.label();
    await stage.api.post(`/conversations/${conversation}/labels`, { labels: [label] });
    await socket.event(
      'conversation.updated',
      (one) => about(conversation)(one) && same(one['labels'], [label]),
      'labels',
    );
    await stage.api.post(`/conversations/${conversation}/custom_attributes`, {
      custom_attributes: { order: 'A-77' },
    });
    await socket.event(
      'conversation.updated',
      (one) => about(conversation)(one) && at(one, 'custom_attributes', 'order') === 'A-77',
      'custom attributes',
    );
    if (!stage.abilities.priority) return;
    await stage.api.post(`/conversations/${conversation}/toggle_priority`, { priority: 'urgent' });
    await socket.event(
      'conversation.updated',
      (one) => about(conversation)(one) && one['priority'] === 'urgent',
      'priority',
    );
  },
  'a message sends message.created with the row and the state of its conversation': async (stage) => {
    const socket = await stage.socket();
    const conversation = await stage.conversation(await stage.inbox());
    await stage.customerSays(conversation, 'Where is my parcel?');
    const { data } = await socket.event('message.created', (one) => one['content'] === 'Where is my parcel?');
    hasKeys(
      data,
      [
        'id',
        'content',
        'account_id',
        'inbox_id',
        'conversation_id',
        'message_type',
        'content_type',
        'content_attributes',
        'private',
        'status',
        'source_id',
        'sender_type',
        'sender_id',
        'created_at',
        'updated_at',
        'conversation',
        'sender',
      ],
      'message.created',
    );
    equal(
      [data['message_type'], data['sender_type'], at(data, 'sender', 'type')],
      [0, 'Contact', 'contact'],
      'type and sender',
    );
    ok(Number.isInteger(data['created_at']), 'created_at is whole seconds');
    ok(/^\d{4}-.*Z$/.test(String(data['updated_at'])), 'updated_at is an ISO time');
    hasKeys(
      data['conversation'],
      ['assignee_id', 'unread_count', 'contact_inbox'],
      'the state of the conversation',
    );
  },
  'echo_id comes back in the answer and in the event': async (stage) => {
    const socket = await stage.socket();
    const conversation = await stage.conversation(await stage.inbox());
    const answer = await stage.say(conversation, { content: 'On its way', echo_id: 'tmp-1' });
    equal(at(answer.json, 'echo_id'), 'tmp-1', 'echo_id of the answer');
    await socket.event('message.created', (one) => one['echo_id'] === 'tmp-1');
  },
  'the first human answer sends first.reply.created': async (stage) => {
    const socket = await stage.socket();
    const conversation = await stage.conversation(await stage.inbox());
    await stage.say(conversation, { content: 'A note', private: true });
    await stage.say(conversation, { content: 'Good morning' });
    const { data } = await socket.event(
      'first.reply.created',
      (one) => one['conversation_id'] === conversation,
    );
    equal(data['content'], 'Good morning', 'the message');
    await socket.event(
      'conversation.updated',
      (one) => about(conversation)(one) && typeof one['first_reply_created_at'] === 'string',
      'first_reply_created_at',
    );
  },
  'a deleted message sends message.updated with the previous changes': async (stage) => {
    const socket = await stage.socket();
    const conversation = await stage.conversation(await stage.inbox());
    const message = at((await stage.say(conversation, { content: 'Oops' })).json, 'id');
    await stage.api.remove(`/conversations/${conversation}/messages/${String(message)}`);
    const { data } = await socket.event(
      'message.updated',
      (one) => one['id'] === message && at(one, 'content_attributes', 'deleted') === true,
    );
    hasKeys(data, ['previous_changes'], 'message.updated');
  },
  'typing is told to others but not to the typist': async (stage) => {
    const tom = await stage.agent('Tom');
    const inbox = await stage.inbox({ members: [tom] });
    const conversation = await stage.conversation(inbox);
    const [mine, his] = [await stage.socket(), await stage.socket(tom)];
    await stage.as(tom).post(`/conversations/${conversation}/toggle_typing_status`, {
      typing_status: 'on',
      is_private: false,
    });
    const { data } = await mine.event(
      'conversation.typing_on',
      (one) => at(one, 'conversation', 'id') === conversation,
    );
    equal([at(data, 'user', 'id'), data['is_private']], [tom.id, false], 'who types');
    await afterAll(stage, his, inbox);
    equal(his.events('conversation.typing_on').length, 0, 'events to the typist');
  },
  'a reading contact sends conversation.read': async (stage) => {
    const socket = await stage.socket();
    const inbox = await stage.inbox();
    const conversation = await stage.conversation(inbox);
    const identifier = String(at((await stage.api.get(`/inboxes/${inbox}`)).json, 'inbox_identifier'));
    const { data } = await socket.event('conversation.created', about(conversation));
    const source = String(at(data, 'contact_inbox', 'source_id'));
    const path = `/public/api/v1/inboxes/${identifier}/contacts/${source}/conversations/${conversation}/update_last_seen`;
    const answer = await stage.api.raw('POST', path, { headers: {} });
    if (answer.status !== 200)
      throw new Skip(`contacts cannot be simulated on this server (${answer.status})`);
    await socket.event('conversation.read', about(conversation));
  },
  'a mention in a private note sends conversation.mentioned to the one who was named': async (stage) => {
    const tom = await stage.agent('Tom');
    const inbox = await stage.inbox({ members: [tom] });
    const conversation = await stage.conversation(inbox);
    const [mine, his] = [await stage.socket(), await stage.socket(tom)];
    await stage.say(conversation, {
      content: `[@Tom](mention://user/${tom.id}/Tom) please look`,
      private: true,
    });
    await his.event('conversation.mentioned', about(conversation));
    await afterAll(stage, mine, inbox);
    equal(mine.events('conversation.mentioned').length, 0, 'events to others');
  },
  'a new label, inbox or team sends account.cache_invalidated, to everybody': async (stage) => {
    const socket = await stage.socket();
    await stage.label();
    const { data } = await socket.event('account.cache_invalidated', () => true);
    hasKeys(data['cache_keys'], ['label', 'inbox', 'team'], 'cache_keys');
    const keys = Object.values(data['cache_keys'] as object);
    ok(
      keys.every((key) => typeof key === 'string' && /^\d{10,}$/.test(key)),
      'keys are texts of digits',
    );
  },
  'a new contact sends contact.created': async (stage) => {
    const socket = await stage.socket();
    const answer = await stage.api.post('/contacts', { name: 'Nora Feldmann' });
    const id = at(answer.json, 'payload', 'contact', 'id');
    stage.afterwards(() => stage.api.remove(`/contacts/${String(id)}`));
    await socket.event('contact.created', (one) => one['id'] === id);
  },
  'a changed contact sends contact.updated, merged ones contact.merged and conversation.contact_changed':
    async (stage) => {
      const socket = await stage.socket();
      const inbox = await stage.inbox();
      const [kept, moved] = [await stage.conversation(inbox), await stage.conversation(inbox)];
      const contactOf = async (conversation: number): Promise<number> =>
        Number(at(await stage.show(conversation), 'meta', 'sender', 'id'));
      const [base, mergee] = [await contactOf(kept), await contactOf(moved)];
      await stage.api.patch(`/contacts/${base}`, { name: 'Renamed' });
      await socket.event('contact.updated', (one) => one['id'] === base && one['name'] === 'Renamed');
      await stage.api.post('/actions/contact_merge', { base_contact_id: base, mergee_contact_id: mergee });
      await socket.event('contact.merged', () => true);
      const { data } = await socket.event('conversation.contact_changed', about(moved));
      equal(at(data, 'meta', 'sender', 'id'), base, 'sender');
    },
});
