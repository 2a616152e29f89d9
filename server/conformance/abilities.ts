/** What this server can do, found out by asking it; versions are never trusted. */
import type { Api } from './api.ts';
import { at, list } from './check.ts';

export interface Abilities {
  version: string | null;
  priority: boolean;
  uuid: boolean;
  waitingSince: boolean;
  lastActivity: boolean;
  updatedAt: boolean;
  updatedWithin: boolean;
  abandoned: boolean;
  /** Resolved conversations cannot be opened again. */
  finalStatuses: boolean;
  /** A bot can be assigned by `assignee_type`. */
  botAssignee: boolean;
  /** The list answers an unknown status with 500 or with nothing. */
  unknownStatus: 'error' | 'empty';
  agentsPaged: boolean;
  lowerCaseTeams: boolean;
  pageSize: number | null;
}

/** Asks the server, with data of its own in an inbox of its own. */
export async function probe(api: Api): Promise<Abilities> {
  const stamp = Date.now().toString(36);
  const inbox = await api.post('/inboxes', {
    name: `Conformance Probe ${stamp}`,
    enable_auto_assignment: false,
    channel: { type: 'api', webhook_url: '' },
  });
  const inboxId = Number(at(inbox.json, 'id'));
  const contact = await api.post('/contacts', { inbox_id: inboxId, name: 'Probe' });
  const contactId = Number(at(contact.json, 'payload', 'contact', 'id'));
  const team = await api.post('/teams', { name: `Probe ${stamp}`, allow_auto_assign: false });
  const bot = await api.post('/agent_bots', { name: 'Probe', outgoing_url: 'http://127.0.0.1:9' });
  try {
    const conversation = await api.post('/conversations', {
      source_id: at(contact.json, 'payload', 'contact_inbox', 'source_id'),
      inbox_id: inboxId,
      contact_id: contactId,
    });
    const id = Number(at(conversation.json, 'id'));
    const shown = (await api.get(`/conversations/${id}`)).json;
    const has = (key: string): boolean => at(shown, key) !== undefined;
    // A server that knows the parameter ignores the page and names the fresh conversation.
    const within = await api.get('/conversations?status=all&updated_within=3600&page=9999');
    const unknown = await api.get('/conversations?status=no-such-status');
    const abandoned = await api.post('/conversations/filter', {
      payload: [
        { attribute_key: 'status', filter_operator: 'equal_to', values: ['abandoned'], query_operator: null },
      ],
    });
    const pastAgents = await api.get('/agents?page=9999');
    const firstPage = await api.get('/conversations?status=all');
    const all = Number(at(firstPage.json, 'data', 'meta', 'all_count'));
    const size = list(firstPage.json, 'data', 'payload').length;
    const assigned = await api.post(`/conversations/${id}/assignments`, {
      assignee_type: 'AgentBot',
      assignee_id: at(bot.json, 'id'),
    });
    const afterBot = (await api.get(`/conversations/${id}`)).json;
    await api.post(`/conversations/${id}/toggle_status`, { status: 'resolved' });
    await api.post(`/conversations/${id}/toggle_status`, { status: 'open' });
    const reopened = at((await api.get(`/conversations/${id}`)).json, 'status');
    const version = at((await api.raw('GET', '/api')).json, 'version');
    return {
      version: typeof version === 'string' ? version : null,
      priority: has('priority'),
      uuid: has('uuid'),
      waitingSince: has('waiting_since'),
      lastActivity: has('last_activity_at'),
      updatedAt: has('updated_at'),
      updatedWithin: list(within.json, 'data', 'payload').some((row) => at(row, 'id') === id),
      abandoned: abandoned.status === 200,
      finalStatuses: reopened === 'resolved',
      botAssignee: assigned.status === 200 && at(afterBot, 'meta', 'assignee_type') === 'AgentBot',
      unknownStatus: unknown.status === 500 ? 'error' : 'empty',
      agentsPaged: list(pastAgents.json).length === 0,
      lowerCaseTeams: at(team.json, 'name') === `probe ${stamp}`,
      pageSize: all > size ? size : null,
    };
  } finally {
    await api.remove(`/agent_bots/${String(at(bot.json, 'id'))}`);
    await api.remove(`/teams/${String(at(team.json, 'id'))}`);
    await api.remove(`/contacts/${contactId}`);
    await api.remove(`/inboxes/${inboxId}`);
  }
}
