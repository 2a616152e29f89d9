/** Decides a command again right before its first write: memberships may have changed since it was asked for. */
import type { Directory, Words } from '../../../contract/model.ts';
import { decide } from '../rules/decide.ts';
import { words } from '../rules/names.ts';
import { setExactly, type Plan } from '../rules/plan.ts';
import { withinWish } from '../rules/wish.ts';
import type { Command } from './types.ts';

export type Recheck =
  /** A plan without steps: it is as asked for already. */
  | { kind: 'go'; plan: Plan }
  /** Load the members of this team first. */
  | { kind: 'members'; team: number }
  | { kind: 'refused'; reason: Words };

/** The team whose members the decision depends on; null = on nobody's. */
export const questionedTeam = (command: Command): number | null => {
  switch (command.action.kind) {
    case 'assign-team':
    case 'assign-both':
    case 'queue':
      return command.action.team;
    case 'restore':
      return command.action.to.team;
    case 'assign-agent':
    case 'assign-agent-without-team':
      return command.base.team;
    case 'unassign-agent':
    case 'unassign-team':
    case 'unassign-both':
      return null;
  }
};

/** The state is the base. `status` is what the server said just now. */
export const recheck = (command: Command, status: string, directory: Directory | null): Recheck => {
  if (!directory) return { kind: 'go', plan: command.plan };
  const { assignee, team } = command.base;
  const decision = decide(command.action, { assignee, team, status, inbox: command.inbox }, directory);
  switch (decision.kind) {
    case 'refuses':
      return { kind: 'refused', reason: decision.words };
    case 'asks':
      return { kind: 'refused', reason: words('outcome.asksNow', decision.words.params) };
    case 'already-here':
      return { kind: 'go', plan: setExactly(command.base, { assignee, team }) };
    case 'goes': {
      const asked = questionedTeam(command);
      if (decision.certainty === 'unknown' && asked !== null) return { kind: 'members', team: asked };
      if (!withinWish(decision.plan.wish, command.plan.wish))
        return { kind: 'refused', reason: words('outcome.notAsPromised') };
      return { kind: 'go', plan: decision.plan };
    }
  }
};
