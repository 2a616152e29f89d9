/** Status, priority, labels, bulk actions, reading, muting and participants. */
import { group } from '../case.ts';
import { Skip, at, equal, idsOf, list, ok } from '../check.ts';

export const stateCases = group('states', {
  'toggle_status answers a payload without meta, and times as ISO': async (stage) => {
    const conversation = await stage.conversation(await stage.inbox());
    const answer = await stage.api.post(`/conversations/${conversation}/toggle_status`, {
      status: 'snoozed',
      snoozed_until: 1893456000,
    });
    equal(
      answer.json,
      {
        payload: {
          success: true,
          conversation_id: conversation,
          current_status: 'snoozed',
          snoozed_until: '2030-01-01T00:00:00.000Z',
        },
      },
      'the answer',
    );
    await stage.api.post(`/conversations/${conversation}/toggle_status`, { status: 'pending' });
    equal((await stage.show(conversation))['snoozed_until'], null, 'snoozed_until is cleared');
  },
  'toggle_status without a status turns open into resolved and anything else into open': async (stage) => {
    const inbox = await stage.inbox();
    const [open, pending] = [await stage.conversation(inbox), await stage.conversation(inbox)];
    await stage.api.post(`/conversations/${pending}/toggle_status`, { status: 'pending' });
    for (const one of [open, pending]) await stage.api.post(`/conversations/${one}/toggle_status`, {});
    equal(
      [(await stage.show(open))['status'], (await stage.show(pending))['status']],
      ['resolved', 'open'],
      'statuses',
    );
  },
  'resolved opens again, unless the base makes it final': async (stage) => {
    const conversation = await stage.conversation(await stage.inbox());
    await stage.api.post(`/conversations/${conversation}/toggle_status`, { status: 'resolved' });
    await stage.customerSays(conversation, 'One more thing');
    const status = (await stage.show(conversation))['status'];
    equal(status, stage.abilities.finalStatuses ? 'resolved' : 'open', 'status after a message');
  },
  'a message wakes a snoozed conversation': async (stage) => {
    const conversation = await stage.conversation(await stage.inbox());
    await stage.api.post(`/conversations/${conversation}/toggle_status`, {
      status: 'snoozed',
      snoozed_until: 1893456000,
    });
    await stage.customerSays(conversation, 'Hello?');
    equal((await stage.show(conversation))['status'], 'open', 'status');
  },
  'an agent who opens a conversation becomes its assignee, an administrator does not': async (stage) => {
    const tom = await stage.agent('Tom');
    const inbox = await stage.inbox({ members: [tom] });
    const [his, mine] = [await stage.conversation(inbox), await stage.conversation(inbox)];
    for (const one of [his, mine])
      await stage.api.post(`/conversations/${one}/toggle_status`, { status: 'pending' });
    await stage.api.post(`/conversations/${mine}/toggle_status`, { status: 'open' });
    equal((await stage.held(mine)).assignee, null, 'opened by an administrator');
    await stage.as(tom).post(`/conversations/${his}/toggle_status`, { status: 'open' });
    equal((await stage.held(his)).assignee, tom.id, 'opened by an agent');
  },
  'priority is set, cleared with null, and answered with nothing': async (stage) => {
    if (!stage.abilities.priority) throw new Skip('this base has no priority');
    const conversation = await stage.conversation(await stage.inbox());
    const answer = await stage.api.post(`/conversations/${conversation}/toggle_priority`, {
      priority: 'high',
    });
    equal([answer.status, answer.text], [200, ''], 'the answer');
    equal((await stage.show(conversation))['priority'], 'high', 'priority');
    await stage.api.post(`/conversations/${conversation}/toggle_priority`, { priority: null });
    equal((await stage.show(conversation))['priority'], null, 'cleared');
    equal(
      at((await stage.api.patch(`/conversations/${conversation}`, { priority: 'low' })).json, 'priority'),
      'low',
      'by PATCH',
    );
  },
  'labels are replaced and answered': async (stage) => {
    const conversation = await stage.conversation(await stage.inbox());
    const [a, b] = [await stage.label(), await stage.label()];
    equal(
      (await stage.api.post(`/conversations/${conversation}/labels`, { labels: [a] })).json,
      { payload: [a] },
      'first',
    );
    equal(
      (await stage.api.post(`/conversations/${conversation}/labels`, { labels: [b] })).json,
      { payload: [b] },
      'second',
    );
    equal((await stage.api.get(`/conversations/${conversation}/labels`)).json, { payload: [b] }, 'GET');
  },
  'custom attributes are replaced': async (stage) => {
    const conversation = await stage.conversation(await stage.inbox());
    await stage.api.post(`/conversations/${conversation}/custom_attributes`, {
      custom_attributes: { order: 'A-77' },
    });
    await stage.api.post(`/conversations/${conversation}/custom_attributes`, {
      custom_attributes: { plan: 'plus' },
    });
    equal((await stage.show(conversation))['custom_attributes'], { plan: 'plus' }, 'custom_attributes');
  },
  'muting blocks the contact; whether it resolves is the base’s': async (stage) => {
    const conversation = await stage.conversation(await stage.inbox());
    const answer = await stage.api.post(`/conversations/${conversation}/mute`);
    equal([answer.status, answer.text], [200, ''], 'the answer');
    const shown = await stage.show(conversation);
    equal(shown['muted'], true, 'muted');
    equal(shown['status'], stage.abilities.finalStatuses ? 'open' : 'resolved', 'status');
    await stage.api.post(`/conversations/${conversation}/unmute`);
    equal((await stage.show(conversation))['muted'], false, 'unmuted');
  },
  'an assignee becomes participant': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.assignAgent(conversation, tom.id);
    equal(
      idsOf(list((await stage.api.get(`/conversations/${conversation}/participants`)).json)),
      [tom.id],
      'participants',
    );
  },
  'bulk_actions answers at once with nothing and applies the team rule to the pair': async (stage) => {
    const [tom, sara] = [await stage.agent('Tom'), await stage.agent('Sara')];
    const inbox = await stage.inbox({ members: [tom, sara] });
    const [one, other] = [await stage.conversation(inbox), await stage.conversation(inbox)];
    const team = await stage.team({ members: [tom], auto: false });
    const both = { type: 'Conversation', ids: [one], fields: { team_id: team, assignee_id: tom.id } };
    const answer = await stage.api.post('/bulk_actions', both);
    equal([answer.status, answer.text], [200, ''], 'the answer');
    await stage.api.post('/bulk_actions', {
      ...both,
      ids: [other, 2_000_000_000],
      fields: { team_id: team, assignee_id: sara.id },
    });
    await stage.until(
      () => stage.held(one),
      (held) => held.team === team,
      'the member',
    );
    await stage.until(
      () => stage.held(other),
      (held) => held.team === team,
      'the non-member',
    );
    equal(await stage.held(one), { assignee: tom.id, bot: false, team }, 'the member');
    equal(await stage.held(other), { assignee: null, bot: false, team }, 'the non-member');
  },
  'bulk_actions with null unassigns and clears the team, and changes labels': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    const team = await stage.team({ members: [tom] });
    const label = await stage.label();
    await stage.assignTeam(conversation, team);
    await stage.assignAgent(conversation, tom.id);
    await stage.api.post('/bulk_actions', {
      type: 'Conversation',
      ids: [conversation],
      fields: { team_id: null, assignee_id: null },
      labels: { add: [label] },
    });
    await stage.until(
      () => stage.held(conversation),
      (held) => held.team === null && held.assignee === null,
      'the conversation',
    );
    equal((await stage.show(conversation))['labels'], [label], 'labels');
  },
  'the activity message bumps the last activity': async (stage) => {
    const tom = await stage.agent('Tom');
    const inbox = await stage.inbox({ members: [tom] });
    const [first, second] = [await stage.conversation(inbox), await stage.conversation(inbox)];
    await stage.customerSays(second, 'Hello');
    await stage.assignAgent(first, tom.id);
    await stage.until(
      async () =>
        idsOf(list((await stage.api.get(`/conversations?inbox_id=${inbox}`)).json, 'data', 'payload')),
      (ids) => ids[0] === first,
      'order of the list',
    );
    ok(
      String(at((await stage.show(first))['messages'], 0, 'content')).includes(tom.name),
      'the activity names the agent',
    );
  },
});
