/** Reads agents, teams, inboxes, labels and memberships. Removals send no event, so this is done on each connect and every few minutes. */
import type { BucketName } from '../../liveagent/buckets.ts';
import type { AgentFact } from '../../facts.ts';
import type { Life } from '../life.ts';
import type { Session } from '../session.ts';

/** Some servers page the list of agents, none says how many pages there are. */
const MOST_AGENT_PAGES = 400;

type Known = { agents: number[]; teams: number[]; inboxes: number[] };

const knownIds = (session: Session): Known => {
  const stored = session.state('directory-ids');
  const known = typeof stored === 'object' && stored !== null ? (stored as Partial<Known>) : {};
  return { agents: known.agents ?? [], teams: known.teams ?? [], inboxes: known.inboxes ?? [] };
};

const vanished = (before: readonly number[], after: readonly number[]): boolean => {
  const now = new Set(after);
  return before.some((id) => !now.has(id));
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

    /**
     * Who and what there is; answers whether all of it could be read and an inbox is new. When an agent, team or inbox vanished,
     * their conversations changed unheard: `sweep-due` is set.
     */
    lists: async (life: Life, bucket: BucketName): Promise<{ complete: boolean; arrived: boolean }> => {
      const known = knownIds(session);
      const [agents, teams, inboxes, labels] = await Promise.all([
        allAgents(session, life, bucket),
        session.ask(life, bucket, () => session.api.teams(), { tries: 4 }),
        session.ask(life, 'background', () => session.api.inboxes(), { tries: 4 }),
        session.ask(life, 'background', () => session.api.labels(), { tries: 4 }),
      ]);
      if (life.over()) return { complete: false, arrived: false };
      const next: Known = { ...known };
      if (agents !== null) next.agents = agents.map(({ id }) => id);
      if (teams?.outcome === 'answered') next.teams = teams.value.map(({ id }) => id);
      if (inboxes?.outcome === 'answered') {
        next.inboxes = inboxes.value.map(({ id }) => id);
        session.inboxes.ids = new Set(next.inboxes);
      }
      const gone =
        vanished(known.agents, next.agents) ||
        vanished(known.teams, next.teams) ||
        vanished(known.inboxes, next.inboxes);
      session.commit(
        [
          ...(agents === null ? [] : [{ kind: 'agents' as const, agents }]),
          ...(teams?.outcome === 'answered' ? [{ kind: 'teams' as const, teams: teams.value }] : []),
          ...(inboxes?.outcome === 'answered' ? [{ kind: 'inboxes' as const, inboxes: inboxes.value }] : []),
          ...(labels?.outcome === 'answered' ? [{ kind: 'labels' as const, labels: labels.value }] : []),
        ],
        // What vanished is remembered until the sweep for it is done, also over a restart.
        { state: { 'directory-ids': next, ...(gone ? { 'sweep-due': true } : {}) } },
      );
      return {
        arrived: vanished(next.inboxes, known.inboxes),
        complete:
          agents !== null && [teams, inboxes, labels].every((answer) => answer?.outcome === 'answered'),
      };
    },

    /** Members of every team, those on screen first, and who may be assigned in each inbox. */
    memberships: async (life: Life, what: 'all' | 'visible'): Promise<void> => {
      const known = knownIds(session);
      const exists = new Set(known.teams);
      const visible = session.visible().teams.filter((team) => exists.has(team));
      for (const team of visible) if (!life.over()) await members(life, 'background', team);
      if (what === 'visible') return;
      const rest = known.teams.filter((team) => !visible.includes(team));
      for (const team of rest) if (!life.over()) await members(life, 'background', team);
      for (const inbox of known.inboxes) {
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
