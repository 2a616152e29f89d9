/** Differential: the model and the embedded server, written apart from each other, answer the same random operations alike. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type RunningServer } from '../../server/server.ts';
import { createModelServer, type ModelServer } from './model-server.ts';
import { levels, type Level } from './model/levels.ts';
import type { Change, Surroundings } from './model/records.ts';
import { ME, OTHER, populate } from './population.ts';
import { createDice, type Dice } from './random.ts';

type Json = Record<string, unknown>;
type Row = {
  id: number;
  inbox_id: number;
  status: string;
  priority?: string | null;
  labels: string[];
  created_at: number;
  timestamp: number;
  updated_at?: number;
  first_reply_created_at: number;
  waiting_since?: number;
  meta: {
    assignee?: { id: number };
    assignee_type?: string;
    team?: { id: number };
    sender: { id: number; name: string };
  };
};
type Person = { id: number; name: string; role: string; availability_status: string };

const OPERATIONS = 200;

/** What both must agree on about a conversation. */
const essence = (row: Row) => ({
  id: row.id,
  inbox: row.inbox_id,
  status: row.status,
  priority: row.priority,
  agent: row.meta.assignee?.id ?? null,
  type: row.meta.assignee_type,
  team: row.meta.team?.id ?? null,
  replied: row.first_reply_created_at > 0,
  waits: row.waiting_since === undefined ? undefined : row.waiting_since > 0,
  keys: Object.keys(row).toSorted(),
  meta: Object.keys(row.meta).toSorted(),
});

