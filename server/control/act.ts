/** Acts of other users and of the system, as the control port asks for them. */
import {
  createContact,
  createConversation,
  linkContact,
  removeAgent,
  removeConversation,
  removeTeam,
} from '../actions/create.ts';
import { reassignAwayFrom } from '../actions/leaving.ts';
import { addMessage, contactRead } from '../actions/messages.ts';
import { saveConversation } from '../actions/save.ts';
import type { Backend } from '../backend.ts';
import { actSchema } from '../control.ts';
import type { Act, Truth } from '../control.ts';
import { changeStatus } from '../http/routes/states.ts';
import type { Conversation, User } from '../model.ts';

const accountId = 1;

/** A conversation as the server has it. */
export function truthOf(backend: Backend, conversation: Conversation): Truth {
  const messages = backend.world.messagesOf(conversation.id);
  return {
    id: conversation.displayId,
    internalId: conversation.id,
    assigneeId: conversation.assigneeId,
    botId: conversation.botId,
    teamId: conversation.teamId,
    inboxId: conversation.inboxId,
    status: conversation.status,
    priority: conversation.priority,
    labels: conversation.labels,
    waitingSince: conversation.waitingSince,
    updatedAt: conversation.updatedAt,
    activity: messages.filter((message) => message.messageType === 2).map((message) => message.content ?? ''),
    messageCount: messages.length,
  };
}

export function conversationById(backend: Backend, displayId: number): Conversation {
  const conversation = backend.world.conversation(accountId, displayId);
  if (conversation === undefined) throw new Error(`no conversation ${displayId}`);
  return conversation;
}

function userById(backend: Backend, id: number | null): User | null {
  if (id === null) return null;
  const user = backend.world.rows.user.get(id);
  if (user === undefined) throw new Error(`no user ${id}`);
  return user;
}

function toggled(list: readonly number[], id: number, on: boolean): number[] {
  const without = list.filter((other) => other !== id);
  return on ? [...without, id] : without;
}

/** A customer comes: contact, conversation and first message. */
export function customerArrives(
  backend: Backend,
  input: {
    inbox: number;
    customer: string;
    content: string;
    team: number | null;
    agent: number | null;
    status: string;
    by: number | null;
  },
): Conversation {
  const contact = createContact(backend, accountId, { name: input.customer });
  linkContact(backend, contact.id, input.inbox);
  const conversation = createConversation(
    backend,
    accountId,
    {
      inbox_id: input.inbox,
      contact_id: contact.id,
      status: input.status,
      ...(input.team === null ? {} : { team_id: input.team }),
      ...(input.agent === null ? {} : { assignee_id: input.agent }),
    },
    userById(backend, input.by),
  );
  addMessage(
    backend,
    conversation,
    { content: input.content, messageType: 0, senderType: 'Contact', senderId: contact.id },
    null,
  );
  return conversation;
}

