/** One request of the app under test to one answer of the modelled server. */
import type { Acts } from './acts.ts';
import { filterConversations, listConversations, mayRead, visibleInbox } from './lists.ts';
import type { Actor, Conversation, Truth, User } from './records.ts';
import {
  agentView,
  conversationText,
  conversationView,
  inboxView,
  messageView,
  notificationView,
  profileView,
  teamView,
} from './views.ts';

export type ModelRequest = { method: string; url: string; headers: Record<string, string>; body?: string };
export type ModelAnswer = {
  status: number;
  body: string;
  headers?: Record<string, string>;
  /** Conversations that a list names. */
  rows?: readonly Conversation[];
};

const json = (status: number, value: unknown): ModelAnswer => ({ status, body: JSON.stringify(value) });
const notFound = json(404, { error: 'Resource could not be found' });
const forbidden = json(401, { error: 'You are not authorized to do this action' });
const broken = json(500, { status: 500, error: 'Internal Server Error' });
const empty: ModelAnswer = { status: 200, body: '' };

export type Routes = {
  answer: (request: ModelRequest, number: number) => ModelAnswer;
  /** Requests that no route knows: the simulation fails on them rather than guess. */
  unknown: string[];
};

const idOrNull = (value: unknown): number | null => {
  const id = Number(value);
  return value === null || value === '' || !Number.isInteger(id) || id === 0 ? null : id;
};

