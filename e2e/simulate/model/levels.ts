/** What the modelled server can do at each compatibility level. */

export const levels = ['live-agent', '2.16', '3.11', '4.14'] as const;
export type Level = (typeof levels)[number];

export type Abilities = {
  version: string;
  statuses: readonly string[];
  /** Resolved and abandoned can never be left. */
  finals: boolean;
  /** Who left stays shown on what he holds; elsewhere his conversations lose him. */
  leaversKeep: boolean;
  priority: boolean;
  waitingSince: boolean;
  updatedWithin: boolean;
  updatedAt: boolean;
  /** State events are read again when they are sent and lose `performer`. */
  reread: boolean;
  /** A newer notification about a conversation replaces the older ones. */
  dedupe: boolean;
  /** Without `includes[]`, only unread notifications are listed. */
  includes: boolean;
  bots: boolean;
  /** Members of the team may read a conversation that they cannot list. */
  teamGrantsAccess: boolean;
  /** Automatic assignment stays within the assigned team. */
  teamAware: boolean;
  /** `filter` answers only what the list would show. */
  filterRespectsVisibility: boolean;
  unknownStatusIsEmpty: boolean;
  lastActivityInRest: boolean;
  lastActivityInEvents: boolean;
  resolveClearsWaiting: boolean;
  unreadCap: number;
  /** Agents come in pages of this many; 0 = all at once. */
  agentsPage: number;
  uuid: boolean;
};

const base = (level: Level): number => (level === '3.11' ? 3.11 : level === '4.14' ? 4.14 : 2.16);

/** The abilities of a level. */
export const abilitiesOf = (level: Level): Abilities => {
  const number = base(level);
  const liveAgent = level === 'live-agent';
  return {
    version: { 'live-agent': '2.16.1', '2.16': '2.16.1', '3.11': '3.11.0', '4.14': '4.14.2' }[level],
    statuses: ['open', 'resolved', 'pending', 'snoozed', ...(liveAgent ? ['abandoned', 'deleted'] : [])],
    finals: liveAgent,
    leaversKeep: liveAgent,
    priority: liveAgent || number > 2.16,
    waitingSince: number >= 3,
    updatedWithin: number >= 3.11,
    updatedAt: number >= 4,
    reread: number >= 4,
    dedupe: number >= 3.11,
    includes: number >= 3.11,
    bots: liveAgent || number >= 4,
    teamGrantsAccess: number >= 4,
    teamAware: number >= 4,
    filterRespectsVisibility: number >= 4,
    unknownStatusIsEmpty: number > 2.16,
    lastActivityInRest: number > 2.16,
    lastActivityInEvents: number >= 4,
    resolveClearsWaiting: number >= 4,
    unreadCap: number >= 3 ? 10 : Number.POSITIVE_INFINITY,
    agentsPage: liveAgent ? 10 : 0,
    uuid: number > 2.16,
  };
};
