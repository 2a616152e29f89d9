/** Reads agents, teams, inboxes, labels and memberships. Removals send no event, so this is done on each connect and every few minutes. */
import type { BucketName } from '../../liveagent/buckets.ts';
import type { AgentFact } from '../../facts.ts';
import type { Life } from '../life.ts';
import type { Session, State } from '../session.ts';

/** Some servers page the list of agents, none says how many pages there are. */
const MOST_AGENT_PAGES = 400;

/** Missing = the server has not said yet. */
type Known = { agents?: number[]; teams?: number[]; inboxes?: number[] };

/** Live rows that changed or came unheard: all, or those of these inboxes. */
export type SweepDue = 'all' | readonly number[];

/** As it was stored; null = nothing is due. */
export const sweepDue = (session: Session): SweepDue | null => {
  const stored = session.state('sweep-due');
  if (Array.isArray(stored) && stored.length > 0) return stored.filter((id) => typeof id === 'number');
  return stored === true ? 'all' : null;
};

/** How it is stored. */
const dueState = (due: SweepDue): State => ({ 'sweep-due': due === 'all' ? true : due });

const knownIds = (session: Session): Known => {
  const stored = session.state('directory-ids');
  return typeof stored === 'object' && stored !== null ? (stored as Known) : {};
};

const missingIn = (after: readonly number[] = [], before: readonly number[] = []): number[] => {
  const now = new Set(after);
  return before.filter((id) => !now.has(id));
};

/** What is to be read again, beside what was already. `before` null = nothing was known of. */
const dueAfter = (session: Session, before: Known | null, after: Known): SweepDue | null => {
  const due = sweepDue(session);
  if (before === null || due === 'all') return due;
  const gone = (['agents', 'teams', 'inboxes'] as const).some(
    (what) => missingIn(after[what], before[what]).length > 0,
  );
  if (gone) return 'all';
  const came = before.inboxes === undefined ? [] : missingIn(before.inboxes, after.inboxes);
  return came.length === 0 ? due : [...new Set([...(due ?? []), ...came])];
};

/** All pages of agents; null when the list could not be read to its end, since half a list would make the rest "left". */
const allAgents = async (session: Session, life: Life, bucket: BucketName): Promise<AgentFact[] | null> => {
  const agents = new Map<number, AgentFact>();
  for (let page = 1; page <= MOST_AGENT_PAGES; page += 1) {
    const answer = await session.ask(life, bucket, () => session.api.agents(page), { tries: 4 });
    if (answer === null || answer.outcome !== 'answered') return null;
    const before = agents.size;
    for (const agent of answer.value) if (!agents.has(agent.id)) agents.set(agent.id, agent);
    // A server that does not page answers the same list again.
    if (agents.size === before) break;
  }
  return [...agents.values()];
};

export const createDirectoryTask = (session: Session) => {
  /** Teams whose members are known in this run. */
  const membersLoaded = new Set<number>();

  const members = async (life: Life, bucket: BucketName, team: number, first = false): Promise<boolean> => {
    const answer = await session.ask(life, bucket, () => session.api.teamMembers(team), { first, tries: 3 });
    if (answer?.outcome !== 'answered') return false;
    membersLoaded.add(team);
    session.commit([{ kind: 'team-members', team, members: answer.value }]);
    return true;
  };

  return {
    members,
    membersLoaded: (team: number): boolean => membersLoaded.has(team),
    /** Whether this cache has had each list once: a team that was never listed counts as gone. */
    isKnown: (): boolean => {
      const { agents, teams, inboxes } = knownIds(session);
      return agents !== undefined && teams !== undefined && inboxes !== undefined;
    },

    /**
     * Who and what there is; answers whether all of it could be read. When an agent, team or inbox vanished, their
     * conversations changed unheard, and those of an inbox that came were never heard of: `sweep-due` is set.
     */
    lists: async (life: Life, bucket: BucketName): Promise<{ complete: boolean }> => {
      const known = knownIds(session);
      const [agents, teams, inboxes, labels] = await Promise.all([
        allAgents(session, life, bucket),
        session.ask(life, bucket, () => session.api.teams(), { tries: 4 }),
        session.ask(life, 'background', () => session.api.inboxes(), { tries: 4 }),
        session.ask(life, 'background', () => session.api.labels(), { tries: 4 }),
      ]);
      if (life.over()) return { complete: false };
      const next: Known = { ...known };
      if (agents !== null) next.agents = agents.map(({ id }) => id);
      if (teams?.outcome === 'answered') next.teams = teams.value.map(({ id }) => id);
      if (inboxes?.outcome === 'answered') {
        next.inboxes = inboxes.value.map(({ id }) => id);
        session.inboxes.ids = new Set(next.inboxes);
      }
      const due = dueAfter(session, session.state('directory-ids') === undefined ? null : known, next);
      session.commit(
        [
          ...(agents === null ? [] : [{ kind: 'agents' as const, agents }]),
          ...(teams?.outcome === 'answered' ? [{ kind: 'teams' as const, teams: teams.value }] : []),
          ...(inboxes?.outcome === 'answered' ? [{ kind: 'inboxes' as const, inboxes: inboxes.value }] : []),
          ...(labels?.outcome === 'answered' ? [{ kind: 'labels' as const, labels: labels.value }] : []),
        ],
        // What is due is remembered until it is done, also over a restart.
        { state: { 'directory-ids': next, ...(due === null ? {} : dueState(due)) } },
      );
      return {
        complete:
          agents !== null && [teams, inboxes, labels].every((answer) => answer?.outcome === 'answered'),
      };
    },

    /** Members of every team, those on screen first, and who may be assigned in each inbox. */
    memberships: async (life: Life, what: 'all' | 'visible'): Promise<void> => {
      const { teams = [], inboxes = [] } = knownIds(session);
      const exists = new Set(teams);
      const visible = session.visible().teams.filter((team) => exists.has(team));
      for (const team of visible) if (!life.over()) await members(life, 'background', team);
      if (what === 'visible') return;
      const rest = teams.filter((team) => !visible.includes(team));
      for (const team of rest) if (!life.over()) await members(life, 'background', team);
      for (const inbox of inboxes) {
        const answer = await session.ask(life, 'background', () => session.api.assignable(inbox), {
          tries: 3,
        });
        if (answer === null) return;
        if (answer.outcome === 'answered') {
          session.commit([{ kind: 'assignable', inbox, agents: answer.value }]);
        }
      }
    },
  };
};

export type DirectoryTask = ReturnType<typeof createDirectoryTask>;
