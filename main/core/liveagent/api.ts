/** The server's REST calls that this product makes, each as a function that answers an outcome and never rejects. */
import type { AssigneeKey } from '../../../contract/model.ts';
import type {
  AgentFact,
  ConversationFact,
  Heard,
  InboxFact,
  MessageFact,
  NotificationFact,
  TeamFact,
  TranscriptFact,
} from '../facts.ts';
import type { Outcome } from './outcome.ts';
import type { Sender } from './request.ts';
import { assigneeKeyOf, messagesBeside, readConversation } from './wire/conversation.ts';
import {
  readAgentIds,
  readAgents,
  readInboxes,
  readLabels,
  readProfile,
  readTeams,
  type Profile,
} from './wire/directory.ts';
import { objectOf, textOf } from './wire/json.ts';
import { readPage, type Page } from './wire/list.ts';
import { readMessageFact, readNotesBy, readTranscript, type NoteOnServer } from './wire/message.ts';
import { readNotifications } from './wire/notification.ts';

/** Messages in a page of a transcript. */
const TRANSCRIPT_PAGE = 20;
/** Messages in a page of what follows one. */
const AFTER_PAGE = 100;
/** Ids in one filter call: its page is 25 whatever the server's page size. */
export const FILTER_CHUNK = 25;
/** An unpaged answer may be long in coming. */
const UNPAGED_TIMEOUT_MS = 60_000;

export type ListQuery = {
  status: 'all' | 'open' | 'pending' | 'snoozed' | 'resolved';
  page?: number;
  inbox?: number;
  sortBy?: string;
  /** Seconds; servers that know it answer all rows at once. */
  updatedWithin?: number;
};

export type SingleConversation = { fact: ConversationFact; messages: MessageFact[] };
type Notifications = { rows: NotificationFact[]; ids: number[] };

const heardAt = (since: number): Heard => ({ via: 'rest', since });

