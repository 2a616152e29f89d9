/** The wire as fixed by examples of both ends of the range of servers, and by properties: no JSON makes a reader throw. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Heard } from '../../facts.ts';
import { messagesBeside, readConversation, readEventConversation } from './conversation.ts';
import {
  meFact,
  presenceOf,
  readAgentIds,
  readAgents,
  readInboxes,
  readLabels,
  readPresence,
  readProfile,
  readTeams,
} from './directory.ts';
import { readEvent } from './event.ts';
import { parseJson, secondsOf } from './json.ts';
import { readPage } from './list.ts';
import { readMessage, readMessageFact, readTranscript } from './message.ts';
import { readNotification, readNotifications } from './notification.ts';
import { refusalOf401, serverWordsOf } from './refusal.ts';

const heard: Heard = { via: 'rest', since: 10 };

const message = {
  id: 90211,
  content: 'Where is my parcel?',
  conversation_id: 5120,
  message_type: 0,
  private: false,
  status: 'sent',
  sender_type: 'Contact',
  created_at: 1769850100,
  sender: { id: 881, type: 'contact', name: 'Ivo Brandt' },
};
const activity = {
  ...message,
  id: 90212,
  message_type: 2,
  content: 'Assigned to Mara by Tom',
  sender: undefined,
};
const note = { ...message, id: 90213, message_type: 1, private: true, content: 'careful' };

/** What a 4.14 server sends by REST. */
const modern = {
  meta: {
    sender: { id: 881, name: 'Ivo Brandt', email: 'ivo@example.test', phone_number: null, identifier: null },
    channel: 'Channel::Api',
    assignee: { id: 12, name: 'Mara Lindqvist', available_name: 'Mara', role: 'agent' },
    assignee_type: 'User',
    team: { id: 7, name: 'billing', allow_auto_assign: true },
  },
  id: 5120,
  inbox_id: 4,
  status: 'open',
  priority: 'high',
  snoozed_until: null,
  labels: ['refund', 'vip'],
  unread_count: 2,
  created_at: 1769840000,
  updated_at: 1769850123.412871,
  timestamp: 1769850100,
  last_activity_at: 1769850100,
  first_reply_created_at: 1769841000,
  waiting_since: 0,
  messages: [activity],
  last_non_activity_message: message,
};

/** What an old fork sends by REST: no priority, waiting_since, updated_at, last_activity_at. */
const old = {
  meta: { sender: { id: 881, name: 'Ivo Brandt' }, channel: 'Channel::WebWidget' },
  id: 5121,
  inbox_id: 4,
  status: 'abandoned',
  labels: [],
  unread_count: 14,
  created_at: 1769840000,
  timestamp: 1769850100,
  first_reply_created_at: 0,
  messages: [],
  last_non_activity_message: null,
};

/** Any UTF-16, half characters too. */
const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));

