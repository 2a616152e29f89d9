/** What a case builds its data with, through the public API only; everything is deleted when the case ends. */
import type { ControlClient } from '../control-client.ts';
import type { Abilities } from './abilities.ts';
import { createApi } from './api.ts';
import type { Answer, Api } from './api.ts';
import { Failure, Skip, at, equal, list, present } from './check.ts';
import { identifierOf, subscribe } from './socket.ts';
import type { Socket } from './socket.ts';

/** An agent of the suite. `token` and `pubsub` are known only with a control port or given tokens. */
export interface Actor {
  id: number;
  name: string;
  token: string | null;
  pubsub: string | null;
}

/** Who holds a conversation. */
export interface Held {
  /** Id of the agent or bot, null = nobody. */
  assignee: number | null;
  bot: boolean;
  team: number | null;
}

export interface Setting {
  origin: string;
  accountId: number;
  token: string;
  me: Actor & { role: string };
  control: ControlClient | null;
  /** Tokens of agents given on the command line. */
  agentTokens: readonly string[];
  /** Milliseconds to wait for what jobs do. */
  patience: number;
}

export interface Stage extends Setting {
  api: Api;
  abilities: Abilities;
  /** An API inbox with members. */
  inbox(options?: { auto?: boolean; members?: readonly Actor[] }): Promise<number>;
  team(options?: { auto?: boolean; members?: readonly Actor[] }): Promise<number>;
  /** An agent by role name; the same one for the whole run, offline at the start of each case. */
  agent(name: string, role?: string): Promise<Actor>;
  bot(): Promise<{ id: number; token: string | null }>;
  label(): Promise<string>;
  /** A customer's conversation in an inbox. */
  conversation(inbox: number, options?: { status?: string }): Promise<number>;
  assignAgent(conversation: number, agent: number | null): Promise<Answer>;
  assignTeam(conversation: number, team: number | null): Promise<Answer>;
  show(conversation: number): Promise<Record<string, unknown>>;
  held(conversation: number): Promise<Held>;
  say(conversation: number, body: Record<string, unknown>): Promise<Answer>;
  /** A customer's message, through the public API of the inbox. */
  customerSays(conversation: number, content: string): Promise<Answer>;
  online(agent: Actor): Promise<void>;
  /** API as an agent; skips when his token is not known. */
  as(agent: Actor): Api;
  /** A subscribed socket of an agent or of the administrator. */
  socket(agent?: Actor): Promise<Socket>;
  /** Asks until the answer fits. */
  until<T>(ask: () => Promise<T>, fits: (value: T) => boolean, what: string): Promise<T>;
  /** Does something later, when the case has ended. */
  afterwards(work: () => Promise<unknown>): void;
  /** Deletes what the case made. */
  strike(): Promise<void>;
}

/** The agents of a run: those whose tokens were given, then new ones, made when first asked for. */
export interface Troupe {
  agent(name: string, role: string): Promise<Actor>;
  dismiss(): Promise<void>;
}