/** The calls of one account. */
export const createApi = (send: Sender, accountId: number) => {
  const account = `/api/v1/accounts/${accountId}`;
  const get = <T>(path: string, read: (body: unknown, sentAt: number) => T | null, timeoutMs?: number) =>
    send({ method: 'GET', path, ...(timeoutMs === undefined ? {} : { timeoutMs }) }, read);

  const messagesPath = (id: number, before: number | null): string =>
    `${account}/conversations/${id}/messages${before === null ? '' : `?before=${before}`}`;
  const transcriptPage = (id: number, before: number | null) => (body: unknown, sentAt: number) =>
    readTranscript(body, id, heardAt(sentAt), { newest: before === null, asked: TRANSCRIPT_PAGE });

  return {
    /** The version the server gives itself; null when it does not say. */
    version: (): Promise<Outcome<string | null>> =>
      get('/api', (body) => {
        const json = objectOf(body);
        return json === null ? null : { version: textOf(json['version'], 40) };
      }).then((outcome) =>
        outcome.outcome === 'answered' ? { ...outcome, value: outcome.value.version } : outcome,
      ),

    profile: (): Promise<Outcome<Profile>> => get('/api/v1/profile', readProfile),

    setAvailability: (availability: 'online' | 'busy' | 'offline'): Promise<Outcome<Profile>> =>
      send(
        {
          method: 'POST',
          path: '/api/v1/profile/availability',
          body: { profile: { account_id: accountId, availability } },
        },
        readProfile,
      ),

    agents: (page: number): Promise<Outcome<AgentFact[]>> =>
      get(`${account}/agents?page=${page}`, readAgents),
    teams: (): Promise<Outcome<TeamFact[]>> => get(`${account}/teams`, readTeams),
    inboxes: (): Promise<Outcome<InboxFact[]>> => get(`${account}/inboxes`, readInboxes),
    labels: (): Promise<Outcome<{ title: string; color: string }[]>> => get(`${account}/labels`, readLabels),
    teamMembers: (team: number): Promise<Outcome<number[]>> =>
      get(`${account}/teams/${team}/team_members`, readAgentIds),

    assignable: async (inbox: number): Promise<Outcome<number[]>> => {
      const answer = await get(`${account}/assignable_agents?inbox_ids[]=${inbox}`, readAgentIds);
      // Servers before 2.6.
      return answer.outcome === 'gone' || (answer.outcome === 'unreachable' && answer.detail === 'HTTP 404')
        ? get(`${account}/inboxes/${inbox}/assignable_agents`, readAgentIds)
        : answer;
    },

    list: (query: ListQuery): Promise<Outcome<Page>> => {
      const params = new URLSearchParams({ status: query.status });
      if (query.inbox !== undefined) params.set('inbox_id', String(query.inbox));
      if (query.sortBy !== undefined) params.set('sort_by', query.sortBy);
      if (query.page !== undefined) params.set('page', String(query.page));
      if (query.updatedWithin !== undefined) {
        params.set('updated_within', String(Math.max(1, Math.ceil(query.updatedWithin))));
      }
      return send(
        {
          method: 'GET',
          path: `${account}/conversations?${params.toString()}`,
          reads: 'page',
          ...(query.updatedWithin === undefined ? {} : { timeoutMs: UNPAGED_TIMEOUT_MS }),
        },
        (body, sentAt) => readPage(body, heardAt(sentAt)),
      );
    },

    /** At most `FILTER_CHUNK` ids. */
    byIds: (ids: readonly number[]): Promise<Outcome<Page>> =>
      send(
        {
          method: 'POST',
          path: `${account}/conversations/filter?page=1`,
          body: {
            payload: [
              { attribute_key: 'display_id', filter_operator: 'equal_to', values: ids, query_operator: null },
            ],
          },
        },
        (body, sentAt) => readPage(body, heardAt(sentAt)),
      ),

    /**
     * A page of an inbox's conversations of all statuses whose last activity lies on these days (UTC, both
     * included), with their count.
     */
    activeOn: (inbox: number, days: { from: number; to: number }, page: number): Promise<Outcome<Page>> => {
      const date = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);
      return send(
        {
          method: 'POST',
          path: `${account}/conversations/filter?page=${page}`,
          body: {
            payload: [
              {
                attribute_key: 'inbox_id',
                filter_operator: 'equal_to',
                values: [inbox],
                query_operator: 'and',
              },
              // The server compares whole days, strictly.
              {
                attribute_key: 'last_activity_at',
                filter_operator: 'is_greater_than',
                values: [date(days.from - 1)],
                query_operator: 'and',
              },
              {
                attribute_key: 'last_activity_at',
                filter_operator: 'is_less_than',
                values: [date(days.to + 1)],
                query_operator: null,
              },
            ],
          },
        },
        (body, sentAt) => readPage(body, heardAt(sentAt)),
      );
    },

    conversation: (id: number): Promise<Outcome<SingleConversation>> =>
      get(`${account}/conversations/${id}`, (body, sentAt) => {
        const fact = readConversation(body, heardAt(sentAt));
        return fact === null || fact.id !== id
          ? null
          : { fact: { ...fact, single: true }, messages: messagesBeside(body, id, heardAt(sentAt)) };
      }),

    /** The newest messages, or those before a message id. */
    transcript: (id: number, before: number | null): Promise<Outcome<TranscriptFact>> =>
      get(messagesPath(id, before), transcriptPage(id, before)),

    /** The oldest messages after one; servers before 2.16 do not know how. */
    messagesAfter: (id: number, after: number): Promise<Outcome<TranscriptFact>> =>
      get(`${account}/conversations/${id}/messages?after=${after}`, (body, sentAt) => {
        const page = readTranscript(body, id, heardAt(sentAt), { newest: false, asked: AFTER_PAGE });
        return page === null ? null : { ...page, newest: !page.moreBefore, moreBefore: false, after };
      }),

    /** A page of a transcript with the private notes in it that `user` wrote. */
    notesBy: (
      user: number,
      id: number,
      before: number | null,
    ): Promise<Outcome<{ page: TranscriptFact; notes: NoteOnServer[] }>> =>
      get(messagesPath(id, before), (body, sentAt) => {
        const page = transcriptPage(id, before)(body, sentAt);
        return page === null ? null : { page, notes: readNotesBy(body, user) };
      }),

    /** Writes a private note. `echo` comes back in the event. The server does not know it again: sent twice, it is there twice. */
    addNote: (id: number, text: string, echo: string): Promise<Outcome<MessageFact>> =>
      send(
        {
          method: 'POST',
          path: `${account}/conversations/${id}/messages`,
          body: { content: text, private: true, message_type: 'outgoing', echo_id: echo },
        },
        // The answer need not name its conversation.
        (body, sentAt) => readMessageFact({ ...objectOf(body), conversation_id: id }, heardAt(sentAt)),
      ),

    notifications: (page: number): Promise<Outcome<Notifications>> =>
      get(`${account}/notifications?page=${page}`, readNotifications),

    /** Answers whom the server says it assigned: null = nobody. An empty answer says nothing at all. */
    assignAgent: (
      id: number,
      to: AssigneeKey | null,
    ): Promise<Outcome<{ agent: AssigneeKey | null } | 'not-said'>> =>
      send(
        {
          method: 'POST',
          path: `${account}/conversations/${id}/assignments`,
          // 0 is what the server's own client sends for "none".
          body:
            to?.type === 'bot'
              ? { assignee_type: 'AgentBot', assignee_id: to.id }
              : { assignee_id: to?.id ?? 0 },
        },
        (body) => {
          if (body === undefined) return 'not-said';
          return body === null || objectOf(body) !== null ? { agent: assigneeKeyOf(body) } : null;
        },
      ),

    /** The answer is the team's row, null for none; it says nothing about the agent. An empty answer says nothing at all. */
    assignTeam: (id: number, team: number | null): Promise<Outcome<{ team: number | null } | 'not-said'>> =>
      send(
        { method: 'POST', path: `${account}/conversations/${id}/assignments`, body: { team_id: team ?? 0 } },
        (body) => {
          if (body === null) return { team: null };
          const named = objectOf(body)?.['id'];
          return typeof named === 'number' ? { team: named } : 'not-said';
        },
      ),
  };
};

export type Api = ReturnType<typeof createApi>;
