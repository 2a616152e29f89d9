/** Creating, changing and deleting agents, teams, inboxes, labels and bots. */
import { invalidateCache } from '../../actions/broadcast.ts';
import { createAgent, removeAgent, removeInbox, removeTeam } from '../../actions/create.ts';
import { inboxJson, labelJson, teamJson } from '../../views/directory.ts';
import { agentJson } from '../../views/people.ts';
import { ids, record, text, toBool, toInt } from '../params.ts';
import { empty, invalidRecord, invalidUserIds, json, notFound } from '../replies.ts';
import type { Reply } from '../replies.ts';
import { forAdministrators } from '../router.ts';
import type { AccountRequest, Route } from '../router.ts';
import { contactRoutes } from './contacts.ts';
import { agentsJson, inboxOf, membershipsOfIds, teamOf } from './directory.ts';

function addAgent(request: AccountRequest): Reply {
  const { backend, account } = request;
  const input = { ...request.input, ...record(request.input['agent']) };
  const email = text(input['email'])?.toLowerCase();
  if (email === undefined || !email.includes('@')) throw invalidRecord('Email is invalid', ['email']);
  const taken = [...backend.world.rows.user.values()].find((user) => user.email === email);
  if (taken !== undefined && backend.world.membership(account.id, taken.id) !== undefined) {
    throw invalidRecord('User has already been taken', ['user']);
  }
  const { user, membership } = createAgent(backend, account.id, {
    name: text(input['name']) ?? email,
    email,
    role: text(input['role']) ?? 'agent',
    availability: text(input['availability']) ?? 'online',
    autoOffline: input['auto_offline'] === undefined ? true : toBool(input['auto_offline']),
  });
  return json(agentJson(backend, user, membership));
}

function changeAgent(request: AccountRequest): Reply {
  const { backend, account, path } = request;
  const input = { ...request.input, ...record(request.input['agent']) };
  const user = backend.world.rows.user.get(toInt(path['agent_id']));
  const membership = backend.world.membership(account.id, user?.id ?? null);
  if (user === undefined || membership === undefined) throw notFound();
  user.name = text(input['name']) ?? user.name;
  membership.role = text(input['role']) ?? membership.role;
  membership.availability = text(input['availability']) ?? membership.availability;
  if (input['auto_offline'] !== undefined) membership.autoOffline = toBool(input['auto_offline']);
  backend.world.touch('user', user.id);
  backend.world.touch('membership', membership.id);
  return json(agentJson(backend, user, membership));
}

function teamFields(request: AccountRequest): Record<string, unknown> {
  return { ...request.input, ...record(request.input['team']) };
}

function teamName(request: AccountRequest, name: string): string {
  return request.backend.features.lowerCaseTeamNames ? name.toLowerCase() : name;
}

function addTeam(request: AccountRequest): Reply {
  const { backend, account, user } = request;
  const input = teamFields(request);
  const name = text(input['name'])?.trim() ?? '';
  if (name === '') throw invalidRecord('Name must not be blank', ['name']);
  const stored = teamName(request, name);
  if (backend.world.teamsOf(account.id).some((team) => team.name === stored)) {
    throw invalidRecord('Name has already been taken', ['name']);
  }
  const at = backend.clock.now();
  const team = backend.world.insert('team', {
    id: backend.world.nextId('team'),
    accountId: account.id,
    name: stored,
    description: text(input['description']) ?? '',
    allowAutoAssign: input['allow_auto_assign'] === undefined ? true : toBool(input['allow_auto_assign']),
    memberIds: [],
    createdAt: at,
    updatedAt: at,
  });
  invalidateCache(backend, account.id, 'team');
  return json(teamJson(team, user));
}

