/** Agents, teams, inboxes, labels, cache keys, profile and who may be offered. */
import { group } from '../case.ts';
import { at, equal, hasKeys, idsOf, list, ok, sorted } from '../check.ts';
import { allAgents } from '../stage.ts';

export const directoryCases = group('directory', {
  'assignable agents are the members of the inbox and all administrators': async (stage) => {
    const [tom, otto] = [await stage.agent('Tom'), await stage.agent('Otto')];
    const inbox = await stage.inbox({ members: [tom] });
    for (const path of [`/assignable_agents?inbox_ids[]=${inbox}`, `/inboxes/${inbox}/assignable_agents`]) {
      const offered = idsOf(list((await stage.api.get(path)).json, 'payload'));
      ok(offered.includes(tom.id), `${path} lacks a member`);
      ok(offered.includes(stage.me.id), `${path} lacks the administrator`);
      ok(!offered.includes(otto.id), `${path} has one who is no member`);
    }
  },
  'for several inboxes only common members are assignable': async (stage) => {
    const [tom, sara] = [await stage.agent('Tom'), await stage.agent('Sara')];
    const [one, other] = [
      await stage.inbox({ members: [tom, sara] }),
      await stage.inbox({ members: [sara] }),
    ];
    const offered = idsOf(
      list(
        (await stage.api.get(`/assignable_agents?inbox_ids[]=${one}&inbox_ids[]=${other}`)).json,
        'payload',
      ),
    );
    equal([offered.includes(sara.id), offered.includes(tom.id)], [true, false], 'common members');
  },
  'inbox_members are the members only': async (stage) => {
    const tom = await stage.agent('Tom');
    const inbox = await stage.inbox({ members: [tom] });
    equal(idsOf(list((await stage.api.get(`/inbox_members/${inbox}`)).json, 'payload')), [tom.id], 'members');
  },
  'agents are a bare list of the whole account, in pages where the base pages': async (stage) => {
    const tom = await stage.agent('Tom');
    const answer = await stage.api.get('/agents');
    ok(Array.isArray(answer.json), 'a bare list');
    const all = await allAgents(stage.api);
    ok(
      all.some((agent) => agent['id'] === tom.id),
      'the new agent is listed',
    );
    if (!stage.abilities.agentsPaged) equal(list(answer.json).length, all.length, 'all agents at once');
    hasKeys(
      all[0],
      [
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
      ],
      'an agent',
    );
  },
  'teams are a bare list, is_member is about me': async (stage) => {
    const [mine, other] = [await stage.team({ members: [stage.me] }), await stage.team()];
    const teams = list((await stage.api.get('/teams')).json);
    const memberOf = (id: number): unknown =>
      at(
        teams.find((team) => at(team, 'id') === id),
        'is_member',
      );
    equal([memberOf(mine), memberOf(other)], [true, false], 'is_member');
    equal(at((await stage.api.get(`/teams/${mine}`)).json, 'is_member'), true, 'GET of one team');
  },
  'names of teams are lower-cased by Chatwoot and kept by Live Agent': async (stage) => {
    const name = `Conformance Ä ${Date.now().toString(36)}`;
    const answer = await stage.api.post('/teams', { name });
    stage.afterwards(() => stage.api.remove(`/teams/${String(at(answer.json, 'id'))}`));
    equal(at(answer.json, 'name'), stage.abilities.lowerCaseTeams ? name.toLowerCase() : name, 'name');
  },
  'team members are a bare list of agents': async (stage) => {
    const [tom, sara] = [await stage.agent('Tom'), await stage.agent('Sara')];
    const team = await stage.team({ members: [tom, sara] });
    equal(
      sorted(idsOf(list((await stage.api.get(`/teams/${team}/team_members`)).json))),
      sorted([tom.id, sara.id]),
      'members',
    );
  },
  'inboxes and labels come as payload': async (stage) => {
    const inbox = await stage.inbox();
    const label = await stage.label();
    const inboxes = list((await stage.api.get('/inboxes')).json, 'payload');
    hasKeys(
      inboxes.find((one) => at(one, 'id') === inbox),
      [
        'id',
        'name',
        'channel_id',
        'channel_type',
        'enable_auto_assignment',
        'working_hours_enabled',
        'timezone',
        'phone_number',
      ],
      'the inbox',
    );
    const labels = list((await stage.api.get('/labels')).json, 'payload');
    hasKeys(
      labels.find((one) => at(one, 'title') === label),
      ['id', 'title', 'description', 'color', 'show_on_sidebar'],
      'the label',
    );
  },
  'an agent sees only his inboxes': async (stage) => {
    const tom = await stage.agent('Tom');
    const [his, other] = [await stage.inbox({ members: [tom] }), await stage.inbox()];
    const seen = idsOf(list((await stage.as(tom).get('/inboxes')).json, 'payload'));
    equal([seen.includes(his), seen.includes(other)], [true, false], 'inboxes');
    const conversation = await stage.conversation(other);
    equal(
      idsOf(list((await stage.as(tom).get(`/conversations?inbox_id=${other}`)).json, 'data', 'payload')),
      [],
      `list without ${conversation}`,
    );
  },
  'cache keys are texts and change with their collection': async (stage) => {
    const keyOf = async (): Promise<unknown> =>
      at((await stage.api.get('/cache_keys')).json, 'cache_keys', 'team');
    const before = await keyOf();
    ok(typeof before === 'string' && /^\d{10,}$/.test(before), `a text of digits: ${JSON.stringify(before)}`);
    // Keys have whole seconds: wait for the next one.
    await stage.until(
      async () => {
        await stage.team();
        return keyOf();
      },
      (key) => key !== before,
      'key of teams',
    );
  },
  'the profile names the account, the role and the tokens': async (stage) => {
    const profile = (await stage.api.raw('GET', '/api/v1/profile')).json;
    hasKeys(
      profile,
      [
        'id',
        'uid',
        'email',
        'name',
        'available_name',
        'access_token',
        'pubsub_token',
        'accounts',
        'ui_settings',
      ],
      'the profile',
    );
    const account = list(profile, 'accounts').find((one) => at(one, 'id') === stage.accountId);
    hasKeys(
      account,
      [
        'id',
        'name',
        'status',
        'active_at',
        'role',
        'permissions',
        'availability',
        'availability_status',
        'auto_offline',
      ],
      'the account',
    );
    equal(at(account, 'role'), 'administrator', 'role');
  },
  'availability is chosen and shown': async (stage) => {
    const profile = async (): Promise<unknown> =>
      at(
        list((await stage.api.raw('GET', '/api/v1/profile')).json, 'accounts').find(
          (one) => at(one, 'id') === stage.accountId,
        ),
        'availability',
      );
    const before = await profile();
    const set = (availability: unknown): Promise<unknown> =>
      stage.api.raw('POST', '/api/v1/profile/availability', {
        body: { profile: { account_id: stage.accountId, availability } },
      });
    stage.afterwards(() => set(before));
    await set('busy');
    equal(await profile(), 'busy', 'availability');
  },
  'GET /api tells version and time without credentials': async ({ api }) => {
    const answer = await api.raw('GET', '/api', { headers: {} });
    equal(answer.status, 200, 'status');
    hasKeys(answer.json, ['version', 'timestamp'], 'the answer');
  },
  'the account tells name, status and features': async ({ api, accountId }) => {
    const answer = await api.get('');
    hasKeys(answer.json, ['id', 'name', 'locale', 'status', 'features'], 'the account');
    equal(at(answer.json, 'id'), accountId, 'id');
  },
});
