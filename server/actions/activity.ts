/** Activity messages: what a user did to a conversation, written by a delayed job without a sender. */
import type { Backend } from '../backend.ts';
import type { Conversation, User } from '../model.ts';
import { shownName } from '../views/people.ts';
import { writeMessage } from './write-message.ts';

function write(backend: Backend, conversation: Conversation, content: string): void {
  backend.jobs.enqueue(() => {
    // The conversation may be gone when the job runs.
    if (backend.world.rows.conversation.get(conversation.id) !== conversation) return;
    writeMessage(backend, conversation, { content, messageType: 2 }, null);
  });
}

function nameOf(backend: Backend, userId: number): string {
  const user = backend.world.rows.user.get(userId);
  return user === undefined ? 'somebody' : shownName(user);
}

/** One message about team or agent (the team wins), and one each about status and priority. */
export function conversationActivity(
  backend: Backend,
  conversation: Conversation,
  before: Conversation,
  performer: User,
): void {
  const by = shownName(performer);
  if (conversation.status !== before.status) {
    write(backend, conversation, `Conversation was marked ${conversation.status} by ${by}`);
  }
  if (conversation.priority !== before.priority) {
    write(
      backend,
      conversation,
      conversation.priority === null
        ? `${by} removed the priority`
        : `${by} set the priority to ${conversation.priority}`,
    );
  }
  const agentChanged = conversation.assigneeId !== before.assigneeId;
  if (conversation.teamId !== before.teamId) {
    const team = conversation.teamId === null ? undefined : backend.world.rows.team.get(conversation.teamId);
    const old = before.teamId === null ? undefined : backend.world.rows.team.get(before.teamId);
    if (team === undefined) write(backend, conversation, `Removed from team ${old?.name ?? ''} by ${by}`);
    else if (agentChanged && conversation.assigneeId !== null) {
      const agent = nameOf(backend, conversation.assigneeId);
      write(backend, conversation, `Assigned to ${agent} via team ${team.name} by ${by}`);
    } else write(backend, conversation, `Assigned to team ${team.name} by ${by}`);
  } else if (agentChanged) {
    if (conversation.assigneeId === null) write(backend, conversation, `Conversation unassigned by ${by}`);
    else if (conversation.assigneeId === performer.id)
      write(backend, conversation, `${by} took this conversation`);
    else write(backend, conversation, `Assigned to ${nameOf(backend, conversation.assigneeId)} by ${by}`);
  }
}

export function labelActivity(
  backend: Backend,
  conversation: Conversation,
  before: readonly string[],
  performer: User,
): void {
  const by = shownName(performer);
  const added = conversation.labels.filter((label) => !before.includes(label));
  const removed = before.filter((label) => !conversation.labels.includes(label));
  if (added.length > 0) write(backend, conversation, `${by} added ${added.join(', ')}`);
  if (removed.length > 0) write(backend, conversation, `${by} removed ${removed.join(', ')}`);
}
