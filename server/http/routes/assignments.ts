/** `POST assignments` and `bulk_actions`: the literal table of effects and answers. */
import { atLimit } from '../../actions/assignees.ts';
import { applyBulk } from '../../actions/bulk.ts';
import { assignWhenOpened, saveConversation } from '../../actions/save.ts';
import type { Conversation, User } from '../../model.ts';
import { rawTeamJson } from '../../views/directory.ts';
import { agentJson, botJson } from '../../views/people.ts';
import { toInt } from '../params.ts';
import { Refusal, empty, json } from '../replies.ts';
import type { Reply } from '../replies.ts';
import { inAccount } from '../router.ts';
import type { AccountRequest, BotRequest, Route } from '../router.ts';
import { conversationOf } from './conversations.ts';

function assignBot(request: AccountRequest, conversation: Conversation): Reply {
  const { backend, account, input, user } = request;
  const bot = backend.world.rows.bot.get(toInt(input['assignee_id']));
  if (bot === undefined || bot.accountId !== account.id) {
    saveConversation(backend, conversation, { botId: null, assigneeId: null }, user);
    return json(null);
  }
  saveConversation(backend, conversation, { botId: bot.id, assigneeId: null }, user);
  return json(botJson(bot));
}

function assignAgent(request: AccountRequest, conversation: Conversation, performer: User | null): Reply {
  const { backend, account, input } = request;
  const userId = toInt(input['assignee_id']);
  const wanted = backend.world.rows.user.get(userId);
  const membership = backend.world.membership(account.id, userId);
  // An id that is not in the account unassigns, silently.
  if (wanted === undefined || membership === undefined || membership.deactivated) {
    saveConversation(backend, conversation, { assigneeId: null, botId: null }, performer);
    if (backend.switches.reassignAfterManualUnassign) assignWhenOpened(backend, conversation, null);
    return json(null);
  }
  const { switches } = backend;
  if (switches.limitRefusesManual && atLimit(backend, conversation, wanted.id)) {
    if (switches.limitRefusal === 'error') {
      throw new Refusal(switches.limitRefusalStatus, { error: switches.limitRefusalError });
    }
    const holder = conversation.assigneeId;
    const holderUser = holder === null ? undefined : backend.world.rows.user.get(holder);
    const holderMembership = backend.world.membership(account.id, holder);
    if (holderUser === undefined || holderMembership === undefined) return json(null);
    return json(agentJson(backend, holderUser, holderMembership));
  }
  saveConversation(backend, conversation, { assigneeId: wanted.id, botId: null }, performer);
  return json(agentJson(backend, wanted, membership));
}

function assignTeam(request: AccountRequest, conversation: Conversation): Reply {
  const { backend, account, input, user } = request;
  const team = backend.world.rows.team.get(toInt(input['team_id']));
  const known = team !== undefined && team.accountId === account.id;
  saveConversation(backend, conversation, { teamId: known ? team.id : null }, user);
  return json(known ? rawTeamJson(team) : null);
}

function assign(request: AccountRequest): Reply {
  const { input, backend } = request;
  const conversation = conversationOf(request);
  // With both keys the agent wins and the team is not looked at.
  if ('assignee_id' in input) {
    if (backend.features.botAssignee && input['assignee_type'] === 'AgentBot')
      return assignBot(request, conversation);
    return assignAgent(request, conversation, request.user);
  }
  if ('team_id' in input) return assignTeam(request, conversation);
  return json(null);
}

/** A bot hands over: it may assign in its account, without being a user. */
function assignByBot(request: BotRequest): Reply {
  const { backend, account, path, input } = request;
  const conversation = backend.world.conversation(account.id, Number(path['id']));
  if (conversation === undefined) throw new Refusal(404, { error: 'Resource could not be found' });
  if ('assignee_id' in input) {
    const userId = toInt(input['assignee_id']);
    const membership = backend.world.membership(account.id, userId);
    const user = backend.world.rows.user.get(userId);
    saveConversation(
      backend,
      conversation,
      { assigneeId: membership === undefined ? null : userId, botId: null },
      null,
    );
    return json(membership === undefined || user === undefined ? null : agentJson(backend, user, membership));
  }
  if ('team_id' in input) {
    const team = backend.world.rows.team.get(toInt(input['team_id']));
    saveConversation(
      backend,
      conversation,
      { teamId: team?.accountId === account.id ? team.id : null },
      null,
    );
    return json(team === undefined ? null : rawTeamJson(team));
  }
  return json(null);
}

export function assignmentRoutes(): Route[] {
  return [
    inAccount('POST', '/conversations/:id/assignments', assign, assignByBot),
    inAccount('POST', '/bulk_actions', (request) => {
      if (request.input['type'] !== 'Conversation') throw new Refusal(422, { success: false });
      applyBulk(request.backend, request.account.id, request.input, request.user);
      return empty();
    }),
  ];
}
