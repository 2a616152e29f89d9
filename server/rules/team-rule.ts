/** The rule between an assigned team and an assigned agent, as the server applies it before a save that changes the team. */

/** What the rule looks at; ids of users. */
export interface TeamRuleInput {
  /** Assignee as set in the same save. */
  assignee: number | null;
  /** New team; null = the team is removed. */
  team: { memberIds: readonly number[]; allowAutoAssign: boolean } | null;
  /** Candidates of the automatic choice: online members of the inbox (of which the rule takes the team's members). */
  onlineInboxMembers: readonly number[];
  /** Round-robin list of the inbox, head first. */
  queue: readonly number[];
}

export interface TeamRuleResult {
  assignee: number | null;
  /** The user that the round robin chose; its list has to be turned. */
  picked: number | null;
}

/** Whom the round robin takes: the candidate nearest to the tail. */
export function pickFromQueue(queue: readonly number[], candidates: readonly number[]): number | null {
  const allowed = new Set(candidates);
  for (let i = queue.length - 1; i >= 0; i--) {
    const id = queue[i];
    if (id !== undefined && allowed.has(id)) return id;
  }
  return null;
}

/** The list after `picked` was taken: he goes to the head. */
export function turnQueue(queue: readonly number[], picked: number): number[] {
  return [picked, ...queue.filter((id) => id !== picked)];
}

/** The list for the members of an inbox, keeping the order of those who were in it; new ones come to the head. */
export function repairQueue(queue: readonly number[], memberIds: readonly number[]): number[] {
  const members = new Set(memberIds);
  const kept = queue.filter((id, index) => members.has(id) && queue.indexOf(id) === index);
  const known = new Set(kept);
  const added = memberIds.filter((id) => !known.has(id)).toReversed();
  return [...added, ...kept];
}

/** Who holds the conversation after its team changed. */
export function applyTeamRule(input: TeamRuleInput): TeamRuleResult {
  const { assignee, team } = input;
  if (team === null) return { assignee, picked: null };
  if (assignee !== null && team.memberIds.includes(assignee)) return { assignee, picked: null };
  if (!team.allowAutoAssign) return { assignee: null, picked: null };
  const members = new Set(team.memberIds);
  const candidates = input.onlineInboxMembers.filter((id) => members.has(id));
  const picked = pickFromQueue(input.queue, candidates);
  return { assignee: picked, picked };
}