/** Performs one act; answers the conversation it was about, or null. */
export function perform(backend: Backend, raw: Act): Truth | null {
  const act = actSchema.parse(raw);
  const { world } = backend;
  switch (act.do) {
    case 'create-conversation':
      return truthOf(backend, customerArrives(backend, act));
    case 'team-member': {
      const team = world.rows.team.get(act.team);
      if (team === undefined) throw new Error(`no team ${act.team}`);
      team.memberIds = toggled(team.memberIds, act.user, act.member);
      world.touch('team', team.id);
      return null;
    }
    case 'team-auto-assign': {
      const team = world.rows.team.get(act.team);
      if (team === undefined) throw new Error(`no team ${act.team}`);
      team.allowAutoAssign = act.on;
      world.touch('team', team.id);
      return null;
    }
    case 'inbox-member': {
      const inbox = world.rows.inbox.get(act.inbox);
      if (inbox === undefined) throw new Error(`no inbox ${act.inbox}`);
      inbox.memberIds = toggled(inbox.memberIds, act.user, act.member);
      world.touch('inbox', inbox.id);
      return null;
    }
    case 'delete-team':
      removeTeam(backend, accountId, act.team);
      return null;
    case 'remove-agent':
      removeAgent(backend, accountId, act.user);
      return null;
    case 'availability': {
      const membership = world.membership(accountId, act.user);
      if (membership === undefined) throw new Error(`no user ${act.user}`);
      membership.availability = act.availability;
      if (act.autoOffline !== undefined) membership.autoOffline = act.autoOffline;
      world.touch('membership', membership.id);
      if (act.availability === 'offline' || act.availability === 'away')
        reassignAwayFrom(backend, membership);
      return null;
    }
    case 'delete-conversation':
      removeConversation(backend, conversationById(backend, act.conversation));
      return null;
    case 'assign':
    case 'assign-bot':
    case 'team':
    case 'assign-and-team':
    case 'status':
    case 'priority':
    case 'labels':
    case 'message':
    case 'contact-reads':
    case 'move-inbox': {
      const conversation = conversationById(backend, act.conversation);
      changeConversation(backend, conversation, act);
      return truthOf(backend, conversation);
    }
  }
}

type ConversationAct = Extract<
  ReturnType<typeof actSchema.parse>,
  {
    do:
      | 'assign'
      | 'assign-bot'
      | 'team'
      | 'assign-and-team'
      | 'status'
      | 'priority'
      | 'labels'
      | 'message'
      | 'contact-reads'
      | 'move-inbox';
  }
>;

function changeConversation(backend: Backend, conversation: Conversation, act: ConversationAct): void {
  switch (act.do) {
    case 'assign':
      saveConversation(
        backend,
        conversation,
        { assigneeId: act.agent, botId: null },
        userById(backend, act.by),
      );
      break;
    case 'assign-bot':
      if (!backend.switches.botAssignees) throw new Error(`level ${backend.level} has no bot assignees`);
      saveConversation(
        backend,
        conversation,
        { assigneeId: null, botId: act.bot },
        userById(backend, act.by),
      );
      break;
    case 'team':
      saveConversation(backend, conversation, { teamId: act.team }, userById(backend, act.by));
      break;
    case 'assign-and-team':
      saveConversation(
        backend,
        conversation,
        { assigneeId: act.agent, botId: null, teamId: act.team },
        userById(backend, act.by),
      );
      break;
    case 'status': {
      const user = userById(backend, act.by);
      const role = user === null ? null : (backend.world.membership(accountId, user.id)?.role ?? null);
      changeStatus(backend, conversation, act.status, act.snoozedUntil, user, role);
      break;
    }
    case 'priority':
      saveConversation(backend, conversation, { priority: act.priority }, userById(backend, act.by));
      break;
    case 'labels':
      saveConversation(backend, conversation, { labels: act.labels }, userById(backend, act.by));
      break;
    case 'message': {
      const { content } = act;
      if (act.from === 'customer') {
        const sender = { senderType: 'Contact', senderId: conversation.contactId } as const;
        addMessage(backend, conversation, { content, messageType: 0, ...sender }, null);
      } else if (act.from === 'bot') {
        const senderType = backend.level === 'live-agent' ? 'cognigy' : 'AgentBot';
        const senderId = backend.world.rows.bot.values().next().value?.id ?? null;
        addMessage(backend, conversation, { content, messageType: 1, senderType, senderId }, null);
      } else {
        const user = userById(backend, act.from);
        const sender = { senderType: 'User', senderId: act.from } as const;
        addMessage(backend, conversation, { content, messageType: 1, private: act.private, ...sender }, user);
      }
      break;
    }
    case 'contact-reads':
      contactRead(backend, conversation);
      break;
    case 'move-inbox':
      saveConversation(backend, conversation, { inboxId: act.inbox }, userById(backend, act.by));
      break;
  }
}
