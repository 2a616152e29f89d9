/** Automatic choice of an assignee: who is online, who is below the limit, whose turn it is. */
import type { Backend } from '../backend.ts';
import type { Conversation, Inbox } from '../model.ts';
import { applyTeamRule, pickFromQueue, repairQueue, turnQueue } from '../rules/team-rule.ts';

/** Open conversations that an agent holds, across inboxes. */
export function openCountOf(backend: Backend, accountId: number, userId: number): number {
  let count = 0;
  for (const conversation of backend.world.conversationsOf(accountId)) {
    if (conversation.assigneeId === userId && conversation.status === 'open') count++;
  }
  return count;
}

/** True when the account has a limit and the agent holds that many without this conversation. */
export function atLimit(backend: Backend, conversation: Conversation, userId: number): boolean {
  const limit = backend.world.account(conversation.accountId)?.conversationLimit ?? null;
  if (limit === null || backend.level !== 'live-agent' || conversation.assigneeId === userId) return false;
  return openCountOf(backend, conversation.accountId, userId) >= limit;
}

/** Members of the inbox whose effective availability is online and who are below the limit. */
export function onlineMembers(backend: Backend, conversation: Conversation, inbox: Inbox): number[] {
  return inbox.memberIds.filter((userId) => {
    const membership = backend.world.membership(inbox.accountId, userId);
    return (
      membership !== undefined &&
      !membership.deactivated &&
      backend.presence.effective(membership) === 'online' &&
      !atLimit(backend, conversation, userId)
    );
  });
}

function queueOf(inbox: Inbox): number[] {
  inbox.queue = repairQueue(inbox.queue, inbox.memberIds);
  return inbox.queue;
}

function turn(backend: Backend, inbox: Inbox, picked: number): void {
  inbox.queue = turnQueue(inbox.queue, picked);
  backend.world.touch('inbox', inbox.id);
}

/** Runs the team rule for the team and assignee that the conversation has now; returns who holds it after. */
export function assigneeAfterTeamChange(backend: Backend, conversation: Conversation): number | null {
  const inbox = backend.world.rows.inbox.get(conversation.inboxId);
  const team =
    conversation.teamId === null ? null : (backend.world.rows.team.get(conversation.teamId) ?? null);
  if (backend.switches.brokenTeamRule) return conversation.assigneeId;
  const result = applyTeamRule({
    assignee: conversation.assigneeId,
    team,
    onlineInboxMembers: inbox === undefined ? [] : onlineMembers(backend, conversation, inbox),
    queue: inbox === undefined ? [] : queueOf(inbox),
  });
  if (result.picked !== null && inbox !== undefined) turn(backend, inbox, result.picked);
  return result.assignee;
}

/** Next agent for a conversation that became open, or null. Newer servers stay inside the team. */
export function nextAssignee(
  backend: Backend,
  conversation: Conversation,
  stayInTeam: boolean,
): number | null {
  const inbox = backend.world.rows.inbox.get(conversation.inboxId);
  if (inbox === undefined) return null;
  let candidates = onlineMembers(backend, conversation, inbox);
  const team = conversation.teamId === null ? undefined : backend.world.rows.team.get(conversation.teamId);
  if (stayInTeam && team !== undefined) {
    if (!team.allowAutoAssign) return null;
    candidates = candidates.filter((id) => team.memberIds.includes(id));
  }
  const picked = pickFromQueue(queueOf(inbox), candidates);
  if (picked !== null) turn(backend, inbox, picked);
  return picked;
}
