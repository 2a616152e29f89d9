/** Every row of the assignment endpoint: body, effect and answer. */
import { group } from '../case.ts';
import { Skip, at, equal, hasKeys, ok } from '../check.ts';
import type { Answer } from '../api.ts';

const unknownId = 2_000_000_000;

const answersNull = (answer: Answer, what: string): void => {
  equal(answer.status, 200, `status of ${what}`);
  equal(answer.text.trim(), 'null', `body of ${what}`);
};

const agentKeys = [
  'id',
  'account_id',
  'availability_status',
  'auto_offline',
  'confirmed',
  'email',
  'available_name',
  'name',
  'role',
  'thumbnail',
];

export const assignmentCases = group('assignments', {
  'assignee_id of a user of the account sets him and answers the agent object': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    const answer = await stage.assignAgent(conversation, tom.id);
    equal(answer.status, 200, 'status');
    hasKeys(answer.json, agentKeys, 'the agent object');
    equal(at(answer.json, 'id'), tom.id, 'id of the answer');
    equal(await stage.held(conversation), { assignee: tom.id, bot: false, team: null }, 'the conversation');
    hasKeys(at(await stage.show(conversation), 'meta', 'assignee'), agentKeys, 'meta.assignee');
  },
  'assignee_id null unassigns and answers null': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.assignAgent(conversation, tom.id);
    answersNull(await stage.assignAgent(conversation, null), 'assignee_id null');
    equal((await stage.held(conversation)).assignee, null, 'assignee');
  },
  'assignee_id 0 and an empty text unassign and answer null': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    for (const assignee_id of [0, '']) {
      await stage.assignAgent(conversation, tom.id);
      answersNull(
        await stage.api.post(`/conversations/${conversation}/assignments`, { assignee_id }),
        `assignee_id ${JSON.stringify(assignee_id)}`,
      );
      equal((await stage.held(conversation)).assignee, null, 'assignee');
    }
  },
  'assignee_id of nobody in the account unassigns silently and answers null': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.assignAgent(conversation, tom.id);
    answersNull(await stage.assignAgent(conversation, unknownId), 'an unknown assignee_id');
    equal((await stage.held(conversation)).assignee, null, 'assignee');
  },
  'team_id sets the team and answers the raw team row, without a word about the assignee': async (stage) => {
    const conversation = await stage.conversation(await stage.inbox());
    const team = await stage.team();
    const answer = await stage.assignTeam(conversation, team);
    equal(answer.status, 200, 'status');
    hasKeys(
      answer.json,
      ['id', 'name', 'description', 'allow_auto_assign', 'account_id', 'created_at', 'updated_at'],
      'the team row',
    );
    equal(at(answer.json, 'is_member'), undefined, 'is_member of the raw row');
    ok(/^\d{4}-\d\d-\d\dT/.test(String(at(answer.json, 'created_at'))), 'created_at is an ISO time');
    equal((await stage.held(conversation)).team, team, 'team');
    hasKeys(
      at(await stage.show(conversation), 'meta', 'team'),
      ['id', 'name', 'description', 'allow_auto_assign', 'account_id', 'is_member'],
      'meta.team',
    );
  },
  'team_id null, 0 or unknown removes the team, keeps the assignee and answers null': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    const team = await stage.team({ members: [tom] });
    for (const team_id of [null, 0, unknownId]) {
      await stage.assignTeam(conversation, team);
      await stage.assignAgent(conversation, tom.id);
      answersNull(
        await stage.api.post(`/conversations/${conversation}/assignments`, { team_id }),
        `team_id ${team_id}`,
      );
      equal(
        await stage.held(conversation),
        { assignee: tom.id, bot: false, team: null },
        `after team_id ${team_id}`,
      );
    }
  },
  'with both keys team_id is ignored and assignee_id wins': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    const team = await stage.team();
    const answer = await stage.api.post(`/conversations/${conversation}/assignments`, {
      team_id: team,
      assignee_id: tom.id,
    });
    equal(at(answer.json, 'id'), tom.id, 'id of the answer');
    equal(await stage.held(conversation), { assignee: tom.id, bot: false, team: null }, 'the conversation');
  },
  'with neither key nothing changes and the answer is null': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    const team = await stage.team({ members: [tom] });
    await stage.assignTeam(conversation, team);
    await stage.assignAgent(conversation, tom.id);
    answersNull(await stage.api.post(`/conversations/${conversation}/assignments`, {}), 'an empty body');
    equal(await stage.held(conversation), { assignee: tom.id, bot: false, team }, 'the conversation');
  },
  'assignee_type AgentBot assigns a bot and clears the human assignee': async (stage) => {
    if (!stage.abilities.botAssignee) throw new Skip('this server has no bot assignees by the API');
    const tom = await stage.agent('Tom');
    const bot = await stage.bot();
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.assignAgent(conversation, tom.id);
    const answer = await stage.api.post(`/conversations/${conversation}/assignments`, {
      assignee_type: 'AgentBot',
      assignee_id: bot.id,
    });
    equal(at(answer.json, 'id'), bot.id, 'id of the answer');
    equal(await stage.held(conversation), { assignee: bot.id, bot: true, team: null }, 'the conversation');
    await stage.assignAgent(conversation, tom.id);
    equal(
      await stage.held(conversation),
      { assignee: tom.id, bot: false, team: null },
      'after a human took over',
    );
  },
  'an agent who is no member of the inbox is accepted': async (stage) => {
    const otto = await stage.agent('Otto');
    const conversation = await stage.conversation(await stage.inbox());
    await stage.assignAgent(conversation, otto.id);
    equal((await stage.held(conversation)).assignee, otto.id, 'assignee');
  },
  'an agent outside the assigned team is accepted and the team stays': async (stage) => {
    const otto = await stage.agent('Otto');
    const conversation = await stage.conversation(await stage.inbox({ members: [otto] }));
    const team = await stage.team();
    await stage.assignTeam(conversation, team);
    await stage.assignAgent(conversation, otto.id);
    equal(await stage.held(conversation), { assignee: otto.id, bot: false, team }, 'the conversation');
  },
  'an agent who is offline is accepted': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    const answer = await stage.assignAgent(conversation, tom.id);
    equal(at(answer.json, 'availability_status'), 'offline', 'availability of the answer');
    equal((await stage.held(conversation)).assignee, tom.id, 'assignee');
  },
  'the last writer wins, without any lock': async (stage) => {
    const [tom, sara] = [await stage.agent('Tom'), await stage.agent('Sara')];
    const conversation = await stage.conversation(await stage.inbox({ members: [tom, sara] }));
    equal((await stage.assignAgent(conversation, tom.id)).status, 200, 'first write');
    equal((await stage.assignAgent(conversation, sara.id)).status, 200, 'second write');
    equal((await stage.held(conversation)).assignee, sara.id, 'assignee');
  },
  'meta has neither assignee nor team when there is none': async (stage) => {
    const shown = await stage.show(await stage.conversation(await stage.inbox()));
    equal(at(shown, 'meta', 'assignee'), undefined, 'meta.assignee');
    equal(at(shown, 'meta', 'team'), undefined, 'meta.team');
  },
  'an unknown conversation is 404': async (stage) => {
    const answer = await stage.assignAgent(unknownId, null);
    equal([answer.status, answer.json], [404, { error: 'Resource could not be found' }], 'the answer');
  },
  'who may not read a conversation may not assign it': async (stage) => {
    const otto = await stage.agent('Otto');
    const conversation = await stage.conversation(await stage.inbox());
    const answer = await stage
      .as(otto)
      .post(`/conversations/${conversation}/assignments`, { assignee_id: otto.id });
    equal(
      [answer.status, answer.json],
      [401, { error: 'You are not authorized to do this action' }],
      'the answer',
    );
    equal((await stage.held(conversation)).assignee, null, 'assignee');
  },
});
