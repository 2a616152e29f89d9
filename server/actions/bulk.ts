/** Bulk actions: accepted at once, applied by a job, one save a conversation with the team rule on the pair. */
import type { Backend } from '../backend.ts';
import { ids, record, text, texts, toInt } from '../http/params.ts';
import type { Params } from '../http/params.ts';
import { serverError } from '../http/replies.ts';
import type { Conversation, User } from '../model.ts';
import { maySee } from '../rules/visibility.ts';
import { atLimit } from './assignees.ts';
import { saveConversation } from './save.ts';
import type { ConversationChanges } from './save.ts';

function changesOf(backend: Backend, conversation: Conversation, fields: Params): ConversationChanges {
  const changes: ConversationChanges = {};
  const status = text(fields['status']);
  if (status !== undefined) {
    if (!backend.features.statuses.includes(status)) throw serverError();
    const final = conversation.status === 'resolved' || conversation.status === 'abandoned';
    if (!(backend.switches.finalStatuses && final)) changes.status = status;
  }
  if ('team_id' in fields) changes.teamId = toInt(fields['team_id']) || null;
  if ('assignee_id' in fields) {
    const wanted = toInt(fields['assignee_id']) || null;
    const refused =
      wanted !== null && backend.switches.limitRefusesManual && atLimit(backend, conversation, wanted);
    if (!refused) {
      changes.assigneeId = wanted;
      changes.botId = null;
    }
  }
  return changes;
}

/** Queues the work of one `bulk_actions` request. */
export function applyBulk(backend: Backend, accountId: number, input: Params, user: User): void {
  backend.jobs.enqueue(() => {
    const membership = backend.world.membership(accountId, user.id);
    const wanted = (ids(input['ids']) ?? [])
      .map((id) => backend.world.conversation(accountId, id))
      .filter((conversation) => conversation !== undefined)
      .filter(
        (conversation) =>
          !backend.features.bulkRespectsVisibility ||
          (membership !== undefined && maySee(backend, membership, conversation)),
      );
    const labels = record(input['labels']);
    const removed = texts(labels['remove']) ?? [];
    const added = texts(labels['add']) ?? [];
    if (removed.length > 0) {
      for (const conversation of wanted) {
        const kept = conversation.labels.filter((label) => !removed.includes(label));
        saveConversation(backend, conversation, { labels: kept }, user);
      }
    }
    const until = text(input['snoozed_until']);
    for (const conversation of wanted) {
      if (added.length > 0) {
        saveConversation(
          backend,
          conversation,
          { labels: [...new Set([...conversation.labels, ...added])] },
          user,
        );
      }
      const changes = changesOf(backend, conversation, record(input['fields']));
      if (until !== undefined) changes.snoozedUntil = toInt(until) || null;
      saveConversation(backend, conversation, changes, user);
    }
  });
}
