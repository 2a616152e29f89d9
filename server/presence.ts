/** Who is connected: a user counts as present for 20 s after his socket subscribed or said so. */
import type { Membership } from './model.ts';
import type { World } from './world.ts';

export const presenceSeconds = 20;

export interface Presence {
  /** Stamps a user as present. */
  stamp(accountId: number, userId: number): void;
  present(accountId: number, userId: number): boolean;
  /** Forgets everybody, as a restarted server does. */
  clear(): void;
  /** Effective availability: the chosen one, or `offline` when it follows presence and there is none. */
  effective(membership: Membership): string;
  /** Users that `presence.update` names, with their chosen availability. */
  users(accountId: number): Record<string, string>;
}

/** @param now monotonic milliseconds. */
export function createPresence(world: World, now: () => number): Presence {
  const until = new Map<string, number>();
  const present = (accountId: number, userId: number): boolean =>
    (until.get(`${accountId}:${userId}`) ?? 0) > now();
  return {
    stamp: (accountId, userId) => {
      until.set(`${accountId}:${userId}`, now() + presenceSeconds * 1000);
    },
    present,
    clear: () => until.clear(),
    effective: (membership) =>
      membership.deactivated
        ? 'offline'
        : !membership.autoOffline || present(membership.accountId, membership.userId)
          ? membership.availability
          : 'offline',
    users: (accountId) => {
      const users: Record<string, string> = {};
      for (const membership of world.membershipsOf(accountId)) {
        if (membership.deactivated) continue;
        if (!membership.autoOffline || present(accountId, membership.userId)) {
          users[String(membership.userId)] = membership.availability;
        }
      }
      return users;
    },
  };
}
