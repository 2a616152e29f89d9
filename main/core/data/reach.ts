/** Since when the server can be reached, and what was read of it since: older knowledge of a team is not relied on. */
import type { Connection } from '../../../contract/model.ts';
import type { Clock } from '../ports.ts';

export type Reach = {
  turned: (state: Connection['state']) => void;
  now: () => boolean;
  /** The members of this team are known anew. */
  membersRead: (team: number) => void;
  /** The members of this team may have changed unheard since then (ms since 1970). */
  outdated: (team: number, since: number) => boolean;
};

const REACHABLE: ReadonlySet<Connection['state']> = new Set([
  'connecting',
  'catching-up',
  'live',
  'stale',
  'throttled',
]);

export const createReach = (clock: Clock): Reach => {
  let reachable = false;
  let reachableSince = Number.POSITIVE_INFINITY;
  const teamsRead = new Set<number>();
  return {
    turned: (state) => {
      const now = REACHABLE.has(state);
      if (now && !reachable) {
        reachableSince = clock.now();
        teamsRead.clear();
      }
      reachable = now;
    },
    now: () => reachable,
    membersRead: (team) => void teamsRead.add(team),
    outdated: (team, since) => since <= reachableSince && !teamsRead.has(team),
  };
};