/** @param now server seconds */
export const createRoutes = (truth: Truth, acts: Acts, now: () => number): Routes => {
  const unknown: string[] = [];

  const readBody = (request: ModelRequest): Record<string, unknown> => {
    try {
      const value: unknown = JSON.parse(request.body ?? '{}');
      return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
    } catch {
      return {};
    }
  };

  const assignment = (
    c: Conversation,
    actor: Actor,
    body: Record<string, unknown>,
    viewer: User,
  ): ModelAnswer => {
    if ('assignee_id' in body) {
      if (truth.abilities.bots && body['assignee_type'] === 'AgentBot') {
        const bot = truth.bots.get(Number(body['assignee_id']));
        if (!bot) return notFound;
        acts.assignBot(c, actor, bot.id);
        return json(200, { id: bot.id, name: bot.name, description: '', thumbnail: '' });
      }
      const refusal = acts.assignAgent(c, actor, idOrNull(body['assignee_id']));
      if (refusal !== null) return json(422, { error: refusal });
      const user = c.assignee === null ? undefined : truth.users.get(c.assignee);
      return json(200, user ? agentView(truth, user) : null);
    }
    if ('team_id' in body) {
      const refusal = acts.assignTeam(c, actor, idOrNull(body['team_id']));
      if (refusal !== null) return json(422, { error: refusal });
      return json(200, c.team === null ? null : teamView(truth, c.team, viewer.id));
    }
    return json(200, null);
  };

  const transcript = (c: Conversation, query: URLSearchParams): ModelAnswer => {
    const before = query.get('before');
    const after = query.get('after');
    let rows = c.messages;
    if (query.get('filter_internal_messages') !== null) rows = rows.filter((m) => m.type !== 2 && !m.private);
    if (after !== null && before !== null)
      rows = rows.filter((m) => m.id >= Number(after) && m.id < Number(before)).slice(0, 1000);
    else if (after !== null) rows = rows.filter((m) => m.id > Number(after)).slice(0, 100);
    else if (before !== null) rows = rows.filter((m) => m.id < Number(before)).slice(-20);
    else rows = rows.slice(-20);
    const user = c.assignee === null ? undefined : truth.users.get(c.assignee);
    return json(200, {
      meta: {
        labels: c.labels,
        additional_attributes: {},
        contact: { id: c.contactId, name: c.contactName, type: 'contact' },
        ...(user ? { assignee: { id: user.id, name: user.name, type: 'user' } } : {}),
        agent_last_seen_at: c.seenAt === null ? null : new Date(c.seenAt * 1000).toISOString(),
        assignee_last_seen_at: null,
      },
      payload: rows.map((m) => messageView(truth, c, m)),
    });
  };

  const oneConversation = (
    c: Conversation,
    rest: string[],
    request: ModelRequest,
    query: URLSearchParams,
    actor: Actor,
    viewer: User,
  ): ModelAnswer | null => {
    const what = rest.join('/');
    if (request.method === 'GET' && what === '')
      return { status: 200, body: conversationText(truth, c, viewer.id) };
    if (request.method === 'GET' && what === 'messages') return transcript(c, query);
    if (request.method === 'POST' && what === 'assignments')
      return assignment(c, actor, readBody(request), viewer);
    if (request.method === 'POST' && what === 'messages') {
      const body = readBody(request);
      const message = acts.outgoing(
        c,
        { kind: 'user', id: viewer.id },
        typeof body['content'] === 'string' ? body['content'] : '',
        body['private'] === true,
      );
      return json(200, {
        ...messageView(truth, c, message),
        ...('echo_id' in body ? { echo_id: body['echo_id'] } : {}),
      });
    }
    return null;
  };

  const conversations = (
    rest: string[],
    request: ModelRequest,
    query: URLSearchParams,
    actor: Actor,
    viewer: User,
  ): ModelAnswer | null => {
    const [first, ...more] = rest;
    if (request.method === 'GET' && (first === undefined || first === 'meta')) {
      const found = listConversations(truth, viewer, query, now());
      if (found.outcome === 'not-found') return notFound;
      if (found.outcome === 'broken') return broken;
      if (first === 'meta') return json(200, { meta: found.counts });
      const view = found.rows.map((c) => conversationText(truth, c, viewer.id)).join();
      return {
        status: 200,
        body: `{"data":{"meta":${JSON.stringify(found.counts)},"payload":[${view}]}}`,
        rows: found.rows,
      };
    }
    if (request.method === 'POST' && first === 'filter') {
      const body = readBody(request);
      const found = filterConversations(
        truth,
        viewer,
        body['payload'],
        Number(query.get('page') ?? body['page'] ?? 1),
      );
      if (!found) return json(422, { error: 'Invalid filter' });
      const { mine_count, unassigned_count, all_count } = found.counts;
      return {
        ...json(200, {
          meta: { mine_count, unassigned_count, all_count },
          payload: found.rows.map((c) => conversationView(truth, c, viewer.id)),
        }),
        rows: found.rows,
      };
    }
    if (first === undefined || !/^\d+$/.test(first)) return null;
    const c = truth.conversations.get(Number(first));
    if (!c) return notFound;
    if (!mayRead(truth, viewer, c)) return forbidden;
    return oneConversation(c, more, request, query, actor, viewer);
  };

  const present = () =>
    [...truth.users.values()].filter((u) => !u.left).toSorted((a, b) => (a.name < b.name ? -1 : 1));

  const directory = (rest: string[], query: URLSearchParams, viewer: User): ModelAnswer | null => {
    const path = rest.join('/');
    const agents = (ids: readonly number[]) =>
      present()
        .filter((u) => ids.includes(u.id))
        .map((u) => agentView(truth, u));
    const assignable = (inboxes: number[]) =>
      present()
        .filter(
          (u) =>
            u.role === 'administrator' ||
            inboxes.every((id) => truth.inboxes.get(id)?.members.includes(u.id)),
        )
        .map((u) => agentView(truth, u));
    if (path === 'agents') {
      const page = Number(query.get('page') ?? 1);
      const size = truth.abilities.agentsPage;
      const rows = size === 0 ? present() : present().slice((page - 1) * size, page * size);
      return json(
        200,
        rows.map((u) => agentView(truth, u)),
      );
    }
    if (path === 'teams')
      return json(
        200,
        [...truth.teams.keys()].map((id) => teamView(truth, id, viewer.id)),
      );
    if (path === 'inboxes')
      return json(200, {
        payload: [...truth.inboxes.keys()]
          .filter((id) => visibleInbox(truth, viewer, id))
          .map((id) => inboxView(truth, id)),
      });
    if (path === 'labels')
      return json(200, {
        payload: truth.labels.map((title, index) => ({
          id: index + 1,
          title,
          description: '',
          color: '#1f93ff',
          show_on_sidebar: true,
        })),
      });
    if (path === 'cache_keys')
      return json(200, { cache_keys: { label: '0000000000', inbox: '0000000000', team: '0000000000' } });
    if (path === 'assignable_agents') {
      const inboxes = query.getAll('inbox_ids[]').map(Number);
      return inboxes.length === 0 || inboxes.some((id) => !truth.inboxes.has(id))
        ? notFound
        : json(200, { payload: assignable(inboxes) });
    }
    if (rest[0] === 'teams' && rest[2] === 'team_members') {
      const team = truth.teams.get(Number(rest[1]));
      return team ? json(200, agents(team.members)) : notFound;
    }
    if (rest[0] === 'inbox_members') {
      const inbox = truth.inboxes.get(Number(rest[1]));
      return inbox ? json(200, { payload: agents(inbox.members) }) : notFound;
    }
    if (rest[0] === 'inboxes' && rest[2] === 'assignable_agents')
      return truth.inboxes.has(Number(rest[1]))
        ? json(200, { payload: assignable([Number(rest[1])]) })
        : notFound;
    return null;
  };

  const notifications = (query: URLSearchParams, viewer: User): ModelAnswer => {
    const includesRead = !truth.abilities.includes || query.getAll('includes[]').includes('read');
    const rows = truth.notifications
      .filter((n) => n.user === viewer.id && (includesRead || n.readAt === null))
      .toReversed();
    const page = Math.max(1, Number(query.get('page') ?? 1));
    return json(200, {
      data: {
        meta: {
          unread_count: rows.filter((n) => n.readAt === null).length,
          count: rows.length,
          current_page: String(page),
        },
        payload: rows.slice((page - 1) * 15, page * 15).flatMap((n) => notificationView(truth, n) ?? []),
      },
    });
  };

  const route = (request: ModelRequest, number: number): ModelAnswer | null => {
    const url = new URL(request.url);
    const query = url.searchParams;
    if (url.pathname === '/api')
      return json(200, {
        version: truth.abilities.version,
        timestamp: new Date(now() * 1000).toISOString(),
        queue_services: 'ok',
        data_services: 'ok',
      });
    const token = request.headers['api_access_token'] ?? request.headers['api-access-token'];
    const viewer = [...truth.users.values()].find((u) => u.token === token && !u.left);
    if (!viewer) return json(401, { error: 'Invalid Access Token' });
    const actor: Actor = { user: viewer.id, request: number };
    if (url.pathname === '/api/v1/profile') return json(200, profileView(truth, viewer));
    if (url.pathname === '/api/v1/profile/availability') {
      const profile = readBody(request)['profile'] as
        | { availability?: 'online' | 'busy' | 'offline' }
        | undefined;
      if (profile?.availability) acts.setAvailability(viewer.id, profile.availability);
      return json(200, profileView(truth, viewer));
    }
    const match = /^\/api\/v1\/accounts\/(\d+)(?:\/(.*))?$/.exec(url.pathname);
    if (!match) return null;
    if (Number(match[1]) !== truth.accountId) return notFound;
    const parts = (match[2] ?? '').split('/').filter((part) => part !== '');
    if (parts.length === 0)
      return json(200, {
        id: truth.accountId,
        name: truth.accountName,
        locale: 'en',
        status: 'active',
        features: {},
        ...(truth.limit === null ? {} : { conversation_limit: truth.limit }),
      });
    if (parts[0] === 'conversations') return conversations(parts.slice(1), request, query, actor, viewer);
    if (parts[0] === 'notifications' && request.method === 'GET' && parts.length === 1)
      return notifications(query, viewer);
    if (parts[0] === 'notifications' && request.method !== 'GET') return empty;
    return request.method === 'GET' ? directory(parts, query, viewer) : null;
  };

  return {
    unknown,
    answer: (request, number) => {
      const answer = route(request, number);
      if (answer) return answer;
      unknown.push(`${request.method} ${request.url}`);
      return notFound;
    },
  };
};