const tag = `conformance-${Date.now().toString(36)}`;
let counter = 0;
const unique = (): string => `${tag}-${(counter++).toString(36)}`;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A created record's id, or a failure with the server's words. */
function created(answer: Answer, what: string): number {
  if (answer.status >= 300)
    throw new Failure(`cannot create ${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
  return Number(
    present(at(answer.json, 'id') ?? at(answer.json, 'payload', 'contact', 'id'), `id of ${what}`),
  );
}

async function secretsOf(setting: Setting, id: number): Promise<Pick<Actor, 'token' | 'pubsub'>> {
  if (setting.control === null) return { token: null, pubsub: null };
  const user = (await setting.control.call('users', { accountId: setting.accountId })).find(
    (one) => one.id === id,
  );
  return { token: user?.token ?? null, pubsub: user?.pubsubToken ?? null };
}

/** An agent whose token was given; what he had chosen is restored at the end. */
async function borrow(
  setting: Setting,
  token: string,
): Promise<{ actor: Actor; giveBack: () => Promise<unknown> }> {
  const own = createApi(setting.origin, setting.accountId, token);
  const api = createApi(setting.origin, setting.accountId, setting.token);
  const profile = await own.raw('GET', '/api/v1/profile');
  equal(profile.status, 200, 'profile of a given agent token');
  const place = list(profile.json, 'accounts').find((one) => at(one, 'id') === setting.accountId);
  if (at(place, 'role') !== 'agent')
    throw new Failure('a given --agent-token is not the token of an agent of the account');
  const actor: Actor = {
    id: Number(at(profile.json, 'id')),
    name: String(at(profile.json, 'available_name')),
    token,
    pubsub: String(at(profile.json, 'pubsub_token')),
  };
  const set = (availability: unknown, auto_offline: unknown): Promise<unknown> =>
    api.patch(`/agents/${actor.id}`, { availability, auto_offline });
  await set('offline', true);
  return { actor, giveBack: () => set(at(place, 'availability'), at(place, 'auto_offline')) };
}

export function createTroupe(setting: Setting): Troupe {
  const api = createApi(setting.origin, setting.accountId, setting.token);
  const actors = new Map<string, Promise<Actor>>();
  const unused = [...setting.agentTokens];
  const endings: (() => Promise<unknown>)[] = [];

  const make = async (name: string, role: string): Promise<Actor> => {
    const shown = `${name} ${unique()}`;
    const answer = await api.post('/agents', {
      name: shown,
      email: `${unique()}@conformance.example.com`,
      role,
      availability: 'offline',
      auto_offline: true,
    });
    if (answer.status === 401 || answer.status === 404 || answer.status === 402) {
      throw new Skip(`the server does not let agents be created (${answer.status})`);
    }
    const id = created(answer, 'an agent');
    endings.push(() => api.remove(`/agents/${id}`));
    return { id, name: shown, ...(await secretsOf(setting, id)) };
  };

  return {
    agent: (name, role) => {
      const known = actors.get(name);
      if (known !== undefined) return known;
      const token = role === 'agent' ? unused.shift() : undefined;
      const coming =
        token === undefined
          ? make(name, role)
          : borrow(setting, token).then(({ actor, giveBack }) => {
              endings.push(giveBack);
              return actor;
            });
      actors.set(name, coming);
      return coming;
    },
    dismiss: async () => {
      for (const end of endings) await end();
    },
  };
}

export function createStage(setting: Setting, abilities: Abilities, troupe: Troupe): Stage {
  const api = createApi(setting.origin, setting.accountId, setting.token);
  const cleanups: (() => Promise<unknown>)[] = [];
  const contacts = new Map<number, { inboxIdentifier: string | null; source: string }>();
  const afterwards = (work: () => Promise<unknown>): void => {
    cleanups.push(work);
  };

  const stage: Stage = {
    ...setting,
    api,
    abilities,
    afterwards,
    inbox: async ({ auto = false, members = [] } = {}) => {
      const answer = await api.post('/inboxes', {
        name: unique(),
        enable_auto_assignment: auto,
        channel: { type: 'api', webhook_url: '' },
      });
      const id = created(answer, 'an inbox');
      afterwards(() => api.remove(`/inboxes/${id}`));
      if (at(answer.json, 'enable_auto_assignment') !== auto) {
        await api.patch(`/inboxes/${id}`, { enable_auto_assignment: auto });
      }
      if (members.length > 0) {
        const added = await api.post('/inbox_members', {
          inbox_id: id,
          user_ids: members.map((one) => one.id),
        });
        equal(added.status, 200, 'adding members to an inbox');
      }
      return id;
    },
    team: async ({ auto = false, members = [] } = {}) => {
      const answer = await api.post('/teams', { name: unique(), description: '', allow_auto_assign: auto });
      const id = created(answer, 'a team');
      afterwards(() => api.remove(`/teams/${id}`));
      if (members.length > 0) {
        const added = await api.post(`/teams/${id}/team_members`, { user_ids: members.map((one) => one.id) });
        equal(added.status, 200, 'adding members to a team');
      }
      return id;
    },
    agent: (name, role = 'agent') => troupe.agent(name, role),
    bot: async () => {
      const answer = await api.post('/agent_bots', {
        name: unique(),
        description: '',
        outgoing_url: 'http://127.0.0.1:9',
      });
      if (answer.status >= 300) throw new Skip(`the server does not let bots be created (${answer.status})`);
      const id = created(answer, 'a bot');
      afterwards(() => api.remove(`/agent_bots/${id}`));
      const token = at(answer.json, 'access_token');
      return { id, token: typeof token === 'string' ? token : null };
    },
    label: async () => {
      const title = unique();
      const id = created(
        await api.post('/labels', { title, color: '#123456', show_on_sidebar: false }),
        'a label',
      );
      afterwards(() => api.remove(`/labels/${id}`));
      return title;
    },
    conversation: async (inbox, options = {}) => {
      const made = await api.post('/contacts', { inbox_id: inbox, name: `Customer ${unique()}` });
      const contact = created(made, 'a contact');
      afterwards(() => api.remove(`/contacts/${contact}`));
      const source = String(
        present(at(made.json, 'payload', 'contact_inbox', 'source_id'), 'source_id of a contact'),
      );
      const answer = await api.post('/conversations', {
        source_id: source,
        inbox_id: inbox,
        contact_id: contact,
        ...(options.status === undefined ? {} : { status: options.status }),
      });
      const id = created(answer, 'a conversation');
      const identifier = at((await api.get(`/inboxes/${inbox}`)).json, 'inbox_identifier');
      contacts.set(id, { inboxIdentifier: typeof identifier === 'string' ? identifier : null, source });
      return id;
    },
    assignAgent: (conversation, agent) =>
      api.post(`/conversations/${conversation}/assignments`, { assignee_id: agent }),
    assignTeam: (conversation, team) =>
      api.post(`/conversations/${conversation}/assignments`, { team_id: team }),
    show: async (conversation) => {
      const answer = await api.get(`/conversations/${conversation}`);
      equal(answer.status, 200, `showing conversation ${conversation}`);
      return answer.json as Record<string, unknown>;
    },
    held: async (conversation) => {
      const shown = await stage.show(conversation);
      const assignee = at(shown, 'meta', 'assignee', 'id');
      const team = at(shown, 'meta', 'team', 'id');
      return {
        assignee: typeof assignee === 'number' ? assignee : null,
        bot: at(shown, 'meta', 'assignee_type') === 'AgentBot',
        team: typeof team === 'number' ? team : null,
      };
    },
    say: (conversation, body) => api.post(`/conversations/${conversation}/messages`, body),
    customerSays: (conversation, content) => {
      const contact = present(contacts.get(conversation), 'contact of the conversation');
      if (contact.inboxIdentifier === null) {
        return api.post(`/conversations/${conversation}/messages`, { content, message_type: 'incoming' });
      }
      const path = `/public/api/v1/inboxes/${contact.inboxIdentifier}/contacts/${contact.source}/conversations/${conversation}/messages`;
      return api.raw('POST', path, { headers: {}, body: { content } });
    },
    online: async (agent) => {
      afterwards(() => api.patch(`/agents/${agent.id}`, { availability: 'offline', auto_offline: true }));
      await api.patch(`/agents/${agent.id}`, { availability: 'online', auto_offline: agent.pubsub !== null });
      if (agent.pubsub !== null) await stage.socket(agent);
    },
    as: (agent) => {
      if (agent.token === null) throw new Skip('needs an agent’s own token: pass --control or --agent-token');
      return createApi(setting.origin, setting.accountId, agent.token);
    },
    socket: async (agent = setting.me) => {
      if (agent.pubsub === null)
        throw new Skip('needs an agent’s own subscription: pass --control or --agent-token');
      const identifier = identifierOf(agent.pubsub, setting.accountId, agent.id);
      const socket = await subscribe(setting.origin, identifier, setting.patience);
      afterwards(() => socket.close());
      return socket;
    },
    until: async (ask, fits, what) => {
      const end = performance.now() + setting.patience;
      for (;;) {
        const value = await ask();
        if (fits(value)) return value;
        if (performance.now() > end) throw new Failure(`${what}: still ${JSON.stringify(value)}`);
        await pause(40);
      }
    },
    strike: async () => {
      for (const work of cleanups.toReversed()) await work().catch(() => undefined);
    },
  };
  return stage;
}

/** Agents of the account by page, whether or not the server pages. */
export async function allAgents(api: Api): Promise<Record<string, unknown>[]> {
  const seen = new Map<number, Record<string, unknown>>();
  for (let page = 1; page < 1000; page++) {
    const rows = list((await api.get(`/agents?page=${page}`)).json) as Record<string, unknown>[];
    const before = seen.size;
    for (const row of rows) seen.set(Number(row['id']), row);
    if (seen.size === before) break;
  }
  return [...seen.values()];
}