function changeTeam(request: AccountRequest): Reply {
  const { backend, account, user } = request;
  const team = teamOf(request);
  const input = teamFields(request);
  const name = text(input['name']);
  if (name !== undefined) team.name = teamName(request, name);
  team.description = text(input['description']) ?? team.description;
  if (input['allow_auto_assign'] !== undefined) team.allowAutoAssign = toBool(input['allow_auto_assign']);
  team.updatedAt = backend.clock.now();
  backend.world.touch('team', team.id);
  invalidateCache(backend, account.id, 'team');
  return json(teamJson(team, user));
}

/** Adds, replaces or removes members of a team. Foreign ids are refused. */
function changeMembers(request: AccountRequest, next: (now: number[], given: number[]) => number[]): Reply {
  const { backend, account } = request;
  const team = teamOf(request);
  const given = ids(request.input['user_ids']) ?? [];
  if (given.some((id) => backend.world.membership(account.id, id) === undefined)) throw invalidUserIds();
  team.memberIds = [...new Set(next(team.memberIds, given))];
  backend.world.touch('team', team.id);
  if (backend.features.cacheKeysOnMembership) invalidateCache(backend, account.id, 'team');
  return json(agentsJson(backend, membershipsOfIds(request, team.memberIds)));
}

function addInbox(request: AccountRequest): Reply {
  const { backend, account } = request;
  const { input } = request;
  const channel = record(input['channel']);
  if (text(channel['type']) !== 'api') throw invalidRecord('Channel type is not supported', ['channel']);
  const name = text(input['name']) ?? '';
  if (name === '') throw invalidRecord("Name can't be blank", ['name']);
  const id = backend.world.nextId('inbox');
  const inbox = backend.world.insert('inbox', {
    id,
    accountId: account.id,
    name,
    channelId: id + 100,
    channelType: 'Channel::Api',
    enableAutoAssignment:
      input['enable_auto_assignment'] === undefined ? true : toBool(input['enable_auto_assignment']),
    enableAutoReassignment: false,
    memberIds: [],
    queue: [],
    botId: null,
    identifier: backend.random.token(24),
    phoneNumber: null,
    webhookUrl: text(channel['webhook_url']) ?? null,
    createdAt: backend.clock.now(),
  });
  invalidateCache(backend, account.id, 'inbox');
  return json(inboxJson(backend, inbox, true));
}

function changeInbox(request: AccountRequest): Reply {
  const { backend, account, input } = request;
  const inbox = inboxOf(request);
  inbox.name = text(input['name']) ?? inbox.name;
  if (input['enable_auto_assignment'] !== undefined) {
    inbox.enableAutoAssignment = toBool(input['enable_auto_assignment']);
  }
  if (input['enable_auto_reassignment'] !== undefined) {
    inbox.enableAutoReassignment = toBool(input['enable_auto_reassignment']);
  }
  backend.world.touch('inbox', inbox.id);
  invalidateCache(backend, account.id, 'inbox');
  return json(inboxJson(backend, inbox, true));
}

function changeInboxMembers(
  request: AccountRequest,
  next: (now: number[], given: number[]) => number[],
): Reply {
  const { backend, account, input } = request;
  const inbox = backend.world.rows.inbox.get(toInt(input['inbox_id'] ?? request.path['inbox_id']));
  if (inbox === undefined || inbox.accountId !== account.id) throw notFound();
  const given = (ids(input['user_ids']) ?? []).filter(
    (id) => backend.world.membership(account.id, id) !== undefined,
  );
  inbox.memberIds = [...new Set(next(inbox.memberIds, given))];
  backend.world.touch('inbox', inbox.id);
  if (backend.features.cacheKeysOnMembership) invalidateCache(backend, account.id, 'inbox');
  return json({ payload: agentsJson(backend, membershipsOfIds(request, inbox.memberIds)) });
}

function addLabel(request: AccountRequest): Reply {
  const { backend, account } = request;
  const input = { ...request.input, ...record(request.input['label']) };
  const title = text(input['title'])?.toLowerCase() ?? '';
  if (title === '') throw invalidRecord("Title can't be blank", ['title']);
  const label = backend.world.insert('label', {
    id: backend.world.nextId('label'),
    accountId: account.id,
    title,
    description: text(input['description']) ?? '',
    color: text(input['color']) ?? '#1f93ff',
    showOnSidebar: toBool(input['show_on_sidebar']),
  });
  invalidateCache(backend, account.id, 'label');
  return json(labelJson(label));
}

