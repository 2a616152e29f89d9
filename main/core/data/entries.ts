/** Commands as the outbox shows them. */
import type { Assignment, OutboxEntry } from '../../../contract/model.ts';
import { isParked, type Command } from '../commands/types.ts';

/** `shown` answers how the board shows a conversation now. */
export const entryOf = (
  command: Command,
  shown: (conversation: number) => Assignment | null,
): OutboxEntry => {
  const now = isParked(command) ? shown(command.conversation) : null;
  return {
    id: command.id,
    conversation: command.conversation,
    contact: command.contact,
    action: command.action,
    base: command.base,
    state: command.state,
    createdAt: command.createdAt,
    settledAt: command.settledAt,
    result: command.result,
    now: now && { assignee: now.assignee, team: now.team },
    reason: command.reason,
    serverWords: command.serverWords,
  };
};
