/** Fan-out of events: who hears of what, and what nobody hears of. */
import { group } from '../case.ts';
import { equal, list } from '../check.ts';
import type { Socket } from '../socket.ts';
import type { Stage } from '../stage.ts';

/** A message in another conversation of the inbox arrives after everything before it. */
export async function afterAll(stage: Stage, socket: Socket, inbox: number): Promise<void> {
  const marker = await stage.conversation(inbox);
  const content = `marker ${marker}`;
  await stage.customerSays(marker, content);
  await socket.event('message.created', (data) => data['content'] === content, 'the marker message');
}

/** The activity message about an earlier change has arrived: nothing of it comes later. */
async function activityWritten(stage: Stage, conversation: number): Promise<void> {
  await stage.until(
    async () => list((await stage.api.get(`/conversations/${conversation}/messages`)).json, 'payload').length,
    (count) => count > 0,
    'activity message',
  );
}

/** Accepts events about a conversation. */
export const about =
  (conversation: number) =>
  (data: Record<string, unknown>): boolean =>
    data['id'] === conversation;

const eventsAbout = (socket: Socket, conversation: number): string[] =>
  socket
    .events()
    .filter((event) => event.data['id'] === conversation || event.data['conversation_id'] === conversation)
    .map((event) => event.event);

export const fanOutCases = group('fan-out', {
  'members of the inbox hear of a conversation, other agents do not': async (stage) => {
    const [tom, otto] = [await stage.agent('Tom'), await stage.agent('Otto')];
    const [toms, ottos] = [await stage.socket(tom), await stage.socket(otto)];
    const inbox = await stage.inbox({ members: [tom] });
    const shared = await stage.inbox({ members: [otto] });
    const conversation = await stage.conversation(inbox);
    await stage.assignTeam(conversation, await stage.team({ members: [otto] }));
    await toms.event('conversation.created', about(conversation));
    await toms.event('team.changed', about(conversation));
    await afterAll(stage, ottos, shared);
    equal(eventsAbout(ottos, conversation), [], 'events to a member of the team who is not in the inbox');
  },
  'an administrator hears of every inbox, also without being a member': async (stage) => {
    const socket = await stage.socket();
    const conversation = await stage.conversation(await stage.inbox());
    await socket.event('conversation.created', about(conversation));
  },
  'my own reading sends nothing': async (stage) => {
    const inbox = await stage.inbox();
    const conversation = await stage.conversation(inbox);
    await stage.customerSays(conversation, 'Hello?');
    const socket = await stage.socket();
    await afterAll(stage, socket, inbox);
    socket.forget();
    equal(
      (await stage.api.post(`/conversations/${conversation}/update_last_seen`)).status,
      200,
      'update_last_seen',
    );
    await afterAll(stage, socket, inbox);
    equal(eventsAbout(socket, conversation), [], 'events');
  },
  'changes of membership send nothing about conversations': async (stage) => {
    const tom = await stage.agent('Tom');
    const inbox = await stage.inbox();
    const conversation = await stage.conversation(inbox);
    const team = await stage.team();
    await stage.assignTeam(conversation, team);
    await activityWritten(stage, conversation);
    const socket = await stage.socket();
    await afterAll(stage, socket, inbox);
    socket.forget();
    await stage.api.post('/inbox_members', { inbox_id: inbox, user_ids: [tom.id] });
    await stage.api.post(`/teams/${team}/team_members`, { user_ids: [tom.id] });
    await afterAll(stage, socket, inbox);
    equal(eventsAbout(socket, conversation), [], 'events');
  },
  'deleting a team sends nothing about its conversations': async (stage) => {
    const inbox = await stage.inbox();
    const conversation = await stage.conversation(inbox);
    const team = await stage.team();
    await stage.assignTeam(conversation, team);
    await activityWritten(stage, conversation);
    const socket = await stage.socket();
    await afterAll(stage, socket, inbox);
    socket.forget();
    await stage.api.remove(`/teams/${team}`);
    await stage.until(
      () => stage.held(conversation),
      (held) => held.team === null,
      'team',
    );
    await afterAll(stage, socket, inbox);
    equal(eventsAbout(socket, conversation), [], 'events');
  },
  'deleting conversations sends nothing about them': async (stage) => {
    const [inbox, other] = [await stage.inbox(), await stage.inbox()];
    const conversation = await stage.conversation(inbox);
    const socket = await stage.socket();
    await afterAll(stage, socket, other);
    socket.forget();
    await stage.api.remove(`/inboxes/${inbox}`);
    await stage.until(
      async () => (await stage.api.get(`/conversations/${conversation}`)).status,
      (status) => status === 404,
      'status of the deleted conversation',
    );
    await afterAll(stage, socket, other);
    equal(eventsAbout(socket, conversation), [], 'events');
  },
});