function addBot(request: AccountRequest): Reply {
  const { backend, account, input } = request;
  const bot = backend.world.insert('bot', {
    id: backend.world.nextId('bot'),
    accountId: account.id,
    name: text(input['name']) ?? 'Bot',
    description: text(input['description']) ?? '',
    token: backend.random.token(24),
    outgoingUrl: text(input['outgoing_url']) ?? null,
  });
  return json({
    id: bot.id,
    name: bot.name,
    description: bot.description,
    outgoing_url: bot.outgoingUrl,
    access_token: bot.token,
  });
}

export function manageRoutes(): Route[] {
  const both = (now: number[], given: number[]): number[] => [...now, ...given];
  const replaced = (_now: number[], given: number[]): number[] => given;
  const without = (now: number[], given: number[]): number[] => now.filter((id) => !given.includes(id));
  return [
    forAdministrators('POST', '/agents', addAgent),
    forAdministrators('PATCH', '/agents/:agent_id', changeAgent),
    forAdministrators('DELETE', '/agents/:agent_id', ({ backend, account, path }) => {
      if (backend.world.membership(account.id, toInt(path['agent_id'])) === undefined) throw notFound();
      removeAgent(backend, account.id, toInt(path['agent_id']));
      return empty();
    }),
    forAdministrators('POST', '/teams', addTeam),
    forAdministrators('PATCH', '/teams/:team_id', changeTeam),
    forAdministrators('DELETE', '/teams/:team_id', (request) => {
      removeTeam(request.backend, request.account.id, teamOf(request).id);
      invalidateCache(request.backend, request.account.id, 'team');
      return empty();
    }),
    forAdministrators('POST', '/teams/:team_id/team_members', (request) => changeMembers(request, both)),
    forAdministrators('PATCH', '/teams/:team_id/team_members', (request) => changeMembers(request, replaced)),
    forAdministrators('DELETE', '/teams/:team_id/team_members', (request) => {
      changeMembers(request, without);
      return empty();
    }),
    forAdministrators('POST', '/inboxes', addInbox),
    forAdministrators('PATCH', '/inboxes/:inbox_id', changeInbox),
    forAdministrators('DELETE', '/inboxes/:inbox_id', (request) => {
      const inbox = inboxOf(request);
      // Deleted by a job, as it may hold many conversations.
      request.backend.jobs.enqueue(() => {
        removeInbox(request.backend, inbox);
        invalidateCache(request.backend, request.account.id, 'inbox');
      });
      return json({ message: 'Your inbox deletion request will be processed in some time.' });
    }),
    forAdministrators('POST', '/inbox_members', (request) => changeInboxMembers(request, both)),
    forAdministrators('PATCH', '/inbox_members', (request) => changeInboxMembers(request, replaced)),
    forAdministrators('DELETE', '/inbox_members', (request) => {
      changeInboxMembers(request, without);
      return empty();
    }),
    forAdministrators('POST', '/labels', addLabel),
    forAdministrators('DELETE', '/labels/:label_id', ({ backend, account, path }) => {
      const label = backend.world.rows.label.get(toInt(path['label_id']));
      if (label === undefined || label.accountId !== account.id) throw notFound();
      backend.world.remove('label', label.id);
      invalidateCache(backend, account.id, 'label');
      return empty();
    }),
    forAdministrators('POST', '/agent_bots', addBot),
    forAdministrators('DELETE', '/agent_bots/:bot_id', ({ backend, account, path }) => {
      const bot = backend.world.rows.bot.get(toInt(path['bot_id']));
      if (bot === undefined || bot.accountId !== account.id) throw notFound();
      backend.world.remove('bot', bot.id);
      return empty();
    }),
    ...contactRoutes(),
  ];
}