describe('a conversation by REST', () => {
  it('is read in full from a new server', () => {
    expect(readConversation(modern, heard)).toEqual({
      kind: 'conversation',
      id: 5120,
      heard,
      serverUpdatedAt: 1769850123.412871,
      fields: {
        inbox: 4,
        channel: 'Channel::Api',
        status: 'open',
        priority: 'high',
        assignee: { type: 'agent', id: 12 },
        assigneeName: 'Mara',
        team: 7,
        teamName: 'billing',
        contactId: 881,
        contactName: 'Ivo Brandt',
        contactEmail: 'ivo@example.test',
        contactPhone: null,
        contactIdentifier: null,
        labels: ['refund', 'vip'],
        unread: 2,
        createdAt: 1769840000,
        lastActivityAt: 1769850100,
        firstReplyAt: 1769841000,
        snoozedUntil: null,
        wireWaitingSince: null,
        lastMessage: { id: 90211, text: 'Where is my parcel?', from: 'customer', at: 1769850100 },
      },
    });
  });

  it('of an old server keeps what that server does not know', () => {
    const fact = readConversation(old, heard);
    expect(fact?.serverUpdatedAt).toBeNull();
    expect(fact?.fields).toMatchObject({
      status: 'abandoned',
      assignee: null,
      team: null,
      firstReplyAt: null,
      lastActivityAt: 1769850100,
      unread: 14,
      lastMessage: null,
    });
    expect(fact?.fields).not.toHaveProperty('priority');
    expect(fact?.fields).not.toHaveProperty('wireWaitingSince');
    expect(fact?.fields).not.toHaveProperty('snoozedUntil');
  });

  it('says nothing about the assignment when it has no meta', () => {
    const fact = readConversation({ id: 3, status: 'open' }, heard);
    expect(fact?.fields).toEqual({ status: 'open' });
  });

  it('tells bots from agents with the same id', () => {
    const declared = {
      ...modern,
      meta: { ...modern.meta, assignee: { id: 12, name: 'B' }, assignee_type: 'AgentBot' },
    };
    expect(readConversation(declared, heard)?.fields.assignee).toEqual({ type: 'bot', id: 12 });
    const shaped = { ...modern, meta: { assignee: { id: 12, name: 'B', bot_type: 'webhook' } } };
    expect(readConversation(shaped, heard)?.fields.assignee).toEqual({ type: 'bot', id: 12 });
  });

  it('keeps the last message when only a private note came along', () => {
    const fact = readConversation({ ...modern, messages: [note], last_non_activity_message: note }, heard);
    expect(fact?.fields).not.toHaveProperty('lastMessage');
  });

  it('takes the newest public one of several messages', () => {
    const several = {
      ...modern,
      last_non_activity_message: undefined,
      messages: [message, { ...message, id: 90300 }, note],
    };
    expect(readConversation(several, heard)?.fields.lastMessage?.id).toBe(90300);
  });

  it('keeps unknown names of status and priority', () => {
    expect(
      readConversation({ ...modern, status: 'parked', priority: 'whenever' }, heard)?.fields,
    ).toMatchObject({
      status: 'parked',
      priority: 'whenever',
    });
  });

  it('brings its messages along, each once', () => {
    expect(messagesBeside(modern, 5120, heard).map(({ message: { id, kind } }) => [id, kind])).toEqual([
      [90211, 'incoming'],
      [90212, 'activity'],
    ]);
  });
});

describe('a conversation in an event', () => {
  const event = {
    id: 5120,
    account_id: 3,
    inbox_id: 4,
    channel: 'Channel::Api',
    status: 'open',
    meta: { sender: { id: 881, name: 'Ivo' }, assignee: null, team: { id: 7, name: 'billing' } },
    first_reply_created_at: '2026-01-31T06:30:00.000Z',
    snoozed_until: '2026-01-31T07:00:00.000Z',
    timestamp: 1769850100,
    messages: [message],
  };

  it('reads null as none, and ISO times', () => {
    expect(readEventConversation(event, heard)?.fields).toMatchObject({
      assignee: null,
      team: 7,
      channel: 'Channel::Api',
      firstReplyAt: Date.parse('2026-01-31T06:30:00.000Z') / 1000,
      snoozedUntil: Date.parse('2026-01-31T07:00:00.000Z') / 1000,
    });
  });

  it('keeps what is not sent', () => {
    const fields = readEventConversation({ ...event, meta: { sender: event.meta.sender } }, heard)?.fields;
    expect(fields).not.toHaveProperty('assignee');
    expect(fields).not.toHaveProperty('team');
    expect(fields).not.toHaveProperty('unread');
  });

  it('of another account of the same user is ignored', () => {
    expect(readEvent({ event: 'conversation.updated', data: event }, 3, heard).kind).toBe('conversation');
    expect(readEvent({ event: 'conversation.updated', data: event }, 4, heard).kind).toBe('ignored');
  });

  it('message events never speak of the conversation', () => {
    const data = { ...message, account_id: 3, conversation: { assignee_id: 99 } };
    const read = readEvent({ event: 'message.updated', data }, 3, heard);
    expect(read.kind).toBe('message');
    expect(JSON.stringify(read)).not.toContain('99');
  });
});

