/** Every row of the rule between team and agent, and its consequences. */
import { group } from '../case.ts';
import { Skip, at, equal, list, ok, sorted } from '../check.ts';
import type { Actor, Stage } from '../stage.ts';

async function start(
  stage: Stage,
  holder: Actor | null,
  members: readonly Actor[],
  auto = false,
): Promise<number> {
  const conversation = await stage.conversation(await stage.inbox({ members, auto }));
  if (holder !== null) await stage.assignAgent(conversation, holder.id);
  return conversation;
}

const activities = async (stage: Stage, conversation: number): Promise<unknown[]> =>
  list((await stage.api.get(`/conversations/${conversation}/messages`)).json, 'payload').filter(
    (message) => at(message, 'message_type') === 2,
  );

export const teamRuleCases = group('team rule', {
  'no team: the agent stays': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await start(stage, tom, [tom]);
    await stage.assignTeam(conversation, await stage.team({ members: [tom] }));
    await stage.assignTeam(conversation, null);
    equal(await stage.held(conversation), { assignee: tom.id, bot: false, team: null }, 'the conversation');
  },
  'a member of the new team stays': async (stage) => {
    const [tom, sara] = [await stage.agent('Tom'), await stage.agent('Sara')];
    for (const auto of [false, true]) {
      const conversation = await start(stage, tom, [tom, sara]);
      const team = await stage.team({ members: [tom, sara], auto });
      await stage.online(sara);
      await stage.assignTeam(conversation, team);
      equal(
        await stage.held(conversation),
        { assignee: tom.id, bot: false, team },
        `the conversation (auto ${auto})`,
      );
    }
  },
  'a non-member is dropped by a team that does not assign automatically': async (stage) => {
    const [tom, sara] = [await stage.agent('Tom'), await stage.agent('Sara')];
    await stage.online(sara);
    const conversation = await start(stage, tom, [tom, sara]);
    const team = await stage.team({ members: [sara], auto: false });
    await stage.assignTeam(conversation, team);
    equal(await stage.held(conversation), { assignee: null, bot: false, team }, 'the conversation');
  },
  'nobody stays nobody in a team that does not assign automatically': async (stage) => {
    const sara = await stage.agent('Sara');
    await stage.online(sara);
    const conversation = await start(stage, null, [sara]);
    const team = await stage.team({ members: [sara], auto: false });
    await stage.assignTeam(conversation, team);
    equal(await stage.held(conversation), { assignee: null, bot: false, team }, 'the conversation');
  },
  'a non-member is replaced by an online member in a team that assigns automatically': async (stage) => {
    const [tom, sara] = [await stage.agent('Tom'), await stage.agent('Sara')];
    await stage.online(sara);
    const conversation = await start(stage, tom, [tom, sara]);
    const team = await stage.team({ members: [sara], auto: true });
    await stage.assignTeam(conversation, team);
    equal(await stage.held(conversation), { assignee: sara.id, bot: false, team }, 'the conversation');
  },
  'nobody becomes an online member in a team that assigns automatically': async (stage) => {
    const sara = await stage.agent('Sara');
    await stage.online(sara);
    const conversation = await start(stage, null, [sara]);
    const team = await stage.team({ members: [sara], auto: true });
    await stage.assignTeam(conversation, team);
    equal(await stage.held(conversation), { assignee: sara.id, bot: false, team }, 'the conversation');
  },
  'a non-member is dropped when no member of an automatic team is online': async (stage) => {
    const [tom, sara] = [await stage.agent('Tom'), await stage.agent('Sara')];
    await stage.online(tom);
    const conversation = await start(stage, tom, [tom, sara]);
    const team = await stage.team({ members: [sara], auto: true });
    await stage.assignTeam(conversation, team);
    equal(await stage.held(conversation), { assignee: null, bot: false, team }, 'the conversation');
  },
  'a team assigns automatically unless it says otherwise': async (stage) => {
    const answer = await stage.api.post('/teams', { name: `default ${Date.now().toString(36)}` });
    stage.afterwards(() => stage.api.remove(`/teams/${String(at(answer.json, 'id'))}`));
    equal(at(answer.json, 'allow_auto_assign'), true, 'allow_auto_assign');
  },
  'the same team again does not run the rule': async (stage) => {
    const [tom, sara] = [await stage.agent('Tom'), await stage.agent('Sara')];
    await stage.online(sara);
    const conversation = await start(stage, null, [tom, sara]);
    const team = await stage.team({ members: [sara], auto: true });
    await stage.assignTeam(conversation, team);
    await stage.assignAgent(conversation, tom.id);
    await stage.assignTeam(conversation, team);
    equal(await stage.held(conversation), { assignee: tom.id, bot: false, team }, 'the conversation');
  },
  'a member of the team who is not in the inbox is not picked': async (stage) => {
    const [tom, sara] = [await stage.agent('Tom'), await stage.agent('Sara')];
    await stage.online(sara);
    const conversation = await start(stage, null, [tom]);
    const team = await stage.team({ members: [tom, sara], auto: true });
    await stage.assignTeam(conversation, team);
    equal((await stage.held(conversation)).assignee, null, 'assignee');
  },
  'a member who is connected but busy is not picked': async (stage) => {
    const sara = await stage.agent('Sara');
    await stage.online(sara);
    await stage.api.patch(`/agents/${sara.id}`, { availability: 'busy' });
    const conversation = await start(stage, null, [sara]);
    await stage.assignTeam(conversation, await stage.team({ members: [sara], auto: true }));
    equal((await stage.held(conversation)).assignee, null, 'assignee');
  },
  'a member without auto_offline counts as online without a connection': async (stage) => {
    const sara = await stage.agent('Sara');
    stage.afterwards(() =>
      stage.api.patch(`/agents/${sara.id}`, { availability: 'offline', auto_offline: true }),
    );
    const team = await stage.team({ members: [sara], auto: true });
    await stage.api.patch(`/agents/${sara.id}`, { availability: 'online', auto_offline: false });
    const conversation = await start(stage, null, [sara]);
    await stage.assignTeam(conversation, team);
    equal((await stage.held(conversation)).assignee, sara.id, 'assignee without auto_offline');
  },
  'an administrator who is no member of the inbox is never picked': async (stage) => {
    const { me } = stage;
    await stage.socket();
    const conversation = await start(stage, null, []);
    await stage.assignTeam(conversation, await stage.team({ members: [me], auto: true }));
    equal((await stage.held(conversation)).assignee, null, 'assignee');
  },
  'online members take turns': async (stage) => {
    const [tom, sara, ines] = [
      await stage.agent('Tom'),
      await stage.agent('Sara'),
      await stage.agent('Ines'),
    ];
    for (const one of [tom, sara, ines]) await stage.online(one);
    const inbox = await stage.inbox({ members: [tom, sara, ines] });
    const team = await stage.team({ members: [tom, sara, ines], auto: true });
    const turns: (number | null)[] = [];
    for (let i = 0; i < 6; i++) {
      const conversation = await stage.conversation(inbox);
      await stage.assignTeam(conversation, team);
      turns.push((await stage.held(conversation)).assignee);
    }
    equal(sorted(turns.slice(0, 3)), sorted([tom.id, sara.id, ines.id]), 'the first three turns');
    equal(turns.slice(3), turns.slice(0, 3), 'the second round');
  },
  'a member who is not online is passed over without losing his turn': async (stage) => {
    const [tom, sara] = [await stage.agent('Tom'), await stage.agent('Sara')];
    await stage.online(tom);
    const inbox = await stage.inbox({ members: [tom, sara] });
    const team = await stage.team({ members: [tom, sara], auto: true });
    for (let i = 0; i < 2; i++) {
      const conversation = await stage.conversation(inbox);
      await stage.assignTeam(conversation, team);
      equal((await stage.held(conversation)).assignee, tom.id, `turn ${i + 1}`);
    }
    await stage.online(sara);
    const conversation = await stage.conversation(inbox);
    await stage.assignTeam(conversation, team);
    equal((await stage.held(conversation)).assignee, sara.id, 'the next turn');
  },
  'presence lasts 20 seconds after the connection ended': async (stage) => {
    const sara = await stage.agent('Sara');
    if (sara.pubsub === null)
      throw new Skip('needs an agent’s own subscription: pass --control or --agent-token');
    stage.afterwards(() =>
      stage.api.patch(`/agents/${sara.id}`, { availability: 'offline', auto_offline: true }),
    );
    await stage.api.patch(`/agents/${sara.id}`, { availability: 'online', auto_offline: true });
    const inbox = await stage.inbox({ members: [sara] });
    const shows = async (): Promise<unknown> =>
      at(
        list((await stage.api.get(`/inbox_members/${inbox}`)).json, 'payload').find(
          (one) => at(one, 'id') === sara.id,
        ),
        'availability_status',
      );
    const socket = await stage.socket(sara);
    equal(await shows(), 'online', 'while connected');
    await socket.close();
    const left = performance.now();
    equal(await shows(), 'online', 'right after');
    const patient = { ...stage, patience: 25_000 };
    for (let state = await shows(); state !== 'offline'; state = await shows()) {
      ok(performance.now() - left < patient.patience, 'still online 25 s after the connection ended');
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const lasted = (performance.now() - left) / 1000;
    ok(lasted > 18, `presence lasted ${lasted.toFixed(1)} s`);
  },
  'team first, then agent ends with both': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await start(stage, null, [tom]);
    const team = await stage.team({ members: [tom] });
    await stage.assignTeam(conversation, team);
    await stage.assignAgent(conversation, tom.id);
    equal(await stage.held(conversation), { assignee: tom.id, bot: false, team }, 'the conversation');
  },
  'agent first, then team ends with both only if he is a member': async (stage) => {
    const [tom, sara] = [await stage.agent('Tom'), await stage.agent('Sara')];
    const inbox = await stage.inbox({ members: [tom, sara] });
    const team = await stage.team({ members: [tom] });
    for (const agent of [tom, sara]) {
      const conversation = await stage.conversation(inbox);
      await stage.assignAgent(conversation, agent.id);
      await stage.assignTeam(conversation, team);
      equal((await stage.held(conversation)).assignee, agent === tom ? tom.id : null, agent.name);
    }
  },
  'removing a member from a team changes no assignment': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await start(stage, tom, [tom]);
    const team = await stage.team({ members: [tom] });
    await stage.assignTeam(conversation, team);
    await stage.api.remove(`/teams/${team}/team_members`, { user_ids: [tom.id] });
    equal(await stage.held(conversation), { assignee: tom.id, bot: false, team }, 'the conversation');
  },
  'deleting a team clears it from its conversations': async (stage) => {
    const tom = await stage.agent('Tom');
    const conversation = await start(stage, tom, [tom]);
    const team = await stage.team({ members: [tom] });
    await stage.assignTeam(conversation, team);
    await stage.api.remove(`/teams/${team}`);
    await stage.until(
      () => stage.held(conversation),
      (held) => held.team === null,
      'team of the conversation',
    );
    equal((await stage.held(conversation)).assignee, tom.id, 'assignee');
  },
  'when the team changed only one activity message is written, also if the agent changed': async (stage) => {
    const [tom, sara] = [await stage.agent('Tom'), await stage.agent('Sara')];
    await stage.online(sara);
    const conversation = await start(stage, tom, [tom, sara]);
    const before = (
      await stage.until(
        () => activities(stage, conversation),
        (rows) => rows.length > 0,
        'first activity',
      )
    ).length;
    await stage.assignTeam(conversation, await stage.team({ members: [sara], auto: true }));
    equal((await stage.held(conversation)).assignee, sara.id, 'assignee');
    await stage.until(
      () => activities(stage, conversation),
      (rows) => rows.length > before,
      'activity about the team',
    );
    // A later change is written after everything of the first.
    await stage.assignAgent(conversation, tom.id);
    const rows = await stage.until(
      () => activities(stage, conversation),
      (all) => all.length > before + 1,
      'activity about the agent',
    );
    equal(rows.length, before + 2, 'activity messages');
  },
});