/** Asks the embedded server. */
const asker =
  (server: RunningServer, token: string) =>
  async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(`${server.url}/api/v1/accounts/${server.accountId}${path}`, {
      method,
      headers: { api_access_token: token, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  };

/** Asks the model. */
const modelAsker =
  (model: ModelServer, token: string) =>
  (method: string, path: string, body?: unknown): { status: number; body: unknown } => {
    const answer = model.routes.answer(
      {
        method,
        url: `http://model.test/api/v1/accounts/${model.truth.accountId}${path}`,
        headers: { api_access_token: token },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      0,
    );
    return { status: answer.status, body: answer.body === '' ? null : (JSON.parse(answer.body) as unknown) };
  };

/** Somebody who left may hold a conversation without being shown, but is counted: a state that only the server knows. */
const clearHidden = async (ask: ReturnType<typeof asker>): Promise<void> => {
  const present = ((await ask('GET', '/agents?page=1')).body as Person[]).map((person) => person.id);
  for (let id = 1; id <= 30; id++) {
    const row = await ask('GET', `/conversations/${id}`);
    if (row.status !== 200) continue;
    const { meta } = row.body as Row;
    if (!meta.assignee || (meta.assignee_type !== 'AgentBot' && !present.includes(meta.assignee.id)))
      await ask('POST', `/conversations/${id}/assignments`, { assignee_id: 0 });
  }
};

/** Copies what the embedded server shows into a model. */
const copy = async (
  level: Level,
  server: RunningServer,
  ask: ReturnType<typeof asker>,
  around: Surroundings,
): Promise<ModelServer> => {
  const model = createModelServer(level, around, { accountId: server.accountId, pageSize: 25, limit: null });
  const { truth } = model;
  const tokens = new Map<number, string>();
  for (const token of Object.values(server.tokens)) {
    const profile = (await (
      await fetch(`${server.url}/api/v1/profile`, { headers: { api_access_token: token } })
    ).json()) as { id: number };
    tokens.set(profile.id, token);
  }
  for (const person of (await ask('GET', '/agents?page=1')).body as Person[])
    truth.users.set(person.id, {
      id: person.id,
      name: person.name,
      role: person.role,
      availability: person.availability_status === 'online' ? 'online' : 'busy',
      present: true,
      left: false,
      token: tokens.get(person.id) ?? `none-${person.id}`,
      pubsub: '',
    });
  for (const team of (await ask('GET', '/teams')).body as {
    id: number;
    name: string;
    allow_auto_assign: boolean;
  }[]) {
    const members = (await ask('GET', `/teams/${team.id}/team_members`)).body as Person[];
    truth.teams.set(team.id, {
      id: team.id,
      name: team.name,
      auto: team.allow_auto_assign,
      members: members.map((one) => one.id),
    });
  }
  for (const inbox of (
    (await ask('GET', '/inboxes')).body as {
      payload: { id: number; name: string; enable_auto_assignment: boolean }[];
    }
  ).payload) {
    const members = (
      (await ask('GET', `/inbox_members/${inbox.id}`)).body as { payload: Person[] }
    ).payload.map((one) => one.id);
    truth.inboxes.set(inbox.id, {
      id: inbox.id,
      name: inbox.name,
      auto: inbox.enable_auto_assignment,
      members,
      queue: [...members],
    });
  }
  for (let page = 1; ; page++) {
    const rows = (
      (await ask('GET', `/conversations?status=all&page=${page}`)).body as { data: { payload: Row[] } }
    ).data.payload;
    for (const row of rows) {
      const bot = row.meta.assignee_type === 'AgentBot' ? (row.meta.assignee?.id ?? null) : null;
      if (bot !== null) truth.bots.set(bot, { id: bot, name: 'Bot' });
      truth.conversations.set(row.id, {
        id: row.id,
        dbId: row.id + 1000,
        inbox: row.inbox_id,
        contactId: row.meta.sender.id,
        contactName: row.meta.sender.name,
        status: row.status,
        priority: row.priority ?? null,
        assignee: bot === null ? (row.meta.assignee?.id ?? null) : null,
        bot,
        team: row.meta.team?.id ?? null,
        labels: row.labels,
        createdAt: row.created_at,
        activityAt: row.timestamp,
        updatedAt: row.updated_at ?? row.timestamp,
        firstReplyAt: row.first_reply_created_at || null,
        waitingSince: row.waiting_since || null,
        seenAt: null,
        snoozedUntil: null,
        messages: [],
      });
    }
    if (rows.length < 25) return model;
  }
};

type Operation = { method: string; path: string; body?: Json };

const write = (dice: Dice, model: ModelServer): Operation => {
  const { truth } = model;
  const id = dice.chance(0.95) ? dice.pick([...truth.conversations.keys()]) : 999_999;
  const agents = [...truth.users.keys()];
  const path = `/conversations/${id}/assignments`;
  switch (
    dice.weighted({
      agent: 8,
      nobody: 3,
      unknown: 1,
      team: 7,
      'no-team': 2,
      neither: 1,
      both: 1,
      status: 5,
      message: 3,
    })
  ) {
    case 'agent':
      return { method: 'POST', path, body: { assignee_id: dice.pick(agents) } };
    case 'nobody':
      return { method: 'POST', path, body: { assignee_id: dice.pick([null, 0]) } };
    case 'unknown':
      return { method: 'POST', path, body: dice.pick([{ assignee_id: 99_999 }, { team_id: 99_999 }]) };
    case 'team':
      return { method: 'POST', path, body: { team_id: dice.pick([...truth.teams.keys()]) } };
    case 'no-team':
      return { method: 'POST', path, body: { team_id: dice.pick([null, 0]) } };
    case 'neither':
      return { method: 'POST', path, body: {} };
    case 'both':
      return {
        method: 'POST',
        path,
        body: { team_id: dice.pick([...truth.teams.keys()]), assignee_id: dice.pick(agents) },
      };
    case 'status':
      return {
        method: 'POST',
        path: `/conversations/${id}/toggle_status`,
        body: { status: dice.pick(['open', 'resolved', 'pending', 'snoozed']) },
      };
    case 'message':
      return {
        method: 'POST',
        path: `/conversations/${id}/messages`,
        body: { content: 'On its way', private: dice.chance(0.3), message_type: 'outgoing' },
      };
  }
};

const query = (dice: Dice, model: ModelServer): Operation => {
  const { truth } = model;
  if (dice.chance(0.3)) {
    const ids = [...truth.conversations.keys()].filter(() => dice.chance(0.4));
    const conditions = dice.pick([
      [
        {
          attribute_key: 'display_id',
          filter_operator: 'equal_to',
          values: [...ids, 999_999],
          query_operator: null,
        },
      ],
      [
        {
          attribute_key: 'status',
          filter_operator: 'equal_to',
          values: ['open', 'pending'],
          query_operator: 'and',
        },
        { attribute_key: 'team_id', filter_operator: 'is_not_present', values: [], query_operator: null },
      ],
      [
        { attribute_key: 'status', filter_operator: 'equal_to', values: ['resolved'], query_operator: 'or' },
        {
          attribute_key: 'inbox_id',
          filter_operator: 'equal_to',
          values: [dice.pick([...truth.inboxes.keys()])],
          query_operator: 'and',
        },
        { attribute_key: 'assignee_id', filter_operator: 'is_present', values: [], query_operator: null },
      ],
    ]);
    return { method: 'POST', path: '/conversations/filter?page=1', body: { payload: conditions } };
  }
  const params = new URLSearchParams();
  if (dice.chance(0.8)) params.set('status', dice.pick(['open', 'resolved', 'pending', 'snoozed', 'all']));
  if (dice.chance(0.3)) params.set('assignee_type', dice.pick(['me', 'unassigned', 'assigned', 'all']));
  if (dice.chance(0.2))
    params.set('team_id', String(dice.chance(0.8) ? dice.pick([...truth.teams.keys()]) : 999));
  if (dice.chance(0.2)) params.set('inbox_id', String(dice.pick([...truth.inboxes.keys()])));
  if (dice.chance(0.2)) params.set('page', String(dice.between(1, 3)));
  return { method: 'GET', path: `/conversations${dice.chance(0.1) ? '/meta' : ''}?${params.toString()}` };
};

/** What both must agree on about the answer to a query: counts and ids. */
const listed = (body: unknown) => {
  const json = body as { data?: { meta: Json; payload: Row[] }; meta?: Json; payload?: Row[] };
  const payload = json.data?.payload ?? json.payload;
  return { meta: json.data?.meta ?? json.meta, ids: payload?.map((row) => row.id).toSorted((a, b) => a - b) };
};

describe.each(levels)('the model at %s', (level) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({
      compat: level,
      conversations: 22,
      agents: 6,
      teams: 3,
      seed: 11,
      jobDelay: 0,
      switches: { rateLimits: false },
    });
  });
  afterAll(() => server.stop());

  it(`agrees with the embedded server on ${OPERATIONS} random operations`, async () => {
    const dice = createDice(`differential ${level}`);
    const picked: { want: number | null; wrong: string[] } = { want: null, wrong: [] };
    let now = Date.now() / 1000;
    const around: Surroundings = {
      now: () => (now += 0.001),
      job: (run) => run(),
      event: () => undefined,
      // The round robin's order is the server's secret: its choice must be one the model allows.
      choose: (candidates) => {
        if (picked.want === null || !candidates.includes(picked.want))
          picked.wrong.push(`${picked.want ?? 'nobody'} of ${candidates.join()}`);
        return picked.want ?? (candidates[0] as number);
      },
      onChange: () => undefined,
      onActivity: () => undefined,
      onMembers: () => undefined,
      onNotification: () => undefined,
    };
    const administrator = asker(server, server.tokens.administrator);
    await clearHidden(administrator);
    const model = await copy(level, server, administrator, around);
    const modelAdministrator = modelAsker(model, server.tokens.administrator);
    const askers = Object.values(server.tokens).map((token) => ({
      real: asker(server, token),
      model: modelAsker(model, token),
    }));

    for (let i = 0; i < OPERATIONS; i++) {
      if (dice.chance(0.4)) {
        const { method, path, body } = query(dice, model);
        const who = dice.pick(askers);
        const real = await who.real(method, path, body);
        const answer = who.model(method, path, body);
        expect({ operation: path, status: answer.status, ...listed(answer.body) }).toEqual({
          operation: path,
          status: real.status,
          ...listed(real.body),
        });
        continue;
      }
      const { method, path, body } = write(dice, model);
      const id = Number(path.split('/')[2]);
      const real = await administrator(method, path, body);
      const after = await administrator('GET', `/conversations/${id}`);
      picked.want = after.status === 200 ? ((after.body as Row).meta.assignee?.id ?? null) : null;
      const conversation = model.truth.conversations.get(id);
      let status: number;
      if (path.endsWith('toggle_status')) {
        const done = conversation
          ? model.acts.setStatus(conversation, { user: 1, request: null }, String(body?.['status']))
          : null;
        status = done === null ? 404 : done ? 200 : 422;
      } else status = modelAdministrator(method, path, body).status;
      // Messages to what is final are refused by the server; the product never sends any.
      const refusedMessage = path.endsWith('messages') && real.status !== 200;
      if (!refusedMessage)
        expect({ operation: path, body, status }).toEqual({ operation: path, body, status: real.status });
      const shown = modelAdministrator('GET', `/conversations/${id}`);
      expect(shown.status).toBe(after.status);
      if (after.status === 200 && !refusedMessage)
        expect(essence(shown.body as Row), JSON.stringify({ path, body })).toEqual(
          essence(after.body as Row),
        );
    }
    expect(picked.wrong).toEqual([]);
    expect(model.routes.unknown).toEqual([]);
  });
});

