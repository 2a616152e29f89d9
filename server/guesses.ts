/** Everything about Cognigy Live Agent that its documentation leaves open, as named switches with our guess. */
import type { Level } from './levels.ts';

/** A guess is what the embedded server does until a real server shows otherwise; each can be set by an option or the control port. */
export interface Switches {
  /** Spelling of the supervisor role in `role`. Undocumented; upstream has no such role. */
  supervisorRole: string;
  /** Older Cognigy texts say supervisors see all inboxes, current ones only their own. */
  supervisorSeesAllInboxes: boolean;
  /** `resolved` and `abandoned` cannot be left again. Documented; how a try is refused is not. */
  finalStatuses: boolean;
  /** Status and body of a refused change of a final status. */
  finalRefusalStatus: number;
  finalRefusalError: string;
  /** Messages to a resolved conversation are rejected (documented for 2025.15). */
  rejectMessagesWhenFinal: boolean;
  /** The account's conversation limit also refuses manual assignment (documented); the shape is a guess. */
  limitRefusesManual: boolean;
  /** `error` = answers with a status and words; `silent` = 200 with the conversation unchanged. */
  limitRefusal: 'error' | 'silent';
  limitRefusalStatus: number;
  limitRefusalError: string;
  /** The account JSON names the limit as `conversation_limit`. */
  limitInAccount: boolean;
  /** Page size of `GET agents`; 0 = not paged. Documented as paged since 4.83, size and parameter are not. */
  agentsPageSize: number;
  /** Agents who left stay visible as assignee of what they hold. */
  deactivatedKeepConversations: boolean;
  /** A bot can be the assignee (`meta.assignee_type` = `AgentBot`). */
  botAssignees: boolean;
  /** Conversations of an agent who goes offline or away move on, in inboxes with automatic reassignment. */
  reassignWhenAgentLeaves: boolean;
  /** Unassigning by hand starts the automatic assignment again (a 2026.4 note suggests it, the routing page denies it). */
  reassignAfterManualUnassign: boolean;
  /** Muting a contact resolves the conversation; Cognigy since 4.29 does not. */
  muteResolves: boolean;
  /** What `GET /api` says instead of the version of the level; null = the level's. */
  reportedVersion: string | null;
  /** Page size of the conversation list. */
  pageSize: number;
  /** Requests are counted and refused with 429 as the level's limits say. */
  rateLimits: boolean;
  /** Deliberately wrong: the team rule keeps agents who are not members. Proves that the conformance suite can fail. */
  brokenTeamRule: boolean;
}

/** Our guesses at a level. */
export function guessesOf(level: Level): Switches {
  const cognigy = level === 'live-agent';
  return {
    supervisorRole: cognigy ? 'supervisor' : 'agent',
    supervisorSeesAllInboxes: false,
    finalStatuses: cognigy,
    finalRefusalStatus: 422,
    finalRefusalError: 'Conversation is closed and cannot be changed',
    rejectMessagesWhenFinal: cognigy,
    limitRefusesManual: cognigy,
    limitRefusal: 'error',
    limitRefusalStatus: 422,
    limitRefusalError: 'Agent has reached the conversation limit',
    limitInAccount: cognigy,
    agentsPageSize: cognigy ? 10 : 0,
    deactivatedKeepConversations: cognigy,
    botAssignees: cognigy || level === '4.14',
    reassignWhenAgentLeaves: cognigy,
    reassignAfterManualUnassign: false,
    muteResolves: !cognigy,
    reportedVersion: null,
    pageSize: 25,
    rateLimits: false,
    brokenTeamRule: false,
  };
}