describe('messages', () => {
  it('are of a person only when a person wrote them', () => {
    const outgoing = {
      ...message,
      message_type: 1,
      sender_type: 'User',
      sender: { id: 12, type: 'user', name: 'Mara' },
    };
    expect(readMessage(outgoing)?.senderType).toBe('agent');
    expect(readMessage({ ...outgoing, content_attributes: { automation_rule_id: 4 } })?.senderType).toBe(
      'system',
    );
    expect(readMessage({ ...outgoing, sender_type: 'cognigy', sender: undefined })?.senderType).toBe('bot');
    expect(readMessage({ ...outgoing, message_type: 3 })?.senderType).toBe('system');
    expect(readMessage(note)?.kind).toBe('note');
  });

  it('of a transcript come oldest first and say whether there are more', () => {
    const page = {
      payload: [
        { ...message, id: 2 },
        { ...message, id: 1 },
      ],
    };
    const fact = readTranscript(page, 5120, heard, { newest: true, asked: 2 });
    expect(fact?.messages.map(({ id }) => id)).toEqual([1, 2]);
    expect(fact?.moreBefore).toBe(true);
  });

  it('offer only links into the web', () => {
    const attachments = [
      { data_url: 'javascript:alert(1)', file_type: 'file' },
      { data_url: 'https://files.example.test/1', file_type: 'image' },
    ];
    expect(readMessage({ ...message, attachments })?.attachments).toEqual([
      { url: 'https://files.example.test/1', type: 'image' },
    ]);
  });

  it('survive half characters and endless text', () => {
    const text = `\ud83d${'x'.repeat(200_000)}`;
    const read = readMessage({ ...message, content: text });
    expect(read?.text.length).toBe(150_000);
    expect(read?.text.isWellFormed()).toBe(true);
  });
});

describe('the directory', () => {
  it('reads lists bare and wrapped, each id once', () => {
    const agent = {
      id: 1,
      name: 'Mara Lindqvist',
      available_name: 'Mara',
      role: 'agent',
      availability_status: 'away',
    };
    expect(readAgents([agent, agent, { id: 'x' }])).toEqual([
      { id: 1, name: 'Mara', role: 'agent', presence: 'away', limit: null },
    ]);
    expect(readAgentIds({ payload: [agent] })).toEqual([1]);
    expect(readTeams([{ id: 7, name: 'Billing' }])).toEqual([
      { id: 7, name: 'Billing', autoAssign: true, mine: null },
    ]);
    expect(
      readTeams([
        { id: 7, name: 'Billing', is_member: true },
        { id: 8, name: 'Sales', is_member: false },
      ])?.map(({ mine }) => mine),
    ).toEqual([true, false]);
    expect(
      readInboxes({
        payload: [{ id: 4, name: 'Web', channel_type: 'Channel::Api', enable_auto_assignment: true }],
      }),
    ).toEqual([{ id: 4, name: 'Web', channel: 'Channel::Api', autoAssign: true }]);
  });

  it('lets no colour carry anything else', () => {
    expect(readLabels({ payload: [{ title: 'vip', color: 'red;background:url(x)' }] })).toEqual([
      { title: 'vip', color: '#808080' },
    ]);
  });

  it('finds the account in the profile', () => {
    const profile = readProfile({
      id: 12,
      email: 'mara@example.test',
      name: 'Mara',
      pubsub_token: 'p',
      account_id: 9,
      accounts: [{ id: 3, name: 'Nordlicht', role: 'supervisor', availability: 'busy', active_at: null }],
    });
    expect(profile && meFact(profile, 3)).toMatchObject({
      role: 'supervisor',
      availability: 'busy',
      pubsubToken: 'p',
    });
    expect(profile && meFact(profile, 9)).toBeNull();
  });

  it('takes presence by whole ids only', () => {
    const users: unknown = JSON.parse(
      '{"12":"online","15":"hiding","__proto__":"online","constructor":"busy"}',
    );
    expect(readPresence(users)?.agents).toEqual({ 12: 'online', 15: 'unknown' });
    expect(presenceOf(null)).toBeNull();
  });
});

describe('notifications', () => {
  const row = {
    id: 4401,
    notification_type: 'conversation_assignment',
    primary_actor_type: 'Conversation',
    primary_actor_id: 77210,
    primary_actor: { id: 5120, meta: { sender: { name: 'Ivo' }, assignee: { id: 12, type: 'user' } } },
    read_at: null,
    created_at: 1769850100,
  };
  it('name the conversation by its display id', () => {
    expect(readNotification(row)).toEqual({
      kind: 'notification',
      id: 4401,
      type: 'conversation_assignment',
      conversation: 5120,
      contactName: 'Ivo',
      read: false,
      createdAt: 1769850100,
      assignee: { type: 'agent', id: 12 },
    });
  });
  it('of deleted conversations are counted but not read', () => {
    expect(
      readNotifications({ data: { payload: [row, { ...row, id: 7, primary_actor: null }] } }),
    ).toMatchObject({
      ids: [4401, 7],
      rows: [{ id: 4401 }],
    });
  });
});