describe('a backup', () => {
  it('puts back what was stored and gives the same ids once more; the clock goes on, people keep their tokens', () => {
    let now = 1000;
    const changes: Change[] = [];
    const rows: number[] = [];
    const model = createModelServer(
      '4.14',
      {
        now: () => (now += 1),
        job: (run) => run(),
        event: () => undefined,
        choose: (candidates) => candidates[0] as number,
        onChange: (change) => changes.push(change),
        onActivity: () => undefined,
        onMembers: () => undefined,
        onNotification: ({ id }) => rows.push(id),
      },
      { accountId: 3, pageSize: 25, limit: null },
    );
    populate(model, createDice('backup'));
    const { acts, truth } = model;
    const other = { user: OTHER, request: null };
    const kept = truth.conversations.get(101);
    const deleted = truth.conversations.get(102);
    const me = truth.users.get(ME);
    if (!kept || !deleted || !me) return expect.fail('the account is empty');
    acts.assignAgent(kept, other, null);
    const before = structuredClone(truth.conversations);
    const backup = model.snapshot();

    const act = () => {
      changes.length = 0;
      rows.length = 0;
      const c = truth.conversations.get(101);
      if (!c) return expect.fail('it is gone');
      now += 60;
      acts.assignAgent(c, other, ME);
      acts.outgoing(c, { kind: 'user', id: ME }, 'Call back', true);
      const fresh = acts.create(4, { id: 1, name: 'New' });
      return { fresh: fresh.id, rows: [...rows], messages: c.messages.map(({ id }) => id) };
    };
    const first = act();
    acts.remove(deleted, other);
    me.token = 'another';
    const time = now;
    const standing = { assignee: { type: 'agent', id: ME } };

    changes.length = 0;
    const lost = model.restore(backup);
    expect(model.restores()).toBe(1);
    expect(lost).toMatchObject({
      gone: [first.fresh],
      back: [102],
      differ: [101],
      younger: [{ conversation: 101 }],
      notes: [{ conversation: 101, user: ME, text: 'Call back' }],
    });
    expect(lost.notifications.map(({ id }) => id)).toEqual(first.rows);
    expect(truth.conversations).toEqual(before);
    expect(changes.map(({ conversation, restored }) => [conversation, restored])).toEqual([
      [first.fresh, true],
      [102, true],
      [101, true],
    ]);
    expect(changes.at(-1)).toMatchObject({ before: standing, after: { assignee: null } });
    expect(now).toBeGreaterThanOrEqual(time);
    expect(truth.users.get(ME)?.token).toBe('another');

    // The same acts get the same ids; and nothing of them gets into the backup.
    expect(act()).toEqual(first);
    model.restore(backup);
    expect(truth.conversations).toEqual(before);
  });
});
