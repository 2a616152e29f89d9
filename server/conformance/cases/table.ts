/** Every case of the table of manual mode that writes something: the server must end where the table says. */
import { manualModeCasesSchema } from '../../../contract/cases.ts';
import type { ManualModeCase, RestoreCase } from '../../../contract/cases.ts';
import table from '../../../contract/manual-mode-cases.json' with { type: 'json' };
import type { Case } from '../case.ts';
import { Failure, Skip, at, equal, ok, present } from '../check.ts';
import type { Actor, Stage } from '../stage.ts';

const cases = manualModeCasesSchema.parse(table);

/** What a row of either part of the table says of the server. */
type Played = ManualModeCase | RestoreCase;

/** The cast and the scenery of one case on the server. */
interface Scene {
  agents: Map<string, number>;
  teams: Map<string, number>;
  bots: Map<string, number>;
  actors: Map<string, Actor>;
  inbox: number;
}

const isBot = (name: string): boolean => name.startsWith('bot:');

async function build(stage: Stage, one: Played): Promise<Scene> {
  const named = new Set<string>(one.online);
  for (const { agent } of [one.start, one.server, ...one.wish]) if (agent !== null) named.add(agent);
  for (const write of one.writes) if (write.write === 'agent' && write.to !== null) named.add(write.to);
  const teamNames = new Set<string>();
  for (const { team } of [one.start, one.server, ...one.wish]) if (team !== null) teamNames.add(team);
  for (const write of one.writes) if (write.write === 'team' && write.to !== null) teamNames.add(write.to);

  const actors = new Map<string, Actor>();
  for (const [key, agent] of Object.entries(cases.agents)) {
    const memberOfNamed = [...teamNames].some((name) => membersOf(name).includes(key));
    if (!named.has(key) && !memberOfNamed) continue;
    if (agent.left) throw new Skip('its cast has an agent who left');
    actors.set(key, await stage.agent(agent.name, agent.administrator ? 'administrator' : 'agent'));
  }
  const inboxMembers = [...actors]
    .filter(([key]) => cases.agents[key]?.inInbox === true)
    .map(([, actor]) => actor);
  const inbox = await stage.inbox({ auto: one.inboxAutoAssign, members: inboxMembers });
  const teams = new Map<string, number>();
  for (const name of teamNames) {
    const members = membersOf(name).flatMap((key) => actors.get(key) ?? []);
    teams.set(name, await stage.team({ auto: present(cases.teams[name], name).autoAssign, members }));
  }
  const bots = new Map<string, number>();
  for (const name of [...named].filter(isBot)) bots.set(name, (await stage.bot()).id);
  return { agents: new Map([...actors].map(([key, actor]) => [key, actor.id])), teams, bots, actors, inbox };
}

function membersOf(team: string): readonly string[] {
  const found = present(cases.teams[team], `team ${team} of the table`);
  return found.membersOnServer ?? found.members ?? [];
}

async function setStatus(stage: Stage, conversation: number, status: string): Promise<void> {
  if (status === 'open') return;
  const known = ['pending', 'snoozed', 'resolved', ...(stage.abilities.abandoned ? ['abandoned'] : [])];
  if (known.includes(status)) {
    const body = { status, ...(status === 'snoozed' ? { snoozed_until: 1893456000 } : {}) };
    equal(
      (await stage.api.post(`/conversations/${conversation}/toggle_status`, body)).status,
      200,
      `status ${status}`,
    );
    return;
  }
  if (stage.control === null) throw new Skip(`status ${status} can only be made with --control`);
  await stage.control.call('conversation.inject', { conversation, status });
}

async function setBot(stage: Stage, conversation: number, bot: number): Promise<void> {
  const body = { assignee_type: 'AgentBot', assignee_id: bot };
  if (stage.abilities.botAssignee) await stage.api.post(`/conversations/${conversation}/assignments`, body);
  else if (stage.control !== null) {
    // Refused at levels that have no bot assignees: the check below tells.
    await stage.control.act({ do: 'assign-bot', conversation, bot }).catch(() => undefined);
  }
  if (!(await stage.held(conversation)).bot) throw new Skip('this server has no bot assignees');
}

/** Brings a conversation into the start of the case: team first, so that any agent may follow. */
async function arrange(stage: Stage, one: Played, scene: Scene): Promise<number> {
  const conversation = await stage.conversation(scene.inbox);
  const { agent, team, status } = one.start;
  if (team !== null) await stage.assignTeam(conversation, present(scene.teams.get(team), team));
  if (agent !== null && isBot(agent))
    await setBot(stage, conversation, present(scene.bots.get(agent), agent));
  else await stage.assignAgent(conversation, agent === null ? null : present(scene.agents.get(agent), agent));
  await setStatus(stage, conversation, status);
  for (const name of one.online) await stage.online(present(scene.actors.get(name), name));
  return conversation;
}

async function write(
  stage: Stage,
  conversation: number,
  step: ManualModeCase['writes'][number],
  scene: Scene,
): Promise<void> {
  const id =
    step.to === null
      ? null
      : present(step.write === 'agent' ? scene.agents.get(step.to) : scene.teams.get(step.to), step.to);
  const answer =
    step.write === 'agent'
      ? await stage.assignAgent(conversation, id)
      : await stage.assignTeam(conversation, id);
  equal(answer.status, 200, `writing ${step.write}`);
  equal(at(answer.json, 'id') ?? null, id, `answer to writing ${step.write}`);
}

function namesOf(
  scene: Scene,
  held: { assignee: number | null; bot: boolean; team: number | null },
): { agent: string | null; team: string | null } {
  const nameOf = (map: Map<string, number>, id: number | null): string | null =>
    id === null ? null : ([...map].find(([, value]) => value === id)?.[0] ?? `id ${id}`);
  return {
    agent: nameOf(held.bot ? scene.bots : scene.agents, held.assignee),
    team: nameOf(scene.teams, held.team),
  };
}

async function play(stage: Stage, one: Played): Promise<void> {
  const scene = await build(stage, one);
  const conversation = await arrange(stage, one, scene);
  const start = namesOf(scene, await stage.held(conversation));
  equal(start, { agent: one.start.agent, team: one.start.team }, 'the start');
  for (const step of one.writes) await write(stage, conversation, step, scene);
  const end = namesOf(scene, await stage.held(conversation));
  equal(end, one.server, 'the end');
  ok(
    one.wish.some((wish) => wish.agent === end.agent && wish.team === end.team),
    'the end is within the wish',
  );
}

/** One conformance case a row; rows that write nothing are no server's business. */
export const tableCases: Case[] = [...cases.cases, ...cases.restores]
  .filter((one) => one.writes.length > 0)
  .map((one) => ({ group: 'table', name: one.name, run: (stage) => play(stage, one) }));

if (tableCases.length === 0) throw new Failure('the table of cases writes nothing');
