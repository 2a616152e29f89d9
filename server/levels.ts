/** Compatibility levels: what the wire of each server version has, as the published first versions of the features say. */

export const levelNames = ['live-agent', '2.16', '3.11', '4.14'] as const;
export type Level = (typeof levelNames)[number];

/** One named ability or habit of a server version; true = the server has it. */
export interface Features {
  /** What `GET /api` says. */
  version: string;
  statuses: readonly string[];
  priorities: readonly string[];
  availabilities: readonly string[];
  /** Before 3.0.0 `priority` came only with Cognigy's own addition. */
  priority: boolean;
  lastActivityInRest: boolean;
  lastActivityInEvents: boolean;
  lastActivityInMessages: boolean;
  sourceIdFilter: boolean;
  uuid: boolean;
  waitingSince: boolean;
  /** Largest `unread_count`; Infinity before 3.0.0. */
  unreadCap: number;
  /** Requests a minute from one address. */
  requestsPerMinute: number;
  ascDescSorts: boolean;
  notificationDedupe: boolean;
  notificationSnooze: boolean;
  updatedWithin: boolean;
  notificationIncludes: boolean;
  notificationUpdated: boolean;
  notificationBodyInRest: boolean;
  updatedAt: boolean;
  /** Events of a conversation's state are read again when they are sent, without performer. */
  eventsReread: boolean;
  senderBlocked: boolean;
  accountStream: boolean;
  filterRespectsVisibility: boolean;
  filterPriorityNames: boolean;
  deleteConversation: boolean;
  tokenReset: boolean;
  botAssignee: boolean;
  teamGrantsAccess: boolean;
  teamAwareAutoAssign: boolean;
  lastSeenThrottle: boolean;
  /** `conversations/meta` a minute; Infinity before 4.12.0. */
  metaPerMinute: number;
  editsTouchUpdatedAt: boolean;
  privateNotesNotify: boolean;
  /** Nobody gets two notifications about one message. */
  notifiesOncePerMessage: boolean;
  /** `update_last_seen` marks the notifications about the conversation as read. */
  openingReadsNotifications: boolean;
  bulkRespectsVisibility: boolean;
  notificationAccessCheck: boolean;
  cacheKeysOnMembership: boolean;
  resolveClearsWaiting: boolean;
  botReplyClearsWaiting: boolean;
  topLevelPermissions: boolean;
  agentProvider: boolean;
  /** An unknown `status` in the list is an empty list; before, the database refused it with 500. */
  unknownStatusIsEmpty: boolean;
  /** The stream is attached before the subscription is checked. */
  streamBeforeChecks: boolean;
  lowerCaseTeamNames: boolean;
  unconfirmedErrorCode: boolean;
}

/** `a >= b` for dotted version numbers. */
export function versionAtLeast(a: string, b: string): boolean {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

const baseVersion: Record<Level, string> = {
  'live-agent': '2.16.1',
  '2.16': '2.16.1',
  '3.11': '3.11.0',
  '4.14': '4.14.2',
};

/** The features of a level. */
export function featuresOf(level: Level): Features {
  const version = baseVersion[level];
  const since = (first: string): boolean => versionAtLeast(version, first);
  const cognigy = level === 'live-agent';
  return {
    version,
    statuses: ['open', 'resolved', 'pending', 'snoozed', ...(cognigy ? ['abandoned', 'deleted'] : [])],
    priorities: ['low', 'medium', 'high', 'urgent', ...(cognigy ? ['escalation'] : [])],
    availabilities: ['online', 'offline', 'busy', ...(cognigy ? ['away'] : [])],
    priority: cognigy || since('2.17.0'),
    lastActivityInRest: since('2.17.0'),
    lastActivityInMessages: since('2.17.0'),
    lastActivityInEvents: since('3.12.0'),
    sourceIdFilter: since('2.17.0'),
    uuid: since('2.18.0'),
    waitingSince: since('3.0.0'),
    unreadCap: since('3.0.0') ? 10 : Number.POSITIVE_INFINITY,
    requestsPerMinute: since('3.1.0') ? 3000 : 300,
    ascDescSorts: since('3.4.0'),
    notificationDedupe: since('3.4.0'),
    notificationSnooze: since('3.4.0'),
    updatedWithin: since('3.6.0'),
    notificationIncludes: since('3.6.0'),
    notificationUpdated: since('3.6.0'),
    notificationBodyInRest: since('4.0.0'),
    updatedAt: since('4.0.2'),
    eventsReread: since('4.0.2'),
    senderBlocked: since('4.0.2'),
    accountStream: since('4.0.4'),
    filterRespectsVisibility: since('4.1.0'),
    filterPriorityNames: since('4.0.0'),
    deleteConversation: since('4.3.0'),
    tokenReset: since('4.3.0'),
    botAssignee: since('4.8.0'),
    teamGrantsAccess: since('4.8.0'),
    teamAwareAutoAssign: since('4.11.0'),
    lastSeenThrottle: since('4.11.0'),
    metaPerMinute: since('4.12.0') ? 30 : Number.POSITIVE_INFINITY,
    editsTouchUpdatedAt: !since('4.12.0'),
    privateNotesNotify: !since('4.12.0'),
    notifiesOncePerMessage: since('4.12.0'),
    openingReadsNotifications: since('4.13.0'),
    bulkRespectsVisibility: since('4.14.0'),
    notificationAccessCheck: since('4.14.0'),
    cacheKeysOnMembership: since('4.0.0'),
    resolveClearsWaiting: since('4.0.0'),
    botReplyClearsWaiting: since('4.0.0'),
    topLevelPermissions: !since('4.0.0'),
    agentProvider: since('4.0.0'),
    unknownStatusIsEmpty: since('2.17.0'),
    streamBeforeChecks: !since('4.0.0'),
    lowerCaseTeamNames: !cognigy,
    unconfirmedErrorCode: since('4.0.0'),
  };
}
