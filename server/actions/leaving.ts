/** Live Agent: conversations of an agent who goes offline or away are given to others, where the inbox says so. */
import type { Backend } from '../backend.ts';
import type { Membership } from '../model.ts';
import { nextAssignee } from './assignees.ts';
import { saveConversation } from './save.ts';

/** Moves an agent's open conversations on, as the system; without a successor they lose their agent. */
export function reassignAwayFrom(backend: Backend, membership: Membership): void {
  if (!backend.switches.reassignWhenAgentLeaves) return;
  for (const conversation of backend.world.conversationsOf(membership.accountId)) {
    if (conversation.assigneeId !== membership.userId || conversation.status !== 'open') continue;
    const inbox = backend.world.rows.inbox.get(conversation.inboxId);
    if (inbox === undefined || !inbox.enableAutoReassignment) continue;
    saveConversation(backend, conversation, { assigneeId: nextAssignee(backend, conversation, true) }, null);
  }
}
