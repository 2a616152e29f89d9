/** Notifications: who gets which, and what they carry. */
import { group } from '../case.ts';
import { at, equal, hasKeys, list, ok } from '../check.ts';
import type { Actor, Stage } from '../stage.ts';

async function rowsOf(stage: Stage, agent: Actor, conversation: number): Promise<unknown[]> {
  const answer = await stage.as(agent).get('/notifications?page=1');
  equal(answer.status, 200, 'GET notifications');
  return list(answer.json, 'data', 'payload').filter(
    (row) => at(row, 'primary_actor', 'id') === conversation,
  );
}

const typesOf = async (stage: Stage, agent: Actor, conversation: number): Promise<unknown[]> =>
  (await rowsOf(stage, agent, conversation)).map((row) => at(row, 'notification_type'));

/** The activity message is written by the queue that also notifies: when it is there, notifying is over. */
async function jobsDone(stage: Stage, conversation: number): Promise<void> {
  const label = await stage.label();
  await stage.api.post(`/conversations/${conversation}/labels`, { labels: [label] });
  await stage.until(
    async () => list((await stage.api.get(`/conversations/${conversation}/messages`)).json, 'payload'),
    (messages) =>
      messages.some(
        (message) => at(message, 'message_type') === 2 && String(at(message, 'content')).includes(label),
      ),
    'activity about the label',
  );
}

export const notificationCases = group('notifications', {
  'the new assignee gets conversation_assignment, by REST and by event': async (stage) => {
    const tom = await stage.agent('Tom');
    const socket = await stage.socket(tom);
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.assignAgent(conversation, tom.id);
    const { data } = await socket.event(
      'notification.created',
      (one) => at(one, 'notification', 'primary_actor', 'id') === conversation,
    );
    hasKeys(data, ['notification', 'unread_count', 'count'], 'notification.created');
    const [row] = await rowsOf(stage, tom, conversation);
    hasKeys(
      row,
      [
        'id',
        'notification_type',
        'push_message_title',
        'primary_actor_type',
        'primary_actor_id',
        'primary_actor',
        'secondary_actor',
        'user',
        'read_at',
        'created_at',
      ],
      'the row',
    );
    equal(
      [at(row, 'notification_type'), at(row, 'secondary_actor'), at(row, 'read_at')],
      ['conversation_assignment', null, null],
      'the row',
    );
    equal(at(data, 'notification', 'id'), at(row, 'id'), 'id of the event');
    ok(at(row, 'primary_actor_id') !== conversation, 'primary_actor_id is the internal id');
  },
  'who assigns himself gets none': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.as(tom).post(`/conversations/${conversation}/assignments`, { assignee_id: tom.id });
    await jobsDone(stage, conversation);
    equal(await typesOf(stage, tom, conversation), [], 'notifications');
  },
  'a pending conversation gives none': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.api.post(`/conversations/${conversation}/toggle_status`, { status: 'pending' });
    await stage.assignAgent(conversation, tom.id);
    await jobsDone(stage, conversation);
    equal(await typesOf(stage, tom, conversation), [], 'notifications');
  },
  'members of a team get none when it is assigned': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.assignTeam(conversation, await stage.team({ members: [tom], auto: false }));
    await jobsDone(stage, conversation);
    equal(await typesOf(stage, tom, conversation), [], 'notifications');
  },
  'who is picked automatically is notified': async (stage) => {
    const sara = await stage.agent('Sara');
    await stage.online(sara);
    const conversation = await stage.conversation(await stage.inbox({ members: [sara] }));
    await stage.assignTeam(conversation, await stage.team({ members: [sara], auto: true }));
    await jobsDone(stage, conversation);
    equal(await typesOf(stage, sara, conversation), ['conversation_assignment'], 'notifications');
  },
  'the assignee hears of messages that are not his, and not of his own': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.as(tom).post(`/conversations/${conversation}/assignments`, { assignee_id: tom.id });
    await stage.as(tom).post(`/conversations/${conversation}/messages`, { content: 'Good morning' });
    await jobsDone(stage, conversation);
    equal(await typesOf(stage, tom, conversation), [], 'after his own message');
    await stage.customerSays(conversation, 'Hello?');
    await jobsDone(stage, conversation);
    const types = await typesOf(stage, tom, conversation);
    // Newer bases replace one by the other: he is assignee and participant.
    const told = ['assigned_conversation_new_message', 'participating_conversation_new_message'];
    ok(
      types.some((type) => told.includes(String(type))),
      `types are ${JSON.stringify(types)}`,
    );
  },
  'read_all marks everything read without an event, and unread_count is a bare number': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.assignAgent(conversation, tom.id);
    await jobsDone(stage, conversation);
    const api = stage.as(tom);
    ok(Number((await api.get('/notifications/unread_count')).json) > 0, 'something is unread');
    const answer = await api.post('/notifications/read_all', {});
    equal([answer.status, answer.text], [200, ''], 'read_all');
    equal((await api.get('/notifications/unread_count')).json, 0, 'unread_count');
  },
  'showing a conversation reads no notification': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.assignAgent(conversation, tom.id);
    await jobsDone(stage, conversation);
    equal((await stage.as(tom).get(`/conversations/${conversation}`)).status, 200, 'showing');
    const unread = (await rowsOf(stage, tom, conversation)).filter((row) => at(row, 'read_at') === null);
    equal(unread.length, 1, 'unread notifications');
  },
  'a row is marked read and unread again by its user': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.assignAgent(conversation, tom.id);
    await jobsDone(stage, conversation);
    const api = stage.as(tom);
    const id = String(at((await rowsOf(stage, tom, conversation))[0], 'id'));
    const read = await api.patch(`/notifications/${id}`, {});
    equal([read.status, typeof at(read.json, 'read_at')], [200, 'string'], 'read');
    const unread = await api.post(`/notifications/${id}/unread`);
    equal([unread.status, at(unread.json, 'read_at')], [200, null], 'unread');
    equal((await stage.api.patch(`/notifications/${id}`, {})).status, 404, 'a row of somebody else');
  },
  'page comes back as a text and a page has at most 15 rows': async ({ api }) => {
    const answer = await api.get('/notifications?page=1');
    equal(at(answer.json, 'data', 'meta', 'current_page'), '1', 'current_page');
    ok(list(answer.json, 'data', 'payload').length <= 15, 'at most 15 rows');
  },
});
