/** Commands as the outbox shows them. */
import type { OutboxEntry } from '../../../contract/model.ts';
import type { Command } from '../commands/types.ts';

export const entryOf = (command: Command): OutboxEntry => ({
  id: command.id,
  conversation: command.conversation,
  contact: command.contact,
  action: command.action,
  base: command.base,
  state: command.state,
  createdAt: command.createdAt,
  settledAt: command.settledAt,
  result: command.result,
  reason: command.reason,
  serverWords: command.serverWords,
});
