/** Who may see which conversation, and who hears about it. */
import type { Backend } from '../backend.ts';
import type { Conversation, Inbox, Membership } from '../model.ts';

export function isAdministrator(membership: Membership): boolean {
  return membership.role === 'administrator';
}

/** Inboxes whose conversations a user may list; null = all of the account. */
export function visibleInboxIds(backend: Backend, membership: Membership): Set<number> | null {
  const supervisor = membership.role === backend.switches.supervisorRole && membership.role !== 'agent';
  if (isAdministrator(membership) || (supervisor && backend.switches.supervisorSeesAllInboxes)) return null;
  const ids = new Set<number>();
  for (const inbox of backend.world.inboxesOf(membership.accountId)) {
    if (inbox.memberIds.includes(membership.userId)) ids.add(inbox.id);
  }
  return ids;
}

/** May open one conversation by id; newer servers also admit members of its team. */
export function maySee(backend: Backend, membership: Membership, conversation: Conversation): boolean {
  const inboxes = visibleInboxIds(backend, membership);
  if (inboxes === null || inboxes.has(conversation.inboxId)) return true;
  if (!backend.features.teamGrantsAccess || conversation.teamId === null) return false;
  return backend.world.rows.team.get(conversation.teamId)?.memberIds.includes(membership.userId) ?? false;
}

/** Members of an inbox and administrators of its account: the recipients of its events. */
export function audience(backend: Backend, accountId: number, inboxId: number): number[] {
  const ids = new Set(backend.world.rows.inbox.get(inboxId)?.memberIds ?? []);
  for (const membership of backend.world.membershipsOf(accountId)) {
    if (isAdministrator(membership)) ids.add(membership.userId);
  }
  return [...ids];
}

/** All agents and administrators of an account. */
export function everybody(backend: Backend, accountId: number): number[] {
  return backend.world
    .membershipsOf(accountId)
    .filter((membership) => !membership.deactivated)
    .map((membership) => membership.userId);
}

/** Users who may be offered as assignee in all given inboxes: their common members and all administrators. */
export function assignableMemberships(
  backend: Backend,
  accountId: number,
  inboxes: readonly Inbox[],
): Membership[] {
  return backend.world
    .membershipsOf(accountId)
    .filter(
      (membership) =>
        !membership.deactivated &&
        (isAdministrator(membership) ||
          inboxes.every((inbox) => inbox.memberIds.includes(membership.userId))),
    );
}
