/** Seeds the transcript of one conversation. */
import type { Backend } from '../backend.ts';
import type { Conversation, Message, MessageType, Seconds, SenderType } from '../model.ts';
import type { Random } from '../random.ts';
import type { Plan } from './conversations.ts';
import type { SeededPeople } from './people.ts';
import type { Language } from './words.ts';

/** Writes the messages of one conversation between its start and its last word. */
export function seedMessages(
  backend: Backend,
  random: Random,
  people: SeededPeople,
  conversation: Conversation,
  language: Language,
  plan: Plan,
): void {
  const { world } = backend;
  const lines = random.pick(language.talks);
  const answered = plan.waitingSince === null || random.chance(0.55);
  // A waiting customer spoke last; else we did, or nobody answered at all.
  let count = lines.length;
  if (!answered) count = lines[1]?.[0] === 'c' ? 2 : 1;
  while (count > 1) {
    const kind = lines[count - 1]?.[0];
    if (plan.waitingSince === null ? kind === 'a' : kind === 'c') break;
    count--;
  }
  const spoken = lines.slice(0, count);
  const agentId = conversation.assigneeId ?? random.pick(people.agents).id;
  const bot = conversation.botId !== null || (plan.status === 'pending' && !backend.switches.botAssignees);
  let at = conversation.createdAt;
  const step = (plan.lastAt - conversation.createdAt) / Math.max(1, spoken.length);
  let incoming: Seconds | null = null;
  let seenAt: Seconds | null = null;
  const write = (
    messageType: MessageType,
    content: string,
    senderType: SenderType | null,
    senderId: number | null,
    isPrivate = false,
  ): Message =>
    world.insert('message', {
      id: world.nextId('message'),
      accountId: conversation.accountId,
      conversationId: conversation.id,
      inboxId: conversation.inboxId,
      content,
      messageType,
      contentType: 'text',
      contentAttributes: {},
      private: isPrivate,
      status: messageType === 1 && !isPrivate ? 'read' : 'sent',
      sourceId: null,
      senderType,
      senderId,
      createdAt: at,
      updatedAt: at,
    });
  const botSender: SenderType = backend.level === 'live-agent' ? 'cognigy' : 'AgentBot';
  spoken.forEach(([who, words], index) => {
    const last = index === spoken.length - 1;
    at = last ? plan.lastAt : conversation.createdAt + step * index + random.next() * step * 0.5;
    if (who === 'c') {
      write(0, words, 'Contact', conversation.contactId);
      incoming ??= at;
    } else if (bot) {
      write(1, words, botSender, people.botId);
      incoming = null;
    } else {
      if (conversation.firstReplyAt === null && conversation.assigneeId !== null) {
        const agent = world.rows.user.get(agentId);
        const name = agent?.maskedName ?? agent?.displayName ?? agent?.name ?? 'an agent';
        write(2, `Assigned to ${name} by Mara`, null, null);
        at += 1;
      }
      write(1, words, 'User', agentId, who === 'n');
      seenAt = at;
      if (who === 'a') {
        conversation.firstReplyAt ??= at;
        incoming = null;
      }
    }
  });
  if (plan.status === 'resolved' || plan.status === 'abandoned') {
    at += 5;
    write(2, `Conversation was marked ${plan.status} by Mara`, null, null);
    seenAt = at;
    incoming = null;
  }
  conversation.lastActivityAt = at;
  conversation.updatedAt = at;
  conversation.waitingSince = plan.waitingSince === null ? null : incoming;
  conversation.agentLastSeenAt = seenAt;
  conversation.contactLastSeenAt = at;
}
