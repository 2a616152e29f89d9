/** What an action does to one conversation: the wish, the writes in order, and what is shown meanwhile. */
import { sameAssignee } from '../../../contract/model.ts';
import type { AssigneeKey, Assignment } from '../../../contract/model.ts';
import type { Write } from '../link.ts';
import { exactly, type Wish } from './wish.ts';

/** One write, and the state that shows it was ours and the next one is due. */
export type Step = { write: Write; leaves: Assignment };

export type Plan = {
  wish: Wish;
  /** In order. A later step is not sent when the wish is fulfilled before it. */
  steps: Step[];
  /** What the board shows until the server has answered. */
  shown: Assignment;
};

const agentStep = (from: Assignment, to: AssigneeKey | null): Step => ({
  write: { write: 'agent', to },
  leaves: { assignee: to, team: from.team },
});

/** Where the agent may not stay, nobody can say whom the server leaves: only an unchanged agent calls for the next step. */
const teamStep = (from: Assignment, to: number | null): Step => ({
  write: { write: 'team', to },
  leaves: { assignee: from.assignee, team: to },
});

/**
 * Both halves set to exactly these values: agent first, then team. Team first would park the
 * conversation with an automatically picked, notified stranger.
 */
export const setExactly = (from: Assignment, to: Assignment): Plan => {
  const steps: Step[] = [];
  let state = from;
  if (!sameAssignee(from.assignee, to.assignee)) {
    steps.push(agentStep(state, to.assignee));
    state = { ...state, assignee: to.assignee };
  }
  if (from.team !== to.team) steps.push(teamStep(state, to.team));
  return { wish: exactly(to), steps, shown: to };
};

/** How sure we are that the present agent is a member of the team he would come into. */
export type Stays = 'yes' | 'no' | 'not-known';

/** Assigns a team; `stays` says whether the present agent may keep the conversation. */
export const setTeam = (from: Assignment, team: { id: number; autoAssign: boolean }, stays: Stays): Plan => {
  const kept = { assignee: from.assignee, team: team.id };
  const nobody = { assignee: null, team: team.id };
  const picks = team.autoAssign && stays !== 'yes';
  // A bot is no user: the server's rule does not see it and leaves it where it is.
  const bot = from.assignee?.type === 'bot';
  const accepts = stays === 'yes' ? [kept] : stays === 'not-known' || bot ? [kept, nobody] : [nobody];
  return {
    wish: { accepts, anyMemberOf: picks ? team.id : null, except: null },
    steps: [teamStep(from, team.id)],
    shown: stays === 'no' && !bot ? nobody : kept,
  };
};

/**
 * Returns a conversation to the queue of a team. In another team the team is written first and the
 * agent only where he is still there: whoever else is there then was picked by the server.
 */
export const toQueue = (from: Assignment, team: { id: number; autoAssign: boolean }, stays: Stays): Plan => {
  const nobody = { assignee: null, team: team.id };
  if (from.team === team.id) return { wish: exactly(nobody), steps: [agentStep(from, null)], shown: nobody };
  const steps = [teamStep(from, team.id)];
  if (from.assignee) steps.push(agentStep({ assignee: from.assignee, team: team.id }, null));
  return {
    wish: {
      accepts: [nobody],
      anyMemberOf: team.autoAssign && stays !== 'yes' ? team.id : null,
      except: from.assignee,
    },
    steps,
    shown: nobody,
  };
};

/** What a restored team means for the agent who comes and for the one who is there. */
export type RestoredTeam = { id: number; autoAssign: boolean; comes: Stays; stays: Stays };

/**
 * Puts back a state that was truth before, rule or not. Team first, so that the server's rule cannot drop an agent
 * outside the team who is set after it. A member is set first: the server then finds him there and picks no stranger.
 * `team` null: the team stays or goes.
 */
export const restore = (from: Assignment, to: Assignment, team: RestoredTeam | null): Plan => {
  if (team && to.assignee === null) return toQueue(from, team, team.stays);
  if (team?.comes === 'yes') return setExactly(from, to);
  const steps: Step[] = [];
  let state = from;
  if (from.team !== to.team) {
    // The server's rule does not see bots.
    const dropped = team !== null && team.stays !== 'yes' && from.assignee?.type === 'agent';
    state = { assignee: dropped ? null : from.assignee, team: to.team };
    steps.push({ write: { write: 'team', to: to.team }, leaves: state });
  }
  // After a team that came in nobody is sure to be left as he was.
  if (team || !sameAssignee(state.assignee, to.assignee)) steps.push(agentStep(state, to.assignee));
  return { wish: exactly(to), steps, shown: to };
};
