/** Reading agents, teams, inboxes, labels, cache keys and the account. */
import type { Inbox, Membership, Team } from '../../model.ts';
import { assignableMemberships, isAdministrator, visibleInboxIds } from '../../rules/visibility.ts';
import { accountJson, cacheKeysJson, inboxJson, labelJson, teamJson } from '../../views/directory.ts';
import { agentJson } from '../../views/people.ts';
import type { Backend } from '../../backend.ts';
import { ids, toInt } from '../params.ts';
import { json, notAllowed, notFound } from '../replies.ts';
import { inAccount, open } from '../router.ts';
import type { AccountRequest, Route } from '../router.ts';

/** Memberships as agents, by name. */
export function agentsJson(backend: Backend, memberships: readonly Membership[]): Record<string, unknown>[] {
  return memberships
    .flatMap((membership) => {
      const user = backend.world.rows.user.get(membership.userId);
      return user === undefined || membership.deactivated ? [] : [agentJson(backend, user, membership)];
    })
    .toSorted((a, b) => String(a['name']).localeCompare(String(b['name'])));
}

export function membershipsOfIds(request: AccountRequest, userIds: readonly number[]): Membership[] {
  return userIds
    .map((id) => request.backend.world.membership(request.account.id, id))
    .filter((membership) => membership !== undefined);
}

export function teamOf(request: AccountRequest): Team {
  const team = request.backend.world.rows.team.get(toInt(request.path['team_id']));
  if (team === undefined || team.accountId !== request.account.id) throw notFound();
  return team;
}

export function inboxOf(request: AccountRequest): Inbox {
  const inbox = request.backend.world.rows.inbox.get(toInt(request.path['inbox_id']));
  if (inbox === undefined || inbox.accountId !== request.account.id) throw notFound();
  const visible = visibleInboxIds(request.backend, request.membership);
  if (visible !== null && !visible.has(inbox.id)) throw notAllowed();
  return inbox;
}

function agentPage(request: AccountRequest): Record<string, unknown>[] {
  const all = agentsJson(request.backend, request.backend.world.membershipsOf(request.account.id));
  const size = request.backend.switches.agentsPageSize;
  if (size === 0) return all;
  const page = Math.max(1, toInt(request.input['page'] ?? 1));
  return all.slice((page - 1) * size, page * size);
}

function assignable(request: AccountRequest): ReturnType<typeof json> {
  const { backend, account, input } = request;
  const inboxes = (ids(input['inbox_ids']) ?? []).map((id) => backend.world.rows.inbox.get(id));
  const known = inboxes.filter((inbox) => inbox !== undefined && inbox.accountId === account.id) as Inbox[];
  if (known.length === 0) throw notFound();
  const visible = visibleInboxIds(backend, request.membership);
  if (visible !== null && known.some((inbox) => !visible.has(inbox.id))) throw notAllowed();
  return json({ payload: agentsJson(backend, assignableMemberships(backend, account.id, known)) });
}

export function directoryRoutes(): Route[] {
  return [
    open('GET', '/api', ({ backend }) =>
      json({
        version: backend.switches.reportedVersion ?? backend.features.version,
        timestamp: new Date(backend.clock.now() * 1000).toISOString().slice(0, 19).replace('T', ' '),
        queue_services: 'ok',
        data_services: 'ok',
      }),
    ),
    inAccount('GET', '', ({ backend, account }) => json(accountJson(backend, account))),
    inAccount('GET', '/cache_keys', ({ account }) => json({ cache_keys: cacheKeysJson(account) })),
    inAccount('GET', '/agents', (request) => json(agentPage(request))),
    inAccount('GET', '/assignable_agents', assignable),
    inAccount('GET', '/teams', ({ backend, account, user }) =>
      json(backend.world.teamsOf(account.id).map((team) => teamJson(team, user))),
    ),
    inAccount('GET', '/teams/:team_id', (request) => json(teamJson(teamOf(request), request.user))),
    inAccount('GET', '/teams/:team_id/team_members', (request) =>
      json(agentsJson(request.backend, membershipsOfIds(request, teamOf(request).memberIds))),
    ),
    inAccount('GET', '/inboxes', ({ backend, account, membership }) => {
      const visible = visibleInboxIds(backend, membership);
      const inboxes = backend.world
        .inboxesOf(account.id)
        .filter((inbox) => visible === null || visible.has(inbox.id));
      return json({
        payload: inboxes.map((inbox) => inboxJson(backend, inbox, isAdministrator(membership))),
      });
    }),
    inAccount('GET', '/inboxes/:inbox_id', (request) =>
      json(inboxJson(request.backend, inboxOf(request), isAdministrator(request.membership))),
    ),
    inAccount('GET', '/inboxes/:inbox_id/assignable_agents', (request) =>
      json({
        payload: agentsJson(
          request.backend,
          assignableMemberships(request.backend, request.account.id, [inboxOf(request)]),
        ),
      }),
    ),
    inAccount('GET', '/inbox_members/:inbox_id', (request) =>
      json({ payload: agentsJson(request.backend, membershipsOfIds(request, inboxOf(request).memberIds)) }),
    ),
    inAccount('GET', '/labels', ({ backend, account }) =>
      json({
        payload: [...backend.world.rows.label.values()]
          .filter((label) => label.accountId === account.id)
          .map(labelJson),
      }),
    ),
    inAccount('GET', '/agent_bots', ({ backend, account }) =>
      json(
        [...backend.world.rows.bot.values()]
          .filter((bot) => bot.accountId === account.id)
          .map((bot) => ({
            id: bot.id,
            name: bot.name,
            description: bot.description,
            outgoing_url: bot.outgoingUrl,
          })),
      ),
    ),
  ];
}