describe('answers that are no success', () => {
  it('give the words of every error body', () => {
    expect(serverWordsOf('{"error":"Limit reached"}')).toBe('Limit reached');
    expect(serverWordsOf('{"errors":["a","b"]}')).toBe('a b');
    expect(serverWordsOf('{"message":"Name must not be blank","attributes":["name"]}')).toBe(
      'Name must not be blank',
    );
    expect(serverWordsOf('<html>')).toBeNull();
  });
  it('tell the meanings of 401 apart', () => {
    expect(refusalOf401('{"error":"Invalid Access Token"}')).toBe('needs-sign-in');
    expect(refusalOf401('{"errors":["You need to sign in or sign up before continuing."]}')).toBe(
      'needs-sign-in',
    );
    expect(refusalOf401('{"error":"You are not authorized to do this action"}')).toBe('invisible');
    expect(refusalOf401('{"error":"You are not authorized to access this account"}')).toBe('no-access');
    expect(refusalOf401('{"error":"Account is suspended"}')).toBe('suspended');
    expect(refusalOf401('{"error":"Access to this endpoint is not authorized for bots"}')).toBe('bot-token');
    expect(refusalOf401('{"error":"Invalid User IDs"}')).toBe('refused');
  });
});

describe('pages', () => {
  it('come from list and filter alike', () => {
    const meta = { all_count: 40, unassigned_count: 9 };
    expect(readPage({ data: { meta, payload: [modern] } }, heard)).toMatchObject({
      rows: 1,
      counts: { all: 40, unassigned: 9 },
    });
    expect(readPage({ meta, payload: [modern, 'x'] }, heard)).toMatchObject({
      rows: 2,
      facts: [{ id: 5120 }],
    });
  });
  it('are never made of something else', () => {
    for (const other of ['<html>', { error: 'x' }, {}, { data: {} }, { data: { payload: {} } }, [], null]) {
      expect(readPage(other, heard)).toBeNull();
    }
  });
});

/** Any JSON, and JSON that looks like ours with one value swapped for anything. */
const anyJson = fc.jsonValue({ depthSize: 'medium' });
const nearlyOurs = fc
  .tuple(
    fc.constantFrom<object>(modern, old, message, note),
    fc.array(fc.tuple(fc.string(), anyJson)),
    anyJson,
  )
  .chain(([base, extra, swapped]) =>
    fc
      .constantFrom(...Object.keys(base))
      .map((key) => ({ ...base, ...Object.fromEntries(extra), [key]: swapped })),
  );

describe('whatever arrives', () => {
  it('no reader throws', () => {
    fc.assert(
      fc.property(fc.oneof(anyJson, nearlyOurs), (value) => {
        readConversation(value, heard);
        readEventConversation(value, heard);
        messagesBeside(value, 1, heard);
        readMessageFact(value, heard);
        readTranscript({ payload: [value] }, 1, heard, { newest: true, asked: 20 });
        readPage({ data: { payload: [value], meta: value } }, heard);
        readNotifications({ data: { payload: [value] } });
        for (const read of [readAgents, readAgentIds, readTeams, readInboxes, readLabels]) read([value]);
        readProfile(value);
        readPresence(value);
        for (const event of [
          'conversation.updated',
          'message.created',
          'notification.created',
          'presence.update',
        ]) {
          readEvent({ event, data: value }, 3, heard);
        }
        readEvent(value, 3, heard);
      }),
      { numRuns: 2000 },
    );
  });

  it('what is read is clean: whole ids, finite times, whole characters', () => {
    fc.assert(
      fc.property(nearlyOurs, (value) => {
        const fact = readConversation(value, heard);
        if (fact === null) return;
        const { fields } = fact;
        expect(Number.isSafeInteger(fact.id) && fact.id > 0).toBe(true);
        for (const at of [
          fields.createdAt,
          fields.lastActivityAt,
          fields.firstReplyAt,
          fields.wireWaitingSince,
        ]) {
          expect(at === undefined || at === null || (Number.isSafeInteger(at) && at > 0)).toBe(true);
        }
        expect(fields.contactName?.isWellFormed() ?? true).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('no text makes the parsers throw', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        parseJson(text);
        secondsOf(text);
        serverWordsOf(text);
        refusalOf401(text);
      }),
    );
  });
});
