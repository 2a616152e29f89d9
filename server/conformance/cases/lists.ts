/** List, counts, filter, messages and the shape of a conversation. */
import { group } from '../case.ts';
import { Skip, at, equal, hasKeys, idsOf, list, ok, sorted } from '../check.ts';
import type { Stage } from '../stage.ts';

const baseKeys = [
  'meta',
  'id',
  'messages',
  'account_id',
  'additional_attributes',
  'agent_last_seen_at',
  'assignee_last_seen_at',
  'can_reply',
  'contact_last_seen_at',
  'custom_attributes',
  'inbox_id',
  'labels',
  'muted',
  'snoozed_until',
  'status',
  'created_at',
  'timestamp',
  'first_reply_created_at',
  'unread_count',
  'last_non_activity_message',
];

const rows = async (stage: Stage, query: string): Promise<number[]> =>
  idsOf(list((await stage.api.get(`/conversations?${query}`)).json, 'data', 'payload'));

export const listCases = group('lists', {
  'a conversation has the keys of its base, 0 for no time and no wrapper': async (stage) => {
    const shown = await stage.show(await stage.conversation(await stage.inbox()));
    hasKeys(shown, baseKeys, 'the conversation');
    equal(
      [shown['first_reply_created_at'], shown['agent_last_seen_at'], shown['assignee_last_seen_at']],
      [0, 0, 0],
      'empty times',
    );
    equal([shown['snoozed_until'], shown['status']], [null, 'open'], 'status');
    equal(at(shown, 'meta', 'channel'), 'Channel::Api', 'channel');
    ok(Number.isInteger(shown['timestamp']), 'timestamp is whole');
    if (stage.abilities.updatedAt) ok(typeof shown['updated_at'] === 'number', 'updated_at is a number');
    if (stage.abilities.waitingSince) ok(Number(shown['waiting_since']) > 0, 'a fresh conversation waits');
  },
  'display ids go up': async (stage) => {
    const inbox = await stage.inbox();
    const [first, second] = [await stage.conversation(inbox), await stage.conversation(inbox)];
    ok(second > first, `${second} is not after ${first}`);
  },
  'the list shows open ones unless told otherwise': async (stage) => {
    const inbox = await stage.inbox();
    const [open, pending] = [await stage.conversation(inbox), await stage.conversation(inbox)];
    await stage.api.post(`/conversations/${pending}/toggle_status`, { status: 'pending' });
    equal(await rows(stage, `inbox_id=${inbox}`), [open], 'default');
    equal(await rows(stage, `inbox_id=${inbox}&status=pending`), [pending], 'pending');
    equal(sorted(await rows(stage, `inbox_id=${inbox}&status=all`)), sorted([open, pending]), 'all');
    equal(
      (await rows(stage, `inbox_id=${inbox}&status[]=open&status[]=pending`)).length,
      2,
      'a list of statuses',
    );
  },
  'counts come before assignee_type': async (stage) => {
    const tom = await stage.agent('Tom');
    const inbox = await stage.inbox({ members: [tom] });
    const [held, mine] = [await stage.conversation(inbox), await stage.conversation(inbox)];
    const free = await stage.conversation(inbox);
    await stage.assignAgent(held, tom.id);
    await stage.assignAgent(mine, stage.me.id);
    const counts = { mine_count: 1, assigned_count: 2, unassigned_count: 1, all_count: 3 };
    for (const [type, expected] of [
      ['me', [mine]],
      ['unassigned', [free]],
      ['assigned', [held, mine]],
      ['all', [held, mine, free]],
    ] as const) {
      const answer = await stage.api.get(`/conversations?inbox_id=${inbox}&assignee_type=${type}`);
      equal(at(answer.json, 'data', 'meta'), counts, `counts of ${type}`);
      equal(sorted(idsOf(list(answer.json, 'data', 'payload'))), sorted(expected), `rows of ${type}`);
    }
    equal((await stage.api.get(`/conversations/meta?inbox_id=${inbox}`)).json, { meta: counts }, 'GET meta');
  },
  'a page past the end is empty': async (stage) => {
    equal(await rows(stage, 'status=all&page=99999'), [], 'rows');
  },
  'the newest activity comes first, sort_by turns it': async (stage) => {
    const inbox = await stage.inbox();
    const [first, second] = [await stage.conversation(inbox), await stage.conversation(inbox)];
    await stage.customerSays(second, 'Hello');
    await stage.customerSays(first, 'Hello');
    equal(await rows(stage, `inbox_id=${inbox}`), [first, second], 'default order');
    equal(await rows(stage, `inbox_id=${inbox}&sort_by=no_such_order`), [first, second], 'unknown order');
    equal(
      await rows(stage, `inbox_id=${inbox}&sort_by=sort_on_created_at`),
      [first, second],
      'sort_on_created_at',
    );
    if (stage.abilities.updatedWithin)
      equal(
        await rows(stage, `inbox_id=${inbox}&sort_by=last_activity_at_asc`),
        [second, first],
        'last_activity_at_asc',
      );
  },
  'team, labels and unassigned together narrow the list': async (stage) => {
    const inbox = await stage.inbox();
    const [one, other] = [await stage.conversation(inbox), await stage.conversation(inbox)];
    const team = await stage.team({ auto: false });
    const label = await stage.label();
    await stage.assignTeam(one, team);
    await stage.api.post(`/conversations/${other}/labels`, { labels: [label] });
    equal(await rows(stage, `team_id=${team}&assignee_type=unassigned`), [one], 'team');
    equal(await rows(stage, `labels[]=${label}&labels[]=other`), [other], 'labels');
    equal(await rows(stage, `labels=${label},other`), [other], 'labels as a text');
  },
  'updated_within answers everything that changed, without pages; an old base ignores it': async (stage) => {
    const inbox = await stage.inbox();
    const made: number[] = [];
    for (let i = 0; i < 27; i++) made.push(await stage.conversation(inbox));
    const within = await rows(stage, `inbox_id=${inbox}&status=all&updated_within=600&page=7`);
    const first = await rows(stage, `inbox_id=${inbox}&status=all&updated_within=600`);
    if (stage.abilities.updatedWithin) equal([within.length, first.length], [27, 27], 'rows');
    else {
      equal(within, [], 'rows of page 7');
      ok(first.length < 27, `page 1 has ${first.length} rows`);
    }
  },
  'filter joins conditions, has its own shape, and finds ids in a batch': async (stage) => {
    const tom = await stage.agent('Tom');
    const inbox = await stage.inbox({ members: [tom] });
    const [one, other] = [await stage.conversation(inbox), await stage.conversation(inbox)];
    await stage.assignAgent(one, tom.id);
    const batch = await stage.api.post('/conversations/filter?page=1', {
      payload: [
        {
          attribute_key: 'display_id',
          filter_operator: 'equal_to',
          values: [one, other],
          query_operator: null,
        },
      ],
    });
    equal(batch.status, 200, 'status');
    equal(Object.keys(batch.json as object).toSorted(), ['meta', 'payload'], 'keys');
    equal(
      Object.keys(at(batch.json, 'meta') as object).toSorted(),
      ['all_count', 'mine_count', 'unassigned_count'],
      'counts',
    );
    equal(sorted(idsOf(list(batch.json, 'payload'))), sorted([one, other]), 'rows');
    const joined = await stage.api.post('/conversations/filter', {
      payload: [
        { attribute_key: 'inbox_id', filter_operator: 'equal_to', values: [inbox], query_operator: 'and' },
        { attribute_key: 'assignee_id', filter_operator: 'is_not_present', values: [], query_operator: null },
      ],
    });
    equal(idsOf(list(joined.json, 'payload')), [other], 'without an assignee');
  },
  'messages come oldest first, newest 20, with before and after': async (stage) => {
    const conversation = await stage.conversation(await stage.inbox());
    const made: number[] = [];
    for (let i = 0; i < 23; i++)
      made.push(Number(at((await stage.say(conversation, { content: `Line ${i}` })).json, 'id')));
    const page = async (query: string): Promise<number[]> =>
      idsOf(
        list((await stage.api.get(`/conversations/${conversation}/messages${query}`)).json, 'payload'),
      ).filter((id) => made.includes(id));
    equal(await page(''), made.slice(-20), 'newest 20');
    equal(await page(`?before=${made[5]}`), made.slice(0, 5), 'before');
    equal(await page(`?after=${made[20]}`), made.slice(21), 'after');
    equal(await page(`?after=${made[3]}&before=${made[6]}`), made.slice(3, 6), 'between');
    const answer = await stage.api.get(`/conversations/${conversation}/messages`);
    hasKeys(
      at(answer.json, 'meta'),
      ['labels', 'additional_attributes', 'contact', 'agent_last_seen_at', 'assignee_last_seen_at'],
      'meta',
    );
    const message = list(answer.json, 'payload')[0];
    equal(
      [at(message, 'sender_type'), at(message, 'conversation')],
      [undefined, undefined],
      'keys that only events have',
    );
  },
  'messages[0] is the newest of any type, last_non_activity_message is not an activity': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await stage.conversation(await stage.inbox({ members: [tom] }));
    await stage.customerSays(conversation, 'Hello');
    await stage.assignAgent(conversation, tom.id);
    const shown = await stage.until(
      () => stage.show(conversation),
      (one) => at(one, 'messages', 0, 'message_type') === 2,
      'newest message',
    );
    equal(at(shown, 'last_non_activity_message', 'content'), 'Hello', 'last_non_activity_message');
    equal(list(shown['messages']).length, 1, 'messages');
  },
  'unread counts incoming messages, at most 10 where the base caps them': async (stage) => {
    const conversation = await stage.conversation(await stage.inbox());
    for (let i = 0; i < 12; i++) await stage.customerSays(conversation, `Line ${i}`);
    equal(
      (await stage.show(conversation))['unread_count'],
      stage.abilities.waitingSince ? 10 : 12,
      'unread_count',
    );
    await stage.api.post(`/conversations/${conversation}/update_last_seen`);
    equal((await stage.show(conversation))['unread_count'], 0, 'unread_count after reading');
    await stage.api.post(`/conversations/${conversation}/unread`);
    ok(Number((await stage.show(conversation))['unread_count']) >= 1, 'unread again');
  },
  'waiting starts with the customer and ends with a human answer': async (stage) => {
    if (!stage.abilities.waitingSince) throw new Skip('this base has no waiting_since');
    const conversation = await stage.conversation(await stage.inbox());
    const since = (await stage.show(conversation))['waiting_since'];
    await stage.customerSays(conversation, 'Hello?');
    equal((await stage.show(conversation))['waiting_since'], since, 'waiting_since after a message');
    await stage.say(conversation, { content: 'A note', private: true });
    equal((await stage.show(conversation))['waiting_since'], since, 'waiting_since after a note');
    await stage.say(conversation, { content: 'Good morning' });
    equal((await stage.show(conversation))['waiting_since'], 0, 'waiting_since after an answer');
    await stage.customerSays(conversation, 'And now?');
    ok(Number((await stage.show(conversation))['waiting_since']) > 0, 'waits again');
  },
  'search finds a conversation by its customer': async (stage) => {
    const inbox = await stage.inbox();
    const conversation = await stage.conversation(inbox);
    const name = String(at(await stage.show(conversation), 'meta', 'sender', 'name'));
    const answer = await stage.api.get(`/search?q=${encodeURIComponent(name)}`);
    equal(
      Object.keys((at(answer.json, 'payload') ?? {}) as object)
        .toSorted()
        .slice(0, 3),
      ['contacts', 'conversations', 'messages'],
      'groups',
    );
    ok(
      idsOf(list(answer.json, 'payload', 'conversations')).includes(conversation),
      'the conversation is found',
    );
  },
  'conversations of a contact come as payload': async (stage) => {
    const conversation = await stage.conversation(await stage.inbox());
    const contact = String(at(await stage.show(conversation), 'meta', 'sender', 'id'));
    equal(
      idsOf(list((await stage.api.get(`/contacts/${contact}/conversations`)).json, 'payload')),
      [conversation],
      'rows',
    );
  },
});
